"""The document of a comparison: what is read of it, and every fault at its place."""

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from cpv.rules.comparability import Design, Expected, Fault, Margin, Method, Rank, Scale, Shape, Sizes
from cpv.rules.programme.comparison_plan import Change, PartedBy, Parting, parse, problems

PAIRED = {
    "code": "VCN",
    "rank": "high",
    "method": "equivalence_test",
    "design": "paired",
    "sizes": {"before": 6, "after": 6},
    "margin": {"lower": "0.67", "upper": "1.5", "scale": "log"},
    "justification": "No change of potency was seen up to this ratio.",
    "sd_of_differences": "0.2",
    "with_history": True,
}
TESTED = {
    "code": "VIABILITY",
    "rank": "high",
    "method": "equivalence_test",
    "sizes": {"before": 12, "after": 10},
    "margin": {"lower": "-5"},
    "unit": "%",
    "justification": "Half of the distance to the limit.",
    "expected": {"before": "3", "after": "3.5", "difference": "-0.5"},
}
RANGED = {
    "code": "FOLD",
    "rank": "moderate",
    "method": "quality_range",
    "sizes": {"before": 12, "after": 3},
    "justification": "As in 2025.",
    "k": "2.5",
}
CONTENT: dict[str, Any] = {
    "title": "A new bioreactor",
    "plan": "CD19-CPV",
    "product": "CD19",
    "change": {"what": "Bioreactor B", "reference": "CC-7"},
    "change_at": "2026-05-04T08:00:00+02:00",
    "parting": {"by": "time"},
    "attributes": [TESTED, PAIRED, RANGED, {"code": "COLOUR", "rank": "low", "method": "visual"}],
}


def faults_of(**changes: Any) -> set[tuple[str, str]]:
    content = copy.deepcopy(CONTENT) | changes
    return {(it.path, it.code) for it in problems({k: v for k, v in content.items() if v is not None})}


def attribute(base: dict[str, Any], **changes: Any) -> list[dict[str, Any]]:
    """The plan's attributes with one of them changed; None takes a field away."""
    changed = {k: v for k, v in (copy.deepcopy(base) | changes).items() if v is not None}
    return [changed if it is base else it for it in CONTENT["attributes"]]


def test_a_whole_plan_is_read():
    plan, faults = parse(CONTENT)
    assert faults == ()
    assert (plan.title, plan.plan, plan.product) == ("A new bioreactor", "CD19-CPV", "CD19")
    assert (plan.change, plan.parting) == (Change("Bioreactor B", "CC-7"), Parting(PartedBy.TIME))
    assert plan.statistics.change_at == datetime(2026, 5, 4, 6, tzinfo=UTC)
    assert (plan.statistics.alpha, plan.statistics.wanted_power) == (0.05, 0.8)
    assert (plan.monitoring, plan.sites, plan.with_history) == (None, (), {"VCN"})
    tested, paired, ranged, visual = plan.statistics.attributes
    assert (tested.rank, tested.method, tested.sizes) == (Rank.HIGH, Method.EQUIVALENCE_TEST, Sizes(12, 10))
    assert (tested.margin, tested.unit, tested.expected) == (
        Margin(-5.0, None),
        "%",
        Expected(3.0, 3.5, -0.5),
    )
    assert paired.sizes == Sizes(6, 6, Design.PAIRED)
    assert (paired.margin, paired.sd_difference) == (Margin(0.67, 1.5, Scale.LOG), 0.2)
    assert (ranged.method, ranged.k) == (Method.QUALITY_RANGE, 2.5)
    assert (visual.method, visual.sizes) == (Method.VISUAL, Sizes(0, 0))


def test_how_batches_part():
    lists = {"by": "lists", "before": ["B-1", "B-2"], "after": ["B-3"]}
    assert parse(CONTENT | {"parting": lists})[0].parting == Parting(PartedBy.LISTS, ("B-1", "B-2"), ("B-3",))
    component = {"by": "component", "before": "A", "after": "B"}
    assert parse(CONTENT | {"parting": component})[0].parting == Parting(PartedBy.COMPONENT, ("A",), ("B",))
    assert faults_of(parting=lists | {"after": ["B-1"]}) == {("parting.after", "on_both_sides")}
    assert faults_of(parting=lists | {"before": []}) == {("parting.before", "required")}
    assert faults_of(parting=component | {"after": "A"}) == {("parting.after", "on_both_sides")}
    assert faults_of(parting={"by": "time", "before": []}) == {("parting.before", "unknown_field")}
    assert faults_of(parting={"by": "moon"}) == {("parting.by", "not_choice")}


def test_looks():
    whole = {"looks": ["0.3", "0.6", "1"], "shape": "pocock_spending", "alpha": "0.1"}
    monitoring = parse(CONTENT | {"monitoring": whole})[0].monitoring
    assert (monitoring.looks, monitoring.shape, monitoring.alpha) == (
        (0.3, 0.6, 1.0),
        Shape.POCOCK_SPENDING,
        0.1,
    )
    assert monitoring.boundaries.false_alarm == pytest.approx(0.1)
    for change, place, code in (
        ({"looks": ["0.6", "0.3"]}, "looks", "looks_limits_crossed"),
        ({"looks": ["0.6", "1.2"]}, "looks", "looks_not_a_share"),
        ({"looks": ["0.6", "0.601"]}, "looks", "looks_not_converged"),
        ({"looks": []}, "looks", "out_of_range"),
        ({"alpha": "0.6"}, "alpha", "looks_not_a_share"),
        ({"shape": "round"}, "shape", "not_choice"),
    ):
        assert faults_of(monitoring=whole | change) == {(f"monitoring.{place}", code)}
    assert faults_of(monitoring=whole | {"looks": [0.5]}) == {("monitoring.looks[0]", "not_decimal_text")}


