"""Where failures were noticed, and what that says of detection."""

import pytest
from scipy import stats

from cpv.rules.basis import Why
from fmea.rules.detection import (
    Catches,
    Caught,
    detection_from_catches,
    residual_escape,
    stages,
)
from fmea.rules.evidence import Note, Standing
from tests.fmea.rules.evidence_given import CENTRE, MISSES, refusal

SEEN = Catches(same_step=90, later_step=6, bedside=3, escaped=1)


def test_what_the_step_did_not_notice_it_has_missed() -> None:
    found = detection_from_catches(SEEN, MISSES)
    beta = stats.beta(0.5 + 10, 0.5 + 90)
    assert (found.evidence.estimate.low, found.evidence.estimate.high) == pytest.approx(beta.interval(0.95))
    assert found.evidence.suggested == 4
    assert found.evidence.probability == pytest.approx(beta.cdf(0.2) - beta.cdf(0.05))
    assert found.evidence.standing(2) is Standing.CONTRADICTED_HIGHER
    assert found.evidence.standing(1) is Standing.NOT_ON_SCALE


def test_every_barrier_is_judged_by_what_came_to_it() -> None:
    at = stages(SEEN)
    assert [(one.place, one.reached, one.caught) for one in at] == [
        (Caught.SAME_STEP, 100, 90),
        (Caught.LATER_STEP, 10, 6),
        (Caught.BEDSIDE, 4, 3),
    ]
    expected = [
        stats.beta(0.5 + passed, 0.5 + caught).median() for passed, caught in ((10, 90), (4, 6), (1, 3))
    ]
    assert [one.miss.median for one in at if one.miss] == pytest.approx(expected)
    nothing_later = stages(Catches(same_step=4))
    assert nothing_later[0].miss is not None
    assert nothing_later[1].miss is nothing_later[2].miss is None
    assert detection_from_catches(SEEN, MISSES).stages == at


def test_what_escaped_is_a_lower_bound_and_is_said_to_be() -> None:
    found = residual_escape(SEEN, 5000, CENTRE)
    assert (found.posterior.a, found.posterior.b) == (1.5, 4999.5)
    assert Note.LOWER_BOUND in found.notes
    assert Note.LOWER_BOUND in detection_from_catches(SEEN, MISSES).notes
    more = residual_escape(Catches(90, 6, 2, 2), 5000, CENTRE)
    assert more.estimate.median > found.estimate.median


def test_no_failure_tells_nothing_of_detection() -> None:
    found = detection_from_catches(Catches(same_step=0), MISSES)
    assert found.evidence.standing(9) is Standing.NO_EVIDENCE
    assert Note.NO_TRIALS in found.notes
    assert [one.miss for one in found.stages] == [None, None, None]


def test_counts_that_are_none() -> None:
    assert refusal(Catches, 1, -1) == (Why.NOT_A_COUNT, "later_step")
    assert refusal(residual_escape, SEEN, 99, CENTRE) == (Why.OUT_OF_RANGE, "events")
    assert residual_escape(SEEN, 100, CENTRE).events == 1
