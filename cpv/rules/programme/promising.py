"""What a plan of a comparison promises before its data: power, lots that it takes, looks and their false alarms."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import ParamSpec, TypeVar

from cpv.rules.basis import NotComputable, Why
from cpv.rules.comparability import (
    Attribute,
    Design,
    FalseAlarms,
    Method,
    PlanPower,
    SampleSize,
    Sequential,
    boundaries,
    false_alarms,
    power_of,
    power_of_plan,
    sizes_wanted,
)
from cpv.rules.programme.comparison_plan import ComparisonPlan, Monitoring

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Reason:
    """Why there is no answer, and about what."""

    why: Why
    about: str = ""


@dataclass(frozen=True)
class Looks:
    """The planned looks at one attribute: after how many lots each, and their boundaries."""

    lots: tuple[int, ...]
    sequential: Sequential


@dataclass(frozen=True)
class Planned:
    """What a plan promises before its data: the power of each test and of all, the lots that the wanted power takes."""

    powers: tuple[tuple[str, float | Reason], ...]
    wanted: tuple[tuple[str, SampleSize | Reason], ...]
    together: PlanPower | Reason
    looks: tuple[tuple[str, Looks | Reason], ...]
    alarms: FalseAlarms | None


def promised(plan: ComparisonPlan) -> Planned:
    """The power of the tests of a plan, and the false alarms of its monitoring."""
    statistics = plan.statistics
    alpha, power = statistics.alpha, statistics.wanted_power
    tested, monitoring = _tested(plan), plan.monitoring
    watched = () if monitoring is None else tuple((it.code, told(looks_of, it, monitoring)) for it in tested)
    return Planned(
        powers=tuple((it.code, told(power_of, it, alpha)) for it in tested),
        wanted=tuple((it.code, told(sizes_wanted, it, alpha, power)) for it in tested),
        together=told(power_of_plan, statistics),
        looks=watched,
        alarms=alarms_of(plan),
    )


def looks_of(one: Attribute, monitoring: Monitoring) -> Looks:
    """The looks at an attribute. Their information is that of a difference of means, not of lots alone:

        (1/n1 + 1/N) / (1/n1 + 1/n)   after n of N lots beside n1 from before the change;   n / N of pairs.

    Looks that fall on the same number of lots are one. Raises NotComputable as `boundaries`; TOO_FEW (no lots planned).
    """
    before, after = one.sizes.n_reference, one.sizes.n_test
    if before < 1 or after < 1:
        raise NotComputable(Why.TOO_FEW, "lots")
    # 0.3 of 10 lots are 3, though 0.3 * 10 is a little more as floats go
    lots = sorted({ceil(share * after * (1 - 1e-12)) for share in monitoring.looks})
    own = 0.0 if one.sizes.design is Design.PAIRED else 1 / before
    shares = [(own + 1 / after) / (own + 1 / n) for n in lots]
    return Looks(tuple(lots), boundaries(shares, alpha=monitoring.alpha, shape=monitoring.shape))


def alarms_of(plan: ComparisonPlan) -> FalseAlarms | None:
    """What the attributes that are monitored, those with an equivalence test, do together; None: none is."""
    if plan.monitoring is None:
        return None
    tested = _tested(plan)
    return false_alarms([plan.monitoring.alpha] * len(tested)) if tested else None


def told(ask: Callable[P, T], *args: P.args, **more: P.kwargs) -> T | Reason:
    """An answer, or why there is none."""
    try:
        return ask(*args, **more)
    except NotComputable as reason:
        return Reason(reason.why, reason.about)


def _tested(plan: ComparisonPlan) -> list[Attribute]:
    return [one for one in plan.statistics.attributes if one.method is Method.EQUIVALENCE_TEST]
