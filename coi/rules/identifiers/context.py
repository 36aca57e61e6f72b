"""What surrounds an identity: flags, elements that must come too, who is meant, what is personal."""

from enum import StrEnum

from coi.rules.identifiers.gs1 import SCHEME
from coi.rules.identifiers.isbt128 import DIVIDED
from coi.rules.identifiers.model import Identifier, IdentifierKind


class FlagKind(StrEnum):
    """What the two flag characters of a DIN say of the thing that they stand on."""

    NONE = "none"
    CONTAINER_OF_SET = "container_of_set"
    REPEATED_LABEL = "repeated_label"
    PILOT_TUBE = "pilot_tube"
    TEST_TUBE = "test_tube"
    DONOR_RECORD = "donor_record"
    NAT_SAMPLE = "nat_sample"
    BACTERIAL_SAMPLE = "bacterial_sample"
    MATCH_WITH_UNIT = "match_with_unit"
    PARTIAL_LABEL = "partial_label"
    LOCAL = "local"
    CHECKSUM = "checksum"
    RESERVED = "reserved"


_FLAGS = {
    0: FlagKind.NONE,
    5: FlagKind.REPEATED_LABEL,
    6: FlagKind.PILOT_TUBE,
    7: FlagKind.TEST_TUBE,
    8: FlagKind.DONOR_RECORD,
    9: FlagKind.NAT_SAMPLE,
    10: FlagKind.BACTERIAL_SAMPLE,
    11: FlagKind.MATCH_WITH_UNIT,
    12: FlagKind.PARTIAL_LABEL,
    13: FlagKind.PARTIAL_LABEL,
    **dict.fromkeys((1, 2, 3, 4, 15, 16, 17, 18, 19), FlagKind.CONTAINER_OF_SET),
    **dict.fromkeys(range(20, 60), FlagKind.LOCAL),
    **dict.fromkeys(range(60, 97), FlagKind.CHECKSUM),
}


def flag_meaning(flags: str) -> FlagKind:
    """What flag characters mean. `LOCAL` may be interpreted by the facility that gave them alone: `is_of_facility`."""
    if not flags:
        return FlagKind.NONE
    if len(flags) != 2 or not (flags.isascii() and flags.isdigit()):
        return FlagKind.RESERVED
    return _FLAGS.get(int(flags), FlagKind.RESERVED)


def is_of_facility(identifier: Identifier, facility: str) -> bool:
    """Whether this donation number was given by the facility, so that its local flags mean something there."""
    return identifier.kind is IdentifierKind.DIN and identifier.value[:5] == facility


def must_follow(identifier: Identifier) -> tuple[str, ...]:
    """Structures that have to be scanned besides: 032 after a product code that says that the product is divided."""
    codes = {one.code for one in identifier.elements}
    is_divided = any(one.code == "003" and one.value.endswith(DIVIDED) for one in identifier.elements)
    return ("032",) if is_divided and "032" not in codes else ()


def missing_elements(identifier: Identifier, expected: frozenset[str]) -> tuple[str, ...]:
    """Elements that should be there and are not: those expected, and what must follow.

    A scanner that drops separators makes one long lot of a lot and a serial, without an error: only the absence of
    what is expected tells. So it is a hard stop.
    """
    there = {one.code for one in identifier.elements}
    return tuple(sorted((expected - there) | set(must_follow(identifier))))


def naming_code(identifier: Identifier) -> str:
    """The code of the element that gives the identity (`025`, `gs1:8018` ...); empty where there are no elements."""
    codes = [one.code for one in identifier.elements]
    naming = [code for code in codes if code in (f"{SCHEME}8017", f"{SCHEME}8018", "020", "025", "028")]
    return (naming or codes or [""])[0]


def same_subject(one: Identifier, other: Identifier) -> bool:
    """Whether both name the same thing, whatever the symbol, flags and other elements. A DIN by its 13 characters."""
    if one.kind is not other.kind or one.value != other.value:
        return False
    return naming_code(one) == naming_code(other)


_PERSONAL = frozenset({"019", "024", "025", "039", f"{SCHEME}8018", "&;"})


def is_personal(identifier: Identifier) -> bool:
    """Whether it says who a patient or donor is, or something of them: it does not belong in the ledger as read."""
    return any(one.code in _PERSONAL or one.code.startswith(f"{SCHEME}725") for one in identifier.elements)
