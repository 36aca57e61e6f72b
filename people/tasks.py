"""The worker's errands for the ledger: sealing, sending checkpoints out, and side effects that were asked for."""

from __future__ import annotations

import time

import structlog
from celery import shared_task
from django.utils import timezone

from ledger import services
from ledger.services import BrokenLedger, SigningKeyReplaced
from people import services as people

QUIET = 5.0  # seconds without nudges after one failed: a dead Redis must not cost every scan its time-out
ROUNDS = 100

log = structlog.get_logger(__name__)
_quiet_until = 0.0


@shared_task
def seal() -> None:
    """Seal what is pending, in portions, each in a transaction of its own."""
    try:
        for _ in range(ROUNDS):
            if services.seal(now=timezone.now()) is None:
                return
    except (BrokenLedger, SigningKeyReplaced) as reason:
        log.warning("ledger.not_sealed", reason=str(reason))


@shared_task
def publish_checkpoints() -> None:
    """Send the newest checkpoint to mailboxes, addresses and log witnesses that are behind."""
    services.publish_checkpoints(now=timezone.now())


@shared_task
def sweep_effects() -> None:
    """Carry out the effects whose nudge was lost, or whose time to be tried again has come."""
    services.sweep_effects(now=timezone.now())


@shared_task
def run_effect(effect_id: int) -> None:
    """Carry out one effect, right after the commit that wrote it."""
    services.run_effect(effect_id=effect_id, now=timezone.now())


@shared_task
def warn_of_expiry() -> int:
    """Tell people of training, badges and qualifications that end soon; beat asks every night."""
    return people.warn_of_expiry(now=timezone.now())


@shared_task
def alert_on_refusals() -> int:
    """Tell those who answer for security of whoever is refused again and again; beat asks every half minute."""
    return people.alert_on_refusals(now=timezone.now())


def nudge(effect_id: int) -> None:
    """Wake the worker for an effect; quietly not at all while Redis is away, for the sweep finds it too."""
    global _quiet_until  # noqa: PLW0603  (one number a process, about the broker and not about data)
    if time.monotonic() < _quiet_until:
        return
    try:
        run_effect.apply_async((effect_id,), retry=False)
    except Exception:
        _quiet_until = time.monotonic() + QUIET
        raise
