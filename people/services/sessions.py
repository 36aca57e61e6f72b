"""Where users are signed in, and the end of it: a session counts while its user's epoch is the one it began in."""

from datetime import datetime
from uuid import UUID

from django.db.models import F

from ledger.rules import Actor, Subject, Where
from ledger.rules.errors import NotAllowed
from people import models
from people.events import Event
from people.services.recording import Doing, is_repeat, record, writing


def close_sessions(user_id: int, *, now: datetime, kept: UUID | None = None) -> None:
    """End every session of a user; the caller appends the entry. `kept` stays on the list: its door renews it."""
    models.User.objects.filter(pk=user_id).update(sessions_epoch=F("sessions_epoch") + 1)
    rows = models.Session.objects.filter(user=user_id, ended_at__isnull=True)
    (rows if kept is None else rows.exclude(pk=kept)).update(ended_at=now)


def end_other_sessions(
    *, kept: UUID | None, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> None:
    """End one's own sessions everywhere else; the door renews the one that asks."""
    if actor.user_id is None:
        raise NotAllowed("not_signed_in")
    facts = {"user": str(actor.user_id), "site": ""}
    if is_repeat(request_id=request_id, event=Event.SESSIONS_ENDED, facts=facts):
        return
    with writing():
        close_sessions(actor.user_id, now=now, kept=kept)
        record(
            Doing(actor, where, now, request_id),
            event=Event.SESSIONS_ENDED,
            stream="people",
            facts=facts,
            subjects=[Subject("user", str(actor.user_id))],
        )
