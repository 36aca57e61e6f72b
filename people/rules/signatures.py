"""Electronic signatures: their fixed meanings, and whether one still fits its record."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Meaning(StrEnum):
    """What a signature says; the list is closed."""

    AUTHORSHIP = "authorship"
    REVIEW = "review"
    APPROVAL = "approval"
    RELEASE = "release"
    CONDITIONAL_RELEASE = "conditional_release"
    EXCEPTIONAL_RELEASE = "exceptional_release"
    VERIFICATION = "verification"
    RESPONSIBILITY = "responsibility"
    REJECTION = "rejection"


class SignatureState(StrEnum):
    """Whether the signed record is still the one that was signed."""

    VALID = "valid"
    INVALID = "invalid"


@dataclass(frozen=True)
class SignatureView:
    """A signature as shown: printed name, time, meaning, and the digest of the record signed."""

    id: str
    signer_id: int
    printed_name: str
    meaning: Meaning
    signed_at: datetime
    zone: str
    auth: str
    record_kind: str
    record_id: str
    record_digest: str


def signature_state(signature: SignatureView, current_digest: str) -> SignatureState:
    """A record that changed since, by however little, makes its signature invalid."""
    return SignatureState.VALID if signature.record_digest == current_digest else SignatureState.INVALID
