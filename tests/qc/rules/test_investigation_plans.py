"""Out of specification: which further tests may be planned, and which of them made."""

from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import pytest

from qc.rules.investigations import (
    Answer,
    Attempt,
    Investigation,
    Outcome,
    Policy,
    ProductionCheck,
    ResampleReason,
    Who,
    against_attempt,
    against_plan,
)
from qc.rules.investigations import InvestigationRefusal as R
from qc.rules.results import AttemptKind
from tests.qc.rules.investigations_given import (
    ANALYST,
    ANSWERED,
    AT,
    CAUSED,
    DONE,
    FAULTY,
    HOUR,
    ITS_ANALYST,
    LABORATORY,
    LOST,
    OTHER_ANALYST,
    PHASE_2,
    PLANNED,
    QA,
    QC,
    RESAMPLE,
    RETEST,
    SAMPLED,
    concluded,
    found,
    inquiry,
    refused,
)

BEFORE_PLAN = refused(R.TESTED_BEFORE_PLAN)
ANY_SAMPLE = replace(RESAMPLE, reason=ResampleReason.PROTOCOL_ALLOWS)


@pytest.mark.parametrize(
    ("it", "plan", "who", "policy", "expected"),
    [
        pytest.param(CAUSED, RETEST, QA, Policy(), refused(), id="once"),
        pytest.param(CAUSED, replace(RETEST, number=3), QA, Policy(), refused(), id="the most"),
        pytest.param(
            CAUSED, replace(RETEST, number=4), QA, Policy(), refused(R.NUMBER_OUT_OF_RANGE), id="more"
        ),
        pytest.param(
            CAUSED, replace(RETEST, number=0), QA, Policy(), refused(R.NUMBER_OUT_OF_RANGE), id="none"
        ),
        pytest.param(PLANNED, RETEST, QA, Policy(), refused(R.PLAN_EXISTS), id="testing into compliance"),
        pytest.param(ANSWERED, RETEST, QA, Policy(), refused(R.CAUSE_MISSING), id="without a cause"),
        pytest.param(PHASE_2, RETEST, QA, Policy(), refused(), id="in the second phase without a cause"),
        pytest.param(
            replace(CAUSED, findings=(FAULTY,)),
            RETEST,
            QA,
            Policy(),
            refused(R.LABORATORY_INCOMPLETE),
            id="before the laboratory has looked",
        ),
        pytest.param(CAUSED, RETEST, QC, Policy(), refused(R.NO_ROLE), id="QA authorises"),
        pytest.param(CAUSED, RETEST, ITS_ANALYST, Policy(), refused(R.BY_ITS_ANALYST), id="by who tested"),
        pytest.param(
            concluded(Outcome.INCONCLUSIVE, CAUSED), RETEST, QA, Policy(), refused(R.NOT_NOW), id="at the end"
        ),
        pytest.param(
            CAUSED,
            replace(RETEST, by_another=False),
            QA,
            Policy(),
            refused(R.BY_ANOTHER_REQUIRED),
            id="same hands",
        ),
        pytest.param(
            CAUSED,
            replace(RETEST, by_another=False),
            QA,
            Policy(is_retest_by_another=False),
            refused(),
            id="same hands where the house allows",
        ),
        pytest.param(LOST, RETEST, QA, Policy(), refused(R.SAMPLE_NOT_KEPT), id="nothing left to test"),
        pytest.param(
            CAUSED,
            replace(RETEST, kind=AttemptKind.ORIGINAL),
            QA,
            Policy(),
            refused(R.NO_SUCH_PLAN, R.NUMBER_OUT_OF_RANGE),
            id="another first test",
        ),
        pytest.param(LOST, RESAMPLE, QA, Policy(), refused(), id="the sample is lost"),
        pytest.param(
            LOST,
            replace(RESAMPLE, number=3),
            QA,
            Policy(),
            refused(R.NUMBER_OUT_OF_RANGE),
            id="too many samples",
        ),
        pytest.param(
            LOST, replace(RESAMPLE, reason=None), QA, Policy(), refused(R.REASON_MISSING), id="no reason"
        ),
        pytest.param(CAUSED, RESAMPLE, QA, Policy(), refused(R.RESAMPLE_NOT_SHOWN), id="it is not lost"),
        pytest.param(
            CAUSED,
            replace(RESAMPLE, reason=ResampleReason.NOT_REPRESENTATIVE),
            QA,
            Policy(),
            refused(R.RESAMPLE_NOT_SHOWN),
            id="nobody has shown it",
        ),
        pytest.param(
            replace(PHASE_2, findings=(*LABORATORY, found(ProductionCheck.SAMPLING, Answer.NOT_IN_ORDER))),
            replace(RESAMPLE, reason=ResampleReason.NOT_REPRESENTATIVE),
            QA,
            Policy(),
            refused(),
            id="badly sampled",
        ),
        pytest.param(
            CAUSED, ANY_SAMPLE, QA, Policy(), refused(R.RESAMPLE_NOT_ALLOWED), id="no protocol allows it"
        ),
        pytest.param(CAUSED, ANY_SAMPLE, QA, Policy(may_resample=True), refused(), id="the protocol allows"),
        pytest.param(
            LOST,
            replace(RESAMPLE, containers=()),
            QA,
            Policy(),
            refused(R.CONTAINERS_MISSING),
            id="of nothing named",
        ),
        pytest.param(
            LOST,
            replace(RESAMPLE, containers=("S9",)),
            QA,
            Policy(),
            refused(R.NOT_OF_SUBJECT),
            id="another patient's",
        ),
        pytest.param(
            LOST,
            replace(RESAMPLE, containers=("S1",)),
            QA,
            Policy(),
            refused(R.SAME_SAMPLE),
            id="the same sample",
        ),
    ],
)
def test_plans(it, plan, who, policy, expected):
    assert against_plan(inquiry(it, policy=policy), plan, who) == expected


