"""The audit trail of a batch, looked over by quality before its release: by whom, and up to which entry.

A reviewer reads what is out of the ordinary: changes, corrections, overrides, refusals and their like. Another of
these after the entry up to which the trail was looked over makes it unreviewed again (EU GMP Annex 11, 9; 21 CFR
211.192 with FDA's guidance on data integrity, 2018, question 7).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from ledger.rules import canonical
from people.rules.signatures import SignatureView

RECORD_KIND = "trail_review"
MOST_COMMENT = 400


class TrailKind(StrEnum):
    """What makes an entry worth a reader's time."""

    CHANGE = "change"
    CORRECTION = "correction"
    OVERRIDE = "override"
    MANUAL_ENTRY = "manual_entry"
    REFUSAL = "refusal"
    REPRINT = "reprint"
    LATE_ENTRY = "late_entry"


@dataclass(frozen=True)
class TrailEntry:
    """An entry of the journey that is out of the ordinary, by its number in the journey's stream.

    `entry` is its number in the ledger; `by` the printed name of the actor.
    """

    sequence: int
    kind: TrailKind
    event: str = ""
    at: datetime | None = None
    by: str = ""
    reason: str = ""
    entry: int = 0


@dataclass(frozen=True)
class TrailReview:
    """Somebody looked the trail over, up to and including an entry.

    `entries` are the numbers, in the ledger, of those that were shown as not looked over; `comments` what was said of
    some of them, by their number in the journey. `digest` is what was signed, empty for a review from before they were
    signed; `is_valid` whether the signature is still over what the review says.
    """

    reviewer_id: int
    reviewer: str
    upto: int
    at: datetime | None = None
    remark: str = ""
    id: str = ""
    entries: tuple[int, ...] = ()
    comments: Mapping[int, str] = field(default_factory=dict, hash=False)
    digest: str = ""
    is_valid: bool = True


class TrailStanding(StrEnum):
    """How the review of a trail stands."""

    REVIEWED = "reviewed"
    DUE = "due"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class Trail:
    """What is out of the ordinary in a journey, its last entry's number, and who looked it over."""

    entries: tuple[TrailEntry, ...] = ()
    reviews: tuple[TrailReview, ...] = ()
    last: int = 0

    def reviewed_upto(self, producers: frozenset[int]) -> int | None:
        """Up to where somebody looked who did not make the batch (None: nobody has)."""
        counts = (it for it in self.reviews if it.is_valid and it.reviewer_id not in producers)
        return max((it.upto for it in counts), default=None)

    def unreviewed(self, producers: frozenset[int]) -> tuple[TrailEntry, ...]:
        """Everything out of the ordinary that nobody of quality has seen."""
        upto = self.reviewed_upto(producers)
        return tuple(entry for entry in self.entries if upto is None or entry.sequence > upto)

    def to_review(self, producers: frozenset[int], upto: int) -> tuple[TrailEntry, ...]:
        """What a review up to this entry is of."""
        return tuple(entry for entry in self.unreviewed(producers) if entry.sequence <= upto)

    def is_reviewed(self, producers: frozenset[int]) -> bool:
        """Whether it was looked over, and nothing has come since that would have to be."""
        return self.reviewed_upto(producers) is not None and not self.unreviewed(producers)

    def before(self, at: datetime) -> "Trail":
        """What there was of it before a moment."""
        return replace(
            self,
            entries=tuple(it for it in self.entries if it.at is not None and it.at < at),
            reviews=tuple(it for it in self.reviews if it.at is not None and it.at < at),
        )

    def standing(self, producers: frozenset[int], let_go_at: datetime | None) -> TrailStanding:
        """How its review stands, which has to come before the batch is let go (None: it was not yet).

        What was to be looked over by then, and was not, is overdue; what came afterwards is due.
        """
        if self.is_reviewed(producers):
            return TrailStanding.REVIEWED
        if let_go_at is None:
            return TrailStanding.DUE
        was_seen = self.reviewed_upto(producers) is not None
        came_later = all(it.at is not None and it.at > let_go_at for it in self.unreviewed(producers))
        return TrailStanding.DUE if was_seen and came_later else TrailStanding.OVERDUE


def review_digest(
    *, batch: str, upto: int, entries: Iterable[int], comments: Mapping[int, str], remark: str
) -> str:
    """What the signature under a review is over: exactly the entries that were shown, and what was said of them."""
    signed = {
        "schema": 1,
        "batch": batch,
        "upto": upto,
        "entries": list(entries),
        "comments": {str(number): text for number, text in comments.items()},
        "remark": remark,
    }
    return sha256(canonical(signed)).hexdigest()


def is_signed(review: TrailReview, batch: str, signatures: Iterable[SignatureView]) -> bool:
    """Whether one of the signatures is the reviewer's, over what the review says now."""
    digest = review_digest(
        batch=batch,
        upto=review.upto,
        entries=review.entries,
        comments=review.comments,
        remark=review.remark,
    )
    return digest == review.digest and any(
        it.signer_id == review.reviewer_id and it.record_digest == digest for it in signatures
    )


class TrailRefusal(StrEnum):
    """Why a review of the trail may not be recorded."""

    BY_A_PRODUCER = "by_a_producer"
    BEYOND_THE_END = "beyond_the_end"
    SEEN_ALREADY = "seen_already"


def against_trail_review(
    trail: Trail, upto: int, reviewer: int, producers: frozenset[int]
) -> tuple[TrailRefusal, ...]:
    """Why this person may not say that they looked the trail over up to this entry."""
    seen = trail.reviewed_upto(producers)
    checks = (
        (reviewer in producers, TrailRefusal.BY_A_PRODUCER),
        (upto > trail.last, TrailRefusal.BEYOND_THE_END),
        (upto < 1 or (seen is not None and upto <= seen), TrailRefusal.SEEN_ALREADY),
    )
    return tuple(code for is_so, code in checks if is_so)
