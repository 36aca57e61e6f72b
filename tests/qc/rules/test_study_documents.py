"""The plan of a study as a document, what its results come to, and who may conclude it."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from qc.rules.criteria import Verdict
from qc.rules.specification import parse as parse_specification
from qc.rules.stability import (
    ConclusionRefusal,
    Extrapolation,
    Ground,
    PointOf,
    PointResult,
    Pull,
    Unassessed,
    against_conclusion,
    assess_study,
    bounds_of,
    observations,
    pulls,
    read_point,
    supported_until,
    written,
)
from qc.rules.stability.reading import parse, problems
from qc.rules.stability.regression import Observation
from qc.rules.study_charts import study_chart
from qc.rules.subjects import StudyKind
from tests.qc.rules.criteria_given import raw, sides

PLAN: dict[str, Any] = {
    "title": "Cells in the freezer",
    "kind": "stability",
    "specification": "STAB",
    "unit": "months",
    "conditions": [{"code": "LN2", "title": "Vapour of liquid nitrogen"}, {"code": "M80", "title": "-80 °C"}],
    "points": [{"code": "M0", "at": 0, "late": 2}, {"code": "M3", "at": 3, "early": 7, "late": 7}],
    "criteria": ["VIAB", "LOOK"],
}


def test_a_plan_is_read() -> None:
    found, faults = parse(PLAN)
    assert faults == ()
    assert found is not None
    assert (found.kind, found.specification, found.plan.containers) == (StudyKind.STABILITY, "STAB", 4)
    assert found.plan.extrapolation is Extrapolation.NONE


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"kind": "validation"}, ("kind", "not_choice")),
        ({"title": " "}, ("title", "required")),
        ({"specification": ""}, ("specification", "required")),
        ({"unit": "years"}, ("unit", "not_choice")),
        ({"conditions": []}, ("conditions", "out_of_range")),
        ({"points": []}, ("points", "out_of_range")),
        ({"criteria": []}, ("criteria", "no_criteria")),
        ({"criteria": ["A", "A"]}, ("criteria", "repeated")),
        ({"conditions": [{"code": "a/b", "title": "x"}]}, ("conditions[0].code", "code_shape")),
        ({"conditions": [{"code": "A" * 17, "title": "x"}]}, ("conditions[0].code", "too_long")),
        ({"conditions": PLAN["conditions"][:1] * 2}, ("conditions", "repeated")),
        ({"points": [PLAN["points"][1], PLAN["points"][0]]}, ("points", "not_in_order")),
        ({"points": [{"code": "M0", "at": -1}]}, ("points[0].at", "out_of_range")),
        ({"points": [{"code": "M0", "at": 0, "containers": 0}]}, ("points[0].containers", "out_of_range")),
        (
            {"unit": "days", "points": [{"code": "A", "at": 0, "late": 1}, {"code": "B", "at": 1}]},
            ("points", "windows_overlap"),
        ),
        ({"kind": "hold_time", "extrapolation": "q1e"}, ("extrapolation", "not_of_hold_time")),
        ({"more": 1}, ("more", "unknown_field")),
    ],
)
def test_every_fault_of_a_plan_is_at_its_path(change: dict[str, Any], fault: tuple[str, str]) -> None:
    found = {(problem.path, problem.code) for problem in problems(PLAN | change)}
    assert fault in found


def test_windows_that_touch_without_sharing_a_moment_are_two_points() -> None:
    points = [{"code": "A", "at": 0, "late": 1}, {"code": "B", "at": 3, "early": 1}]
    assert problems(PLAN | {"unit": "days", "points": points}) == ()


@pytest.mark.parametrize("wrong", [None, [], "plan", {}])
def test_what_is_no_plan_is_none(wrong: Any) -> None:
    assert parse(wrong)[0] is None


def test_a_point_is_read_as_it_was_written() -> None:
    point = PointOf("M3", "LN2", "C-000123")
    assert read_point(point.key) == point
    for wrong in ("", "M3", "M3/LN2", "M3/LN2/", "a/b/c/d"):
        assert read_point(wrong) is None


# --- what the results come to ---------------------------------------------------------------------------------------

DOCUMENT = parse(PLAN)[0]
assert DOCUMENT is not None
_LOOK = {"choices": ["clear", "turbid"], "accepted": ["clear"]}
SPECIFICATION = parse_specification(
    {
        "name": "S",
        "criteria": [
            raw(code="VIAB", title="Viability", **sides(">=80")),
            {
                "code": "LOOK",
                "title": "Look",
                "sort": "quality",
                "timing": "release",
                "method": "M",
                **_LOOK,
            },
        ],
    }
)[0]
assert SPECIFICATION is not None
CRITERIA = {criterion.code: criterion for criterion in SPECIFICATION.criteria}


def result(time: float, value: str, criterion: str = "VIAB", batch: str = "B1", **more: Any) -> PointResult:
    known: dict[str, Any] = {"condition": "LN2", "container": f"C{time}", "verdict": Verdict.PASS}
    known |= {"analyst_id": 1, "is_reviewed": True}
    return PointResult(criterion=criterion, batch=batch, time=time, value=value, **(known | more))


FLAT = [result(t, v) for t, v in ((0.0, "95.1"), (3.0, "95.0"), (6.0, "94.9"), (9.0, "95.0"))]


def assessed(*results: PointResult) -> Any:
    found = assess_study(DOCUMENT.plan, CRITERIA, results)
    return {(it.condition, it.criterion): it for it in found}


def test_numbers_are_drawn_through_and_words_are_counted() -> None:
    looks = [result(t, "clear", "LOOK") for t in (0.0, 3.0)]
    found = assessed(*FLAT, *looks)
    number, word = found["LN2", "VIAB"], found["LN2", "LOOK"]
    assert (number.length, number.ground) == (Decimal("9.0"), Ground.OBSERVED)
    assert number.supported is not None
    assert (word.length, word.ground, word.supported) == (Decimal("3.0"), Ground.OBSERVED, None)
    assert supported_until(found.values(), "LN2") == Decimal("3.0")
    assert supported_until(found.values(), "M80") is None, "nothing was tested of it"
    assert found["M80", "VIAB"].why is Unassessed.NO_RESULTS


def test_too_few_times_for_a_line_count_as_observed() -> None:
    found = assessed(*FLAT[:2])["LN2", "VIAB"]
    assert (found.length, found.ground, found.why) == (
        Decimal("3.0"),
        Ground.OBSERVED,
        Unassessed.TOO_FEW_TIMES,
    )


def test_a_bound_among_numbers_draws_no_line() -> None:
    found = assessed(*FLAT, result(12.0, ">90"))["LN2", "VIAB"]
    assert (found.supported, found.length) == (None, Decimal("12.0"))


def test_nothing_is_supported_beyond_a_failing_word() -> None:
    bad = result(3.0, "turbid", "LOOK", verdict=Verdict.FAIL)
    found = assessed(result(0.0, "clear", "LOOK"), bad, result(6.0, "clear", "LOOK"))["LN2", "LOOK"]
    assert (found.length, found.ground) == (Decimal("0.0"), Ground.FAILING_RESULT)


def test_what_is_written_has_no_floats() -> None:
    def floats(value: Any) -> bool:
        if isinstance(value, dict):
            return any(map(floats, value.values()))
        return any(map(floats, value)) if isinstance(value, list) else isinstance(value, float)

    said = written(DOCUMENT.plan, assess_study(DOCUMENT.plan, CRITERIA, FLAT))
    assert not floats(said)
    (viability,) = [it for it in said["criteria"] if (it["condition"], it["criterion"]) == ("LN2", "VIAB")]
    assert viability["line"]["model"] == "common"
    assert said["conditions"][0]["supported"] is None


def test_the_picture_has_points_lines_limits_and_the_end() -> None:
    found = assessed(*FLAT)["LN2", "VIAB"]
    numbers = observations(FLAT)
    assert numbers is not None
    chart = study_chart("V", ("months", "%"), numbers, bounds_of(CRITERIA["VIAB"]), found.supported)
    limits, lines, until, points = chart["layer"]
    assert limits["data"]["values"] == [{"v": 80.0}]
    assert {row["sort"] for row in lines["data"]["values"]} == {"mean", "bound"}
    assert until["data"]["values"] == [{"t": 9.0}]
    assert points["mark"]["type"] == "point"
    assert len(study_chart("V", ("m", "%"), numbers, bounds_of(CRITERIA["VIAB"]), None)["layer"]) == 2


# --- who may conclude -----------------------------------------------------------------------------------------------

START = datetime(2026, 1, 1, tzinfo=UTC)
R = ConclusionRefusal


def lines(*done: tuple[str, str]) -> Any:
    made = [Pull(condition, point, START) for condition, point in done]
    return pulls(DOCUMENT.plan, START, made, START)


ALL = [(condition, point) for condition in ("LN2", "M80") for point in ("M0", "M3")]


class Concluding(NamedTuple):
    """A study of so many pulls and expected results that somebody concludes, and what speaks against it."""

    done: list[tuple[str, str]]
    expected: int
    results: list[PointResult]
    signer: int
    reason: str
    refusals: tuple[R, ...]


@pytest.mark.parametrize(
    "case",
    [
        Concluding(ALL, 4, FLAT, 2, "", ()),
        Concluding(ALL[:3], 4, FLAT, 2, "", (R.PULLS_OPEN,)),
        Concluding(ALL[:3], 4, FLAT, 2, "the freezer broke", ()),
        Concluding(ALL, 5, FLAT, 2, "", (R.RESULTS_MISSING,)),
        Concluding(ALL, 0, [], 2, "", (R.RESULTS_MISSING,)),
        Concluding(ALL, 4, [*FLAT[:3], replace(FLAT[3], is_reviewed=False)], 2, "", (R.RESULT_UNREVIEWED,)),
        Concluding(ALL, 4, FLAT, 1, "", (R.BY_ITS_ANALYST,)),
    ],
)
def test_who_may_conclude(case: Concluding) -> None:
    given = lines(*case.done), case.expected, case.results
    assert against_conclusion(*given, case.signer, case.reason) == case.refusals


def test_time_on_a_chart_goes_as_far_as_the_plan():
    """A study that has just begun is not drawn as if its first minutes were all of it."""
    begun, bounds = [Observation("B1", 0.01, 92.4)], bounds_of(CRITERIA["VIAB"])
    chart = study_chart("V", ("hours", "%"), begun, bounds, None, until=240)
    points = chart["layer"][-1]["encoding"]["x"]
    assert points["scale"] == {"nice": False, "domain": [0, 240]}
