"""An investigation at every stage, made up from one failing result."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from people.rules.roles import Role
from qc.rules.criteria import Verdict
from qc.rules.investigations import (
    Answer,
    Attempt,
    Cause,
    Check,
    Finding,
    Inquiry,
    Investigation,
    InvestigationState,
    LaboratoryCheck,
    Outcome,
    Plan,
    ProductionCheck,
    ResampleReason,
    Who,
)
from qc.rules.investigations import InvestigationRefusal as R
from qc.rules.results import AttemptKind

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANA, LEO, QUINN, PRODUCER, BEN = 3, 4, 5, 1, 8

ANALYST = Who(ANA, frozenset({Role.ANALYST}))
OTHER_ANALYST = Who(BEN, frozenset({Role.ANALYST}))
QC = Who(LEO, frozenset({Role.QC_REVIEWER}))
QA = Who(QUINN, frozenset({Role.QA_REVIEWER}))
NURSE = Who(20, frozenset({Role.NURSE}))


def attempt(number: int = 1, verdict: Verdict = Verdict.PASS, **more: Any) -> Attempt:
    """An attempt; the first is the original, later ones are retests by another analyst under OOS-1."""
    is_first = number == 1
    at = AT + (number - 1) * 10 * HOUR
    values: dict[str, Any] = {
        "number": number,
        "kind": AttemptKind.ORIGINAL if is_first else AttemptKind.RETEST,
        "criterion": "CAR",
        "container": "S1",
        "analyst_id": ANA if is_first else BEN,
        "verdict": verdict,
        "tested_at": at,
        "recorded_at": at,
        "version_at": at,
        "failed_at": at if verdict is Verdict.FAIL else None,
        "investigation": "" if is_first else "OOS-1",
        "is_reviewed": True,
        "result": f"r{number}",
    }
    return Attempt(**values | more)


FAILING = attempt(1, Verdict.FAIL)


def found(check: Check, answer: Answer = Answer.IN_ORDER) -> Finding:
    """An answer with a remark."""
    return Finding(check, answer, LEO, AT, "n1")


LABORATORY = tuple(found(check) for check in LaboratoryCheck)
PRODUCTION = tuple(found(check) for check in ProductionCheck)
FAULTY = found(LaboratoryCheck.INSTRUMENT, Answer.NOT_IN_ORDER)
NOT_KEPT = found(LaboratoryCheck.SAMPLE_KEPT, Answer.NOT_IN_ORDER)
CAUSE = Cause(LaboratoryCheck.INSTRUMENT, LEO, AT, "n2")
RETEST = Plan(AttemptKind.RETEST, 1, authorised_by=QUINN, authorised_at=AT + 5 * HOUR)
RESAMPLE = Plan(
    AttemptKind.RESAMPLE,
    1,
    containers=("S2",),
    reason=ResampleReason.LOST,
    authorised_by=QUINN,
    authorised_at=AT + 5 * HOUR,
)

OPENED = Investigation("OOS-1", "B1", "CAR", 1, "S1", ANA, AT + HOUR, ANA, producers=frozenset({PRODUCER}))
PHASE_1 = replace(OPENED, state=InvestigationState.PHASE_1)
ANSWERED = replace(PHASE_1, findings=LABORATORY)
CAUSED = replace(ANSWERED, findings=(*LABORATORY, FAULTY), cause=CAUSE)
PHASE_2 = replace(ANSWERED, state=InvestigationState.PHASE_2)
COMPLETE = replace(PHASE_2, findings=(*LABORATORY, *PRODUCTION))


def concluded(outcome: Outcome, of: Investigation = CAUSED, **more: Any) -> Investigation:
    """The same, signed, two days later."""
    ended: dict[str, Any] = {
        "state": InvestigationState.CONCLUDED,
        "outcome": outcome,
        "concluded_at": AT + 48 * HOUR,
        "concluded_by": (LEO, QUINN),
    }
    return replace(of, **ended | more)


def inquiry(investigation: Investigation, *attempts: Attempt, **more: Any) -> Inquiry:
    """With the failing attempt before those given, and two containers of the batch."""
    values: dict[str, Any] = {"sources": frozenset({"S1", "S2", "BAG1"})}
    return Inquiry(investigation, (FAILING, *attempts), **values | more)


SEEN: set[R] = set()


def refused(*given: R) -> tuple[R, ...]:
    """What a case expects; kept, so that the last test sees that every code was met."""
    SEEN.update(given)
    return given


MADE_IT = Who(PRODUCER, QC.roles | QA.roles)
ITS_ANALYST = Who(ANA, QC.roles | QA.roles | ANALYST.roles)
PLANNED = replace(CAUSED, plans=(RETEST,))
DONE = attempt(2)
LOST = replace(CAUSED, findings=(*LABORATORY, NOT_KEPT))
SAMPLED = replace(LOST, plans=(RESAMPLE,))
ENDED = concluded(Outcome.CONFIRMED, COMPLETE)