def test_faults_of_reading():
    for changes, place, code in (
        ({"title": None}, "title", "required"),
        ({"plan": None}, "plan", "required"),
        ({"change": None}, "change.what", "required"),
        ({"change": {"what": "x"}}, "change.reference", "required"),
        ({"change_at": None}, "change_at", "required"),
        ({"change_at": "in May"}, "change_at", "not_a_moment"),
        ({"change_at": "0001-01-01T00:00:00+02:00"}, "change_at", "not_a_moment"),
        ({"alpha": 0.05}, "alpha", "not_decimal_text"),
        ({"colour": "red"}, "colour", "unknown_field"),
        ({"attributes": []}, "attributes", "out_of_range"),
        ({"attributes": attribute(TESTED, code="viability")}, "attributes[0].code", "code_shape"),
        ({"attributes": attribute(TESTED, sizes=None)}, "attributes[0].sizes", "required"),
        (
            {"attributes": attribute(TESTED, with_history=True)},
            "attributes[0].with_history",
            "only_for_pairs",
        ),
        ({"attributes": attribute(TESTED, rank="top")}, "attributes[0].rank", "not_choice"),
        (
            {"attributes": attribute(TESTED, margin={"lower": -5})},
            "attributes[0].margin.lower",
            "not_decimal_text",
        ),
        (
            {"attributes": attribute(TESTED, expected={"before": "3"})},
            "attributes[0].expected.after",
            "required",
        ),
        (
            {"attributes": attribute(PAIRED, expected={"before": "3"})},
            "attributes[1].expected.before",
            "unknown_field",
        ),
    ):
        assert (place, code) in faults_of(**changes), changes


def test_faults_of_the_statistics_stand_at_their_attribute():
    for changes, place, code in (
        ({"change_at": "2026-05-04T08:00:00"}, "", Fault.CHANGE_WITHOUT_ZONE),
        ({"alpha": "0.5"}, "", Fault.ALPHA_OUT_OF_RANGE),
        ({"wanted_power": "1"}, "", Fault.POWER_OUT_OF_RANGE),
        ({"attributes": CONTENT["attributes"][2:]}, "", Fault.NO_HIGH_RANK),
        ({"attributes": [*CONTENT["attributes"], TESTED]}, "attributes[0]", Fault.DUPLICATE_CODE),
        ({"attributes": attribute(TESTED, method="quality_range")}, "attributes[0]", Fault.METHOD_TOO_WEAK),
        ({"attributes": attribute(RANGED, justification=None)}, "attributes[2]", Fault.JUSTIFICATION_MISSING),
        ({"attributes": attribute(RANGED, k="0")}, "attributes[2]", Fault.FACTOR_NOT_POSITIVE),
        ({"attributes": attribute(TESTED, margin=None)}, "attributes[0]", Fault.MARGIN_MISSING),
        (
            {"attributes": attribute(TESTED, margin={"lower": "1"})},
            "attributes[0]",
            Fault.MARGIN_NOT_POSITIVE,
        ),
        ({"attributes": attribute(TESTED, unit=None)}, "attributes[0]", Fault.UNIT_MISSING),
        ({"attributes": attribute(TESTED, expected=None)}, "attributes[0]", Fault.SPREAD_MISSING),
        ({"attributes": attribute(PAIRED, sd_of_differences=None)}, "attributes[1]", Fault.SPREAD_MISSING),
        (
            {"attributes": attribute(PAIRED, sizes={"before": 6, "after": 5})},
            "attributes[1]",
            Fault.PAIRS_UNEQUAL,
        ),
        (
            {"attributes": attribute(TESTED, sizes={"before": 2, "after": 5})},
            "attributes[0]",
            Fault.TOO_FEW_LOTS,
        ),
    ):
        assert (place, str(code)) in faults_of(**changes), changes


def test_a_power_below_the_wanted_is_told_with_its_number():
    few = attribute(TESTED, sizes={"before": 3, "after": 3})
    (found,) = problems(CONTENT | {"attributes": few})
    assert (found.path, found.code) == ("attributes[0]", "power_below_wanted")
    assert (found.params["wanted"], 0 < float(found.params["power"]) < 0.8) == ("0.80", True)


def test_statistics_are_judged_beside_faults_elsewhere_but_not_on_what_could_not_be_read():
    weak = attribute(TESTED, method="visual", sizes=None)
    assert faults_of(title=None, attributes=weak) == {
        ("title", "required"),
        ("attributes[0]", "method_too_weak"),
    }
    assert faults_of(attributes=attribute(TESTED, method="visual", sizes=None, rank="top")) == {
        ("attributes[0].rank", "not_choice")
    }


@pytest.mark.parametrize(
    "content", [None, [], "x", 3, {}, {"attributes": [None, 3], "parting": 4, "change": []}]
)
def test_what_is_no_plan_is_told_and_never_crashes(content):
    assert problems(content)
