"""Reading a barcode: raw bytes in, a typed identifier or a coded Unreadable out. Never an exception, never a guess.

Formats: ISBT 128 structures, pairs and compound messages (`isbt128`), GS1 element strings (`gs1`), and our own short
codes (`people.rules.codes`). No table of ICCBBA or GS1 is needed or shipped. docs/reference/identifiers.md lists all.

Reading is injective: writing an identifier again gives the input byte for byte.
"""

from coi.rules.identifiers.context import (
    FlagKind,
    flag_meaning,
    is_of_facility,
    is_personal,
    missing_elements,
    must_follow,
    naming_code,
    same_subject,
)
from coi.rules.identifiers.dates import Meaning, Moment, Precision, content_of, moment_of
from coi.rules.identifiers.keyed import printed, read_keyed
from coi.rules.identifiers.model import (
    MAX_BYTES,
    Element,
    Identifier,
    IdentifierKind,
    Unreadable,
    UnreadableReason,
)
from coi.rules.identifiers.reading import PREFIXES, coi_id, din, parts, read, write

__all__ = [
    "MAX_BYTES",
    "PREFIXES",
    "Element",
    "FlagKind",
    "Identifier",
    "IdentifierKind",
    "Meaning",
    "Moment",
    "Precision",
    "Unreadable",
    "UnreadableReason",
    "coi_id",
    "content_of",
    "din",
    "flag_meaning",
    "is_of_facility",
    "is_personal",
    "missing_elements",
    "moment_of",
    "must_follow",
    "naming_code",
    "parts",
    "printed",
    "read",
    "read_keyed",
    "same_subject",
    "write",
]
