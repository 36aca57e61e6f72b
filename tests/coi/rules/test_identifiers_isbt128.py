"""ISBT 128: every structure, pairs and compound messages, by the standard's worked strings and beside them."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_2

from coi.rules.identifiers import (
    Element,
    Identifier,
    IdentifierKind,
    Unreadable,
    UnreadableReason,
    parts,
    read,
)
from coi.rules.identifiers.isbt128 import STRUCTURES as RULES
from coi.rules.identifiers.isbt128 import checksum_flags
from people.rules.codes import check_char
from tests.coi.rules import identified
from tests.coi.rules.test_identifiers import CHANCE, found

# check values of ISO/IEC 7064 mod 37-2: the standard's own figures, and some derived from them
VECTORS = [
    ("G123417654321", 10, "A"),
    ("G123498654321", 17, "H"),
    ("W000009123456", 16, "G"),
    ("A999818123456", 23, "N"),
    ("A999917123456", 9, "9"),
    ("A999926123456", 29, "T"),
    ("A999926000001", 8, "8"),
    ("A999926000002", 6, "6"),
    ("A999926000123", 25, "P"),
    ("CHA999926000001", 36, "*"),
]


def reason_of(text: str) -> str:
    """Why it is not read."""
    answer = read(text.encode())
    assert isinstance(answer, Unreadable), answer
    return answer.reason


@pytest.mark.parametrize(("text", "value", "character"), VECTORS)
def test_check_characters_are_those_of_the_standard(text: str, value: int, character: str) -> None:
    assert check_char(text) == mod_37_2.calc_check_digit(text) == character
    assert checksum_flags(text) == str(60 + value)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("=A99991712345600", IdentifierKind.DIN, "A999917123456"),
        ("=G12341765432170", IdentifierKind.DIN, "G123417654321"),
        ("&/CHA999926000ABC", IdentifierKind.COI, "CHA999926000ABC"),
        ("='A999900395A", IdentifierKind.STAFF, "A999900395A"),
        ("&#0105ABC12", IdentifierKind.PATIENT, "ABC12"),
        ("=$A999917123450102", IdentifierKind.CONSIGNMENT, "A99991712345"),
        ("&>0183652359", IdentifierKind.PRODUCT, "&>0183652359"),
        ("=<S12954A0", IdentifierKind.PRODUCT, "=<S12954A0"),
        ("=/A9997AB3456T0123", IdentifierKind.PRODUCT, "=/A9997AB3456T0123"),
        (
            "&,4PL001499Z549917123456A00T041600320181231",
            IdentifierKind.PRODUCT,
            "&,4PL001499Z549917123456A00T041600320181231",
        ),
        ("&xLOCAL-DATA", IdentifierKind.PRODUCT, "&xLOCAL-DATA"),
        ("&;12345", IdentifierKind.PRODUCT, "&;12345"),
        ("&!N", IdentifierKind.PRODUCT, "&!N"),
    ],
)
def test_worked_strings_are_read(text: str, kind: IdentifierKind, value: str) -> None:
    identifier = found(text)
    assert (identifier.kind, identifier.value) == (kind, value)


@pytest.mark.parametrize("code", sorted(identified.STRUCTURES))
def test_every_structure_is_read_as_itself(code: str) -> None:
    rng = Random(code)
    for _ in range(100):
        identifier = found(identified.structure(rng, code))
        assert [one.code for one in identifier.elements] == ([] if code in ("001", "040") else [code])


def test_the_structures_are_those_that_the_generator_knows() -> None:
    assert {one.code: one.lead for one in RULES} == {
        code: lead for code, (lead, _) in identified.STRUCTURES.items()
    }


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        # flags 60 to 96 are a checksum
        ("=G12341765432171", "check_character"),
        ("=A999926123456O0", "bad_content"),
        # facility: never O, never 0 first
        ("=AO992612345600", "bad_content"),
        ("=A99A92612345600", "bad_content"),
        # product code: lower case at the end alone
        ("=<s12954A0", "bad_content"),
        ("=<S12954a0", "bad_content"),
        ("=<S12954A", "bad_content"),
        # days
        ("=>026000", "bad_date"),
        ("=>026366", "bad_date"),
        ("=>027366", "bad_date"),
        ("=>900366", "bad_date"),  # 1900 was no leap year
        ("=>100366", "bad_date"),  # nor will 2100 be
        ("&>0263652400", "bad_date"),
        ("&>0263651260", "bad_date"),
        ("&*0264001200", "bad_date"),
        ("=}026999", "bad_date"),
        ("=]202613", "bad_date"),
        ("=]202600", "bad_date"),
        ("=]000001", "bad_date"),
        ("=#0119700229", "bad_date"),
        ("=#0119701301", "bad_date"),
        ("=#0100000101", "bad_date"),
        ("=(1001202602291200", "bad_date"),
        ("=(1001202602282400", "bad_date"),
        ("=(3001202602281200", "bad_content"),
        ("=(1101202602281200", "bad_content"),
        # containers of a consignment
        ("=$A999917123450302", "bad_content"),
        ("=$A999917123450000", "bad_content"),
        # a patient's number: its length is in the header
        ("&#0106ABC12", "bad_content"),
        ("&#0104ABC12", "no_format"),
        ("&#01", "bad_content"),
        ("&#0100", "bad_content"),
        ("&#01A5ABC12", "no_format"),
        ("&#0105AB 12", "bad_content"),
        ("&,4PL001499Z549917123456C00T041600320181231", "bad_content"),
        ("&,4PL001499Z549917123456A00T041600320181331", "bad_date"),
        ("&/CHA99992600000a", "bad_content"),
        ("&/COA999926000001", "bad_content"),
        ("&,3123456789012345678", "no_format"),  # withdrawn
        ("=?12345", "no_format"),
        ("&,", "no_format"),
        ("&", "no_format"),
        ("=", "no_format"),
        ("&x", "no_format"),
        ("&xLOCAL DATA", "not_in_message"),
        ("&xLOCAL=A99991712345600", "not_in_message"),  # where it ends is not known
        ("SEC: PL001499Z549917123456 A00T041600320171231", "no_format"),  # text for people
    ],
)
def test_what_breaks_a_rule_is_told_which(text: str, reason: str) -> None:
    assert reason_of(text) == reason


@pytest.mark.parametrize(
    "text",
    [
        "=>024366",
        "=>000366",
        "=>999365",
        "=>899365",
        "&>0260010000",
        "=$A999917123450002",  # the papers
        "=$A999917123459999",
        "=#0120000229",
        "&,4PL001499Z549917123456A00T04160Ab00000000",
        "=<E0291VA0",
    ],
)
def test_the_edges_of_the_rules_are_lawful(text: str) -> None:
    found(text)


def test_the_donor_identifiers_digits_are_checked() -> None:
    stem = "99990000012345678"
    check = f"{int('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*'.index(mod_37_2.calc_check_digit(stem))):02d}"
    assert found(f"&:{stem}{check}").elements == (Element("039", stem + check),)
    wrong = [f"{value:02d}" for value in range(100) if f"{value:02d}" != check]
    assert {reason_of(f"&:{stem}{other}") for other in wrong} == {"check_character"}


def test_a_message_is_read_whole_and_in_parts() -> None:
    text = "=+06000=A99992612345601=<S1295499&>0272222359=,000001&/CHA999926000ABC&,1000000000000LOT42A"
    identifier = found(text)
    assert (identifier.kind, identifier.value) == (IdentifierKind.MESSAGE, text)
    assert [one.code for one in identifier.elements] == ["001", "003", "005", "032", "040", "035"]
    kinds = [part.kind for part in parts(identifier)]
    product = IdentifierKind.PRODUCT
    assert kinds == [IdentifierKind.DIN, product, product, product, IdentifierKind.COI, product]
    assert parts(identifier)[0] == Identifier(IdentifierKind.DIN, "A999926123456", "01")
    assert parts(identifier)[4] == Identifier(IdentifierKind.COI, "CHA999926000ABC")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (
            "=+05000=Z54991712345600=%T300=<T0416003&>0183652359&,4PL001499Z549917123456A00T041600320181231",
            ["001", "002", "003", "005", "038"],
        ),
        ("=+04000=/A9997XYZ100T0479=A99991712345600=,000012=>019031", ["034", "001", "032", "004"]),
        (
            "=+06000=/A9999XYZ100T0476=,000025=A99971712345600=>019032=}017032&,1000000000000XYZ123",
            ["034", "032", "001", "004", "008", "035"],
        ),
        ("=+01000=A99991712345600", ["001"]),
        ("=+02000=(1001202602281200=(1002202602281200", ["031", "031"]),  # an expiry and a collection
        ("=+03000&#0105A=B&2=#0119720229=A99991712345600", ["025", "024", "001"]),
    ],
)
def test_worked_messages_are_read(text: str, codes: list[str]) -> None:
    assert [one.code for one in found(text).elements] == codes
    found(f"]d1{text}")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("=+05000=/A9997XYZ100T0479=A99991712345600=,000012=>019031", "count_mismatch"),
        ("=+03000=/A9997XYZ100T0479=A99991712345600=,000012=>019031", "count_mismatch"),
        ("=+00000", "count_mismatch"),
        ("=+01000", "count_mismatch"),
        ("=+", "bad_content"),
        ("=+0400", "bad_content"),
        # the count comes first: nothing in a broken message is interpreted
        ("=+03000=>026366=A99991712345600", "count_mismatch"),
        ("=+02000=>026366=A99991712345600", "bad_date"),
        # cut short
        ("=+04000=/A9997XYZ100T0479=A99991712345600=,000012=>01903", "bad_content"),
        # a sequence that stands in a table that is not ours
        ("=+04035=/A9997XYZ100T0479=,000012=A99991712345600=>019031", "unknown_sequence"),
        ("=+02000=+01000=A99991712345600", "not_in_message"),
        ("=+02000=A99991712345600&xLOCAL", "not_in_message"),
        ("=+02000=A99991712345600&;1234", "not_in_message"),
        ("=+02000=A99991712345600&!1234", "not_in_message"),
        ("=+02000=A99991712345600=A99991712345700", "repeated"),
        ("=+02000=(1001202602281200=(2001202602281200", "repeated"),
        ("=+02000=A99992612345601=<S1295499", "element_missing"),
        ("=+03000=A99992612345601=<S12954A0=,000001", "element_excluded"),
        ("]C1=+01000=A99991712345600", "wrong_symbology"),
        ("]C4=+01000=A99991712345600", "wrong_symbology"),
    ],
)
def test_a_message_that_is_not_whole_is_not_interpreted(text: str, reason: str) -> None:
    assert reason_of(text) == reason


@given(CHANCE)
def test_one_structure_more_or_fewer_than_counted_is_seen(rng: Random) -> None:
    text = identified.message(rng)
    count = int(text[2:4])
    for other in {0, count - 1, count + 1, 99} - {count}:
        assert reason_of(f"=+{other:02d}{text[4:]}") == "count_mismatch"


@pytest.mark.parametrize("prefix", ["", "]C4"])
def test_two_structures_that_the_scanner_joined_are_read(prefix: str) -> None:
    identifier = found(f"{prefix}=A99991712345600=<S12954A0")
    assert identifier.kind is IdentifierKind.MESSAGE
    assert parts(identifier) == (
        Identifier(IdentifierKind.DIN, "A999917123456", "00"),
        Identifier(IdentifierKind.PRODUCT, "=<S12954A0", "", (Element("003", "S12954A0"),)),
    )
    assert [one.code for one in found(f"{prefix}=#0119720229&#0105ABC12").elements] == ["024", "025"]
    assert [one.code for one in found(f"{prefix}=<S1295499&>0272222359").elements] == ["003", "005"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("]C4=A99991712345600", "wrong_symbology"),  # the scanner says two
        ("]C0=A99991712345600=<S12954A0", "wrong_symbology"),  # the scanner says one symbol
        ("]d1=A99991712345600=<S12954A0", "wrong_symbology"),
        ("]C4&xLOCAL", "wrong_symbology"),
        ("]C4VB000001G", "wrong_symbology"),
        ("]C40109506000134352", "wrong_symbology"),
        ("=A99991712345600=<S12954A0&>0272222359", "no_format"),
        ("=A99991712345600=A99991712345700", "repeated"),
        ("=A99991712345600&xLOCAL", "not_in_message"),
        ("&xLOCAL=<S12954A0", "not_in_message"),
        ("=<S12954A0=,000001", "element_excluded"),
        ("=A99991712345600VB000001G", "no_format"),
    ],
)
def test_what_no_scanner_joins_is_not_read(text: str, reason: str) -> None:
    assert reason_of(text) == reason


@pytest.mark.requirement("URS-TRUE-02")
@given(CHANCE, st.integers(0, 200))
def test_a_message_that_was_cut_is_never_read(rng: Random, length: int) -> None:
    text = identified.message(rng)
    if length < len(text):
        assert isinstance(read(text[:length].encode()), Unreadable)


def test_the_order_of_checks_is_integrity_before_interpretation() -> None:
    assert read(b"=+02000=>026366") == Unreadable(UnreadableReason.COUNT_MISMATCH)
