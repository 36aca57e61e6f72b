"""Reading is total and injective: any bytes give an answer, and what was read is written back byte for byte."""

from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coi.rules.identifiers import (
    MAX_BYTES,
    Element,
    FlagKind,
    Identifier,
    IdentifierKind,
    Unreadable,
    UnreadableReason,
    coi_id,
    din,
    flag_meaning,
    is_of_facility,
    is_personal,
    missing_elements,
    must_follow,
    naming_code,
    parts,
    read,
    read_keyed,
    same_subject,
    write,
)
from people.rules import codes
from tests.coi.rules.identified import lawful, mutated, short
from tests.fuzz_identifiers import run

CHANCE = st.randoms(use_true_random=False)
LAWFUL = CHANCE.map(lawful)
NEARLY = st.tuples(CHANCE, LAWFUL).map(lambda pair: mutated(*pair))
BODIES = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=codes.MAX_BODY)
SHORT = CHANCE.map(lambda rng: short(rng).encode())


def found(raw: bytes | str) -> Identifier:
    """What is read of this, which has to be readable."""
    answer = read(raw.encode() if isinstance(raw, str) else raw)
    assert isinstance(answer, Identifier), answer
    return answer


@given(st.one_of(st.binary(max_size=80), LAWFUL, NEARLY, st.text(max_size=40).map(str.encode)))
@example(b"")
@example(b"\x00")
@example(b"]")
@example(b"]d2")
@example(b"=+")
@example(b"&,")
@example(b"\xed\xa0\x80")  # a lone surrogate, as the door passes it on
@example(b"V" * (MAX_BYTES + 1))
@example(b"=" * MAX_BYTES)
@example(b"]d2" + b"7256" + b"%41" * 1000)
def test_anything_gives_an_answer_and_what_is_read_is_written_back(raw: bytes) -> None:
    answer = read(raw)
    if isinstance(answer, Unreadable):
        assert answer.reason in UnreadableReason
    else:
        assert write(answer) == raw


@given(st.one_of(st.text(max_size=60), LAWFUL.map(lambda raw: raw.decode("ascii"))))
def test_anything_typed_gives_an_answer(text: str) -> None:
    assert isinstance(read_keyed(text), Identifier | Unreadable)


@given(LAWFUL)
def test_what_is_lawful_is_read(raw: bytes) -> None:
    assert isinstance(read(raw), Identifier)


@given(LAWFUL, NEARLY)
def test_two_barcodes_never_read_alike(one: bytes, other: bytes) -> None:
    first, second = read(one), read(other)
    if isinstance(second, Identifier):
        assert (first == second) is (one == other)


@given(LAWFUL)
def test_every_part_is_what_would_be_read_alone(raw: bytes) -> None:
    identifier = found(raw)
    several = parts(identifier)
    assert [part for part in several if read(write(part)) != part] == []
    if identifier.kind is IdentifierKind.MESSAGE:
        assert b"".join(write(part) for part in several) in raw
    else:
        assert several == (identifier,)


def test_a_share_of_the_fuzz_run_finds_nothing() -> None:
    report = run(20_000, seed=20_000)
    assert report.faults == 0, report.shown
    assert report.read > 5_000 < report.count - report.read


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
        (b"=A9999260000010", "bad_content"),
        (b"=O99992600000100", "no_format"),
        (b"&/CHA99992600000", "bad_content"),
        (b"&/cha999926000001", "bad_content"),
        (b"hello", "no_format"),
        (b"VB0000011", "check_character"),
        (b"VX000001", "no_format"),
        (b"]", "wrong_symbology"),
        (b"]X0=A99992600000100", "wrong_symbology"),
        (b"]c0=A99992600000100", "wrong_symbology"),
    ],
)
def test_what_is_not_a_code_is_told_why(raw: bytes, reason: str) -> None:
    assert read(raw) == Unreadable(UnreadableReason(reason))


def test_a_donation_number_keeps_its_flags_apart_from_its_identity() -> None:
    first, second = found(b"=A99992600000100"), found(b"=A99992600000105")
    assert (first.kind, first.value) == (second.kind, second.value) == (IdentifierKind.DIN, "A999926000001")
    assert (first.flags, second.flags) == ("00", "05")
    assert first != second
    assert same_subject(first, second)


@pytest.mark.parametrize("prefix", ["", "]C0", "]d1"])
def test_the_symbol_is_no_part_of_the_identity(prefix: str) -> None:
    plain, sent = found(b"=A99992600000100"), found(f"{prefix}=A99992600000100")
    assert sent.prefix == prefix
    assert (plain == sent) is (prefix == "")
    assert same_subject(plain, sent)
    assert write(sent) == f"{prefix}=A99992600000100".encode()


