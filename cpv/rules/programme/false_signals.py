"""What a plan costs: the false signals to expect in a year, stated before anything is switched on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

from numpy.random import Generator

from cpv.rules.arl.expected import Estimate, FalseAlarms, expected_false_alarms
from cpv.rules.arl.simulated import Chart
from cpv.rules.programme.plan import Plan, SourceKind

# Up to so many batches of a chart every one is reckoned.
RECKONED = 2_000
WEEKS_A_YEAR = 52


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

    Batches are taken as spread evenly over the strata (refused scans have a number a week in each), limits as known,
    points as independent and normal, parameters as independent of each other: with limits from few batches there are
    more (`alarm_chance` says how many). Simulated where it cannot be reckoned, with `rng`. Raises NotComputable: EMPTY
    (a parameter on which nothing signals).
    """
    each = []
    known: dict[tuple[Chart, int, int], FalseAlarms] = {}  # parameters that signal alike are reckoned once
    for it in plan.parameters:
        charts = max(strata.get(it.code, 1), 1)
        is_weekly = it.source.kind is SourceKind.REFUSED_SCANS
        batches = WEEKS_A_YEAR if is_weekly else -(-plan.batches_a_year // charts)
        alike = (it.chart, charts, batches)
        if alike not in known:
            known[alike] = _alarms([it.chart] * charts, batches, rng, draws)
        each.append(OfParameter(it.code, charts, batches, known[alike]))
    return YearOfSignals(
        expected=sum(one.alarms.expected.value for one in each),
        at_least_one=1 - prod(1 - one.alarms.at_least_one.value for one in each),
        each=tuple(each),
    )


def _alarms(charts: Sequence[Chart], batches: int, rng: Generator, draws: int) -> FalseAlarms:
    """Over so many batches; beyond `RECKONED` as they came between half of it and it.

    Reckoning takes time by the square of the batches, and alarms that begin anew come evenly by then (the renewal
    theorem).
    """
    if batches <= RECKONED:
        return expected_false_alarms(charts, batches, rng=rng, draws=draws)
    half, whole = (
        expected_false_alarms(charts, some, rng=rng, draws=draws) for some in (RECKONED // 2, RECKONED)
    )
    rest, times = batches - RECKONED, batches / RECKONED
    rate = (whole.expected.value - half.expected.value) / (RECKONED - RECKONED // 2)
    grown = 1 + rest * rate / whole.expected.value if whole.expected.value else 1.0
    return FalseAlarms(
        batches=batches,
        expected=_grown(whole.expected, grown),
        at_least_one=replace(whole.at_least_one, value=_chance(whole.at_least_one.value, times)),
        at_least=_chance(whole.at_least, times),
        at_most=min(1.0, whole.at_most * times),
        each=tuple(_grown(one, grown) for one in whole.each),
    )


def _grown(it: Estimate, times: float) -> Estimate:
    return Estimate(it.value * times, None if it.standard_error is None else it.standard_error * times)


def _chance(once: float, times: float) -> float:
    """The chance of any, of something with this chance so many times over."""
    return float(1 - (1 - once) ** times)
