"""Out of specification: what may be concluded, by whom, and which attempt counts."""

from dataclasses import replace

import pytest

from people.rules.roles import Role
from qc.rules.criteria import Verdict
from qc.rules.investigations import InvestigationRefusal as R
from qc.rules.investigations import (
    InvestigationState,
    Outcome,
    Who,
    against_conclusion,
    against_correction,
    against_proposal,
    investigation_digest,
)
from tests.qc.rules import test_investigation_findings, test_investigation_plans
from tests.qc.rules.investigations_given import (
    ANSWERED,
    CAUSE,
    CAUSED,
    COMPLETE,
    DONE,
    ENDED,
    FAILING,
    FAULTY,
    ITS_ANALYST,
    LABORATORY,
    LEO,
    MADE_IT,
    NOT_KEPT,
    PHASE_1,
    PHASE_2,
    PLANNED,
    QA,
    QC,
    QUINN,
    SEEN,
    attempt,
    concluded,
    inquiry,
    refused,
)

TABLES = (test_investigation_findings, test_investigation_plans)  # `refused` hears of each when it is read
UNSEEN = refused(R.ATTEMPT_UNREVIEWED)
TOO_OFTEN = refused(R.INVALIDATED_TOO_OFTEN)
EARLY_END = refused(R.NOT_NOW, R.PRODUCTION_INCOMPLETE)


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
