"""The Westgard rules: each at its limit, just beyond it, and one short of its length."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc.rules.controls import (
    ControlMeasurement,
    ControlRule,
    ControlTarget,
    breaches,
    judge_run,
)
from qc.rules.criteria import Verdict

R = ControlRule
TARGETS = (
    ControlTarget("low", Decimal("0.7"), Decimal("0.1")),
    ControlTarget("high", Decimal(50), Decimal(2)),
)


def run(number: int, *off: str, material: str = "low") -> list[ControlMeasurement]:
    """Measurements of one run, so many standard deviations from the mean."""
    target = next(target for target in TARGETS if target.material == material)
    return [
        ControlMeasurement(f"run {number}", material, target.mean + Decimal(text) * target.sd) for text in off
    ]


def series(*off: str, material: str = "low") -> list[ControlMeasurement]:
    """One measurement a run."""
    return [point for number, text in enumerate(off) for point in run(number, text, material=material)]


def broken(measurements: Sequence[ControlMeasurement]) -> list[ControlRule]:
    return [breach.rule for breach in breaches(measurements, TARGETS)]


@pytest.mark.parametrize(
    ("off", "rules"),
    [
        (("0",), []),
        (("2",), []),  # on the limit is not beyond it
        (("-2",), []),
        (("2.0001",), [R.WARNING]),
        (("-2.0001",), [R.WARNING]),
        (("3",), [R.WARNING]),
        (("3.0001",), [R.WARNING, R.ONE_3S]),
        (("-3.0001",), [R.WARNING, R.ONE_3S]),
        (("2.1", "2.1"), [R.WARNING, R.TWO_2S]),
        (("2.1", "2"), []),
        (("2.1", "-2.1"), [R.WARNING]),  # on two sides, in two runs
        (("2.1", "0", "2.1"), [R.WARNING]),
        (("1.1",) * 3, []),
        (("1.1",) * 4, [R.FOUR_1S]),
        (("-1.1",) * 4, [R.FOUR_1S]),
        (("1.1", "1.1", "1.1", "1"), []),
        (("1.1", "1.1", "1.1", "-1.1"), []),
        (("0.1",) * 9, []),
        (("0.1",) * 10, [R.TEN_X]),
        (("-0.1",) * 10, [R.TEN_X]),
        ((*("0.1",) * 9, "0"), []),  # on the mean is on no side
        ((*("0.1",) * 10, "-0.1"), []),  # answered in its own run
        (("3.5", "0"), []),
    ],
)
def test_one_material(off: tuple[str, ...], rules: list[ControlRule]) -> None:
    assert broken(series(*off)) == rules


def test_the_range_counts_within_one_run_alone() -> None:
    assert broken(run(1, "2.1", "-2.1")) == [R.WARNING, R.WARNING, R.RANGE_4S]
    assert R.RANGE_4S not in broken([*run(1, "2.1"), *run(2, "-2.1")])
    assert R.RANGE_4S not in broken(run(1, "2.1", "-2"))
    both = [*run(1, "2.1"), *run(1, "-2.1", material="high")]
    (breach,) = [found for found in breaches(both, TARGETS) if found.rule is R.RANGE_4S]
    assert breach.is_across
    assert breach.measurements == tuple(both)


def test_two_materials_of_one_run_are_beyond_the_same_limit() -> None:
    both = [*run(1, "2.1"), *run(1, "2.2", material="high")]
    (breach,) = [found for found in breaches(both, TARGETS) if found.rule is R.TWO_2S]
    assert breach.is_across
    assert judge_run([breach]) is Verdict.FAIL


def pair(number: int, low: str, high: str) -> list[ControlMeasurement]:
    """A run with one measurement of each material."""
    return [*run(number, low), *run(number, high, material="high")]


@pytest.mark.parametrize(
    ("runs", "rules"),
    [
        ((("2.1", "2.1"),), [R.WARNING, R.WARNING, R.TWO_2S]),
        ((("2.1", "2"),), [R.WARNING]),
        ((("2.1", "-2.1"),), [R.WARNING, R.WARNING, R.RANGE_4S]),
        # of one run the high control, of the next the low one: side by side by accident alone
        ((("0", "2.1"), ("2.1", "0")), [R.WARNING]),
        ((("2.1", "0"), ("2.1", "0")), [R.WARNING, R.TWO_2S]),
        ((("1.1", "1.1"), ("1.1", "1.1")), [R.FOUR_1S]),
        ((("1.1", "1.1"), ("1.1", "1")), []),
        ((("1.1", "0"),) * 3, []),
        ((("1.1", "0"),) * 4, [R.FOUR_1S]),  # one material alone, over runs
        ((("0.1", "0.1"),) * 4, []),
        ((("0.1", "0.1"),) * 5, [R.TEN_X]),
        ((("-0.1", "-0.1"),) * 5, [R.TEN_X]),
        ((*((("0.1", "0.1"),) * 4), ("0.1", "0")), []),
        ((*((("0.1", "0.1"),) * 5), ("-0.1", "-0.1")), []),
    ],
)
def test_two_materials(runs: tuple[tuple[str, str], ...], rules: list[ControlRule]) -> None:
    measured = [point for number, off in enumerate(runs) for point in pair(number, *off)]
    assert broken(measured) == rules


def test_two_of_three_materials_of_a_run_need_not_stand_side_by_side() -> None:
    middle = ControlTarget("middle", Decimal(5), Decimal(1))
    at = [*run(1, "2.1"), ControlMeasurement("run 1", "middle", Decimal(5)), *run(1, "2.1", material="high")]
    found = breaches(at, (*TARGETS, middle))
    assert [breach.rule for breach in found] == [R.WARNING, R.WARNING, R.TWO_2S]
    assert found[-1].measurements == (at[0], at[2])


def test_measurements_alike_are_each_told() -> None:
    """Two replicates that measured the same are two measurements."""
    found = breaches(run(1, "2.1", "2.1"), TARGETS)
    assert [breach.rule for breach in found] == [R.WARNING, R.WARNING, R.TWO_2S]
    assert [len(breach.measurements) for breach in found] == [1, 1, 2]


def test_a_rejected_run_goes_on_counting() -> None:
    """Whoever repeats a run without mending anything meets the same rule."""
    assert R.TWO_2S in broken(series("2.1", "2.1"))
    assert R.TWO_2S in broken(series("2.1", "2.1", "2.1"))


def test_a_warning_alone_rejects_nothing() -> None:
    found = breaches(series("2.5"), TARGETS)
    assert [breach.rule for breach in found] == [R.WARNING]
    assert judge_run(found) is Verdict.PASS
    assert judge_run(breaches(series("3.5"), TARGETS)) is Verdict.FAIL


def test_rules_are_chosen() -> None:
    assert breaches(series("3.5"), TARGETS, frozenset({R.TEN_X})) == ()
    assert breaches([], TARGETS) == ()


def test_a_control_without_a_sound_target_is_not_judged() -> None:
    with pytest.raises(LookupError, match="other"):
        breaches([ControlMeasurement("run", "other", Decimal(1))], TARGETS)
    for mean, sd in (("1", "0"), ("1", "-1"), ("NaN", "1"), ("1", "Infinity")):
        with pytest.raises(ValueError, match="positive"):
            ControlTarget("x", Decimal(mean), Decimal(sd))


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_a_control_measures_a_number(value: str) -> None:
    with pytest.raises(ValueError, match="finite"):
        ControlMeasurement("run", "low", Decimal(value))


@given(st.permutations(["2.5", "-2.2", "0.3"]), st.lists(st.decimals(-4, 4, places=1), max_size=6))
def test_the_order_of_a_run_matters_to_rows_of_four_and_ten_alone(
    order: list[str], before: list[Decimal]
) -> None:
    """Materials are measured in the order of the pipette."""
    earlier = series(*map(str, before))
    targets = tuple(ControlTarget(name, Decimal(0), Decimal(1)) for name in ("2.5", "-2.2", "0.3"))
    latest = [ControlMeasurement("latest", name, Decimal(name)) for name in order]
    found = breaches([*earlier, *latest], (*TARGETS, *targets), frozenset(R) - {R.FOUR_1S, R.TEN_X})
    assert sorted(breach.rule for breach in found) == [R.WARNING, R.WARNING, R.RANGE_4S]


@given(st.lists(st.decimals(-4, 4, places=1), min_size=1, max_size=14))
def test_turning_the_chart_over_changes_nothing(off: list[Decimal]) -> None:
    up, down = (series(*(str(sign * one) for one in off)) for sign in (1, -1))
    assert broken(up) == broken(down)


@given(st.lists(st.decimals(-4, 4, places=1), min_size=1, max_size=14))
def test_what_is_told_is_about_the_latest_run(off: list[Decimal]) -> None:
    measurements = series(*map(str, off))
    assert all(breach.measurements[-1] == measurements[-1] for breach in breaches(measurements, TARGETS))
