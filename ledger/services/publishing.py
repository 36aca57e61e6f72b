"""Send the newest checkpoint to every destination in the settings, and remember how far each has got.

What is due follows from the rows alone: a destination that is behind the newest checkpoint gets it, at most once in an
interval, whatever became of earlier attempts. One that is away is tried again for ever; the newest checkpoint stands
for all before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException
from uuid import UUID, uuid5

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from ledger import selectors
from ledger.events import Event
from ledger.models import Publication
from ledger.rules import Actor, Subject, Where
from ledger.rules.destinations import Destination, DestinationKind, retry_after
from ledger.selectors import CheckpointView
from ledger.services import witnessing
from ledger.services.append import append
from ledger.services.posting import NotDelivered, post
from ledger.services.proofs import NotProvable
from ledger.services.witnessing import Refused

LEASE = timedelta(minutes=5)
ERROR_LENGTH = 500
MOST_ATTEMPTS_COUNTED = 1000
ACTOR = Actor.service("publisher of checkpoints")
REFUSALS = UUID("0d6d6d0c-3c0a-5a53-8f0e-27a1cf0b7a10")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to send to a destination for a while; `known` is the size that it has got."""

    destination: Destination
    known: int
    attempts: int
    was_refused: bool


def publish_checkpoints(*, now: datetime) -> int:
    """Send the newest checkpoint wherever it is due. Returns how many destinations got it."""
    newest = selectors.latest_checkpoint()
    if newest is None:
        return 0
    claims = [_claim(destination, newest.size, now) for destination in selectors.destinations()]
    return sum(_deliver(claim, newest, now) for claim in claims if claim is not None)


@transaction.atomic
def _claim(destination: Destination, size: int, now: datetime) -> Claim | None:
    """Take a destination that is due for a lease: two workers do not send the same twice."""
    Publication.objects.bulk_create(
        [Publication(destination=destination.name, due_at=now)], ignore_conflicts=True
    )
    due = Publication.objects.filter(destination=destination.name, due_at__lte=now, size__lt=size)
    row = due.select_for_update(skip_locked=True).first()
    if row is None:
        return None
    row.due_at, row.attempts = now + LEASE, min(row.attempts + 1, MOST_ATTEMPTS_COUNTED)
    row.save(update_fields=["due_at", "attempts"])
    return Claim(destination, row.size, row.attempts, row.is_refused)


def _deliver(claim: Claim, newest: CheckpointView, now: datetime) -> bool:
    state = Publication.objects.filter(destination=claim.destination.name)
    try:
        _SENDERS[claim.destination.kind](claim, newest)
    except (NotDelivered, NotProvable, Refused, SMTPException, OSError) as error:
        why = str(error)[:ERROR_LENGTH].replace("\x00", "")
        is_refused = isinstance(error, Refused)
        log.warning("ledger.checkpoint_not_delivered", to=claim.destination.name, size=newest.size, error=why)
        with transaction.atomic():  # that it refuses is remembered only once that is recorded
            state.update(last_error=why, is_refused=is_refused, due_at=now + retry_after(claim.attempts))
            if is_refused and not claim.was_refused:
                _record_refusal(claim, newest, why, now)
        return False
    due = now + timedelta(seconds=settings.CHECKPOINT_EVERY_SECONDS)
    state.update(size=newest.size, delivered_at=now, attempts=0, is_refused=False, last_error="", due_at=due)
    return True


def _record_refusal(claim: Claim, newest: CheckpointView, why: str, now: datetime) -> None:
    """An entry when a witness begins to refuse, not for each attempt: every entry would make a new checkpoint."""
    append(
        event=Event.CHECKPOINT_REFUSED,
        stream="ledger",
        actor=ACTOR,
        where=Where(),
        now=now,
        request_id=uuid5(REFUSALS, f"{claim.destination.name} {newest.size} {now.isoformat()}"),
        facts={"destination": claim.destination.name, "size": newest.size, "why": why},
        subjects=[Subject("log_witness", claim.destination.name[:200])],
    )


def _mail(claim: Claim, newest: CheckpointView) -> None:
    text = (
        f"The ledger {settings.LEDGER_ORIGIN} held {newest.size} entries at {newest.signed_at:%Y-%m-%d %H:%M:%S} UTC."
        " Keep this message where those who run the servers cannot change it. What it is good for, and how to compare"
        " it, is said in docs/operations.md.\n\n"
    )
    message = EmailMessage(
        subject=f"Checkpoint of {newest.size} entries: {settings.LEDGER_ORIGIN}",
        body=text + newest.note,
        to=[claim.destination.address],
    )
    message.attach(f"{newest.size:020d}.note", newest.note, "text/plain")
    message.send()


def _post(claim: Claim, newest: CheckpointView) -> None:
    answer = post(claim.destination.address, newest.note)
    if not 200 <= answer.status < 300:
        raise NotDelivered(f"the address answered with status {answer.status}")


def _ask_witness(claim: Claim, newest: CheckpointView) -> None:
    witnessing.obtain(claim.destination, known=claim.known, newest=newest)


_SENDERS: dict[DestinationKind, Callable[[Claim, CheckpointView], None]] = {
    DestinationKind.MAIL: _mail,
    DestinationKind.POST: _post,
    DestinationKind.WITNESS: _ask_witness,
}
