"""A signal of a control chart is noted on its batch. Nothing follows from it here: whoever releases reads of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from coi.services.recording import answered_once
from ledger.rules import Actor, ActorKind, Where, new, put
from ledger.rules import Subject as LedgerSubject
from ledger.rules.errors import Conflict
from people.rules.rights import Right
from people.services import require
from qc import selectors
from qc.events import Event
from qc.rules.noted_signals import Noted, NotedState, faults
from qc.services.recording import (
    Doing,
    asking,
    batch_topic,
    invalid,
    known_batch,
    locked_batch,
    record,
    repeated,
    writing,
)

TABLE, SUBJECT = "qc.notedsignal", "signal"


@answered_once
def note_signal(
    *,
    batch: str,
    signal: str,
    parameter: str,
    criterion: str = "",
    by: str,
    side: str,
    state: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> None:
    """Note a signal (its UUID as text) on a batch (by its code), or that it stands otherwise by now.

    What is noted already in these very words is not noted again. The batch's disposition and its record stay as they
    are. Raises Invalid (fields), NotFound (batch), NotAllowed (a person without the role at the batch's site), Conflict
    (the signal is noted on another batch).
    """
    id, noted = _read(signal, state, parameter=parameter, criterion=criterion, by=by, side=side)
    site = known_batch(batch).site
    if actor.kind is not ActorKind.SERVICE:
        require(actor=actor, right=Right.NOTE_SIGNAL, site=site, now=now)
    doing = asking(
        actor,
        where,
        now,
        request_id,
        batch=batch,
        signal=signal,
        parameter=parameter,
        criterion=criterion,
        by=by,
        side=side,
        state=state,
    )
    if repeated(doing, Event.SIGNAL_NOTED, batch=batch, signal=str(id)):
        return
    with writing():
        _note(batch, id, noted, doing)


def _note(batch: str, id: UUID, noted: Noted, doing: Doing) -> None:
    about = locked_batch(batch)
    known = selectors.noted_signal(id)
    if known is not None and known[0] != batch:
        raise Conflict("signal_of_another_batch")
    if known is not None and known[1].noted == noted:
        return
    values: dict[str, Any] = {
        "parameter": noted.parameter,
        "criterion": noted.criterion,
        "by": noted.by,
        "side": noted.side,
        "state": str(noted.state),
    }
    change = (
        put(TABLE, id, noted_at=doing.now, **values)
        if known is not None
        else new(TABLE, id, batch_id=about.id, noted_at=doing.now, **values)
    )
    facts = {"signal": str(id), **values}
    subject = LedgerSubject(SUBJECT, str(id))
    record(doing, batch_topic(about), Event.SIGNAL_NOTED, facts, changes=(change,), subjects=(subject,))


def _read(signal: str, state: str, **told: str) -> tuple[UUID, Noted]:
    wrong, id, known = {}, None, None
    try:
        id = UUID(signal)
    except ValueError:
        wrong["signal"] = "not_an_id"
    try:
        known = NotedState(state)
    except ValueError:
        wrong["state"] = "not_choice"
    noted = Noted(**told, state=known or NotedState.RAISED)
    wrong |= faults(noted)
    if wrong or id is None:
        raise invalid(wrong)
    return id, noted
