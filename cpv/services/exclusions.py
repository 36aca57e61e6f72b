"""Leaving a point out of limits and rules, for a reason, and taking it in again. It stays in view either way."""

from datetime import datetime
from typing import Any
from uuid import UUID

from coi.services.recording import answered_once
from cpv import selectors
from cpv.events import Event
from cpv.selectors.charts import KnownPoint
from cpv.services.judging import judge_charts
from cpv.services.recording import require_at_any, topic_of_point, writing
from cpv.services.watching import forget
from ledger.rules import Actor, Where, derive, put
from ledger.rules.errors import Conflict, NotFound
from people.rules.authority import Person
from people.rules.rights import Right
from qc.services.recording import Doing, asking, invalid, record, repeated

TABLE = "cpv.observation"
MOST_WORDS = 400
_TAKEN_IN = {"excluded_at": None, "excluded_by_id": None, "excluded_by_name": "", "exclusion_reason": ""}


@answered_once
def exclude_point(
    *, observation: UUID, reason: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> None:
    """Leave a point out, for a reason that stays with it; the chart is judged again at once.

    Raises NotFound, NotAllowed (role), Invalid (no reason, `too_long`), Conflict (`excluded_already`).
    """
    doing = asking(actor, where, now, request_id, observation=observation, reason=reason)
    _change(Event.POINT_EXCLUDED, observation, reason, doing)


@answered_once
def include_point(
    *, observation: UUID, reason: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> None:
    """Take a point in again. Raises as `exclude_point`, Conflict (`not_excluded`)."""
    doing = asking(actor, where, now, request_id, observation=observation, reason=reason)
    _change(Event.POINT_INCLUDED, observation, reason, doing)


def _change(event: Event, observation: UUID, reason: str, doing: Doing) -> None:
    """Both ways alike. The chart is judged once that is written: judging waits for journeys, with no stream in hand."""
    is_out = event is Event.POINT_EXCLUDED
    right = Right.EXCLUDE_POINT if is_out else Right.INCLUDE_POINT
    person = require_at_any(doing.actor, right, _places(observation, doing.now), doing.now)
    said = reason.strip()
    if not said or len(said) > MOST_WORDS:
        raise invalid({"reason": "too_long" if said else "required"})
    with writing():
        found = _locked(observation)
        if repeated(doing, event):
            return
        if found.point.is_excluded is is_out:
            raise Conflict("excluded_already" if is_out else "not_excluded")
        forget({found.chart: found.point.made_at})
        values = _left_out(person, said, doing) if is_out else _TAKEN_IN
        change = put(TABLE, found.point.id, **values)
        record(doing, topic_of_point(found), event, {}, changes=(change,), reason=said)
    judge_charts(charts=[found.chart], now=doing.now, request_id=derive(doing.request_id, "judged"))


def _left_out(person: Person, said: str, doing: Doing) -> dict[str, Any]:
    return {
        "excluded_at": doing.now,
        "excluded_by_id": person.user_id,
        "excluded_by_name": doing.actor.name,
        "exclusion_reason": said,
    }


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
