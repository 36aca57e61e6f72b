"""Leaving a point out of limits and rules, for a reason, and taking it in again. It stays in view either way."""

from datetime import datetime
from uuid import UUID

from coi.services.recording import answered_once
from cpv import selectors
from cpv.events import Event
from cpv.selectors.charts import KnownPoint
from cpv.services.judging import judge_chart
from cpv.services.recording import require_scientist, topic_of_point, writing
from cpv.services.watching import forget
from ledger.rules import Actor, Where, derive, put
from ledger.rules.errors import Conflict, NotFound
from qc.services.recording import asking, invalid, record, repeated

TABLE = "cpv.observation"
MOST_WORDS = 400


@answered_once
def exclude_point(
    *, observation: UUID, reason: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> None:
    """Leave a point out, for a reason that stays with it; the chart is judged again at once.

    Raises NotFound, NotAllowed (role), Invalid (no reason, `too_long`), Conflict (`excluded_already`).
    """
    doing = asking(actor, where, now, request_id, observation=observation, reason=reason)
    person = require_scientist(actor, _places(observation, now), now)
    said = reason.strip()
    if not said or len(said) > MOST_WORDS:
        raise invalid({"reason": "too_long" if said else "required"})
    with writing():
        found = _locked(observation)
        if repeated(doing, Event.POINT_EXCLUDED):
            return
        if found.point.is_excluded:
            raise Conflict("excluded_already")
        change = put(
            TABLE,
            found.point.id,
            excluded_at=now,
            excluded_by_id=person.user_id,
            excluded_by_name=actor.name,
            exclusion_reason=said,
        )
        record(doing, topic_of_point(found), Event.POINT_EXCLUDED, {}, changes=(change,), reason=said)
        forget([found.chart], found.point.made_at)
        judge_chart(chart=found.chart, now=now, request_id=derive(request_id, "judged"))


@answered_once
def include_point(
    *, observation: UUID, reason: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> None:
    """Take a point in again. Raises as `exclude_point`, Conflict (`not_excluded`)."""
    doing = asking(actor, where, now, request_id, observation=observation, reason=reason)
    require_scientist(actor, _places(observation, now), now)
    said = reason.strip()
    if not said or len(said) > MOST_WORDS:
        raise invalid({"reason": "too_long" if said else "required"})
    with writing():
        found = _locked(observation)
        if repeated(doing, Event.POINT_INCLUDED):
            return
        if not found.point.is_excluded:
            raise Conflict("not_excluded")
        values = {"excluded_at": None, "excluded_by_id": None, "excluded_by_name": "", "exclusion_reason": ""}
        change = put(TABLE, found.point.id, **values)
        record(doing, topic_of_point(found), Event.POINT_INCLUDED, {}, changes=(change,), reason=said)
        forget([found.chart], found.point.made_at)
        judge_chart(chart=found.chart, now=now, request_id=derive(request_id, "judged"))


def _places(id: UUID, now: datetime) -> tuple[str, ...]:
    known = _known(id)
    return selectors.places_of(known.plan, known.point.site, now)


def _known(id: UUID) -> KnownPoint:
    found = selectors.observation(id)
    if found is None:
        raise NotFound("point_unknown")
    return found


def _locked(id: UUID) -> KnownPoint:
    selectors.lock_chart(_known(id).chart)
    return _known(id)
