"""The effect `coi.print_label`: one copy, sent to its printer at most once.

What cannot be sent waits with its reason and is tried again by the sweep, later each time; after the last try somebody
sets it going again. That a copy is being sent is written down before its first byte: a worker that dies in the middle
leaves a question behind, and never a second label.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from coi.events import Event
from coi.models import PrintJob
from coi.rules.journey import CopyStatus
from coi.rules.printing import JobState, PrinterKind, Trouble, Wanted, may_move, obstacle
from coi.selectors.labels import label_copy_by_id
from coi.services.printing import wire
from coi.services.printing.content import content_for
from coi.services.printing.jobs import PRINTING, printer_facts
from coi.services.printing.recording import job_of, locked, record_job
from ledger.rules import Where, derive
from ledger.selectors import EffectView
from ledger.services.effects import MAX_ATTEMPTS
from people.services.recording import Doing


class NotPrinted(Exception):
    """Not now: the job waits, and the effect is tried again."""


def print_label(effect: EffectView) -> None:
    """Send a label to its printer; the handler of `coi.print_label`.

    Nothing where the job was sent, moved elsewhere or is over. Raises NotPrinted, so that the sweep comes back to it.
    """
    if effect.claimed_at is None:
        raise ValueError("an effect is carried out at a time")
    job = job_of(effect.payload["job"])
    if job is None:
        raise LookupError(f"no print job {effect.payload['job']}")
    if not _is_to_send(job, effect):
        return
    stopped = _try(job, effect)
    if stopped is not None:
        _put_off(job, effect, *stopped)


def _is_to_send(job: PrintJob, effect: EffectView) -> bool:
    is_this_turn = job.turn == effect.payload["turn"]
    return is_this_turn and may_move(JobState(job.state), CopyStatus(job.copy.status))


def _try(job: PrintJob, effect: EffectView) -> tuple[Trouble, str] | None:
    """Send it; answers with what stopped it before its first byte, or None when it is on its way."""
    printer = job.printer
    wanted = Wanted(job.copy.container.kind, job.width_mm, job.height_mm, job.station)
    in_the_way = obstacle(printer_facts(printer) if printer is not None else None, wanted)
    copy = label_copy_by_id(job.copy_id)
    if in_the_way is not None or printer is None or copy is None:
        return in_the_way or Trouble.NO_PRINTER, ""
    try:
        data = content_for(copy, PrinterKind(printer.kind), printer.dpi)
    except Exception as error:  # whatever it is, the label waits and the page says why
        return Trouble.NOT_DRAWN, f"{type(error).__name__}: {error}"
    try:
        with wire.connected(printer.host, printer.port, settings.PRINTER_NETWORKS) as connection:
            if _begin(job, effect):
                trouble, text = wire.send(connection, data)
                _doubt(job, effect, trouble, text)
    except wire.Unreachable as error:
        return error.trouble, str(error)
    return None


@transaction.atomic
def _begin(job: PrintJob, effect: EffectView) -> bool:
    """Write down that it is being sent, unless that has changed meanwhile."""
    job = locked(job)
    if not _is_to_send(job, effect) or job.printer is None:
        return False
    now = _now(effect)
    values = {
        "state": str(JobState.SENT),
        "trouble": "",
        "last_error": "",
        "tries": job.tries + 1,
        "tried_at": now,
        "sent_at": now,
    }
    facts = {"printer": job.printer.code, "tries": job.tries + 1}
    record_job(_doing(job, effect, "sent"), job, Event.PRINT_SENT, values, facts=facts)
    return True


@transaction.atomic
def _doubt(job: PrintJob, effect: EffectView, trouble: Trouble | None, text: str) -> None:
    """It was sent, and the printer broke off or said nothing: the question is asked with more urgency."""
    if trouble is None:
        return
    job = locked(job)
    if job.state != JobState.SENT:
        return
    values = {"trouble": str(trouble), "last_error": text}
    facts = {"printer": job.printer.code if job.printer is not None else "", "trouble": str(trouble)}
    record_job(_doing(job, effect, "doubt"), job, Event.PRINT_INTERRUPTED, values, facts=facts)


def _put_off(job: PrintJob, effect: EffectView, trouble: Trouble, text: str) -> None:
    """Say why it waits; the last try of a turn ends it."""
    is_last = effect.attempts >= MAX_ATTEMPTS
    with transaction.atomic():
        job = locked(job)
        if not _is_to_send(job, effect):
            return
        values = {
            "state": str(JobState.FAILED if is_last else JobState.WAITING),
            "trouble": str(trouble),
            "last_error": text[:200].replace("\x00", ""),
            "tries": job.tries + 1,
            "tried_at": _now(effect),
        }
        event = Event.PRINT_GIVEN_UP if is_last else Event.PRINT_PUT_OFF
        facts = {
            "printer": job.printer.code if job.printer is not None else "",
            "trouble": str(trouble),
            "tries": job.tries + 1,
        }
        record_job(_doing(job, effect, "off"), job, event, values, facts=facts, is_of_journey=is_last)
    if not is_last and trouble is not Trouble.BY_HAND:
        raise NotPrinted(f"{trouble}: {text}")


def _doing(job: PrintJob, effect: EffectView, label: str) -> Doing:
    request_id = derive(UUID(str(job.id)), f"{label} {effect.id} {effect.attempts}")
    return Doing(PRINTING, Where(site=job.site_id), _now(effect), request_id)


def _now(effect: EffectView) -> datetime:
    if effect.claimed_at is None:
        raise ValueError("an effect is carried out at a time")
    return effect.claimed_at
