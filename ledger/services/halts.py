"""Say that the ledger is broken, and that a break was resolved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from uuid import NAMESPACE_OID, UUID, uuid5

import structlog
from django.db import transaction

from ledger import selectors
from ledger.events import Event
from ledger.models import Halt
from ledger.rules import Actor, Finding, Where
from ledger.rules.canonical import canonical
from ledger.rules.errors import Conflict, Invalid
from ledger.services.append import append

_HALTS = uuid5(NAMESPACE_OID, "ledger.halt")

log = structlog.get_logger(__name__)


class BrokenLedger(Exception):
    """The ledger contradicts what it proved to be: it is not sealed until people have looked."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(str(finding) for finding in findings) or "the ledger is halted")
        self.findings = tuple(findings)


def record_halt(findings: Sequence[Finding], *, now: datetime, using: str = "default") -> None:
    """Halt the ledger for these findings; the same report twice in a row is written once."""
    report = [finding.as_plain() for finding in findings]
    log.error("ledger.broken", findings=[str(finding) for finding in findings][:20])
    latest = Halt.objects.using(using).order_by("-id").first()
    if latest is not None and not latest.is_resolution and latest.report == report:
        return
    Halt.objects.using(using).create(found_at=now, report=report)


@transaction.atomic
def resolve_halt(*, actor: Actor, where: Where, now: datetime, request_id: UUID, reason: str) -> None:
    """Let the ledger be sealed again, for a reason that stays on record. The caller verified it afresh."""
    if not reason.strip():
        raise Invalid("reason_required", "a halt is resolved for a reason")
    if not selectors.is_broken():
        raise Conflict("not_halted", "the ledger is not halted")
    append(
        event=Event.HALT_RESOLVED,
        stream="ledger",
        actor=actor,
        where=where,
        now=now,
        request_id=request_id,
        facts={"halt": Halt.objects.order_by("-id").values_list("id", flat=True)[0]},
        reason=reason,
    )
    Halt.objects.create(found_at=now, is_resolution=True, reason=reason)


@transaction.atomic
def note_halt(*, now: datetime) -> bool:
    """Enter in the ledger that it is halted, once a halt; whether it was entered now.

    Entries go on while the ledger is halted; only their sealing stops, and this one is sealed when the halt is over.
    The report of the findings stays beside the entries: here stand their number, kinds and digest. An attack on the
    stream "ledger" itself can keep the entry out (it raises then), never the halt, which was written before.
    """
    halt = selectors.current_halt()
    if halt is None:
        return False
    request_id = uuid5(_HALTS, str(halt.id))
    if selectors.entry_for_request(request_id) is not None:
        return False
    append(
        event=Event.HALT_FOUND,
        stream="ledger",
        actor=Actor.service("ledger watch"),
        where=Where(),
        now=now,
        request_id=request_id,
        facts={
            "halt": halt.id,
            "found_at": halt.found_at,
            "findings": len(halt.findings),
            "kinds": sorted({str(finding.get("kind", "")) for finding in halt.findings}),
            "sha256": sha256(canonical(list(halt.findings))).hexdigest(),
        },
    )
    return True