LATER = AT + 6 * HOUR


class Attempted(NamedTuple):
    """A further test that somebody wants to make, after those that were made, and what speaks against it."""

    it: Investigation
    made: tuple[Attempt, ...]
    kind: AttemptKind
    container: str
    who: Who
    expected: tuple[R, ...]


@pytest.mark.parametrize(
    "tried",
    [
        pytest.param(
            Attempted(PLANNED, (), AttemptKind.RETEST, "S1", OTHER_ANALYST, refused()), id="as the plan says"
        ),
        pytest.param(
            Attempted(CAUSED, (), AttemptKind.RETEST, "S1", OTHER_ANALYST, refused(R.PLAN_MISSING)),
            id="unplanned",
        ),
        pytest.param(
            Attempted(
                replace(PLANNED, plans=(replace(RETEST, authorised_at=None),)),
                (),
                AttemptKind.RETEST,
                "S1",
                OTHER_ANALYST,
                refused(R.PLAN_MISSING),
            ),
            id="not authorised",
        ),
        pytest.param(
            Attempted(PLANNED, (), AttemptKind.RESAMPLE, "S2", OTHER_ANALYST, refused(R.PLAN_MISSING)),
            id="another kind than planned",
        ),
        pytest.param(
            Attempted(PLANNED, (DONE,), AttemptKind.RETEST, "S1", OTHER_ANALYST, refused(R.PLAN_USED_UP)),
            id="once more",
        ),
        pytest.param(
            Attempted(
                PLANNED,
                (replace(DONE, investigation="OOS-0"),),
                AttemptKind.RETEST,
                "S1",
                OTHER_ANALYST,
                refused(),
            ),
            id="that one was of another plan",
        ),
        pytest.param(
            Attempted(PLANNED, (), AttemptKind.RETEST, "S1", ANALYST, refused(R.SAME_ANALYST)),
            id="same hands",
        ),
        pytest.param(
            Attempted(
                replace(PLANNED, plans=(replace(RETEST, by_another=False),)),
                (),
                AttemptKind.RETEST,
                "S1",
                ANALYST,
                refused(),
            ),
            id="same hands by plan",
        ),
        pytest.param(
            Attempted(PLANNED, (), AttemptKind.RETEST, "S2", OTHER_ANALYST, refused(R.NOT_THE_SAMPLE)),
            id="of another sample",
        ),
        pytest.param(
            Attempted(PLANNED, (), AttemptKind.RETEST, "S1", QA, refused(R.NO_ROLE)), id="QA tests nothing"
        ),
        pytest.param(
            Attempted(
                concluded(Outcome.LABORATORY_ERROR, PLANNED),
                (),
                AttemptKind.RETEST,
                "S1",
                OTHER_ANALYST,
                refused(R.NOT_NOW),
            ),
            id="after the end",
        ),
        pytest.param(
            Attempted(SAMPLED, (), AttemptKind.RESAMPLE, "S2", OTHER_ANALYST, refused()), id="resampled"
        ),
        pytest.param(
            Attempted(
                SAMPLED, (), AttemptKind.RESAMPLE, "S1", OTHER_ANALYST, refused(R.SAME_SAMPLE, R.NOT_PLANNED)
            ),
            id="resample of the first",
        ),
        pytest.param(
            Attempted(SAMPLED, (), AttemptKind.RESAMPLE, "BAG1", OTHER_ANALYST, refused(R.NOT_PLANNED)),
            id="resample of what was not named",
        ),
        pytest.param(
            Attempted(
                SAMPLED,
                (),
                AttemptKind.RESAMPLE,
                "S9",
                OTHER_ANALYST,
                refused(R.NOT_OF_SUBJECT, R.NOT_PLANNED),
            ),
            id="resample of another batch",
        ),
    ],
)
def test_attempts(tried: Attempted):
    given = inquiry(tried.it, *tried.made), tried.kind, tried.container
    assert against_attempt(*given, LATER, tried.who) == tried.expected


def test_a_plan_is_made_before_the_test():
    planned_at = RETEST.authorised_at
    given = inquiry(PLANNED), AttemptKind.RETEST, "S1"
    assert against_attempt(*given, planned_at, OTHER_ANALYST) == ()
    assert against_attempt(*given, planned_at - HOUR, OTHER_ANALYST) == BEFORE_PLAN


def test_people_write_minutes_so_that_of_the_plan_is_in_time():
    minute = RETEST.authorised_at
    later = replace(RETEST, authorised_at=minute + timedelta(seconds=59))
    given = inquiry(replace(PLANNED, plans=(later,))), AttemptKind.RETEST, "S1"
    assert against_attempt(*given, minute, OTHER_ANALYST) == ()
    assert against_attempt(*given, minute - timedelta(seconds=1), OTHER_ANALYST) == BEFORE_PLAN
