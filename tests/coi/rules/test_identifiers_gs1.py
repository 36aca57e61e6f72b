"""GS1 element strings: what biip forgives is refused here, and what belongs together is asked for."""

from dataclasses import replace
from random import Random

import pytest
from biip import ParseError
from biip.gs1_application_identifiers import GS1ApplicationIdentifier
from hypothesis import given

from coi.rules.identifiers import Element, IdentifierKind, Unreadable, parts, read, read_keyed, write
from coi.rules.identifiers import gs1 as rules
from tests.coi.rules.identified import GS, element_string
from tests.coi.rules.test_identifiers import CHANCE, found

GTIN, STAFF, PATIENT = "0109506000134352", "8017950600013435000028", "8018950600013435000028"


def reason_of(text: str) -> str:
    """Why it is not read."""
    answer = read(text.encode())
    assert isinstance(answer, Unreadable), answer
    return answer.reason


@pytest.mark.parametrize("prefix", ["", "]d2", "]C1", "]Q3"])
def test_a_supplier_label_is_read_into_its_elements(prefix: str) -> None:
    identifier = found(f"{prefix}{GTIN}1726123110LOT42A{GS}21BAG01")
    assert identifier.kind is IdentifierKind.PRODUCT
    assert identifier.elements == (
        Element("gs1:01", "09506000134352"),
        Element("gs1:17", "261231"),
        Element("gs1:10", "LOT42A"),
        Element("gs1:21", "BAG01"),
    )
    assert parts(identifier) == (identifier,)


@pytest.mark.parametrize(
    ("text", "kind", "codes"),
    [
        (STAFF, IdentifierKind.STAFF, ["gs1:8017"]),
        (PATIENT, IdentifierKind.PATIENT, ["gs1:8018"]),
        (f"{PATIENT}{GS}80191{GS}724101", IdentifierKind.PATIENT, ["gs1:8018", "gs1:8019", "gs1:7241"]),
        (f"724101{GS}{PATIENT}", IdentifierKind.PATIENT, ["gs1:7241", "gs1:8018"]),
        (f"{PATIENT}{GS}725019720229", IdentifierKind.PATIENT, ["gs1:8018", "gs1:7250"]),
    ],
)
def test_people_are_known_by_their_service_relation_number(
    text: str, kind: IdentifierKind, codes: list[str]
) -> None:
    identifier = found(text)
    assert (identifier.kind, identifier.value) == (kind, "950600013435000028")
    assert [one.code for one in identifier.elements] == codes


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        # check digits, which biip only notes
        ("0109506000134353", "check_digit"),
        ("8018950600013435000029", "check_digit"),
        ("8017950600013435000027", "check_digit"),
        ("00395060001343520002", "check_digit"),
        ("4149506000134353", "check_digit"),
        ("80030950600013435312AB", "check_digit"),
        # dates that no calendar has
        (f"{GTIN}17261331", "bad_date"),
        (f"{GTIN}17260230", "bad_date"),
        (f"{GTIN}17270229", "bad_date"),
        (f"{GTIN}17260000", "bad_date"),
        (f"{GTIN}7003260228", "bad_date"),
        (f"{GTIN}8008260228", "bad_date"),
        (f"{GTIN}70032602282400", "bad_date"),
        (f"{GTIN}70032602281260", "bad_date"),
        (f"{GTIN}70032602001200", "bad_date"),
        (f"{PATIENT}{GS}725019700229", "bad_date"),
        (f"{PATIENT}{GS}725119720229246", "bad_date"),
        (f"{GTIN}7007260101260132", "bad_date"),
        (f"{GTIN}7007260101260100", "bad_date"),
        # what belongs together
        ("10LOT42A", "element_missing"),
        ("]d217261231", "element_missing"),
        ("21BAG01", "element_missing"),
        ("]d270032602281200", "element_missing"),
        ("724101", "element_missing"),
        ("80191", "element_missing"),
        ("7240PROTOCOL", "element_missing"),
        ("9012345", "element_missing"),
        ("]d2725019720229", "element_missing"),
        (f"{STAFF}{GS}725019720229", "element_missing"),
        (f"{GTIN}250SECOND", "element_missing"),
        (f"{STAFF}{GS}{PATIENT}", "element_excluded"),
        (f"{GTIN}3712", "element_excluded"),
        (f"{GTIN}10A{GS}10B", "repeated"),
        (f"{GTIN}{GTIN}", "repeated"),
        # separators
        (f"{PATIENT}80191", "separator_missing"),
        (f"{GTIN}10{'A' * 20}21B", "separator_missing"),
        (f"{GTIN}10A{GS}{GS}21B", "no_format"),
        (f"{GS}{GTIN}", "no_format"),
        (f"{GTIN}10", "bad_content"),
        (f"{GTIN}10A B", "bad_content"),
        (f"{GTIN}10A\n", "bad_content"),
        (f" {GTIN}", "no_format"),
        (f"{GTIN} ", "no_format"),
        (f"{GTIN}30", "bad_content"),
        ("010950600013435", "bad_content"),
        ("05123", "no_format"),
        # a plain retail symbol is not an element string
        ("9506000134352", "ambiguous"),
        ("4012345678901", "ambiguous"),
        ("09506000134352", "ambiguous"),
        ("95060001", "ambiguous"),
        # a symbology of GS1 holds nothing else
        ("]d2=A99992600000100", "wrong_symbology"),
        ("]C1VB000001G", "wrong_symbology"),
        (f"]d1{GTIN}", "wrong_symbology"),
        (f"]C0{GTIN}", "wrong_symbology"),
        ("]E09506000134352", "wrong_symbology"),
        # brackets are for people
        ("(01)09506000134352", "no_format"),
        # substitutes for the separator are never guessed at
        (f"{GTIN}10A~21B", "bad_content"),
        (f"{GTIN}10A|21B", "bad_content"),
        (f"{GTIN}10A{{GS}}21B", "bad_content"),
    ],
)
def test_what_breaks_a_rule_is_told_which(text: str, reason: str) -> None:
    assert reason_of(text) == reason


