"""The plan of a comparability exercise: every fault alone, the power it reports, and when it counts as locked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf, nan

import pytest

from cpv.rules.basis import Why
from cpv.rules.comparability.basis import Design, Margin, Scale
from cpv.rules.comparability.plan import (
    METHOD_OF,
    Attribute,
    Fault,
    Found,
    Lock,
    Method,
    Plan,
    Rank,
    Sizes,
    faults,
    locked_before,
    power_of,
    power_of_plan,
    sizes_wanted,
)
from cpv.rules.comparability.power import Expected, power_of_groups, power_of_pairs
from tests.cpv.rules.given import why

AT = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
VIABILITY = Attribute(
    code="VIABILITY",
    rank=Rank.HIGH,
    method=Method.EQUIVALENCE_TEST,
    sizes=Sizes(10, 10, Design.POOLED),
    margin=Margin.within(4.5),
    unit="%",
    justification="Half of the distance from the mean to the release limit.",
    expected=Expected(3.0, 3.0),
)

VCN = Attribute(
    code="VCN",
    rank=Rank.HIGH,
    method=Method.EQUIVALENCE_TEST,
    sizes=Sizes(8, 8, Design.PAIRED),
    margin=Margin.within(1.5, Scale.LOG),
    justification="No change of potency was seen up to this ratio.",
    sd_difference=0.25,
)
FOLD = Attribute(
    code="FOLD",
    rank=Rank.MODERATE,
    method=Method.QUALITY_RANGE,
    sizes=Sizes(10, 3),
    justification="As in 2024.",
)
COLOUR = Attribute(code="COLOUR", rank=Rank.LOW, method=Method.VISUAL, sizes=Sizes(0, 0))
PLAN = Plan(AT, (VIABILITY, VCN, FOLD, COLOUR))


def of(attribute: Attribute, **plan: float) -> list[Fault]:
    """The faults of a plan with this attribute beside a sound one."""
    beside = replace(VIABILITY, code="BESIDE")
    return [
        found.fault for found in faults(Plan(AT, (beside, attribute), **plan)) if found.attribute != "BESIDE"
    ]


def test_a_sound_plan_has_no_faults() -> None:
    assert faults(PLAN) == ()


def test_methods_follow_ranks() -> None:
    assert METHOD_OF[Rank.HIGH] is Method.EQUIVALENCE_TEST
    assert of(replace(FOLD, rank=Rank.HIGH)) == [Fault.METHOD_TOO_WEAK]
    assert of(replace(COLOUR, rank=Rank.MODERATE)) == [Fault.METHOD_TOO_WEAK]
    assert of(replace(VIABILITY, rank=Rank.LOW)) == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"margin": None}, [Fault.MARGIN_MISSING]),
        ({"margin": Margin(None, None)}, [Fault.MARGIN_MISSING]),
        ({"margin": Margin(-1.0, 0.0)}, [Fault.MARGIN_NOT_POSITIVE]),
        ({"margin": Margin(2.0, -2.0)}, [Fault.MARGIN_NOT_POSITIVE]),
        ({"margin": Margin(-1.0, inf)}, [Fault.MARGIN_NOT_POSITIVE]),
        ({"justification": " \n"}, [Fault.JUSTIFICATION_MISSING]),
        ({"unit": ""}, [Fault.UNIT_MISSING]),
        ({"expected": None}, [Fault.SPREAD_MISSING]),
        ({"expected": Expected(0.0, 1.0)}, [Fault.SPREAD_NOT_POSITIVE]),
        ({"expected": Expected(1.0, nan)}, [Fault.SPREAD_NOT_POSITIVE]),
        ({"expected": Expected(1.0, 1.0, 4.5)}, [Fault.EXPECTED_OUTSIDE_MARGIN]),
        ({"expected": Expected(1.0, 1.0, nan)}, [Fault.EXPECTED_OUTSIDE_MARGIN]),
        ({"sizes": Sizes(2, 10)}, [Fault.TOO_FEW_LOTS]),
        ({"sizes": Sizes(10, 2)}, [Fault.TOO_FEW_LOTS]),
        ({"sizes": Sizes(5, 5, Design.POOLED)}, [Fault.POWER_BELOW_WANTED]),
        ({"margin": None, "justification": ""}, [Fault.JUSTIFICATION_MISSING, Fault.MARGIN_MISSING]),
    ],
)
def test_faults_of_an_equivalence_test(changed: dict[str, object], expected: list[Fault]) -> None:
    assert of(replace(VIABILITY, **changed)) == expected


def test_faults_of_pairs() -> None:
    assert of(replace(VCN, sizes=Sizes(8, 7, Design.PAIRED))) == [Fault.PAIRS_UNEQUAL]
    assert of(replace(VCN, sd_difference=None)) == [Fault.SPREAD_MISSING]
    assert of(replace(VCN, sd_difference=-1.0)) == [Fault.SPREAD_NOT_POSITIVE]
    assert of(replace(VCN, sizes=Sizes(3, 3, Design.PAIRED))) == [Fault.POWER_BELOW_WANTED]
    assert of(replace(VCN, margin=Margin(0.0, 1.5, Scale.LOG))) == [Fault.MARGIN_NOT_POSITIVE]


def test_faults_of_a_quality_range() -> None:
    assert of(replace(FOLD, sizes=Sizes(2, 3))) == [Fault.TOO_FEW_LOTS]
    assert of(replace(FOLD, sizes=Sizes(3, 0))) == [Fault.TOO_FEW_LOTS]
    assert of(replace(FOLD, sizes=Sizes(3, 1))) == []
    assert of(replace(FOLD, justification="")) == [Fault.JUSTIFICATION_MISSING]
    for k in (0.0, -1.0, nan, inf):
        assert of(replace(FOLD, k=k)) == [Fault.FACTOR_NOT_POSITIVE]


def test_a_power_below_the_wanted_one_is_told() -> None:
    few = replace(VIABILITY, sizes=Sizes(5, 5, Design.POOLED))
    (found,) = faults(Plan(AT, (few,)))
    assert found == Found(Fault.POWER_BELOW_WANTED, "VIABILITY", power_of(few, 0.05))
    assert found.power == pytest.approx(0.42, abs=0.005)
    assert faults(Plan(AT, (few,), wanted_power=0.4)) == ()


def test_faults_of_the_plan_itself() -> None:
    def only(plan: Plan) -> list[Found]:
        return list(faults(plan))

    assert only(Plan(AT, ())) == [Found(Fault.NO_ATTRIBUTES), Found(Fault.NO_HIGH_RANK)]
    assert only(Plan(AT, (FOLD, COLOUR))) == [Found(Fault.NO_HIGH_RANK)]
    assert only(Plan(AT.replace(tzinfo=None), PLAN.attributes)) == [Found(Fault.CHANGE_WITHOUT_ZONE)]
    assert only(replace(PLAN, attributes=(VIABILITY, replace(COLOUR, code=" ")))) == [
        Found(Fault.CODE_MISSING)
    ]
    twice = replace(COLOUR, code=" viability")
    assert only(replace(PLAN, attributes=(VIABILITY, twice, VCN))) == [
        Found(Fault.DUPLICATE_CODE, "viability")
    ]
    for alpha in (0, 0.5, nan):
        assert only(replace(PLAN, alpha=alpha)) == [Found(Fault.ALPHA_OUT_OF_RANGE)]
    for power in (0, 1, nan):
        assert only(replace(PLAN, wanted_power=power)) == [Found(Fault.POWER_OUT_OF_RANGE)]


def test_power_is_that_of_the_design() -> None:
    assert power_of(VIABILITY, 0.05) == power_of_groups(
        (10, 10), Margin.within(4.5), Expected(3, 3), design=Design.POOLED
    )
    assert power_of(VCN, 0.025) == power_of_pairs(8, Margin.within(1.5, Scale.LOG), 0.25, alpha=0.025)
    shifted = replace(VCN, expected=Expected(1, 1, 0.1))
    assert power_of(shifted, 0.05) == power_of_pairs(8, Margin.within(1.5, Scale.LOG), 0.25, difference=0.1)
    assert why(power_of, replace(VIABILITY, margin=None), 0.05) is Why.NO_LIMITS
    for lacking in (replace(VIABILITY, expected=None), replace(VCN, sd_difference=None)):
        assert why(power_of, lacking, 0.05) is Why.EMPTY


def test_sizes_wanted_by_the_plan() -> None:
    found = sizes_wanted(VIABILITY, 0.05, 0.8)
    assert found.n_reference + found.n_test == 18
    pairs = sizes_wanted(VCN, 0.05, 0.8)
    enough = replace(VCN, sizes=Sizes(pairs.n_reference, pairs.n_test, Design.PAIRED))
    assert of(enough) == []
    assert of(replace(enough, sizes=Sizes(pairs.n_test - 1, pairs.n_test - 1, Design.PAIRED))) != []


def test_the_power_of_showing_everything() -> None:
    found = power_of_plan(PLAN)
    one, two = power_of(VIABILITY, 0.05), power_of(VCN, 0.05)
    assert found.each == (("VIABILITY", one), ("VCN", two))
    assert found.all_independent == pytest.approx(one * two)
    assert found.all_at_least == pytest.approx(one + two - 1)
    assert found.all_at_least < found.all_independent
    weak = replace(VIABILITY, sizes=Sizes(3, 3))
    assert power_of_plan(Plan(AT, (weak, replace(weak, code="B")))).all_at_least == 0
    assert why(power_of_plan, Plan(AT, (FOLD,))) is Why.EMPTY


def test_pitfall_16_the_plan_is_signed_before_the_first_result_after_the_change() -> None:
    moment = timedelta(microseconds=1)
    assert locked_before(AT, AT - moment) is Lock.LOCKED
    assert locked_before(AT, AT) is Lock.SIGNED_TOO_LATE
    assert locked_before(AT, AT + moment) is Lock.SIGNED_TOO_LATE
    assert locked_before(None, AT) is Lock.LOCKED
    assert locked_before(AT, None) is Lock.NOT_SIGNED
    assert locked_before(None, None) is Lock.NOT_SIGNED


@pytest.mark.parametrize("moments", [(AT.replace(tzinfo=None), AT), (AT, AT.replace(tzinfo=None))])
def test_moments_without_a_zone_are_refused(moments: tuple[datetime, datetime]) -> None:
    assert why(locked_before, *moments) is Why.NO_ZONE
