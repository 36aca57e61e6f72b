"""The record of an investigation: what its signatures are over, and what an exceptional release holds on to."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from ledger.rules import canonical
from qc.rules.investigations.counting import planned_attempts
from qc.rules.investigations.values import Attempt, Investigation

_PLAIN = ("code", "subject", "criterion", "attempt", "container", "analyst_id", "opened_at", "opened_by")
_ATTEMPT = ("number", "kind", "container", "analyst_id", "verdict", "tested_at", "version_at", "result")


def investigation_record(it: Investigation, attempts: Sequence[Attempt]) -> dict[str, Any]:
    """All of it with the attempts that it is about, as plain values. Who signed it, and when, is not part of it."""
    about = [a for a in attempts if a.number == it.attempt] + list(planned_attempts(it, attempts))
    return {
        "schema": 1,
        **{name: getattr(it, name) for name in _PLAIN},
        "outcome": it.outcome or "",
        "findings": [_fields(finding) for finding in it.findings],
        "hypotheses": [_fields(hypothesis) for hypothesis in it.hypotheses],
        "cause": _fields(it.cause) if it.cause is not None else None,
        "plans": [_fields(plan) for plan in it.plans],
        "attempts": [{name: getattr(a, name) for name in _ATTEMPT} for a in about],
    }


def _fields(value: object) -> dict[str, Any]:
    return dict(vars(value))


def investigation_digest(it: Investigation, attempts: Sequence[Attempt]) -> str:
    """The SHA-256 of the canonical bytes of that record."""
    return sha256(canonical(investigation_record(it, attempts))).hexdigest()
