"""Comparisons reckoned: which lots are compared, every view against scipy or a hand, and what is concluded from it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import exp, log, sqrt

import numpy as np
import pytest
from scipy import stats

from cpv.rules.basis import Why
from cpv.rules.comparability import (
    Attribute,
    Design,
    Expected,
    Margin,
    Method,
    Plan,
    Rank,
    Scale,
    Shape,
    Sizes,
    power_of_groups,
)
from cpv.rules.programme.arranging import Measured, Standing, arranged, standing_of
from cpv.rules.programme.comparing import Conclusion, Whole, compared
from cpv.rules.programme.comparison_plan import Change, ComparisonPlan, Monitoring, PartedBy, Parting
from cpv.rules.programme.promising import Reason, looks_of, promised

CHANGE = datetime(2026, 5, 4, 6, tzinfo=UTC)
BEFORE = [91.0, 94.5, 92.5, 90.0, 93.0, 95.0]
AFTER = [92.0, 94.0, 91.5, 93.5]
VIABILITY = Attribute(
    code="VIABILITY",
    rank=Rank.HIGH,
    method=Method.EQUIVALENCE_TEST,
    sizes=Sizes(6, 4),
    margin=Margin.within(8),
    unit="%",
    justification="Half of the distance to the limit.",
    expected=Expected(2, 2),
)
FOLD = Attribute("FOLD", Rank.MODERATE, Method.QUALITY_RANGE, Sizes(6, 4), justification="As before.")
COLOUR = Attribute("COLOUR", Rank.LOW, Method.VISUAL, Sizes(0, 0))
PAIRED = replace(VIABILITY, sizes=Sizes(4, 4, Design.PAIRED), sd_difference=1.0, expected=None)
PLAN = ComparisonPlan(
    title="A new bioreactor",
    plan="CD19-CPV",
    product="CD19",
    change=Change("Bioreactor B", "CC-7"),
    parting=Parting(PartedBy.TIME),
    statistics=Plan(CHANGE, (VIABILITY, FOLD, COLOUR)),
)
LOOKS = Monitoring((0.75, 1.0), Shape.OBRIEN_FLEMING_SPENDING, 0.05)


def lot(batch: str, value: float, days: float, **more) -> Measured:
    at = CHANGE + timedelta(days=days)
    return Measured(**{"batch": batch, "value": value, "at": at, "order": f"O-{batch}", **more})


def lots(before=BEFORE, after=AFTER) -> list[Measured]:
    first = [lot(f"B-{n}", value, n - 40) for n, value in enumerate(before)]
    return first + [lot(f"A-{n}", value, n) for n, value in enumerate(after)]


def pairs(before, after) -> list[Measured]:
    """Halves of one order each, the second made at the change or later."""
    first = [lot(f"B-{n}", value, n - 40, order=f"O-{n}") for n, value in enumerate(before)]
    return first + [lot(f"A-{n}", value, n, order=f"O-{n}") for n, value in enumerate(after)]


def planned(*attributes: Attribute, **more) -> ComparisonPlan:
    return replace(PLAN, statistics=replace(PLAN.statistics, attributes=attributes), **more)


def data_of(measured, plan=PLAN):
    return arranged(plan, {one.code: measured for one in plan.statistics.attributes})


def reckoned(measured, plan=PLAN, standing=Standing.CONFIRMATORY):
    return compared(plan, data_of(measured, plan), standing)


def codes(group) -> list[str]:
    return [one.batch for one in group]


# -- which lots --------------------------------------------------------------------------------------------------------


def test_lots_part_at_the_change_in_the_order_of_their_manufacture():
    at_change = lot("A-AT", 92.0, 0)
    found = data_of([*reversed(lots()), at_change]).of("VIABILITY")
    assert codes(found.before) == [f"B-{n}" for n in range(6)]
    assert codes(found.after) == ["A-0", "A-AT", "A-1", "A-2"]


def test_lots_part_by_lists_and_by_component():
    listed = replace(PLAN, parting=Parting(PartedBy.LISTS, ("A-0", "B-1"), ("B-0",)))
    found = data_of(lots(), listed).of("VIABILITY")
    assert (codes(found.before), codes(found.after)) == (["B-1", "A-0"], ["B-0"])
    halves = replace(PLAN, parting=Parting(PartedBy.COMPONENT, ("OLD",), ("NEW",)))
    measured = [lot("1", 1.0, 0, component="OLD"), lot("2", 1.0, 1, component="NEW"), lot("3", 1.0, 2)]
    found = data_of(measured, halves).of("VIABILITY")
    assert (codes(found.before), codes(found.after)) == (["1"], ["2"])


def test_what_comes_later_than_planned_and_what_was_excluded_takes_no_part():
    excluded = lot("A-X", 40.0, 0.5, excluded=True)
    found = data_of([*lots(after=[*AFTER, 60.0]), excluded]).of("VIABILITY")
    assert codes(found.after) == ["A-0", "A-1", "A-2", "A-3"]
    assert (codes(found.later), found.excluded_batches) == (["A-4"], ("A-X",))


def test_counts_say_when_all_planned_lots_are_there():
    early = data_of(lots(after=AFTER[:3]))
    assert [(it.before, it.after, it.is_complete) for it in early.counts] == [
        (6, 3, False),
        (6, 3, False),
        (6, 3, True),
    ]
    assert (early.is_complete, early.after) == (False, 3)
    assert data_of(lots()).is_complete
    assert not data_of(lots(before=BEFORE[:5])).is_complete


def test_the_digest_is_that_of_what_takes_part():
    first = data_of(lots()).sha256
    assert data_of(list(reversed(lots()))).sha256 == first
    assert data_of(lots(after=[*AFTER, 60.0])).sha256 == first
    changed = [*lots()[:-1], replace(lots()[-1], value=93.4)]
    for other in (changed, lots()[1:], [*lots()[:-1], replace(lots()[-1], excluded=True)]):
        assert data_of(other).sha256 != first


def test_the_first_result_is_the_first_that_could_be_seen():
    seen = CHANGE + timedelta(days=3)
    measured = [lot("B", 90.0, -3, observed_at=seen - timedelta(days=9)), lot("A", 90.0, 1, observed_at=seen)]
    assert data_of(measured).first_result_at == seen
    gone = lot("X", 90.0, 1, excluded=True, observed_at=seen - timedelta(days=1))
    assert data_of([*measured, gone]).first_result_at == seen - timedelta(days=1)
    assert data_of(measured[:1]).first_result_at is None


def test_pairs_are_orders_with_one_lot_on_each_side():
    plan = planned(replace(PAIRED, sizes=Sizes(3, 3, Design.PAIRED)))
    measured = pairs([90.0, 91.0, 92.0, 93.0, 94.0, 95.0], [90.5, 91.5, 92.5, 93.5])
    measured += [lot("A-L", 99.0, 5, order="LONE"), lot("A-1B", 99.0, 6, order="O-1")]
    found = data_of(measured, plan).of("VIABILITY")
    assert (codes(found.before), codes(found.after)) == (["B-0", "B-2", "B-3"], ["A-0", "A-2", "A-3"])
    assert codes(found.history) == ["B-4", "B-5"]
    assert codes(found.unpaired) == ["A-1", "A-L", "A-1B"]
    assert codes(found.reference) == ["B-0", "B-2", "B-3", "B-4", "B-5"]


def test_what_a_comparison_can_be():
    at, day = CHANGE, timedelta(days=1)
    assert standing_of(None, at, None) is Standing.NOT_SIGNED
    assert standing_of(at - day, at, None) is Standing.CONFIRMATORY
    assert standing_of(at, None, None) is Standing.CONFIRMATORY
    assert standing_of(at, at, None) is Standing.SIGNED_TOO_LATE
    assert standing_of(at, at + day, at - day) is Standing.LOOKED_BEFORE
    assert standing_of(at, at + day, at) is Standing.LOOKED_BEFORE
    assert standing_of(at - day, at + day, at) is Standing.CONFIRMATORY


# -- numbers -----------------------------------------------------------------------------------------------------------


def test_the_test_is_that_of_scipy():
    found = reckoned(lots()).lines[0].test
    interval = stats.ttest_ind(AFTER, BEFORE, equal_var=False).confidence_interval(0.90)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    upper = stats.ttest_ind(np.array(AFTER) - 8, BEFORE, equal_var=False, alternative="less").pvalue
    lower = stats.ttest_ind(np.array(AFTER) + 8, BEFORE, equal_var=False, alternative="greater").pvalue
    assert (found.p_upper, found.p_lower) == pytest.approx((upper, lower))
    pooled = planned(replace(VIABILITY, sizes=Sizes(6, 4, Design.POOLED)))
    interval = stats.ttest_ind(AFTER, BEFORE).confidence_interval(0.90)
    assert reckoned(lots(), pooled).lines[0].test.low == pytest.approx(interval.low)


def test_ratios_are_compared_on_logarithms():
    plan = planned(replace(VIABILITY, margin=Margin.within(1.2, Scale.LOG), expected=Expected(0.02, 0.02)))
    found = reckoned(lots(), plan).lines[0].test
    interval = stats.ttest_ind(np.log(AFTER), np.log(BEFORE), equal_var=False).confidence_interval(0.90)
    assert (found.low, found.high) == pytest.approx((exp(interval.low), exp(interval.high)))
    assert found.estimate == pytest.approx(stats.gmean(AFTER) / stats.gmean(BEFORE))


def test_pairs_are_compared_by_their_differences():
    before, after = [90.0, 92.0, 95.0, 91.0], [90.5, 93.5, 95.2, 92.2]
    (line,) = reckoned(pairs(before, after), planned(PAIRED)).lines
    interval = stats.ttest_rel(after, before).confidence_interval(0.90)
    assert (line.test.low, line.test.high) == pytest.approx((interval.low, interval.high))
    assert line.model is None, "there is no history"


def test_history_concludes_where_the_plan_says_so():
    before, after = [90.0, 92.0, 95.0, 91.0, 93.5, 94.0, 92.5], [90.5, 93.5, 95.2, 92.2]
    plan = planned(PAIRED)
    (line,) = reckoned(pairs(before, after), plan).lines
    assert (line.model.n_history, line.conclusion) == (3, Conclusion.COMPARABLE)
    # a margin that the pairs alone do not keep and the model does, or the other way round, tells which one concludes
    alone, model = line.test, line.model.equivalence
    reach = {way: max(abs(it.low), abs(it.high)) for way, it in (("alone", alone), ("model", model))}
    between = Margin.within((reach["alone"] + reach["model"]) / 2)
    strict = planned(replace(PAIRED, margin=between))
    told = reckoned(pairs(before, after), strict).lines[0].conclusion
    helped = (
        reckoned(pairs(before, after), replace(strict, with_history=frozenset({"VIABILITY"})))
        .lines[0]
        .conclusion
    )
    assert {told, helped} == {Conclusion.COMPARABLE, Conclusion.NOT_SHOWN}


def test_ranges_and_probability():
    line = reckoned(lots()).lines[0]
    mean, sd = np.mean(BEFORE), np.std(BEFORE, ddof=1)
    assert (line.quality.range.low, line.quality.range.high) == pytest.approx((mean - 3 * sd, mean + 3 * sd))
    assert (line.extremes.low, line.extremes.high) == (90.0, 95.0)
    # all of 4 inside the extremes of 6: 6 * 5 / (10 * 9)
    assert line.extremes.unchanged == pytest.approx(1 / 3)
    # Howe's approximation of the two-sided factor, good to a per cent or two
    howe = sqrt(5 * (1 + 1 / 6) * stats.norm.ppf(0.975) ** 2 / stats.chi2.ppf(0.05, 5))
    assert line.tolerance.factor == pytest.approx(howe, rel=0.03)
    rng = np.random.default_rng(5)
    means = [
        np.mean(side) + np.std(side, ddof=1) / sqrt(len(side)) * rng.standard_t(len(side) - 1, 200_000)
        for side in (BEFORE, AFTER)
    ]
    inside = np.mean(np.abs(means[1] - means[0]) < 8)
    assert line.posterior.probability == pytest.approx(inside, abs=0.003)


def test_numbers_that_cannot_be_reckoned_are_reasons():
    few = reckoned(lots(after=AFTER[:2]))
    assert few.lines[0].test == Reason(Why.TOO_FEW, "test")
    assert few.lines[0].quality.range.n_test == 2
    none = reckoned([])
    for line in none.lines:
        for view in (line.quality, line.tolerance, line.extremes):
            assert view.why is Why.EMPTY
    flat = reckoned(lots([90.0] * 6, [90.0] * 4))
    assert (flat.lines[0].test.why, flat.lines[0].conclusion) == (Why.CONSTANT, Conclusion.NOT_COMPUTABLE)
    assert flat.whole is Whole.NOT_SHOWN
    below_zero = planned(replace(VIABILITY, margin=Margin.within(1.2, Scale.LOG)))
    assert reckoned(lots(before=[-1.0, *BEFORE[1:]]), below_zero).lines[0].test.why is Why.NOT_POSITIVE


def test_bounds_have_no_mean_and_nothing_is_put_in_their_place():
    plan = planned(VIABILITY, monitoring=LOOKS)
    measured = [*lots()[:-1], replace(lots()[-1], is_below=True)]
    line = reckoned(measured, plan).lines[0]
    views = (line.test, line.posterior, line.quality, line.tolerance, line.watched)
    assert {(type(it), it.why) for it in views} == {(Reason, Why.CENSORED)}
    assert (line.extremes.n_test, line.conclusion) == (4, Conclusion.NOT_COMPUTABLE)
    left_out = [*lots(), lot("A-X", 1.0, 9, is_below=True)]
    assert reckoned(left_out, plan).whole is Whole.COMPARABLE, "a lot beyond the planned takes no part"


# -- monitoring --------------------------------------------------------------------------------------------------------


def test_looks_have_the_information_of_a_difference_of_means():
    found = looks_of(VIABILITY, LOOKS)
    assert found.lots == (3, 4)
    shares = [look.information for look in found.sequential.looks]
    # (1/6 + 1/4) / (1/6 + 1/3) = .41667 / .5
    assert shares == pytest.approx([5 / 6, 1])
    assert looks_of(PAIRED, LOOKS).sequential.looks[0].information == 0.75
    assert looks_of(VIABILITY, replace(LOOKS, looks=(0.6, 0.7, 1.0))).lots == (3, 4), (
        "two looks at three lots are one"
    )


def test_monitoring_takes_lots_as_they_came():
    plan = planned(VIABILITY, monitoring=LOOKS)
    found = reckoned(lots(), plan)
    watched = found.lines[0].watched
    p = stats.ttest_ind(AFTER[:3], BEFORE, equal_var=False).pvalue
    assert abs(watched.looks[0].z) == pytest.approx(stats.norm.isf(p / 2))
    assert (watched.alarm, found.spent) == (None, pytest.approx(0.05))
    early = reckoned(lots(after=AFTER[:3]), plan)
    assert early.lines[0].watched.looks[0].z == watched.looks[0].z
    assert early.lines[0].watched.looks[1].is_held is False
    assert 0 < early.spent < 0.05
    assert reckoned(lots(after=AFTER[:2]), plan).spent == 0


def test_a_shift_raises_an_alarm_at_its_look():
    plan = planned(VIABILITY, monitoring=LOOKS)
    assert reckoned(lots(after=[80.0, 80.5, 79.5, 93.0]), plan).lines[0].watched.alarm == 0
    assert reckoned(lots(after=[92.0, 84.0, 84.0, 83.5]), plan).lines[0].watched.alarm == 1


def test_false_alarms_are_as_often_as_planned_though_people_look_twice():
    attribute = replace(VIABILITY, sizes=Sizes(40, 40))
    found = looks_of(attribute, replace(LOOKS, looks=(0.5, 1.0)))
    rng, n = np.random.default_rng(11), 20_000
    before, after, is_alarm = rng.normal(size=(n, 40)), rng.normal(size=(n, 40)), np.zeros(n, dtype=bool)
    for number, look in zip(found.lots, found.sequential.looks, strict=True):
        p = stats.ttest_ind(after[:, :number], before, equal_var=False, axis=1).pvalue
        is_alarm |= stats.norm.isf(p / 2) > look.boundary
    assert is_alarm.mean() == pytest.approx(0.05, abs=4 * sqrt(0.05 * 0.95 / n))


def test_what_a_plan_promises():
    found = promised(replace(PLAN, monitoring=LOOKS))
    assert dict(found.powers)["VIABILITY"] == power_of_groups((6, 4), Margin.within(8), Expected(2, 2))
    assert dict(found.wanted)["VIABILITY"].power >= 0.8
    assert found.together.all_independent == dict(found.powers)["VIABILITY"]
    assert [code for code, _ in found.looks] == ["VIABILITY"]
    assert (found.alarms.attributes, found.alarms.any_at_most) == (1, 0.05)
    hopeless = planned(replace(VIABILITY, margin=None))
    assert dict(promised(hopeless).powers)["VIABILITY"] == Reason(Why.NO_LIMITS, "margin")
    assert promised(PLAN).looks == ()


@pytest.mark.parametrize(
    ("lots_each", "margin"),
    [((3, 3), 3.2), ((5, 5), 2.1), ((20, 3), 2.6)],
    ids=["three", "five", "three of 20"],
)
def test_what_the_page_says_of_three_to_five_lots(lots_each, margin):
    power = power_of_groups(lots_each, Margin.within(margin), Expected(1, 1))
    assert power == pytest.approx(0.8, abs=0.02)


# -- what is concluded -------------------------------------------------------------------------------------------------


def test_conclusions_by_rank():
    shifted = [one + 30 for one in AFTER]
    spread = [60.0, 125.0, 70.0, 115.0]
    whole = {
        name: reckoned(lots(after=after))
        for name, after in (("same", AFTER), ("far", shifted), ("wide", spread))
    }
    assert [it.conclusion for it in whole["same"].lines] == [*(Conclusion.COMPARABLE,) * 2, Conclusion.LOOK]
    assert whole["same"].whole is Whole.COMPARABLE
    assert (whole["far"].whole, whole["far"].lines[0].conclusion) == (Whole.DIFFERENT, Conclusion.DIFFERENT)
    assert (whole["wide"].whole, whole["wide"].lines[0].conclusion) == (Whole.NOT_SHOWN, Conclusion.NOT_SHOWN)
    assert whole["far"].lines[1].conclusion is Conclusion.OUTSIDE_RANGE


def test_what_is_less_critical_is_to_be_explained():
    data = arranged(
        PLAN, {"VIABILITY": lots(), "FOLD": lots(after=[150.0, 151.0, 152.0, 150.5]), "COLOUR": lots()}
    )
    assert compared(PLAN, data, Standing.CONFIRMATORY).whole is Whole.TO_EXPLAIN


def test_one_limit_asks_for_no_worse():
    plan = planned(replace(VIABILITY, margin=Margin(-8, None)))
    assert reckoned(lots(after=[130.0, 131.0, 129.0, 130.0]), plan).whole is Whole.COMPARABLE
    assert reckoned(lots(after=[60.0, 61.0, 59.0, 60.0]), plan).whole is Whole.DIFFERENT


def test_nothing_is_concluded_early_or_from_a_late_plan():
    early = reckoned(lots(after=AFTER[:3]))
    assert early.lines[0].test.verdict == "equivalent"
    assert [it.conclusion for it in early.lines] == [*(Conclusion.INTERIM,) * 2, Conclusion.LOOK]
    assert early.whole is Whole.INTERIM
    for standing in set(Standing) - {Standing.CONFIRMATORY}:
        late = reckoned(lots(), standing=standing)
        assert [it.conclusion for it in late.lines] == [*(Conclusion.EXPLORATORY,) * 2, Conclusion.LOOK]
        assert late.whole is Whole.EXPLORATORY


def test_a_wide_log_margin_is_kept_in_ratios():
    plan = planned(replace(VIABILITY, margin=Margin(0.5, 2.0, Scale.LOG), expected=Expected(0.1, 0.1)))
    found = reckoned([replace(one, value=one.value * 1e6) for one in lots()], plan)
    assert found.whole is Whole.COMPARABLE
    assert log(found.lines[0].test.estimate) == pytest.approx(log(stats.gmean(AFTER) / stats.gmean(BEFORE)))
