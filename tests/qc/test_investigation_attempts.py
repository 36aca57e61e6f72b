"""Investigations: retests, other samples and corrections, and which result counts in the end."""

from uuid import UUID, uuid4

import pytest

from ledger.rules.errors import Conflict, Invalid
from qc import selectors, services
from qc.rules.criteria import Verdict
from qc.rules.investigations import InvestigationRefusal as R
from qc.rules.investigations import LaboratoryCheck, Outcome, Plan, ResampleReason, Why
from qc.rules.results import AttemptKind
from tests.qc.oos import RETEST, counts, refused, work

pytestmark = pytest.mark.django_db


# -- more tests -------------------------------------------------------------------------------------------------------


def test_a_plan_says_how_often_and_no_more_are_made(oos):
    oos.with_cause()
    refused(oos, oos.retest, (R.PLAN_MISSING,))
    refused(oos, lambda: oos.plan(by="Leo"), (R.NO_ROLE,))
    refused(oos, lambda: oos.plan(Plan(AttemptKind.RETEST, 4)), (R.NUMBER_OUT_OF_RANGE,))
    assert oos.plan().is_done
    refused(oos, oos.plan, (R.PLAN_EXISTS,))
    refused(oos, lambda: oos.retest(by="Ana"), (R.SAME_ANALYST,))
    bag = oos.lab.player.containers("product_bag")[0].code
    refused(oos, lambda: oos.retest(container=bag), (R.NOT_THE_SAMPLE,))
    refused(oos, lambda: oos.propose(Outcome.LABORATORY_ERROR), (R.PLAN_NOT_DONE,))
    request = uuid4()
    first, again = oos.lab.twice(lambda: oos.retest(request_id=request))
    assert first.result == again.result
    refused(oos, oos.retest, (R.PLAN_USED_UP,))
    refused(oos, lambda: oos.propose(Outcome.LABORATORY_ERROR), (R.ATTEMPT_UNREVIEWED,))


def test_a_planned_test_is_judged_as_every_result(oos):
    oos.with_cause()
    oos.plan()
    for value, code in (("not tested: insufficient_sample", "planned_is_tested"), ("955", "not_possible")):
        with pytest.raises(Invalid) as error:
            oos.retest(value)
        assert error.value.detail["fields"]["value"] == code
    with pytest.raises(Invalid):
        oos.retest(run="")
    assert oos.retest("26.0").result.verdict is Verdict.PASS


def test_another_sample_is_tested_for_a_reason_that_was_shown(oos):
    oos.looked_into(LaboratoryCheck.SAMPLE_KEPT)
    assert oos.cause(LaboratoryCheck.SAMPLE_KEPT).is_done
    bag = oos.lab.player.containers("product_bag")[0].code
    plan = Plan(AttemptKind.RESAMPLE, 1, containers=(bag,), reason=ResampleReason.LOST)
    refused(oos, lambda: oos.plan(RETEST), (R.SAMPLE_NOT_KEPT,))
    assert oos.plan(plan).is_done
    resample = oos.retest(kind=AttemptKind.RESAMPLE, container=bag).result
    assert (resample.attempt_kind, resample.container) == (AttemptKind.RESAMPLE, bag)


def test_a_retest_that_fails_needs_an_investigation_of_its_own(oos):
    retest = oos.retested("3.9")
    assert "oos_to_open" not in [cause for cause, _day in work(oos, "Leo")]
    oos.signed(Outcome.LABORATORY_ERROR)
    assert [cause for cause, _day in work(oos, "Leo")] == ["oos_to_open"]
    assert counts(oos) == (Why.NOT_INVESTIGATED, "3.9")
    answer = services.open_investigation(result=UUID(retest.id), **oos.lab.doing("Leo"))
    assert (answer.is_done, selectors.investigation(answer.code).rules.attempt) == (True, 2)


# -- corrections ------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("URS-REL-02")
def test_a_failing_result_is_not_corrected_away(oos):
    lab = oos.lab
    with pytest.raises(Conflict, match="investigation_missing"):
        lab.correct(oos.first, "41")
    assert lab.correct(oos.first, "4.2").version == 2, "it may be corrected into one that fails"
    oos.open()
    second = selectors.results_of([oos.first.subject_id])[oos.first.subject_id][-1]
    with pytest.raises(Invalid) as error:
        lab.correct(second, "41", reference="LAB-26-014")
    assert error.value.detail["fields"] == {"reference": "not_its_investigation"}
    third = lab.correct(second, "41")
    assert (third.reference, third.verdict) == (oos.code, Verdict.PASS)
    assert counts(oos) == (Why.UNDER_INVESTIGATION, "41")


def test_a_corrected_retest_stays_one_of_its_investigation(oos):
    retest = oos.retested()
    second = oos.lab.correct(retest, "27", by="Ben")
    assert (second.attempt, second.attempt_kind, second.reference) == (2, AttemptKind.RETEST, oos.code)
    refused(oos, lambda: oos.propose(Outcome.LABORATORY_ERROR), (R.ATTEMPT_UNREVIEWED,))


def test_a_correction_counts_once_its_error_is_signed_for(oos):
    oos.looked_into(LaboratoryCheck.CALCULATION)
    oos.cause(LaboratoryCheck.CALCULATION)
    oos.lab.review(oos.lab.correct(oos.first, "41"))
    oos.signed(Outcome.LABORATORY_ERROR)
    assert counts(oos) == (Why.CORRECTED, "41")
