"""From a failing result over its investigation to the batch: a retest that counts, and one that does not."""

import pytest

from coi.rules.batches import BatchSummary
from coi.selectors.batches import batch_by_code
from config.demonstration.site import Demo
from ledger.projections import differences
from qc import selectors, services
from qc.rules.blockers import BlockerCode as B
from qc.rules.blockers import blockers
from qc.rules.investigations import Outcome, Why
from qc.rules.results import RejectionReason
from qc.rules.unmet import counted, of_results
from tests.qc import given
from tests.qc.given import PASSING, Laboratory
from tests.qc.oos import Case


def batch_of(lab: Laboratory) -> BatchSummary:
    found = batch_by_code(lab.batch)
    assert found is not None
    return found


def unmet(lab: Laboratory) -> list[B]:
    """What the results leave open."""
    return [blocker.code for blocker in of_results(selectors.case_of(batch_of(lab), lab.player.now))]


def all_but_one_passing(demo: Demo) -> Case:
    """A batch with every result that a release needs, of which CAR+ cells fail."""
    lab = given.a_laboratory(demo)
    lab.player.wait(hours=20)
    for criterion in PASSING:
        if criterion != "CAR":
            lab.review(lab.record(criterion))
    case = Case(lab)
    lab.review(case.first)
    return case


def test_an_error_of_the_laboratory_a_retest_and_the_batch_is_released(demo: Demo) -> None:
    case = all_but_one_passing(demo)
    lab = case.lab
    assert unmet(lab) == [B.OOS_OPEN, B.FAILING_RESULT]
    retest = case.retested("26.0")
    assert unmet(lab) == [B.OOS_OPEN, B.FAILING_RESULT], "the first result stands until both have signed"
    refused = lab.release()
    assert {B.OOS_OPEN, B.FAILING_RESULT} <= {blocker.code for blocker in refused.blockers}
    case.signed(Outcome.LABORATORY_ERROR)
    assert unmet(lab) == []
    found = counted(selectors.case_of(batch_of(lab), lab.player.now))["CAR"]
    assert (found.why, found.attempt and found.attempt.result, found.investigation) == (
        Why.ATTEMPT,
        retest.id,
        case.code,
    )
    lab.finish_cultures()
    assert lab.look_over() == ()
    assert services.submit_for_review(batch=lab.batch, **lab.doing("Leo")).is_done
    assert blockers(selectors.case_of(batch_of(lab), lab.player.now)) == ()
    assert lab.sign_review().is_done
    assert lab.release().is_done
    assert lab.disposition == "released"
    first = selectors.result(case.first.id)
    assert first is not None
    assert (first.value, str(first.verdict), first.is_current) == ("4.1", "fail", True)
    assert list(differences("default")) == [], "all of it stands in the ledger"


@pytest.mark.requirement("URS-REL-02")
def test_a_result_that_is_confirmed_fails_whatever_the_retest_was(demo: Demo) -> None:
    case = all_but_one_passing(demo)
    lab = case.lab
    case.in_production()
    assert case.plan().is_done
    result = case.retest("26.0").result
    assert result is not None
    lab.review(result)
    case.signed(Outcome.CONFIRMED)
    assert unmet(lab) == [B.FAILING_RESULT]
    assert services.submit_for_review(batch=lab.batch, **lab.doing("Leo")).is_done
    assert lab.look_over() == ()
    assert lab.sign_review().is_done
    refused = lab.release()
    assert [blocker.code for blocker in refused.blockers] == [B.FAILING_RESULT, B.FINAL_PENDING]
    reason = RejectionReason.FAILING_RESULT
    assert services.reject_batch(batch=lab.batch, reason=reason, **lab.signing("Rosa")).is_done
    assert lab.disposition == "rejected"
