"""The audit trail of a batch's journey, looked over by quality before the batch is let go."""

from datetime import datetime
from uuid import UUID

from coi.services.recording import answered_once
from ledger.rules import Actor, Where, derive, new
from people.rules.roles import QA
from people.services import require
from qc import selectors
from qc.events import Event
from qc.rules.trail import Trail, TrailRefusal, against_trail_review
from qc.services.recording import (
    asking,
    batch_topic,
    known_batch,
    locked_batch,
    record,
    repeated,
    writing,
)

TABLE = "qc.trailreview"


@answered_once
def review_trail(
    *, batch: str, upto: int, remark: str = "", actor: Actor, where: Where, now: datetime, request_id: UUID
) -> tuple[TrailRefusal, ...]:
    """Say that the trail was looked over up to and including the entry of this number in the journey's stream.

    Answers with the reasons against it, which are recorded; none when it is done. Raises NotFound, NotAllowed (role).
    """
    found = known_batch(batch)
    doing = asking(actor, where, now, request_id, batch=batch, upto=upto, remark=remark)
    reviewer = require(actor=actor, roles=QA, site=found.site, now=now)
    if earlier := repeated(doing, Event.TRAIL_REVIEWED, Event.TRAIL_REVIEW_REFUSED, batch=batch):
        return tuple(TrailRefusal(code) for code in earlier.facts.get("refused", ()))
    with writing():
        locked = locked_batch(batch)
        case = selectors.case_of(locked, now)
        trail, producers = case.trail or Trail(), case.dossier.producers
        against = against_trail_review(trail, upto, reviewer.user_id, producers)
        if against:
            facts = {"upto": upto, "refused": [str(code) for code in against]}
            record(doing, batch_topic(locked), Event.TRAIL_REVIEW_REFUSED, facts)
            return against
        values = {
            "batch_id": locked.id,
            "upto": upto,
            "remark": remark,
            "reviewer_id": reviewer.user_id,
            "reviewer_name": reviewer.printed_name,
            "reviewed_at": now,
        }
        row = new(TABLE, derive(request_id, "trail"), **values)
        seen = len([entry for entry in trail.unreviewed(producers) if entry.sequence <= upto])
        facts = {"upto": upto, "entries": seen, "remark": remark}
        record(doing, batch_topic(locked), Event.TRAIL_REVIEWED, facts, changes=(row,))
    return ()
