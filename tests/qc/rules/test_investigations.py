"""Out of specification: who may do what and when, and which attempt counts."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from people.rules.roles import Role
from qc.rules.criteria import Verdict
from qc.rules.investigations import (
    Answer,
    Cause,
    Experiment,
    Finding,
    Hypothesis,
    Investigation,
    InvestigationState,
    LaboratoryCheck,
    Outcome,
    Policy,
    ProductionCheck,
    ResampleReason,
    Support,
    Timetable,
    Who,
    against_attempt,
    against_cause,
    against_conclusion,
    against_correction,
    against_escalation,
    against_finding,
    against_hypothesis,
    against_opening,
    against_plan,
    against_proposal,
    against_starting,
    due,
    investigation_digest,
    is_overdue,
    working_day,
)
from qc.rules.investigations import InvestigationRefusal as R
from qc.rules.results import AttemptKind
from tests.qc.rules.investigations_given import (
    ANA,
    ANALYST,
    ANSWERED,
    AT,
    CAUSE,
    CAUSED,
    COMPLETE,
    FAILING,
    FAULTY,
    HOUR,
    LABORATORY,
    LEO,
    NOT_KEPT,
    NURSE,
    OPENED,
    OTHER_ANALYST,
    PHASE_1,
    PHASE_2,
    PRODUCER,
    QA,
    QC,
    QUINN,
    RESAMPLE,
    RETEST,
    attempt,
    concluded,
    found,
    inquiry,
)

SEEN: set[R] = set()


def refused(*given: R) -> tuple[R, ...]:
    """What a case expects; kept, so that the last test sees that every code was met."""
    SEEN.update(given)
    return given


BEFORE_PLAN = refused(R.TESTED_BEFORE_PLAN)
UNSEEN = refused(R.ATTEMPT_UNREVIEWED)
TOO_OFTEN = refused(R.INVALIDATED_TOO_OFTEN)
EARLY_END = refused(R.NOT_NOW, R.PRODUCTION_INCOMPLETE)
MADE_IT = Who(PRODUCER, QC.roles | QA.roles)
ITS_ANALYST = Who(ANA, QC.roles | QA.roles | ANALYST.roles)
PLANNED = replace(CAUSED, plans=(RETEST,))
DONE = attempt(2)
LOST = replace(CAUSED, findings=(*LABORATORY, NOT_KEPT))
SAMPLED = replace(LOST, plans=(RESAMPLE,))
ENDED = concluded(Outcome.CONFIRMED, COMPLETE)


@pytest.mark.parametrize(
    ("what", "investigations", "who", "expected"),
    [
        pytest.param(FAILING, (), ANALYST, refused(), id="by who saw it"),
        pytest.param(FAILING, (), QA, refused(), id="by quality"),
        pytest.param(FAILING, (), NURSE, refused(R.NO_ROLE), id="by anyone"),
        pytest.param(attempt(1), (), ANALYST, refused(R.NOT_FAILING), id="a result that passes"),
        pytest.param(FAILING, (OPENED,), ANALYST, refused(R.ALREADY_INVESTIGATED), id="twice"),
        pytest.param(FAILING, (ENDED,), ANALYST, refused(R.ALREADY_INVESTIGATED), id="once it is over"),
        pytest.param(
            replace(FAILING, failed_at=AT + 49 * HOUR), (ENDED,), ANALYST, refused(), id="failing again later"
        ),
        pytest.param(FAILING, (replace(OPENED, criterion="VIAB"),), ANALYST, refused(), id="of another one"),
        pytest.param(FAILING, (replace(OPENED, attempt=2),), ANALYST, refused(), id="of another attempt"),
    ],
)
def test_opening(what, investigations, who, expected):
    assert against_opening(what, investigations, who) == expected


@pytest.mark.parametrize(
    ("it", "who", "expected"),
    [
        pytest.param(OPENED, QC, refused(), id="taken up by QC"),
        pytest.param(OPENED, QA, refused(R.NO_ROLE), id="not by QA"),
        pytest.param(PHASE_1, QC, refused(R.NOT_NOW), id="twice"),
        pytest.param(OPENED, ITS_ANALYST, refused(R.BY_ITS_ANALYST), id="by who tested"),
        pytest.param(OPENED, MADE_IT, refused(R.BY_A_PRODUCER), id="by who made the cells"),
    ],
)
def test_starting(it: Investigation, who: Who, expected):
    assert against_starting(inquiry(it), who) == expected


BARE = Finding(LaboratoryCheck.REAGENTS, Answer.NOT_IN_ORDER, LEO, AT)


@pytest.mark.parametrize(
    ("it", "finding", "who", "expected"),
    [
        pytest.param(PHASE_1, FAULTY, QC, refused(), id="a fault"),
        pytest.param(
            PHASE_1, replace(BARE, answer=Answer.IN_ORDER), QC, refused(), id="in order needs no word"
        ),
        pytest.param(PHASE_1, BARE, QC, refused(R.REMARK_MISSING), id="a fault without a word"),
        pytest.param(
            PHASE_1,
            replace(BARE, answer=Answer.NOT_APPLICABLE),
            QC,
            refused(R.REMARK_MISSING),
            id="not applicable without a word",
        ),
        pytest.param(
            PHASE_1,
            found(LaboratoryCheck.REAGENTS, Answer.NOT_APPLICABLE),
            QC,
            refused(),
            id="no reagents",
        ),
        *(
            pytest.param(
                PHASE_1, found(check, Answer.NOT_APPLICABLE), QC, refused(R.ALWAYS_APPLIES), id=f"no {check}"
            )
            for check in (
                LaboratoryCheck.SAMPLE_IDENTITY,
                LaboratoryCheck.CALCULATION,
                LaboratoryCheck.SAMPLE_KEPT,
            )
        ),
        pytest.param(OPENED, FAULTY, QC, refused(R.NOT_NOW), id="before it was taken up"),
        pytest.param(ENDED, FAULTY, QC, refused(R.NOT_NOW), id="after it ended"),
        pytest.param(PHASE_1, FAULTY, QA, refused(R.NO_ROLE), id="the laboratory's is QC's"),
        pytest.param(PHASE_1, FAULTY, ITS_ANALYST, refused(R.BY_ITS_ANALYST), id="by who tested"),
        pytest.param(
            PHASE_1, found(ProductionCheck.PEOPLE), QA, refused(R.ONLY_IN_PHASE_2), id="production too early"
        ),
        pytest.param(PHASE_2, found(ProductionCheck.PEOPLE), QA, refused(), id="production"),
        pytest.param(PHASE_2, found(ProductionCheck.PEOPLE), QC, refused(R.NO_ROLE), id="production is QA's"),
        pytest.param(
            PHASE_2,
            found(ProductionCheck.PEOPLE),
            MADE_IT,
            refused(R.BY_A_PRODUCER),
            id="by who made the cells",
        ),
        pytest.param(PHASE_2, FAULTY, QC, refused(), id="the laboratory's may be found later"),
    ],
)
def test_findings(it, finding, who, expected):
    assert against_finding(inquiry(it), finding, who) == expected


TRIED = Hypothesis(LaboratoryCheck.INSTRUMENT, Experiment.OTHER_INSTRUMENT, Support.SUPPORTED, ANA, AT, "n3")


@pytest.mark.parametrize(
    ("it", "tried", "who", "expected"),
    [
        pytest.param(PHASE_1, TRIED, ANALYST, refused(), id="by its analyst"),
        pytest.param(PHASE_2, TRIED, QC, refused(), id="later"),
        pytest.param(OPENED, TRIED, QC, refused(R.NOT_NOW), id="too early"),
        pytest.param(PHASE_1, TRIED, NURSE, refused(R.NO_ROLE), id="by anyone"),
        pytest.param(PHASE_1, replace(TRIED, remark=" "), QC, refused(R.REMARK_MISSING), id="without a word"),
    ],
)
def test_hypotheses(it, tried, who, expected):
    assert against_hypothesis(inquiry(it), tried, who) == expected


FAULT_FOUND = replace(ANSWERED, findings=(*LABORATORY, FAULTY))


@pytest.mark.parametrize(
    ("it", "cause", "who", "expected"),
    [
        pytest.param(FAULT_FOUND, CAUSE, QC, refused(), id="assigned to what was found"),
        pytest.param(ANSWERED, CAUSE, QC, refused(R.CAUSE_NOT_FOUND), id="all was in order"),
        pytest.param(
            replace(FAULT_FOUND, findings=(FAULTY, found(LaboratoryCheck.INSTRUMENT))),
            CAUSE,
            QC,
            refused(R.CAUSE_NOT_FOUND),
            id="answered otherwise since",
        ),
        pytest.param(
            FAULT_FOUND,
            Cause(LaboratoryCheck.REAGENTS, LEO, AT, "n"),
            QC,
            refused(R.CAUSE_NOT_FOUND),
            id="another",
        ),
        pytest.param(
            FAULT_FOUND, replace(CAUSE, remark=""), QC, refused(R.REMARK_MISSING), id="without a word"
        ),
        pytest.param(FAULT_FOUND, CAUSE, ANALYST, refused(R.NO_ROLE, R.BY_ITS_ANALYST), id="by who tested"),
        pytest.param(
            concluded(Outcome.CONFIRMED, FAULT_FOUND), CAUSE, QC, refused(R.NOT_NOW), id="after the end"
        ),
    ],
)
def test_causes(it, cause, who, expected):
    assert against_cause(inquiry(it), cause, who) == expected


@pytest.mark.parametrize(
    ("it", "who", "expected"),
    [
        pytest.param(ANSWERED, QC, refused(), id="all is answered"),
        pytest.param(
            replace(ANSWERED, findings=LABORATORY[:-1]),
            QC,
            refused(R.LABORATORY_INCOMPLETE),
            id="one is not answered",
        ),
        pytest.param(PHASE_2, QA, refused(R.NOT_NOW), id="twice"),
        pytest.param(ANSWERED, ANALYST, refused(R.NO_ROLE, R.BY_ITS_ANALYST), id="by who tested"),
    ],
)
def test_escalating(it, who, expected):
    assert against_escalation(inquiry(it), who) == expected


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


@pytest.mark.parametrize(
    ("it", "made", "kind", "container", "who", "expected"),
    [
        pytest.param(PLANNED, (), AttemptKind.RETEST, "S1", OTHER_ANALYST, refused(), id="as the plan says"),
        pytest.param(
            CAUSED, (), AttemptKind.RETEST, "S1", OTHER_ANALYST, refused(R.PLAN_MISSING), id="unplanned"
        ),
        pytest.param(
            replace(PLANNED, plans=(replace(RETEST, authorised_at=None),)),
            (),
            AttemptKind.RETEST,
            "S1",
            OTHER_ANALYST,
            refused(R.PLAN_MISSING),
            id="not authorised",
        ),
        pytest.param(
            PLANNED,
            (),
            AttemptKind.RESAMPLE,
            "S2",
            OTHER_ANALYST,
            refused(R.PLAN_MISSING),
            id="another kind than planned",
        ),
        pytest.param(
            PLANNED, (DONE,), AttemptKind.RETEST, "S1", OTHER_ANALYST, refused(R.PLAN_USED_UP), id="once more"
        ),
        pytest.param(
            PLANNED,
            (replace(DONE, investigation="OOS-0"),),
            AttemptKind.RETEST,
            "S1",
            OTHER_ANALYST,
            refused(),
            id="that one was of another plan",
        ),
        pytest.param(
            PLANNED, (), AttemptKind.RETEST, "S1", ANALYST, refused(R.SAME_ANALYST), id="same hands"
        ),
        pytest.param(
            replace(PLANNED, plans=(replace(RETEST, by_another=False),)),
            (),
            AttemptKind.RETEST,
            "S1",
            ANALYST,
            refused(),
            id="same hands by plan",
        ),
        pytest.param(
            PLANNED,
            (),
            AttemptKind.RETEST,
            "S2",
            OTHER_ANALYST,
            refused(R.NOT_THE_SAMPLE),
            id="of another sample",
        ),
        pytest.param(PLANNED, (), AttemptKind.RETEST, "S1", QA, refused(R.NO_ROLE), id="QA tests nothing"),
        pytest.param(
            concluded(Outcome.LABORATORY_ERROR, PLANNED),
            (),
            AttemptKind.RETEST,
            "S1",
            OTHER_ANALYST,
            refused(R.NOT_NOW),
            id="after the end",
        ),
        pytest.param(SAMPLED, (), AttemptKind.RESAMPLE, "S2", OTHER_ANALYST, refused(), id="resampled"),
        pytest.param(
            SAMPLED,
            (),
            AttemptKind.RESAMPLE,
            "S1",
            OTHER_ANALYST,
            refused(R.SAME_SAMPLE, R.NOT_PLANNED),
            id="resample of the first",
        ),
        pytest.param(
            SAMPLED,
            (),
            AttemptKind.RESAMPLE,
            "BAG1",
            OTHER_ANALYST,
            refused(R.NOT_PLANNED),
            id="resample of what was not named",
        ),
        pytest.param(
            SAMPLED,
            (),
            AttemptKind.RESAMPLE,
            "S9",
            OTHER_ANALYST,
            refused(R.NOT_OF_SUBJECT, R.NOT_PLANNED),
            id="resample of another batch",
        ),
    ],
)
def test_attempts(it, made, kind, container, who, expected):  # noqa: PLR0917  (columns of a table)
    assert against_attempt(inquiry(it, *made), kind, container, LATER, who) == expected


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


@pytest.mark.parametrize(
    ("becomes", "investigations", "expected"),
    [
        pytest.param(Verdict.PASS, (), refused(R.INVESTIGATION_MISSING), id="written away"),
        pytest.param(Verdict.NOT_JUDGED, (), refused(R.INVESTIGATION_MISSING), id="written into a bound"),
        pytest.param(Verdict.FAIL, (), refused(), id="into another failing value"),
        pytest.param(Verdict.PASS, (PHASE_1,), refused(), id="while it is investigated"),
        pytest.param(
            Verdict.PASS,
            (concluded(Outcome.LABORATORY_ERROR),),
            refused(R.INVESTIGATION_MISSING),
            id="after its end",
        ),
    ],
)
def test_a_failing_result_is_corrected_within_an_investigation(becomes, investigations, expected):
    assert against_correction(FAILING, becomes, investigations) == expected
    assert against_correction(attempt(1), becomes, investigations) == ()


BOTH = (QC, QA)
ERROR = Outcome.LABORATORY_ERROR


@pytest.mark.parametrize(
    ("it", "outcome", "signers", "expected"),
    [
        pytest.param(CAUSED, ERROR, BOTH, refused(), id="an error in the first phase"),
        pytest.param(
            replace(COMPLETE, findings=(*COMPLETE.findings, FAULTY), cause=CAUSE),
            ERROR,
            BOTH,
            refused(),
            id="an error found in the second phase",
        ),
        pytest.param(ANSWERED, ERROR, BOTH, refused(R.CAUSE_MISSING), id="an error without a cause"),
        pytest.param(
            replace(CAUSED, findings=LABORATORY), ERROR, BOTH, refused(R.CAUSE_NOT_FOUND), id="not found"
        ),
        pytest.param(
            replace(CAUSED, findings=(FAULTY,)),
            ERROR,
            BOTH,
            refused(R.LABORATORY_INCOMPLETE),
            id="checks left out",
        ),
        pytest.param(PLANNED, ERROR, BOTH, refused(R.PLAN_NOT_DONE), id="retests not made"),
        pytest.param(ANSWERED, Outcome.CONFIRMED, BOTH, EARLY_END, id="confirmed in the first phase"),
        pytest.param(COMPLETE, Outcome.CONFIRMED, BOTH, refused(), id="confirmed"),
        pytest.param(COMPLETE, Outcome.INCONCLUSIVE, BOTH, refused(), id="inconclusive"),
        pytest.param(
            PHASE_2, Outcome.CONFIRMED, BOTH, refused(R.PRODUCTION_INCOMPLETE), id="production not looked at"
        ),
        pytest.param(ENDED, Outcome.CONFIRMED, BOTH, refused(R.NOT_NOW), id="twice"),
        pytest.param(CAUSED, ERROR, (QC,), refused(R.QA_SIGNATURE_MISSING), id="without QA"),
        pytest.param(CAUSED, ERROR, (QA,), refused(R.QC_SIGNATURE_MISSING), id="without QC"),
        pytest.param(
            CAUSED,
            ERROR,
            (Who(LEO, QC.roles | QA.roles),),
            refused(R.QA_SIGNATURE_MISSING),
            id="one who is both",
        ),
        pytest.param(
            CAUSED, ERROR, (Who(LEO, QC.roles | QA.roles), QA), refused(), id="one who is both, and another"
        ),
        pytest.param(CAUSED, ERROR, (ITS_ANALYST, QA), refused(R.BY_ITS_ANALYST), id="by who tested"),
        pytest.param(CAUSED, ERROR, (QC, MADE_IT), refused(R.BY_A_PRODUCER), id="by who made the cells"),
    ],
)
def test_conclusions(it, outcome, signers, expected):
    assert against_conclusion(inquiry(it), outcome, signers) == expected


def test_who_made_a_retest_does_not_judge_it():
    reviewer = Who(DONE.analyst_id, QC.roles)
    assert against_conclusion(inquiry(PLANNED, DONE), ERROR, (reviewer, QA)) == (R.BY_ITS_ANALYST,)
    assert against_conclusion(inquiry(PLANNED, DONE), ERROR, BOTH) == ()


def test_a_retest_is_looked_over_before_it_counts():
    unseen = replace(DONE, is_reviewed=False)
    assert against_conclusion(inquiry(PLANNED, unseen), ERROR, BOTH) == UNSEEN


def test_the_laboratory_cannot_err_without_end():
    others = tuple(concluded(ERROR, replace(CAUSED, code=f"OOS-{n}")) for n in (7, 8))
    assert against_conclusion(inquiry(CAUSED, others=others[:1]), ERROR, BOTH) == ()
    assert against_conclusion(inquiry(CAUSED, others=others), ERROR, BOTH) == TOO_OFTEN
    assert against_conclusion(inquiry(COMPLETE, others=others), Outcome.CONFIRMED, BOTH) == ()


def test_qc_signs_first():
    assert against_proposal(inquiry(CAUSED), ERROR, QC) == ()
    assert against_proposal(inquiry(CAUSED), ERROR, QA) == (R.QC_SIGNATURE_MISSING,)
    assert against_proposal(inquiry(ANSWERED), ERROR, QC) == (R.CAUSE_MISSING,)


@pytest.mark.parametrize("role", Role)
def test_roles_that_sign_an_outcome(role: Role):
    reasons = against_conclusion(inquiry(CAUSED), ERROR, (Who(30, frozenset({role})), QC, QA))
    assert reasons == ()
    alone = against_conclusion(inquiry(CAUSED), ERROR, (Who(30, frozenset({role})), QC))
    assert (alone == ()) is (role in (Role.QA_REVIEWER, Role.QA_RELEASER))


# --- due dates ------------------------------------------------------------------------------------------------------

MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        (MONDAY, 0, MONDAY),
        (MONDAY, 4, date(2026, 3, 6)),
        (MONDAY, 5, date(2026, 3, 9)),
        (date(2026, 3, 6), 1, date(2026, 3, 9)),
        (date(2026, 3, 7), 1, date(2026, 3, 9)),
        (MONDAY, 20, date(2026, 3, 30)),
    ],
)
def test_working_days(start, days, expected):
    assert working_day(start, days) == expected


@pytest.mark.parametrize(
    ("it", "today", "expected"),
    [
        (PHASE_1, date(2026, 3, 9), False),
        (PHASE_1, date(2026, 3, 10), True),
        (OPENED, date(2026, 3, 10), True),
        (PHASE_2, date(2026, 3, 10), False),
        (PHASE_2, date(2026, 3, 30), False),
        (PHASE_2, date(2026, 3, 31), True),
        (ENDED, date(2026, 12, 31), False),
    ],
)
def test_overdue(it, today, expected):
    assert is_overdue(it, due(MONDAY, Timetable()), today) is expected


def test_the_digest_is_of_all_that_was_found_and_not_of_who_signed():
    first = investigation_digest(CAUSED, (FAILING,))
    assert investigation_digest(replace(concluded(ERROR), outcome=None), (FAILING,)) == first
    assert investigation_digest(replace(CAUSED, findings=(*CAUSED.findings, NOT_KEPT)), (FAILING,)) != first
    assert investigation_digest(CAUSED, (replace(FAILING, result="r9"),)) != first
    assert investigation_digest(concluded(ERROR), (FAILING,)) != first
    assert investigation_digest(PLANNED, (FAILING, DONE)) != investigation_digest(PLANNED, (FAILING,))
    assert investigation_digest(replace(CAUSED, state=InvestigationState.PHASE_2), (FAILING,)) == first


def test_every_refusal_is_met():
    assert set(R) == SEEN
    assert QA.person == QUINN
