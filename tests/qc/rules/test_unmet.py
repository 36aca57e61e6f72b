"""Which results count and what is unmet, for criteria of every kind: alternatives, doses, weights, left untested."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from qc.rules.blockers import BlockerCode as B
from qc.rules.blockers import Case, blockers
from qc.rules.case import Fitness
from qc.rules.criteria import Assessment, Facts, Hindrance, Verdict, Weight, assess, read_value
from qc.rules.investigations import InvestigationState, Outcome, Plan, Why
from qc.rules.investigations.attempts import attempts_of
from qc.rules.results import AttemptKind, ResultView
from qc.rules.specification import Specification, parse
from qc.rules.standing import Standing
from qc.rules.unmet import counted, standings
from tests.qc.rules.blockers_given import AT, CASE, HOUR, concluded, result
from tests.qc.rules.criteria_given import FAIL, OPEN, PASS, raw, sides

RETEST, RESAMPLE = AttemptKind.RETEST, AttemptKind.RESAMPLE


def spec(*criteria: dict[str, Any], **more: Any) -> Specification:
    """A specification of these lines."""
    found, faults = parse({"name": "S", "criteria": list(criteria)} | more)
    assert faults == ()
    assert found is not None
    return found


SINGLE = spec(
    raw(code="CAR", title="CAR+", **sides(">=20")),
    raw(code="LATE", title="Final", timing="final", **sides(">=1")),
    raw(code="MAYBE", title="Maybe", may_be_not_tested=["insufficient_sample"], **sides(">=1")),
)
SOUND = (result("CAR"), result("MAYBE"))
BATCH = replace(CASE, specification=SINGLE, results=SOUND)


def found(case: Case) -> list[tuple[B, str]]:
    """Codes with what they are about."""
    return [(blocker.code, blocker.target.key) for blocker in blockers(case)]


def again(number: int, verdict: Verdict = PASS, **more: Any) -> ResultView:
    """A retest of CAR under its investigation."""
    values: dict[str, Any] = {
        "id": f"r{number}",
        "attempt": number,
        "attempt_kind": RETEST,
        "reference": "OOS-CAR",
        "recorded_at": AT + number * HOUR,
    }
    return result("CAR", verdict, **values | more)


PLAN = Plan(RETEST, 1, authorised_by=5, authorised_at=AT + HOUR)
FAILED = result("CAR", FAIL)
ERROR = concluded("CAR", Outcome.LABORATORY_ERROR, plans=(PLAN,))


def test_nothing_is_unmet():
    assert found(BATCH) == []
    assert [line.standing for line in standings(BATCH)] == [Standing.MET, Standing.MISSING, Standing.MET]


@pytest.mark.parametrize(
    ("results", "investigations", "expected"),
    [
        pytest.param((FAILED,), (), [(B.OOS_OPEN, "CAR"), (B.FAILING_RESULT, "CAR")], id="nobody looks"),
        pytest.param(
            (FAILED,),
            (concluded("CAR", state=InvestigationState.PHASE_1),),
            [(B.OOS_OPEN, "OOS-CAR"), (B.FAILING_RESULT, "CAR")],
            id="looked into",
        ),
        pytest.param((FAILED,), (concluded("CAR"),), [(B.FAILING_RESULT, "CAR")], id="confirmed"),
        pytest.param(
            (FAILED,),
            (concluded("CAR", Outcome.INCONCLUSIVE),),
            [(B.FAILING_RESULT, "CAR")],
            id="inconclusive",
        ),
        pytest.param((FAILED,), (ERROR,), [(B.RESULT_MISSING, "CAR")], id="an error, not tested again"),
        pytest.param((FAILED, again(2)), (ERROR,), [], id="an error, tested again"),
        pytest.param(
            (FAILED, again(2)), (concluded("CAR"),), [(B.FAILING_RESULT, "CAR")], id="tested in vain"
        ),
        pytest.param(
            (FAILED, again(2)),
            (),
            [(B.OOS_OPEN, "CAR"), (B.FAILING_RESULT, "CAR")],
            id="tested again without asking",
        ),
        pytest.param(
            (FAILED, again(2, FAIL)),
            (ERROR,),
            [(B.OOS_OPEN, "CAR"), (B.FAILING_RESULT, "CAR")],
            id="the retest fails too",
        ),
        pytest.param(
            (FAILED, again(2, OPEN)), (ERROR,), [(B.RESULT_UNDECIDED, "CAR")], id="the retest is undecided"
        ),
        pytest.param(
            (FAILED, again(2, reviewer_id=None, reviewed_at=None)),
            (ERROR,),
            [(B.RESULT_UNREVIEWED, "CAR")],
            id="nobody looked the retest over",
        ),
        pytest.param(
            (
                replace(FAILED, is_current=False),
                result("CAR", id="v2", version=2, recorded_at=AT + HOUR),
            ),
            (),
            [(B.OOS_OPEN, "CAR"), (B.FAILING_RESULT, "CAR")],
            id="written away",
        ),
        pytest.param(
            (
                replace(FAILED, is_current=False),
                result("CAR", id="v2", version=2, recorded_at=AT + HOUR),
            ),
            (concluded("CAR", Outcome.LABORATORY_ERROR),),
            [],
            id="written wrongly, and signed so",
        ),
        pytest.param(
            (
                replace(FAILED, is_current=False),
                result("CAR", OPEN, id="v2", version=2, value="not tested: insufficient_sample"),
            ),
            (),
            [(B.OOS_OPEN, "CAR"), (B.FAILING_RESULT, "CAR")],
            id="not tested after all",
        ),
    ],
)
def test_results_out_of_specification(results, investigations, expected):
    case = replace(BATCH, results=(*results, result("MAYBE")), investigations=investigations)
    assert found(case) == expected


def test_what_failed_cannot_be_left_untested_instead():
    lost = result("MAYBE", OPEN, value="not tested: insufficient_sample")
    assert found(replace(BATCH, results=(SOUND[0], lost))) == []
    failed = replace(result("MAYBE", FAIL), is_current=False)
    gone = replace(lost, id="v2", version=2, recorded_at=AT + HOUR)
    error = concluded("MAYBE", Outcome.LABORATORY_ERROR)
    case = replace(BATCH, results=(SOUND[0], failed, gone), investigations=(error,))
    assert found(case) == [(B.RESULT_UNDECIDED, "MAYBE")]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [("insufficient_sample", []), ("sample_lost", [(B.NOT_TESTED_NOT_ALLOWED, "MAYBE")])],
)
def test_what_was_not_tested(reason, expected):
    case = replace(BATCH, results=(SOUND[0], result("MAYBE", OPEN, value=f"not tested: {reason}")))
    assert found(case) == expected


def test_a_final_result_that_is_there_counts():
    assert found(replace(BATCH, results=(*SOUND, result("LATE", OPEN)))) == [(B.RESULT_UNDECIDED, "LATE")]
    assert found(replace(BATCH, results=(*SOUND, result("LATE", FAIL)))) == [
        (B.OOS_OPEN, "LATE"),
        (B.FAILING_RESULT, "LATE"),
    ]


def test_only_what_counts_has_to_have_come_about_properly():
    unfit = Fitness(are_controls_accepted=False)
    case = replace(BATCH, results=(FAILED, again(2), result("MAYBE")), investigations=(ERROR,))
    assert found(replace(case, fitness={FAILED.id: unfit})) == []
    assert found(replace(case, fitness={"r2": unfit})) == [(B.CONTROLS_REFUSED, "CAR")]


# --- alternatives ---------------------------------------------------------------------------------------------------

EITHER = spec(
    raw(code="A", title="Killing", **sides(">=1")),
    raw(code="B", title="IFN", **sides(">=1")),
    any_of=[{"code": "POTENCY", "title": "Potency", "criteria": ["A", "B"]}],
)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (PASS, None, []),
        (PASS, FAIL, []),
        (OPEN, PASS, []),
        (None, None, [(B.RESULT_MISSING, "POTENCY")]),
        (FAIL, None, [(B.RESULT_MISSING, "POTENCY")]),
        (OPEN, FAIL, [(B.RESULT_UNDECIDED, "A")]),
        (OPEN, OPEN, [(B.RESULT_UNDECIDED, "A"), (B.RESULT_UNDECIDED, "B")]),
        (FAIL, FAIL, [(B.OOS_OPEN, "A"), (B.OOS_OPEN, "B"), (B.GROUP_UNMET, "A"), (B.GROUP_UNMET, "B")]),
    ],
)
def test_alternatives(a, b, expected):
    results = [result(code, verdict) for code, verdict in (("A", a), ("B", b)) if verdict is not None]
    assert found(replace(CASE, specification=EITHER, results=tuple(results))) == expected


def test_a_final_group_may_be_missing():
    late = spec(
        raw(code="CAR", **sides(">=1")),
        raw(code="A", timing="final", **sides(">=1")),
        raw(code="B", timing="final", **sides(">=1")),
        any_of=[{"code": "LATE", "title": "Late", "criteria": ["A", "B"]}],
    )
    assert found(replace(CASE, specification=late, results=(result("CAR"), result("A", OPEN)))) == []


# --- what depends on more than the value ----------------------------------------------------------------------------

DOSE = spec(
    raw(
        code="DOSE",
        title="Dose",
        unit="10*6",
        decimals=1,
        weight_max_age_days=14,
        dose={"kind": "per_kg"} | sides(">=0.5", "<=5.0"),
    )
)  # fmt: skip
DOSED = replace(CASE, specification=DOSE, results=(result("DOSE", value="100.0"),))


def assessment(kg: str | None, days: int = 1) -> Assessment:
    """Of 100 million cells for this weight, measured so many days before."""
    (criterion,) = DOSE.criteria
    weight = None if kg is None else Weight(Decimal(kg), AT - timedelta(days=days))
    return assess(criterion, read_value(criterion, "100.0"), Facts(at=AT, weight=weight))


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (assessment("50"), []),
        (assessment(None), [(B.WEIGHT_MISSING, "DOSE")]),
        (assessment("50", days=15), [(B.WEIGHT_TOO_OLD, "DOSE")]),
        (assessment("50", days=-1), [(B.WEIGHT_MISSING, "DOSE")]),
        (assessment("300"), [(B.OOS_OPEN, "DOSE"), (B.FAILING_RESULT, "DOSE")]),
        (Assessment(OPEN, (Hindrance.READ_TOO_EARLY,)), [(B.INTERIM_TOO_EARLY, "DOSE")]),
        (Assessment(OPEN, (Hindrance.BOUND_UNDECIDED,)), [(B.RESULT_UNDECIDED, "DOSE")]),
        (Assessment(OPEN), [(B.RESULT_UNDECIDED, "DOSE")]),
    ],
)
def test_what_is_known_now_is_judged_by(known, expected):
    assert found(replace(DOSED, assessments={"r-DOSE": known})) == expected


def test_a_failing_result_is_not_mended_by_another_weight():
    failed = replace(DOSED, results=(result("DOSE", FAIL, value="100.0"),))
    assert found(replace(failed, assessments={"r-DOSE": assessment("50")})) == [
        (B.OOS_OPEN, "DOSE"),
        (B.FAILING_RESULT, "DOSE"),
    ]


def test_what_fails_by_another_weight_can_be_investigated():
    (attempt,) = attempts_of(DOSED.results, "DOSE", ["r-DOSE"])
    assert (attempt.verdict, attempt.failed_at) == (FAIL, AT)
    heavier = replace(DOSED, assessments={"r-DOSE": assessment("300")}, investigations=(concluded("DOSE"),))
    assert found(heavier) == [(B.FAILING_RESULT, "DOSE")]


PARTS = spec(
    raw(
        code="DOSE",
        title="Dose",
        unit="10*6",
        dose={
            "kind": "components",
            "components": [{"code": code, "title": code} | sides(">=20", "<=60") for code in ("CD8", "CD4")],
        },
    )
)


@pytest.mark.parametrize(
    ("value", "verdict", "expected"),
    [
        ("CD8: 45; CD4: 48", PASS, []),
        ("CD8: 45", OPEN, [(B.COMPONENT_MISSING, "DOSE")]),
        ("45", OPEN, [(B.COMPONENT_MISSING, "DOSE")]),
        ("CD8: <45; CD4: 48", OPEN, [(B.RESULT_UNDECIDED, "DOSE")]),
    ],
)
def test_a_dose_of_two_components(value, verdict, expected):
    case = replace(CASE, specification=PARTS, results=(result("DOSE", verdict, value=value),))
    assert found(case) == expected


# --- attempts -------------------------------------------------------------------------------------------------------


def test_attempts_from_the_versions_of_results():
    first = replace(FAILED, is_current=False)
    second = result("CAR", id="v2", version=2, recorded_at=AT + HOUR, container="BAG2")
    original, retest = attempts_of((again(2), second, first, result("MAYBE")), "CAR")
    assert (original.number, original.kind, original.result) == (1, AttemptKind.ORIGINAL, "v2")
    assert (original.recorded_at, original.version_at, original.failed_at) == (AT, AT + HOUR, AT)
    assert (original.container, original.verdict, original.investigation) == ("BAG2", PASS, "")
    assert (retest.number, retest.kind, retest.investigation) == (2, RETEST, "OOS-CAR")
    assert retest.failed_at is None


def test_an_attempt_keeps_the_plan_that_it_was_made_by():
    first = again(2, is_current=False)
    corrected = again(2, id="v2", version=2, reference="LAB-9")
    (attempt,) = attempts_of((first, corrected), "CAR")
    assert attempt.investigation == "OOS-CAR"


def test_a_result_without_a_version_that_counts_is_none():
    assert attempts_of((replace(FAILED, is_current=False),), "CAR") == ()


def test_what_counts_is_told_for_each_criterion():
    it = counted(replace(BATCH, results=(FAILED, again(2), result("MAYBE")), investigations=(ERROR,)))
    assert {code: (one.why, one.verdict) for code, one in it.items()} == {
        "CAR": (Why.ATTEMPT, PASS),
        "LATE": (Why.NOTHING_YET, None),
        "MAYBE": (Why.ATTEMPT, PASS),
    }
    assert counted(replace(BATCH, specification=None)) == {}
    assert RESAMPLE is not RETEST
