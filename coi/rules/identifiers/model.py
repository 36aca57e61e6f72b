"""What reading a barcode gives: a typed identifier or a coded Unreadable."""

from dataclasses import dataclass
from enum import StrEnum

MAX_BYTES = 4096


class IdentifierKind(StrEnum):
    """What kind of thing a barcode names."""

    DIN = "din"
    COI = "coi"
    BADGE = "badge"
    STATION = "station"
    PLACE = "place"
    LABEL = "label"
    COMMAND = "command"
    LOT = "lot"
    EQUIPMENT = "equipment"
    SHIPPER = "shipper"
    WRISTBAND = "wristband"
    STAFF = "staff"
    PATIENT = "patient"
    CONSIGNMENT = "consignment"
    PRODUCT = "product"
    MESSAGE = "message"


@dataclass(frozen=True)
class Element:
    """One structure or application identifier of what was read, with its content as written.

    `code`: `001` to `040` for a structure of ISBT 128, `&a` for a national one, `gs1:10` for an application identifier.
    """

    code: str
    value: str


@dataclass(frozen=True)
class Identifier:
    """What was read. Two readings are equal only if the same bytes came.

    `value`: the identity that is compared. `flags`: a DIN's two flag characters, process context; empty when the
    number was typed and they are not known. `elements`: what a standard's barcode is made of. `prefix`: the symbology
    identifier, as the scanner sent it.
    """

    kind: IdentifierKind
    value: str
    flags: str = ""
    elements: tuple[Element, ...] = ()
    prefix: str = ""


class UnreadableReason(StrEnum):
    """Why nothing could be read."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_TEXT = "not_text"
    NO_FORMAT = "no_format"
    WRONG_SYMBOLOGY = "wrong_symbology"
    BAD_CONTENT = "bad_content"
    BAD_DATE = "bad_date"
    CHECK_CHARACTER = "check_character"
    CHECK_MISSING = "check_missing"
    CHECK_DIGIT = "check_digit"
    COUNT_MISMATCH = "count_mismatch"
    UNKNOWN_SEQUENCE = "unknown_sequence"
    NOT_IN_MESSAGE = "not_in_message"
    REPEATED = "repeated"
    ELEMENT_MISSING = "element_missing"
    ELEMENT_EXCLUDED = "element_excluded"
    SEPARATOR_MISSING = "separator_missing"
    AMBIGUOUS = "ambiguous"
    NOT_EXACT = "not_exact"


@dataclass(frozen=True)
class Unreadable:
    """Nothing was read, and why."""

    reason: UnreadableReason