def test_equal_text_of_another_kind_names_another_thing() -> None:
    number = "950600013435000028"
    staff, patient = found(f"8017{number}"), found(f"8018{number}")
    assert staff.value == patient.value
    assert not same_subject(staff, patient)
    # a hospital's number and a number of GS1 may look alike
    other = found(f"&#0118{number}")
    assert (other.kind, other.value) == (patient.kind, patient.value)
    assert not same_subject(other, patient)
    assert same_subject(patient, found(f"]d28018{number}\x1d724101"))


def test_the_element_that_names_is_told_wherever_it_stands() -> None:
    number = "950600013435000028"
    assert naming_code(found(f"724101\x1d8018{number}")) == "gs1:8018"
    assert naming_code(found("&#0105ABC12")) == "025"
    assert naming_code(found("=A99992600000100")) == ""


@pytest.mark.parametrize(
    ("flags", "kind"),
    [
        ("", FlagKind.NONE),
        ("00", FlagKind.NONE),
        ("01", FlagKind.CONTAINER_OF_SET),
        ("04", FlagKind.CONTAINER_OF_SET),
        ("05", FlagKind.REPEATED_LABEL),
        ("06", FlagKind.PILOT_TUBE),
        ("07", FlagKind.TEST_TUBE),
        ("08", FlagKind.DONOR_RECORD),
        ("09", FlagKind.NAT_SAMPLE),
        ("10", FlagKind.BACTERIAL_SAMPLE),
        ("11", FlagKind.MATCH_WITH_UNIT),
        ("12", FlagKind.PARTIAL_LABEL),
        ("13", FlagKind.PARTIAL_LABEL),
        ("14", FlagKind.RESERVED),
        ("15", FlagKind.CONTAINER_OF_SET),
        ("19", FlagKind.CONTAINER_OF_SET),
        ("20", FlagKind.LOCAL),
        ("59", FlagKind.LOCAL),
        ("60", FlagKind.CHECKSUM),
        ("96", FlagKind.CHECKSUM),
        ("97", FlagKind.RESERVED),
        ("A1", FlagKind.RESERVED),
        ("²³", FlagKind.RESERVED),
    ],
)
def test_flags_say_on_what_the_number_stands(flags: str, kind: FlagKind) -> None:
    assert flag_meaning(flags) is kind


def test_local_flags_belong_to_the_facility_that_gave_them() -> None:
    number = found(b"=A99992600000133")
    assert flag_meaning(number.flags) is FlagKind.LOCAL
    assert is_of_facility(number, "A9999")
    assert not is_of_facility(number, "A9998")
    assert not is_of_facility(found(b"='A999900395A"), "A9999")


def test_a_divided_product_asks_for_its_division() -> None:
    divided, whole, division = found(b"=<S1295499"), found(b"=<S12954A0"), found(b"=,000001")
    assert must_follow(divided) == ("032",)
    assert missing_elements(divided, frozenset()) == ("032",)
    assert must_follow(whole) == must_follow(division) == ()
    assert must_follow(found(b"=<S1295499=,000001")) == ()
    assert missing_elements(whole, frozenset({"003", "005"})) == ("005",)


def test_a_dropped_separator_is_seen_by_what_is_missing() -> None:
    """The scan itself is lawful: one long lot, and no serial."""
    expected = frozenset({"gs1:01", "gs1:10", "gs1:21"})
    good = found("010950600013435210LOT42A\x1d21BAG01")
    merged = found("010950600013435210LOT42A21BAG01")
    assert missing_elements(good, expected) == ()
    assert merged.elements[-1] == Element("gs1:10", "LOT42A21BAG01")
    assert missing_elements(merged, expected) == ("gs1:21",)


@pytest.mark.parametrize(
    ("raw", "is_so"),
    [
        ("=A99992600000100", False),
        ("&/CHA999926000001", False),
        ("=#0119700229", None),
        ("=#0119720229", True),
        ("&#0105ABC12", True),
        ("=;A99990000000000000001", True),
        ("8018950600013435000028\x1d725019720229", True),
        ("8017950600013435000028", False),
        ("=+02000&#0105ABC12=A99992600000100", True),
        ("010950600013435210LOT42A", False),
    ],
)
def test_what_is_about_a_person_is_known(raw: str, is_so: bool | None) -> None:
    if is_so is None:
        assert read(raw.encode()) == Unreadable(UnreadableReason.BAD_DATE)
    else:
        assert is_personal(found(raw)) is is_so


@pytest.mark.parametrize("make", [coi_id, din])
@pytest.mark.parametrize(
    ("facility", "number"),
    [("A9999", 1_000_000), ("A9999", -1), ("O9999", 1), ("A999", 1), ("", 1), ("Ä9999", 1), ("A٣٣٣٣", 1)],
)
def test_a_number_that_does_not_fit_is_never_given(make: object, facility: str, number: int) -> None:
    with pytest.raises(ValueError, match="is not a"):
        make(facility=facility, year=2026, number=number)


def test_the_same_seed_is_the_same_run() -> None:
    assert [lawful(Random(7)) for _ in range(3)] == [lawful(Random(7)) for _ in range(3)]
