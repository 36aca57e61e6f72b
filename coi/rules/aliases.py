"""The identifiers that others have for a journey or its patient: a closed list, their form, and who may add them.

An alias is compared exactly: what is typed or scanned is what is stored, or its keyed digest where it is personal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from coi.rules.identifiers import Identifier, IdentifierKind, naming_code, read
from coi.rules.protocol import Party
from coi.rules.requests import index_key
from people.rules.rights import Right

MAX_VALUE = 40


class AliasKind(StrEnum):
    """Every kind of identifier by which a journey may be found beside its own."""

    DIN = "din"
    COID = "coid"
    JOIN = "join"
    LOT = "lot"
    THERAPY_ORDER = "therapy_order"
    WRISTBAND = "wristband"
    MRN = "mrn"
    SUBJECT = "subject"


# Stored as keyed digests alone, found at the site that issued them alone, and a look-up by them is recorded.
PERSONAL = frozenset({AliasKind.WRISTBAND, AliasKind.MRN, AliasKind.SUBJECT})
# These name the patient, who may have a second course: they find every journey of one patient, and of nobody else.
OF_PATIENT = frozenset({AliasKind.MRN, AliasKind.SUBJECT})
# The standard makes these unique in the whole world: whoever says that they issued one, it names one journey.
WORLDWIDE = frozenset({AliasKind.DIN, AliasKind.COID})
# What a machine-readable identifier can be an alias of.
READ_AS: Mapping[IdentifierKind, AliasKind] = {
    IdentifierKind.DIN: AliasKind.DIN,
    IdentifierKind.COI: AliasKind.COID,
    IdentifierKind.WRISTBAND: AliasKind.WRISTBAND,
    IdentifierKind.PATIENT: AliasKind.WRISTBAND,
}


class RetireReason(StrEnum):
    """Why an alias no longer counts."""

    MISTYPED = "mistyped"
    WRONG_JOURNEY = "wrong_journey"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Giver:
    """Somebody who may add or retire an alias: the right to it at the site of this party to the order."""

    party: Party
    right: Right


_COORDINATOR = Giver(Party.TREATING, Right.ADD_ALIAS)
_COLLECTION = Giver(Party.COLLECTION, Right.ADD_ALIAS_OF_COLLECTION)
_QUALITY = Giver(Party.MANUFACTURER, Right.ADD_ALIAS_OF_PRODUCT)

GIVERS: Mapping[AliasKind, tuple[Giver, ...]] = {
    AliasKind.DIN: (_COORDINATOR, _COLLECTION),
    AliasKind.COID: (_COORDINATOR, _QUALITY),
    AliasKind.JOIN: (_COORDINATOR, _QUALITY),
    AliasKind.LOT: (_COORDINATOR, _QUALITY),
    AliasKind.THERAPY_ORDER: (_COORDINATOR, _QUALITY),
    AliasKind.WRISTBAND: (_COORDINATOR,),
    AliasKind.MRN: (_COORDINATOR, _COLLECTION),
    AliasKind.SUBJECT: (_COORDINATOR,),
}


def value_problem(kind: AliasKind, value: str) -> str | None:
    """Why this cannot be an alias of the kind, or None. Nothing is trimmed, folded or corrected."""
    if not value.strip():
        return "text_required"
    if len(value) > MAX_VALUE:
        return "too_long"
    if not (value.isascii() and value.isprintable()):
        return "not_printable"
    if value != value.strip():
        return "spaces_around"
    if kind is AliasKind.WRISTBAND and wristband_of(value) is None:
        return "not_a_wristband_code"
    is_din = kind is not AliasKind.DIN or _is(IdentifierKind.DIN, f"={value}00")
    return None if is_din else "not_a_din"


def _is(kind: IdentifierKind, text: str) -> bool:
    found = read(text.encode("ascii"))
    return isinstance(found, Identifier) and found.kind is kind


def wristband_of(text: str) -> Identifier | None:
    """The wristband that a scanned text is: our own code, or a patient's identifier by ISBT 128 or GS1; else None."""
    found = read(text.encode("utf-8", "surrogatepass"))
    if isinstance(found, Identifier) and READ_AS.get(found.kind) is AliasKind.WRISTBAND:
        return found
    return None


def band_text(identifier: Identifier) -> str:
    """What a wristband's identifier is stored under, as its digest: the text itself, without what the scanner adds.

    A patient's identifier of a standard says which structure it is, so that no two of them are ever one.
    """
    if identifier.kind is IdentifierKind.WRISTBAND:
        return identifier.value
    return f"{naming_code(identifier)}:{identifier.value}"


def key_of(key: bytes, kind: AliasKind, issuer: str, value: str) -> str:
    """What the alias is stored and found as: itself, or its digest under `key` where it is personal.

    A number of a patient is digested with the site that gave it: two hospitals may count alike.
    """
    if kind in OF_PATIENT:
        return index_key(key, f"{kind}:{issuer}", value)
    if kind is AliasKind.WRISTBAND:
        band = wristband_of(value)
        return index_key(key, "wristband", value if band is None else band_text(band))
    return value
