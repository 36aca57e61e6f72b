"""Reading is total and injective: any bytes give an answer, and what was read is written back byte for byte."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coi.rules.identifiers import (
    MAX_BYTES,
    Identifier,
    IdentifierKind,
    Unreadable,
    UnreadableReason,
    coi_id,
    din,
    read,
    write,
)
from people.rules import codes

FACILITY = st.from_regex(r"[A-NP-Z1-9][A-NP-Z0-9]{2}[0-9]{2}", fullmatch=True)
NUMBERS = st.integers(0, 999_999)
BODIES = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=codes.MAX_BODY)
SHORT = st.builds(codes.make, st.sampled_from(codes.CodeType), BODIES).map(str.encode)
DINS = st.builds(
    lambda facility, number, flags: f"={din(facility=facility, year=2026, number=number)}{flags}".encode(),
    FACILITY,
    NUMBERS,
    st.from_regex(r"[0-9A-Z]{2}", fullmatch=True),
)
COIS = st.builds(
    lambda facility, number: f"&/{coi_id(facility=facility, year=2026, number=number)}".encode(),
    FACILITY,
    NUMBERS,
)
WELL_FORMED = st.one_of(SHORT, DINS, COIS)


@st.composite
def nearly(draw: st.DrawFn) -> bytes:
    """A lawful code with one byte changed, added, dropped, or two swapped: what scanners and people make of it."""
    raw = bytearray(draw(WELL_FORMED))
    position = draw(st.integers(0, len(raw) - 1))
    match draw(st.sampled_from(["change", "add", "drop", "swap"])):
        case "change":
            raw[position] = draw(st.integers(0, 255))
        case "add":
            raw.insert(position, draw(st.integers(0, 255)))
        case "drop":
            del raw[position]
        case _:
            raw[position - 1], raw[position] = raw[position], raw[position - 1]
    return bytes(raw)


@given(st.one_of(st.binary(max_size=80), WELL_FORMED, nearly(), st.text(max_size=40).map(str.encode)))
@example(b"")
@example(b"\x00")
@example(b"\xed\xa0\x80")  # a lone surrogate, as the door passes it on
@example(b"V" * (MAX_BYTES + 1))
def test_anything_gives_an_answer_and_what_is_read_is_written_back(raw: bytes) -> None:
    found = read(raw)
    if isinstance(found, Unreadable):
        assert found.reason in UnreadableReason
    else:
        assert write(found) == raw


@given(WELL_FORMED)
def test_what_is_well_formed_is_read(raw: bytes) -> None:
    assert isinstance(read(raw), Identifier)


@given(WELL_FORMED, WELL_FORMED)
def test_two_codes_never_read_alike(one: bytes, other: bytes) -> None:
    assert (read(one) == read(other)) is (one == other)


@given(SHORT.flatmap(lambda raw: st.tuples(st.just(raw), st.integers(2, len(raw) - 1), BODIES)))
def test_one_wrong_character_of_a_short_code_is_seen(given_: tuple[bytes, int, str]) -> None:
    raw, position, other = given_
    wrong = raw[:position] + other[:1].encode() + raw[position + 1 :]
    if wrong != raw:
        assert read(wrong) in (
            Unreadable(UnreadableReason.CHECK_CHARACTER),
            Unreadable(UnreadableReason.NO_FORMAT),
        )


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b"A" * (MAX_BYTES + 1), "too_long"),
        ("=A99992600000100ü".encode(), "not_text"),
        ("＝A99992600000100".encode(), "not_text"),
        (b"=A99992600000100\n", "no_format"),
        (b" =A99992600000100", "no_format"),
        (b"=a99992600000100", "no_format"),
        (b"=A9999260000010", "no_format"),
        (b"&/CHA99992600000", "no_format"),
        (b"hello", "no_format"),
        (b"VB0000011", "check_character"),
        (b"VX000001", "no_format"),
    ],
)
def test_what_is_not_a_code_is_told_why(raw: bytes, reason: str) -> None:
    assert read(raw) == Unreadable(UnreadableReason(reason))


def test_a_donation_number_keeps_its_flags_apart_from_its_identity() -> None:
    first, second = read(b"=A99992600000100"), read(b"=A99992600000105")
    assert isinstance(first, Identifier)
    assert isinstance(second, Identifier)
    assert (first.kind, first.value) == (second.kind, second.value) == (IdentifierKind.DIN, "A999926000001")
    assert (first.flags, second.flags) == ("00", "05")


@pytest.mark.parametrize("make", [coi_id, din])
@pytest.mark.parametrize(
    ("facility", "number"), [("A9999", 1_000_000), ("A9999", -1), ("O9999", 1), ("A999", 1), ("", 1)]
)
def test_a_number_that_does_not_fit_is_never_given(make: object, facility: str, number: int) -> None:
    with pytest.raises(ValueError, match="is not a"):
        make(facility=facility, year=2026, number=number)  # type: ignore[operator]
