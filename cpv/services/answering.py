"""Answering a signal: taken on once, by whoever answers for it from then on, and closed with cause and decision."""

from datetime import datetime
from typing import Any
from uuid import UUID

from coi.selectors.batches import lock_journeys
from coi.services.recording import answered_once
from cpv import selectors
from cpv.events import Event
from cpv.rules.programme.answering import (
    MOST_OF_A_NUMBER,
    MOST_WORDS,
    Closing,
    Decision,
    SignalRefusal,
    SignalState,
    against_acknowledging,
    against_closing,
)
from cpv.rules.programme.points import SignalView
from cpv.services.judging import TABLE, end_work, hand_over_work, note
from cpv.services.recording import require_at_any, topic_of_signal, writing
from ledger.rules import Actor, Where, put
from ledger.rules.errors import NotFound
from people.rules.rights import Right
from qc.services.recording import Doing, asking, invalid, record, repeated


@answered_once
def acknowledge_signal(
    *, signal: UUID, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> tuple[SignalRefusal, ...]:
    """Take a signal on: from then on this person answers for it, and its work is theirs.

    Answers with the reasons against it, which are recorded; none when it is done. Raises NotFound, NotAllowed (role).
    """
    doing = asking(actor, where, now, request_id, signal=signal)
    sites = selectors.answering_sites(_known(signal), now)
    person = require_at_any(actor, Right.ACKNOWLEDGE_SIGNAL, sites, now)
    if earlier := repeated(doing, Event.SIGNAL_ACKNOWLEDGED, Event.SIGNAL_REFUSED, signal=str(signal)):
        return tuple(SignalRefusal(code) for code in earlier.facts.get("refused", ()))
    with writing():
        found = _locked(signal)
        if against := against_acknowledging(found.standing):
            return _refused(found, against, doing)
        values = {
            "state": str(SignalState.ACKNOWLEDGED),
            "owner_id": person.user_id,
            "owner_name": actor.name,
            "acknowledged_at": now,
        }
        change = put(TABLE, found.id, **values)
        record(doing, topic_of_signal(found), Event.SIGNAL_ACKNOWLEDGED, {}, changes=(change,))
        hand_over_work(found.id, person.user_id, doing)
        _note(found, SignalState.ACKNOWLEDGED, doing)
    return ()


@answered_once
def close_signal(
    *,
    signal: UUID,
    decision: Decision,
    cause: str = "",
    deviation: str = "",
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> tuple[SignalRefusal, ...]:
    """Close a signal with what caused it and how far it was taken; a deviation is named by its number.

    Answers with the reasons against it, which are recorded; none when it is done. Raises NotFound, NotAllowed (role),
    Invalid (`too_long`, by field).
    """
    doing = asking(
        actor, where, now, request_id, signal=signal, decision=decision, cause=cause, deviation=deviation
    )
    sites = selectors.answering_sites(_known(signal), now)
    person = require_at_any(actor, Right.CLOSE_SIGNAL, sites, now)
    if earlier := repeated(doing, Event.SIGNAL_CLOSED, Event.SIGNAL_REFUSED, signal=str(signal)):
        return tuple(SignalRefusal(code) for code in earlier.facts.get("refused", ()))
    _check_lengths(cause=(cause, MOST_WORDS), deviation=(deviation, MOST_OF_A_NUMBER))
    closing = Closing(decision, cause.strip(), deviation.strip())
    with writing():
        found = _locked(signal)
        if against := against_closing(found.standing, closing, person.user_id):
            return _refused(found, against, doing)
        said = {"decision": str(decision), "cause": closing.cause, "deviation": closing.deviation}
        change = put(TABLE, found.id, state=str(SignalState.CLOSED), closed_at=now, **said)
        record(doing, topic_of_signal(found), Event.SIGNAL_CLOSED, said, changes=(change,))
        end_work(found.id, doing)
        _note(found, SignalState.CLOSED, doing)
    return ()


def _check_lengths(**texts: tuple[str, int]) -> None:
    wrong = {name: "too_long" for name, (text, most) in texts.items() if len(text) > most}
    if wrong:
        raise invalid(wrong)


def _known(id: UUID) -> SignalView:
    found = selectors.signal(id)
    if found is None:
        raise NotFound("signal_unknown")
    return found


def _locked(id: UUID) -> SignalView:
    """The signal as it stands while nobody judges its chart; its journey is locked before any stream is waited for."""
    found = _known(id)
    selectors.lock_chart(found.chart)
    lock_journeys([found.batch])
    return _known(id)


def _refused(
    found: SignalView, against: tuple[SignalRefusal, ...], doing: Doing
) -> tuple[SignalRefusal, ...]:
    facts: dict[str, Any] = {"refused": [str(code) for code in against]}
    record(doing, topic_of_signal(found), Event.SIGNAL_REFUSED, facts)
    return against


def _note(found: SignalView, state: SignalState, doing: Doing) -> None:
    plan = selectors.effective_plan(found.plan, doing.now)
    parameter = plan.plan.parameter(found.parameter) if plan is not None else None
    if parameter is not None:
        note(parameter, found, state, doing)
