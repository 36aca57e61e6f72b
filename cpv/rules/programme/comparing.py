"""A comparison reckoned: every view of every attribute, and what follows from the one that the plan named.

A number that cannot be reckoned is a coded reason on its line. Nothing is concluded from a plan that was not approved
in time, and nothing before the planned number of lots is there: a test that was looked at early and passed then is not
the test that was planned.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import log

from cpv.rules.basis import NotComputable, Why
from cpv.rules.comparability import (
    Attribute,
    Design,
    Equivalence,
    FalseAlarms,
    Look,
    Margin,
    Method,
    Posterior,
    QualityRange,
    Range,
    Rank,
    Scale,
    Sequential,
    SplitApheresis,
    ToleranceComparison,
    Verdict,
    first_alarm,
    min_max,
    normal_of,
    posterior_of_groups,
    posterior_of_pairs,
    quality_range,
    split_apheresis,
    tolerance_comparison,
    tost,
    tost_paired,
)
from cpv.rules.programme.arranging import Arranged, Lots, Measured, Standing
from cpv.rules.programme.comparison_plan import ComparisonPlan, Monitoring
from cpv.rules.programme.promising import P, Reason, T, alarms_of, looks_of, told

# Of the tests that give a look its Z; their verdict is not asked for, so that any would do.
_ALPHA = 0.05


class Conclusion(StrEnum):
    """What is concluded of one attribute."""

    COMPARABLE = "comparable"
    NOT_SHOWN = "not_shown"
    DIFFERENT = "different"
    OUTSIDE_RANGE = "outside_range"
    NOT_COMPUTABLE = "not_computable"
    LOOK = "look"
    INTERIM = "interim"
    EXPLORATORY = "exploratory"


class Whole(StrEnum):
    """What is concluded of all of them, the most critical first."""

    COMPARABLE = "comparable"
    TO_EXPLAIN = "to_explain"
    NOT_SHOWN = "not_shown"
    DIFFERENT = "different"
    INTERIM = "interim"
    EXPLORATORY = "exploratory"


@dataclass(frozen=True)
class WatchedLook:
    """One look: after how many lots, its boundary and what is spent by then, and Z once it is there.

    `z` None: the lots are not there yet, or `reason` says why it cannot be reckoned.
    """

    lots: int
    look: Look
    z: float | None = None
    reason: Reason | None = None

    @property
    def is_held(self) -> bool:
        """Whether its lots are there."""
        return self.z is not None or self.reason is not None


@dataclass(frozen=True)
class Watched:
    """The sequential monitoring of one attribute; `alarm` is the place of the first look beyond its boundary."""

    looks: tuple[WatchedLook, ...]
    alarm: int | None
    plan: Sequential

    @property
    def spent(self) -> float:
        """How much of the false-alarm rate the looks held so far have spent."""
        held = [it.look.spent for it in self.looks if it.is_held]
        return held[-1] if held else 0.0


@dataclass(frozen=True)
class Line:
    """Everything about one attribute. What its plan does not ask for is None."""

    attribute: Attribute
    lots: Lots
    test: Equivalence | Reason | None
    model: SplitApheresis | Reason | None
    posterior: Posterior | Reason | None
    tolerance: ToleranceComparison | Reason
    quality: QualityRange | Reason
    extremes: Range | Reason
    watched: Watched | Reason | None
    conclusion: Conclusion


@dataclass(frozen=True)
class Comparison:
    """All lines, and what is concluded of the whole. `alarms`: what so many monitored attributes do together."""

    standing: Standing
    is_final: bool
    lines: tuple[Line, ...]
    whole: Whole
    alarms: FalseAlarms | None

    @property
    def spent(self) -> float:
        """The largest share of the false-alarm rate that the looks of one attribute have spent."""
        return max((it.watched.spent for it in self.lines if isinstance(it.watched, Watched)), default=0.0)


def compared(plan: ComparisonPlan, data: Arranged, standing: Standing) -> Comparison:
    """Reckon a comparison. Its standing says whether anything may be concluded."""
    lines = tuple(
        _line(plan, one, data.of(one.code), standing, data.is_complete) for one in plan.statistics.attributes
    )
    return Comparison(
        standing=standing,
        is_final=data.is_complete,
        lines=lines,
        whole=_whole(lines, standing, is_final=data.is_complete),
        alarms=alarms_of(plan),
    )


def _line(plan: ComparisonPlan, one: Attribute, lots: Lots, standing: Standing, is_final: bool) -> Line:
    alpha, margin = plan.statistics.alpha, one.margin
    is_paired = one.sizes.design is Design.PAIRED
    scale = margin.scale if margin is not None else Scale.RAW
    reference, after = _values(lots.reference), _values(lots.after)
    test = None if margin is None else _measured(lots, _test, one, lots, margin, alpha)
    model = None
    if margin is not None and is_paired and lots.history:
        model = _measured(lots, _model, lots, margin, alpha)
    posterior = None if margin is None else _measured(lots, _posterior, one, lots, margin, 1 - 2 * alpha)
    quality = _measured(lots, quality_range, reference, after, k=one.k, scale=scale)
    chosen = _chosen(model) if one.code in plan.with_history and model is not None else test
    watched = None
    if plan.monitoring is not None and one.method is Method.EQUIVALENCE_TEST:
        monitoring = plan.monitoring
        watched = _measured(lots, _watched, one, lots, monitoring)
    return Line(
        attribute=one,
        lots=lots,
        test=test,
        model=model,
        posterior=posterior,
        tolerance=_measured(lots, tolerance_comparison, reference, after, scale=scale),
        quality=quality,
        extremes=told(min_max, reference, after),
        watched=watched,
        conclusion=_concluded(one, chosen, quality, standing, is_final=is_final),
    )


def _measured(lots: Lots, ask: Callable[P, T], *args: P.args, **more: P.kwargs) -> T | Reason:
    """An answer that needs a mean or a spread: of bounds there is none, and nothing is put in their place."""
    return Reason(Why.CENSORED, "values") if lots.has_bounds else told(ask, *args, **more)


def _values(lots: tuple[Measured, ...]) -> list[float]:
    return [lot.value for lot in lots]


def _halves(lots: Lots) -> tuple[dict[str, float], dict[str, float]]:
    """The pairs by their order."""
    return {lot.order: lot.value for lot in lots.before}, {lot.order: lot.value for lot in lots.after}


def _test(one: Attribute, lots: Lots, margin: Margin, alpha: float) -> Equivalence:
    if one.sizes.design is Design.PAIRED:
        return tost_paired(*_halves(lots), margin, alpha=alpha)
    return tost(_values(lots.before), _values(lots.after), margin, design=one.sizes.design, alpha=alpha)


def _model(lots: Lots, margin: Margin, alpha: float) -> SplitApheresis:
    return split_apheresis(*_halves(lots), margin, history=_values(lots.history), alpha=alpha)


def _posterior(one: Attribute, lots: Lots, margin: Margin, mass: float) -> Posterior:
    if one.sizes.design is Design.PAIRED:
        return posterior_of_pairs(*_halves(lots), margin, mass=mass)
    return posterior_of_groups(_values(lots.before), _values(lots.after), margin, mass=mass)


def _chosen(model: SplitApheresis | Reason) -> Equivalence | Reason:
    return model.equivalence if isinstance(model, SplitApheresis) else model


def _watched(one: Attribute, lots: Lots, monitoring: Monitoring) -> Watched:
    """Z at each look, on the lots that were there by then in the order of manufacture, whenever somebody looked."""
    planned = looks_of(one, monitoring)
    looks, statistics = [], list[float | None]()
    for wanted, look in zip(planned.lots, planned.sequential.looks, strict=True):
        z = told(_z, one, lots, wanted) if wanted <= len(lots.after) else None
        number = z if isinstance(z, float) else None
        statistics.append(number)
        looks.append(WatchedLook(wanted, look, number, z if isinstance(z, Reason) else None))
    return Watched(tuple(looks), first_alarm(planned.sequential, statistics), planned.sequential)


def _z(one: Attribute, lots: Lots, n: int) -> float:
    """The difference in standard errors, by its first `n` lots after the change, as the normal deviate of the same p.

    Raises NotComputable: as the test of the attribute, NO_LIMITS, NOT_FINITE.
    """
    if one.margin is None:
        raise NotComputable(Why.NO_LIMITS, "margin")
    is_paired = one.sizes.design is Design.PAIRED
    part = Lots(before=lots.before[:n] if is_paired else lots.before, after=lots.after[:n])
    found = _test(one, part, one.margin, _ALPHA)
    if found.estimate is None:
        raise NotComputable(Why.NOT_FINITE, "difference")
    difference = log(found.estimate) if one.margin.scale is Scale.LOG else found.estimate
    return normal_of(difference / found.standard_error, found.df)


def _concluded(
    one: Attribute,
    test: Equivalence | Reason | None,
    quality: QualityRange | Reason,
    standing: Standing,
    *,
    is_final: bool,
) -> Conclusion:
    """What follows for one attribute, by the method of its plan and by nothing else."""
    if one.method is Method.VISUAL:
        return Conclusion.LOOK
    if standing is not Standing.CONFIRMATORY:
        return Conclusion.EXPLORATORY
    if not is_final:
        return Conclusion.INTERIM
    if one.method is Method.QUALITY_RANGE:
        if isinstance(quality, Reason):
            return Conclusion.NOT_COMPUTABLE
        return Conclusion.COMPARABLE if quality.passes else Conclusion.OUTSIDE_RANGE
    return _OF_VERDICT[test.verdict] if isinstance(test, Equivalence) else Conclusion.NOT_COMPUTABLE


_OF_VERDICT = {
    Verdict.EQUIVALENT: Conclusion.COMPARABLE,
    Verdict.NON_INFERIOR: Conclusion.COMPARABLE,
    Verdict.NOT_SHOWN: Conclusion.NOT_SHOWN,
    Verdict.DIFFERENT: Conclusion.DIFFERENT,
}


def _whole(lines: tuple[Line, ...], standing: Standing, *, is_final: bool) -> Whole:
    """By rank: what is critical decides; what is less so is to be explained; what is only looked at decides nothing.

    Exploratory where the plan came too late, interim before the planned lots are there.
    """
    if standing is not Standing.CONFIRMATORY:
        return Whole.EXPLORATORY
    if not is_final:
        return Whole.INTERIM
    critical = {it.conclusion for it in lines if it.attribute.rank is Rank.HIGH}
    others = {it.conclusion for it in lines if it.attribute.rank is not Rank.HIGH}
    if Conclusion.DIFFERENT in critical:
        return Whole.DIFFERENT
    if critical != {Conclusion.COMPARABLE}:
        return Whole.NOT_SHOWN
    return Whole.COMPARABLE if others <= {Conclusion.COMPARABLE, Conclusion.LOOK} else Whole.TO_EXPLAIN
