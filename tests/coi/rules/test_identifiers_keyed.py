"""Keyed entry: every wrong character and every swap of two neighbours is caught."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from stdnum.iso7064 import mod_37_2

from coi.rules.identifiers import (
    Identifier,
    IdentifierKind,
    Unreadable,
    UnreadableReason,
    coi_id,
    din,
    printed,
    read_keyed,
)
from people.rules import codes
from tests.coi.rules import identified
from tests.coi.rules.test_identifiers import CHANCE, found

DIN_TYPED = [
    Identifier(IdentifierKind.DIN, din(facility=facility, year=year, number=number))
    for facility, year, number in [("A9999", 2026, 123456), ("A9990", 2017, 0), ("W0000", 2009, 999999)]
]
COI_TYPED = [
    Identifier(IdentifierKind.COI, coi_id(facility=facility, year=year, number=number))
    for facility, year, number in [("A9999", 2026, 1), ("A9990", 2031, 987654)]
]
COI_TYPED.append(Identifier(IdentifierKind.COI, "CHA999926000ABC"))
TYPED = [*DIN_TYPED, *COI_TYPED]
# all that a keyboard gives, and a little more
KEYS = [chr(code) for code in range(32, 127)] + ["ä", "Ａ", "٣", "\t"]


def forms(identifier: Identifier) -> tuple[str, str]:
    """As printed, and without the spaces."""
    text = printed(identifier)
    return text, text.replace(" ", "")


def wrong(text: str) -> Iterator[str]:
    """With one character replaced, two neighbours swapped, one left out, one typed twice."""
    for place, character in enumerate(text):
        yield from (text[:place] + key + text[place + 1 :] for key in KEYS if key != character)
        yield text[:place] + text[place + 1 :]
        yield text[:place] + character + text[place:]
    for place in range(len(text) - 1):
        swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        if swapped != text:
            yield swapped


@pytest.mark.parametrize("identifier", TYPED, ids=lambda one: one.value)
def test_both_printed_forms_are_read(identifier: Identifier) -> None:
    for text in forms(identifier):
        assert read_keyed(text) == identifier
    assert printed(identifier)[-1] == mod_37_2.calc_check_digit(identifier.value)


@pytest.mark.requirement("URS-TRUE-03")
@pytest.mark.parametrize("identifier", TYPED, ids=lambda one: one.value)
def test_every_single_slip_is_caught(identifier: Identifier) -> None:
    for text in forms(identifier):
        slips = list(wrong(text))
        assert len(slips) > 1_000
        missed = [slip for slip in slips if isinstance(read_keyed(slip), Identifier)]
        assert missed == []


@given(CHANCE)
def test_any_donation_number_is_read_by_its_check_character_alone(rng: object) -> None:
    number = identified.din(rng)
    right = mod_37_2.calc_check_digit(number)
    grouped = f"{number[:5]} {number[5:7]} {number[7:]} "
    assert read_keyed(grouped + right) == Identifier(IdentifierKind.DIN, number)
    others = [key for key in identified.VALUES if key != right]
    assert {read_keyed(grouped + other) for other in others} == {Unreadable(UnreadableReason.CHECK_CHARACTER)}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("A" * 5000, "too_long"),
        ("A9999 26 123456 Т", "not_text"),
        ("A999926123456", "check_missing"),
        ("A9999 26 123456", "check_missing"),
        ("CHA9999 26 000001", "check_missing"),
        ("CHA999926000001", "check_missing"),
        ("A9999 26 123456 A", "check_character"),
        ("CHA9999 26 000001 0", "check_character"),
        ("VB0000011", "check_character"),
        # the spaces are those that are printed, or none
        ("A9999 26123456 T", "no_format"),
        ("A9999  26 123456 T", "no_format"),
        ("A9999 26 123456T", "no_format"),
        (" A9999 26 123456 T", "no_format"),
        ("A9999 26 123456 T ", "no_format"),
        ("A9999-26-123456-T", "no_format"),
        ("a9999 26 123456 t", "no_format"),
        # what a scanner sends is not typed
        ("=A99992612345600", "no_format"),
        ("&/CHA999926000001", "no_format"),
        ("0109506000134352", "no_format"),
        # text under a GS1 symbol
        ("(01)09506000134353", "check_digit"),
        ("(8018)950600013435000082", "check_digit"),
        ("(8004)GIAI-1", "check_missing"),
        ("(10)LOT42A", "element_missing"),
        ("(01)09506000134352 (10)LOT42A", "no_format"),
        ("(01)09506000134352(10)LOT(42)A", "no_format"),
        ("(01)09506000134352(10)LOT(A)", "bad_content"),
        ("(01)0950600013435210LOT42A", "bad_content"),
        ("(01)09506000134352(05)1", "no_format"),
        ("(01)", "bad_content"),
        ("()", "bad_content"),
        ("(8017)950600013435000028(8018)950600013435000028", "element_excluded"),
    ],
)
def test_what_cannot_be_taken_is_told_why(text: str, reason: str) -> None:
    assert read_keyed(text) == Unreadable(UnreadableReason(reason))


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("(8017)950600013435000028", IdentifierKind.STAFF, "950600013435000028"),
        ("(8018)950600013435000028(8019)1(7241)01", IdentifierKind.PATIENT, "950600013435000028"),
        (
            "(01)09506000134352(17)261231(10)LOT42A(21)BAG01",
            IdentifierKind.PRODUCT,
            "01095060001343521726123110LOT42A\x1d21BAG01",
        ),
    ],
)
def test_the_text_under_a_symbol_is_read(text: str, kind: IdentifierKind, value: str) -> None:
    answer = read_keyed(text)
    assert isinstance(answer, Identifier)
    assert (answer.kind, answer.value) == (kind, value)


def test_our_own_codes_are_typed_as_they_are_scanned() -> None:
    for letter in codes.CodeType:
        text = codes.make(letter, "00000123")
        assert read_keyed(text) == found(text)


def test_a_text_that_is_two_things_is_neither() -> None:
    """A facility that begins with V can number a donation so that, typed, it is also a badge."""
    number = din(facility="VB099", year=2026, number=123456)
    compact = number + mod_37_2.calc_check_digit(number)
    assert codes.parse(compact) is not None
    assert read_keyed(compact) == Unreadable(UnreadableReason.AMBIGUOUS)
    grouped = f"VB099 26 123456 {compact[-1]}"
    assert read_keyed(grouped) == Identifier(IdentifierKind.DIN, number)
    assert found(compact).kind is IdentifierKind.BADGE


def test_other_kinds_are_printed_as_they_are() -> None:
    badge = codes.make("B", "0000001")
    assert printed(found(badge)) == badge
    assert printed(found("='A999900395A")) == "A999900395A"
