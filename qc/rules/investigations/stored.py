"""The parts of an investigation as they are kept, and read back: plain values with names instead of objects.

Beside its own fields a part has the printed name of who made it (`name`) and the id of what they wrote (`text`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from qc.rules.investigations.values import (
    Answer,
    Cause,
    Check,
    Experiment,
    Finding,
    Hypothesis,
    LaboratoryCheck,
    Outcome,
    Plan,
    ProductionCheck,
    ResampleReason,
    Support,
)
from qc.rules.results import AttemptKind

Part = Mapping[str, Any]
_CHECKS: Mapping[str, Check] = {str(it): it for it in (*LaboratoryCheck, *ProductionCheck)}


@dataclass(frozen=True)
class Proposal:
    """What QC signed for QA to sign after it. `digest` is that of the record which the signature is over."""

    outcome: Outcome
    by: int
    at: datetime
    digest: str
    name: str = ""


def kept(part: object, **more: str) -> dict[str, Any]:
    """A part as it is kept, with the name and the text's id."""
    return dict(vars(part)) | more


def check_of(code: str) -> Check | None:
    """A check by its code, or None."""
    return _CHECKS.get(code)


def finding(part: Part) -> Finding:
    """An answer to a check."""
    return Finding(_CHECKS[part["check"]], Answer(part["answer"]), **_by(part))


def hypothesis(part: Part) -> Hypothesis:
    """A supposed error and its experiment."""
    what = (LaboratoryCheck(part["check"]), Experiment(part["experiment"]), Support(part["support"]))
    return Hypothesis(*what, **_by(part))


def cause(part: Part) -> Cause | None:
    """The error that the result is assigned to; None where there is nothing kept."""
    return Cause(LaboratoryCheck(part["check"]), **_by(part)) if part else None


def plan(part: Part) -> Plan:
    """A plan of more tests."""
    return Plan(
        kind=AttemptKind(part["kind"]),
        number=part["number"],
        by_another=part["by_another"],
        containers=tuple(part["containers"]),
        reason=ResampleReason(part["reason"]) if part["reason"] else None,
        authorised_by=part["authorised_by"],
        authorised_at=_moment(part["authorised_at"]) if part["authorised_at"] else None,
    )


def proposal(part: Part) -> Proposal | None:
    """What is proposed; None where there is nothing kept."""
    if not part:
        return None
    outcome, at = Outcome(part["outcome"]), _moment(part["at"])
    return Proposal(outcome, part["by"], at, part["digest"], part["name"])


def _by(part: Part) -> dict[str, Any]:
    return {"by": part["by"], "at": _moment(part["at"]), "remark": part["remark"]}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
