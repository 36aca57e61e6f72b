"""What kind of installation this is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from ledger import selectors
from ledger.events import Event
from ledger.models import INSTALLATION_ID, Entry
from ledger.rules import Actor, Subject, Where, new
from ledger.rules.canonical import plain
from ledger.selectors.histories import entries_of_period
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


@transaction.atomic
def note_configuration(
    *, software: str, settings: Mapping[str, Any], actor: Actor, now: datetime, request_id: UUID
) -> bool:
    """Record with which software and deciding settings the installation starts, where they are not those of the last
    time; whether an entry was made. An empty ledger stays empty: nobody works there yet.
    """
    facts = {"software": software, "settings": plain(settings)}
    if not Entry.objects.exists():
        return False
    events = [Event.INSTALLATION_CONFIGURED]
    last = entries_of_period(None, now, events=events, streams=["ledger"])[-1:]
    if last and last[0].facts == facts:
        return False
    append(
        event=Event.INSTALLATION_CONFIGURED,
        stream="ledger",
        actor=actor,
        where=Where(),
        now=now,
        request_id=request_id,
        facts=facts,
        subjects=[Subject("installation", str(INSTALLATION_ID))],
    )
    return True
