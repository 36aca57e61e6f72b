"""Which attempt counts: never a mean, never the best, and another than the first only after a laboratory error."""

from dataclasses import replace

import pytest

from qc.rules.criteria import Verdict
from qc.rules.investigations import Outcome, Why, reportable
from qc.rules.results import AttemptKind
from tests.qc.rules.investigations_given import (
    AT,
    CAUSED,
    COMPLETE,
    FAILING,
    HOUR,
    OPENED,
    PHASE_2,
    RESAMPLE,
    RETEST,
    attempt,
    concluded,
)

PASS, FAIL, OPEN = Verdict.PASS, Verdict.FAIL, Verdict.NOT_JUDGED
ERROR = Outcome.LABORATORY_ERROR
PLANNED = replace(CAUSED, plans=(RETEST,))
TWICE = replace(CAUSED, plans=(replace(RETEST, number=2),))
AND_SAMPLED = replace(CAUSED, plans=(RETEST, RESAMPLE))
CORRECTED = replace(FAILING, verdict=PASS, version_at=AT + 2 * HOUR)
SAMPLED = attempt(3, kind=AttemptKind.RESAMPLE, container="S2")


@pytest.mark.parametrize(
    ("attempts", "investigations", "number", "why", "verdict"),
    [
        pytest.param((), (), None, Why.NOTHING_YET, None, id="nothing"),
        pytest.param((attempt(1),), (), 1, Why.ATTEMPT, PASS, id="a pass"),
        pytest.param((attempt(1, OPEN),), (), 1, Why.ATTEMPT, OPEN, id="undecided"),
        pytest.param((FAILING,), (), 1, Why.NOT_INVESTIGATED, FAIL, id="nobody looks into it"),
        pytest.param((FAILING,), (OPENED,), 1, Why.UNDER_INVESTIGATION, FAIL, id="opened"),
        pytest.param((FAILING,), (PHASE_2,), 1, Why.UNDER_INVESTIGATION, FAIL, id="second phase"),
        pytest.param(
            (FAILING,), (concluded(Outcome.CONFIRMED, COMPLETE),), 1, Why.CONFIRMED, FAIL, id="confirmed"
        ),
        pytest.param(
            (FAILING,),
            (concluded(Outcome.INCONCLUSIVE, COMPLETE),),
            1,
            Why.INCONCLUSIVE,
            FAIL,
            id="inconclusive: the first stands",
        ),
        pytest.param((FAILING,), (concluded(ERROR),), None, Why.INVALIDATED, None, id="an error, no retest"),
        pytest.param((FAILING, attempt(2)), (PLANNED,), 1, Why.UNDER_INVESTIGATION, FAIL, id="not signed yet"),
        pytest.param(
            (FAILING, attempt(2)), (concluded(ERROR, PLANNED),), 2, Why.ATTEMPT, PASS, id="the retest counts"
        ),
        pytest.param(
            (FAILING, attempt(2)),
            (concluded(Outcome.CONFIRMED, PLANNED),),
            1,
            Why.CONFIRMED,
            FAIL,
            id="passing retests undo nothing",
        ),
        pytest.param(
            (FAILING, attempt(2)),
            (concluded(Outcome.INCONCLUSIVE, PLANNED),),
            1,
            Why.INCONCLUSIVE,
            FAIL,
            id="nor where nothing was found",
        ),
        pytest.param(
            (FAILING, attempt(2)),
            (concluded(ERROR, TWICE),),
            None,
            Why.PLAN_INCOMPLETE,
            None,
            id="one of two",
        ),
        pytest.param(
            (FAILING, attempt(2), attempt(3)),
            (concluded(ERROR, TWICE),),
            2,
            Why.ATTEMPT,
            PASS,
            id="of equals the first",
        ),
        pytest.param(
            (FAILING, attempt(2), attempt(3, OPEN)),
            (concluded(ERROR, TWICE),),
            3,
            Why.ATTEMPT,
            OPEN,
            id="the worst of two",
        ),
        pytest.param(
            (FAILING, attempt(2), attempt(3, FAIL)),
            (concluded(ERROR, TWICE),),
            3,
            Why.NOT_INVESTIGATED,
            FAIL,
            id="a failing retest is out of specification itself",
        ),
        pytest.param(
            (FAILING, attempt(2), SAMPLED),
            (concluded(ERROR, AND_SAMPLED),),
            2,
            Why.ATTEMPT,
            PASS,
            id="retested and resampled",
        ),
        pytest.param(
            (FAILING, attempt(2)),
            (concluded(ERROR, AND_SAMPLED),),
            None,
            Why.PLAN_INCOMPLETE,
            None,
            id="retested and not resampled",
        ),
        pytest.param(
            (FAILING, attempt(2, investigation="")),
            (concluded(ERROR, PLANNED),),
            None,
            Why.PLAN_INCOMPLETE,
            None,
            id="a retest without a plan",
        ),
        pytest.param(
            (FAILING, attempt(2, recorded_at=AT + 50 * HOUR)),
            (concluded(ERROR, PLANNED),),
            None,
            Why.PLAN_INCOMPLETE,
            None,
            id="a retest after the signature",
        ),
        pytest.param((CORRECTED,), (), 1, Why.NOT_INVESTIGATED, FAIL, id="written away"),
        pytest.param((CORRECTED,), (OPENED,), 1, Why.UNDER_INVESTIGATION, FAIL, id="corrected, not signed"),
        pytest.param(
            (CORRECTED,), (concluded(ERROR),), 1, Why.CORRECTED, PASS, id="the error was in writing"
        ),
        pytest.param(
            (CORRECTED,), (concluded(Outcome.CONFIRMED),), 1, Why.CONFIRMED, FAIL, id="corrected in vain"
        ),
        pytest.param(
            (replace(CORRECTED, version_at=AT + 49 * HOUR),),
            (concluded(ERROR),),
            None,
            Why.INVALIDATED,
            None,
            id="corrected after the signature",
        ),
        pytest.param(
            (replace(FAILING, failed_at=AT + 49 * HOUR, version_at=AT + 49 * HOUR),),
            (concluded(ERROR),),
            1,
            Why.NOT_INVESTIGATED,
            FAIL,
            id="corrected into another failure after the signature",
        ),
        pytest.param(
            (CORRECTED, attempt(2, FAIL)),
            (concluded(ERROR, PLANNED),),
            2,
            Why.NOT_INVESTIGATED,
            FAIL,
            id="a plan goes before a correction",
        ),
        pytest.param(
            (FAILING,), (replace(concluded(ERROR), criterion="VIAB"),), 1, Why.NOT_INVESTIGATED, FAIL,
            id="the investigation of another criterion",
        ),
    ],
)  # fmt: skip
def test_what_counts(attempts, investigations, number, why, verdict):
    counted = reportable(attempts, investigations)
    assert (counted.attempt.number if counted.attempt else None) == number
    assert (counted.why, counted.verdict) == (why, verdict)


def test_a_failing_retest_has_an_investigation_of_its_own():
    first = concluded(ERROR, PLANNED)
    second = replace(concluded(ERROR, PLANNED), code="OOS-2", attempt=2, opened_at=AT + 20 * HOUR)
    attempts = (FAILING, attempt(2, FAIL), attempt(3, investigation="OOS-2"))
    counted = reportable(attempts, (first, second))
    assert (counted.attempt.number, counted.verdict, counted.investigation) == (3, PASS, "OOS-2")
    confirmed = replace(second, outcome=Outcome.CONFIRMED)
    assert reportable(attempts, (first, confirmed)).verdict is FAIL


def test_an_unsettled_result_says_so():
    assert reportable((FAILING,), ()).is_unsettled
    assert reportable((FAILING,), (OPENED,)).is_unsettled
    assert not reportable((FAILING,), (concluded(Outcome.CONFIRMED),)).is_unsettled
