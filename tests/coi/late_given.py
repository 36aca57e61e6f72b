"""Late entries for tests: a step as `Player` does it, with the time on a paper record."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from coi import services as coi
from coi.models import StepRecord
from coi.rules.late import LateClaim, LateReason
from coi.rules.requests import ScanRequest
from config.demonstration.player import Player
from config.demonstration.site import Member

WORDS = "The switch on the ward was being changed"
PAPER = "DT-0007"


def claim(performed_at: datetime, paper: str = PAPER) -> LateClaim:
    """What is said of a step that was done at this time."""
    return LateClaim(performed_at, LateReason.NETWORK_DOWN, paper)


def request(
    p: Player,
    station: str,
    who: Member,
    barcodes: Sequence[str],
    *,
    step: str = "",
    check: str | None = None,
    late: LateClaim | None = None,
    values: dict[str, str] | None = None,
    pin: str | None = None,
) -> ScanRequest:
    """One request, a few seconds after the one before; signed unless told."""
    p.wait(seconds=4)
    return ScanRequest(
        scan_id=p.request_id(),
        token=p.demo.tokens[station],
        badge=who.badge.encode(),
        barcodes=tuple(code.encode() for code in barcodes),
        pin=who.pin if pin is None else pin,
        check=UUID(check) if check else None,
        step=step,
        values=values or {},
        late=late,
        late_words=WORDS if late is not None else "",
    )


def send(p: Player, station: str, who: Member, barcodes: Sequence[str], **more: Any) -> dict[str, Any]:
    """The same, sent now."""
    scan = request(p, station, who, barcodes, **more)
    return coi.record_scan(scan=scan, now=p.now)


def both(
    p: Player,
    step: str,
    station: str,
    who: tuple[Member, Member],
    barcodes: Sequence[str],
    *,
    done: datetime,
    again: Sequence[str] | None = None,
    values: dict[str, str] | None = None,
) -> dict[str, Any]:
    """A whole step, recorded late: the answer to the second person."""
    first, second = who
    begun = send(p, station, first, barcodes, step=step, late=claim(done), values=values)
    assert begun["next"]["need"] == "witness", begun
    return send(p, station, second, again or barcodes, step=step, check=begun["check"])


def nurses(p: Player) -> tuple[Member, Member]:
    """The two at the bedside."""
    return p.demo.member("Ines"), p.demo.member("Ivan")


def bedside(p: Player, performed_at: datetime) -> dict[str, Any]:
    """The check at the bedside by two nurses."""
    scans = [p.wristband, p.label("product_bag")]
    return both(p, "bedside", "NBED", nurses(p), scans, done=performed_at)


def whys(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """The refusals with their reasons."""
    return [(it["code"], it["params"].get("why", "")) for it in answer["refusals"]]


def record_of(p: Player, step: str) -> StepRecord:
    """The step as it was recorded last."""
    found = StepRecord.objects.filter(order__coi_id=p.coi_id, step=step).order_by("-at").first()
    assert found is not None
    return found
