"""What is out of the ordinary in the journeys of batches, and who looked it over."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from coi.events import Event as Coi
from coi.rules.batches import BatchSummary
from coi.selectors.scans import keyed_scans
from ledger import selectors as ledger
from ledger.selectors import EntryHead
from qc.events import Event
from qc.models import TrailReview as Row
from qc.rules.trail import Trail, TrailEntry, TrailKind, TrailReview

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
    """The trail of each batch's journey, by the batch's id (four statements, however many batches)."""
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


def _entry(head: EntryHead) -> TrailEntry:
    kind = KINDS.get(head.event, TrailKind.MANUAL_ENTRY)
    return TrailEntry(head.seq, kind, head.event, head.occurred_at, head.actor_name, head.reason, head.id)


def _reviews(batches: Sequence[BatchSummary]) -> dict[str, list[TrailReview]]:
    found: dict[str, list[TrailReview]] = defaultdict(list)
    for row in Row.objects.filter(batch__in=[batch.id for batch in batches]).order_by("upto"):
        one = TrailReview(row.reviewer_id, row.reviewer_name, row.upto, row.reviewed_at, row.remark)
        found[str(row.batch_id)].append(one)
    return found
