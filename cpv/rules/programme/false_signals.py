"""What a plan costs: the false signals to expect in a year, stated before anything is switched on."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from numpy.random import Generator

from cpv.rules.arl.expected import FalseAlarms, expected_false_alarms
from cpv.rules.programme.plan import Plan


@dataclass(frozen=True)
class OfParameter:
    """The false signals of one parameter, over all its strata. `batches`: so many on each of its charts."""

    code: str
    charts: int
    batches: int
    alarms: FalseAlarms


@dataclass(frozen=True)
class YearOfSignals:
    """False signals of a plan in a year in which nothing changes: how many, and the chance of any at all."""

    expected: float
    at_least_one: float
    each: tuple[OfParameter, ...]


def in_a_year(plan: Plan, strata: Mapping[str, int], rng: Generator, draws: int = 2_000) -> YearOfSignals:
    """The false signals of a year. `strata`: into how many strata the batches of each parameter part (one if absent).

    Batches are taken as spread evenly over the strata, limits as known, points as independent and normal, parameters as
    independent of each other: with limits from few batches there are more (`alarm_chance` says how many). Simulated
    where it cannot be reckoned, with `rng`. Raises NotComputable: EMPTY (a parameter on which nothing signals).
    """
    each = []
    for it in plan.parameters:
        charts = max(strata.get(it.code, 1), 1)
        batches = -(-plan.batches_a_year // charts)
        alarms = expected_false_alarms([it.chart] * charts, batches, rng=rng, draws=draws)
        each.append(OfParameter(it.code, charts, batches, alarms))
    return YearOfSignals(
        expected=sum(one.alarms.expected.value for one in each),
        at_least_one=1 - prod(1 - one.alarms.at_least_one.value for one in each),
        each=tuple(each),
    )
