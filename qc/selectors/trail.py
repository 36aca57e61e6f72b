"""What is out of the ordinary in the journeys of batches, and who looked it over."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from coi.events import Event as Coi
from coi.rules.batches import BatchSummary
from coi.selectors.scans import keyed_scans
from ledger import selectors as ledger
from ledger.rules.histories import Altered
from ledger.selectors import EntryHead
from ledger.selectors.histories import values_before
from people import selectors as people
from qc.events import Event
from qc.models import TrailReview as Row
from qc.rules.trail import RECORD_KIND, Trail, TrailEntry, TrailKind, TrailReview, is_signed

# What quality looks at. Its own refused decisions are not among them: they are on the page that it decides on, and an
# attempt that was refused for want of this review would ask for the next.
KINDS: Mapping[str, TrailKind] = {
    Coi.SCAN_REFUSED: TrailKind.REFUSAL,
    Coi.STOP_CLEARANCE_REFUSED: TrailKind.REFUSAL,
    Coi.STOP_CLEARED: TrailKind.OVERRIDE,
    Coi.HOLD_RELEASED: TrailKind.OVERRIDE,
    Coi.LABEL_REPRINTED: TrailKind.REPRINT,
    Coi.LABEL_FATE_CORRECTED: TrailKind.CORRECTION,
    Coi.WEIGHT_CORRECTED: TrailKind.CORRECTION,
    Coi.ALIAS_RETIRED: TrailKind.CHANGE,
    Coi.RECONCILIATION_APPROVED: TrailKind.CHANGE,
    Event.RESULT_CORRECTED: TrailKind.CORRECTION,
}


def trails_of(batches: Sequence[BatchSummary]) -> dict[str, Trail]:
    """The trail of each batch's journey, by the batch's id (five statements, however many batches)."""
    streams = {f"journey:{batch.coi_id}" for batch in batches}
    keyed = keyed_scans({batch.order_id for batch in batches})
    entries: dict[str, list[TrailEntry]] = defaultdict(list)
    for head in ledger.heads_in_streams(streams, KINDS, keyed):
        entries[head.stream].append(_entry(head))
    ends, reviews = ledger.ends_of_streams(streams), _reviews(batches)
    return {
        batch.id: Trail(
            entries=tuple(entries[f"journey:{batch.coi_id}"]),
            reviews=tuple(reviews[batch.id]),
            last=ends.get(f"journey:{batch.coi_id}", 0),
        )
        for batch in batches
    }


def alterations_in(trail: Trail) -> dict[int, tuple[Altered, ...]]:
    """What each entry that is out of the ordinary altered, by its number in the ledger (three statements at most)."""
    return values_before(ledger.entries_by_id([entry.entry for entry in trail.entries]))


def _entry(head: EntryHead) -> TrailEntry:
    is_late = head.performed_at is not None
    kind = TrailKind.LATE_ENTRY if is_late else KINDS.get(head.event, TrailKind.MANUAL_ENTRY)
    return TrailEntry(head.seq, kind, head.event, head.occurred_at, head.actor_name, head.reason, head.id)


def _reviews(batches: Sequence[BatchSummary]) -> dict[str, list[TrailReview]]:
    codes = {batch.id: batch.code for batch in batches}
    rows = list(Row.objects.filter(batch__in=list(codes)).order_by("upto"))
    signed = people.signatures_of(RECORD_KIND, [str(row.pk) for row in rows])
    found: dict[str, list[TrailReview]] = defaultdict(list)
    for row in rows:
        one = _review(row)
        # A review from before they were signed stands as it was recorded.
        is_valid = not one.digest or is_signed(one, codes[str(row.batch_id)], signed[one.id])
        found[str(row.batch_id)].append(replace(one, is_valid=is_valid))
    return found


def trail_reviews(ids: Collection[str]) -> dict[str, tuple[str, TrailReview]]:
    """Reviews by their ids, each with the code of its batch (one statement)."""
    rows: Any = Row.objects.select_related("batch").filter(pk__in=list(ids))
    return {str(row.pk): (row.batch.code, _review(row)) for row in rows}


def _review(row: Row) -> TrailReview:
    return TrailReview(
        reviewer_id=row.reviewer_id,
        reviewer=row.reviewer_name,
        upto=row.upto,
        at=row.reviewed_at,
        remark=row.remark,
        id=str(row.pk),
        entries=tuple(row.entries),
        comments={int(number): text for number, text in row.comments.items()},
        digest=row.digest,
    )