@pytest.mark.parametrize(
    "text",
    [
        f"{GTIN}17260200",  # the end of February
        f"{GTIN}17280229",
        f"{GTIN}17000229",  # 2000 was a leap year
        f"{GTIN}70032602282359",
        f"{GTIN}7007260101",
        f"{GTIN}7007260101260131",
        f"{GTIN}21B{GS}250SECOND",
        f"{GTIN}9012345",
        f"{PATIENT}{GS}7251197202292359",
        "00395060001343520001",
        f"{GTIN}800826022823",
        "8004GIAI-1",
        "4149506000134352",
    ],
)
def test_the_edges_of_the_rules(text: str) -> None:
    assert found(text).elements


def test_a_separator_that_was_not_needed_is_kept_as_it_came() -> None:
    """Some printers set one after every field: the same elements, and another barcode."""
    usual, other = found(f"{GTIN}1726123110LOT42A"), found(f"{GTIN}{GS}17261231{GS}10LOT42A{GS}")
    assert usual.elements == other.elements
    assert usual != other
    assert write(other) == f"{GTIN}{GS}17261231{GS}10LOT42A{GS}".encode()
    # of people the number is the identity: there only the one exact form is read
    assert reason_of(f"{PATIENT}{GS}") == "not_exact"


@given(CHANCE)
def test_elements_are_written_as_they_were_read(rng: Random) -> None:
    text = element_string(rng)
    assert rules.text_of(found(f"]d2{text}").elements) == text


@given(CHANCE)
def test_what_is_typed_in_brackets_is_what_would_be_scanned(rng: Random) -> None:
    scanned = found("]C1" + element_string(rng))
    shown = "".join(f"({one.code.removeprefix('gs1:')}){one.value}" for one in scanned.elements)
    typed = read_keyed(shown)
    if set("()") & set("".join(one.value for one in scanned.elements)):
        assert isinstance(typed, Unreadable)
    else:
        assert typed == replace(scanned, prefix="")


def test_no_application_identifier_begins_another() -> None:
    """What the cutting relies on, of the table that biip brings."""
    known = [
        f"{number:0{length}d}"
        for length in (2, 3, 4)
        for number in range(10**length)
        if _is_known(f"{number:0{length}d}")
    ]
    assert len(known) > 500
    assert [(a, b) for a in known for b in known if a != b and b.startswith(a)] == []


def _is_known(ai: str) -> bool:
    try:
        return GS1ApplicationIdentifier.extract(ai).ai == ai
    except ParseError:
        return False


def test_every_identifier_that_is_asked_about_exists() -> None:
    asked = set(rules.REQUIRES) | {
        ai for groups in rules.REQUIRES.values() for group in groups for ai in group
    }
    asked |= {ai for pair in rules.EXCLUDES for ai in pair}
    assert [ai for ai in sorted(asked) if not _is_known(ai)] == []
