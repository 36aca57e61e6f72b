"""What a late entry keeps beside what every scan keeps: the claim, and its words in the vault."""

from typing import Any

from coi.rules.interlocks import Decision
from coi.rules.late import LateClaim
from coi.rules.requests import ScanRequest
from coi.rules.vault import VaultKind
from coi.services import vault
from coi.services.context import Context
from ledger.rules import derive


def row_of(claim: LateClaim, scan: ScanRequest) -> dict[str, Any]:
    """The claim as the check keeps it that begins with this request. Its words lie under an id of the request."""
    return {
        "performed_at": claim.performed_at,
        "reason": str(claim.reason),
        "paper": claim.paper,
        "text": str(claim.text or derive(scan.scan_id, "late")),
    }


def keep(context: Context, decision: Decision) -> dict[str, Any]:
    """Put the words of a claim into the vault, and answer with what the entry says of a late entry; nothing for others.

    Also of one that is refused: what was claimed is on record.
    """
    scan = context.scan
    claim = scan.late or decision.situation.late
    if claim is None:
        return {}
    facts = row_of(claim, scan)
    if decision.is_step_complete:
        facts |= _told(context, decision)
    if scan.late is not None:
        facts["text_sha256"] = vault.keep(
            kind=VaultKind.TEXT, id=derive(scan.scan_id, "late"), plain=scan.late_words.encode()
        )
    return {"late": facts}


def _told(context: Context, decision: Decision) -> dict[str, Any]:
    """Who and when, so that the entry says all of it by itself."""
    check = decision.situation.check
    return {
        "by": check.performer_name if check is not None else "",
        "witness": context.actor.name,
        "recorded_at": context.now,
        "zone": context.station.zone,
    }


def of_entry(decision: Decision) -> dict[str, Any]:
    """When the step was performed and why that is recorded late, for the entry that completes it and for no other."""
    claim = decision.situation.late
    if claim is None or not decision.is_step_complete:
        return {}
    return {"performed_at": claim.performed_at, "reason": str(claim.reason)}
