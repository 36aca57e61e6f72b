"""What comes next in an investigation."""

from enum import StrEnum

from qc.rules.investigations.counting import planned_attempts
from qc.rules.investigations.values import (
    Inquiry,
    Investigation,
    InvestigationState,
    LaboratoryCheck,
    ProductionCheck,
)


class NextStep(StrEnum):
    """The one thing that the investigation waits for, in the order in which they are asked."""

    TAKE_UP = "take_up"
    CHECK_LABORATORY = "check_laboratory"
    TEST_AGAIN = "test_again"
    LOOK_OVER = "look_over"
    NAME_CAUSE = "name_cause"
    ESCALATE = "escalate"
    PLAN_OR_PROPOSE = "plan_or_propose"
    CHECK_PRODUCTION = "check_production"
    PROPOSE = "propose"
    CONCLUDE = "conclude"
    NOTHING = "nothing"


def next_step(inquiry: Inquiry, *, is_proposed: bool) -> NextStep:
    """What it waits for. `is_proposed`: QC has signed an outcome over the record as it stands."""
    it = inquiry.investigation
    made = planned_attempts(it, inquiry.attempts)
    is_short = any(sum(a.kind is plan.kind for a in made) < plan.number for plan in it.plans)
    waits = (
        (not it.is_open, NextStep.NOTHING),
        (it.state is InvestigationState.OPENED, NextStep.TAKE_UP),
        (is_proposed, NextStep.CONCLUDE),
        (bool(it.unanswered(LaboratoryCheck)), NextStep.CHECK_LABORATORY),
        (is_short, NextStep.TEST_AGAIN),
        (any(not a.is_reviewed for a in made), NextStep.LOOK_OVER),
    )
    return next((step for is_so, step in waits if is_so), _of_phase(it))


def _of_phase(it: Investigation) -> NextStep:
    """With the laboratory's checks answered and no test under way."""
    if it.cause is not None:
        return NextStep.PROPOSE if it.plans else NextStep.PLAN_OR_PROPOSE
    if it.state is InvestigationState.PHASE_2:
        return NextStep.CHECK_PRODUCTION if it.unanswered(ProductionCheck) else NextStep.PROPOSE
    return NextStep.NAME_CAUSE if it.is_faulty(*LaboratoryCheck) else NextStep.ESCALATE
