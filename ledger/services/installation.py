"""What kind of installation this is."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from ledger import selectors
from ledger.events import Event
from ledger.models import INSTALLATION_ID, Entry
from ledger.rules import Actor, Subject, Where, new
from ledger.services.append import append


class NotEmpty(ValueError):
    """Records of real work exist: this installation cannot become a demonstration."""


@transaction.atomic
def mark_demonstration(*, actor: Actor, now: datetime, request_id: UUID) -> None:
    """Flag this installation as a demonstration, for good, while the ledger is empty. Twice does no harm."""
    if selectors.is_demonstration():
        return
    if Entry.objects.exists():
        raise NotEmpty("the ledger holds entries already")
    append(
        event=Event.INSTALLATION_MARKED,
        stream="ledger",
        actor=actor,
        where=Where(),
        now=now,
        request_id=request_id,
        facts={"is_demonstration": True},
        changes=[new("ledger.installation", INSTALLATION_ID, is_demonstration=True, marked_at=now)],
        subjects=[Subject("installation", str(INSTALLATION_ID))],
    )
