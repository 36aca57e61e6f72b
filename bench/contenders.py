"""The public Python packages that judge a chart of individuals by run rules, and how each is called.

Each is asked for what it offers: that is not the same work, and only what two define alike is compared.
"""

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import onepass
from cpv.rules.individuals import imr
from cpv.rules.runs import RULE_1, Rule, Signals, evaluate

Floats = NDArray[np.float64]
Points = Mapping[str, frozenset[int]]  # the points that take part in the patterns of a rule
RULES = tuple(rule for rule in Rule if rule.startswith("nelson"))
RANGES = "ranges"
_SPANS = {Rule.NELSON_5: 3, Rule.NELSON_6: 5}


@dataclass(frozen=True)
class Contender:
    """One package: what it judges, the call that is timed, and its points by those rules that it defines as we do."""

    name: str
    judges: str
    chart: Callable[[Floats], Any]
    points: Callable[[Any], Points]


def ours(values: Floats) -> tuple[Signals, Signals]:
    """The chart as a page asks for it: limits, moving ranges, eight rules on the values, rule 1 on the ranges."""
    made = imr(values)
    limits = made.phases[0].limits
    if limits is None or limits.ranges is None:
        raise ValueError("a series without limits")
    return evaluate(made.values, limits.individuals), evaluate(made.ranges, limits.ranges, RULE_1)


def our_points(values: Floats, judged: tuple[Signals, Signals]) -> Points:
    """All points of a run; of 2 in 3 and 4 in 5 those beyond the line."""
    limits = imr(values).phases[0].limits
    if limits is None:
        raise ValueError("a series without limits")
    away = (values - limits.individuals.center) / limits.individuals.sigma
    found: dict[str, set[int]] = {rule: set() for rule in RULES}
    for one in judged[0]:
        part: Iterable[int] = range(one.first_index, one.index + 1)
        if one.rule in _SPANS:
            line = 2 if one.rule is Rule.NELSON_5 else 1
            side = 1 if one.side == "upper" else -1
            reach = range(max(0, one.index - _SPANS[one.rule] + 1), one.index + 1)
            part = [place for place in reach if side * away[place] > line]
        found[one.rule].update(part)
    found[RANGES] = set(judged[1].index.tolist())
    return {name: frozenset(points) for name, points in found.items()}


def same_as_one_pass(judged: tuple[Signals, Signals], found: Any) -> bool:
    """Signal by signal: rule, point, where its pattern began, side; and every range beyond its limit."""
    sides = ("upper", "lower", "both")
    theirs = [(RULES[rule], index, first, sides[side]) for rule, index, first, side in found[0].tolist()]
    mine = [(one.rule, one.index, one.first_index, one.side.value) for one in judged[0]]
    return mine == theirs and judged[1].index.tolist() == found[1].tolist()


def _shewhart(package: Any) -> Contender:
    def points(result: Any) -> Points:
        found: dict[str, set[int]] = {name: set() for name in (*RULES, RANGES)}
        for one in result.signals:
            found[RANGES if one.chart == "mr" else one.rule].update(one.points)
        return {name: frozenset(places) for name, places in found.items()}

    return Contender("shewhart", "eight rules; ranges by their limit", package.imr, points)


def _pycontrolcharts(package: Any) -> Contender:
    """Its d2 is 1.128: at many points some lie between its limits and the exact ones, so rule 1 is not compared."""
    same_side = {package.RunType.X_OVER_AVG, package.RunType.X_UNDER_AVG}

    def points(table: Any) -> Points:
        marks = ({each["type"] for each in one} for one in table["violations"])
        return {Rule.NELSON_2: frozenset(place for place, mark in enumerate(marks) if mark & same_side)}

    judges = "rules 1, 2, 3, 5, 6, on the ranges too"
    return Contender("pycontrolcharts", judges, lambda x: package.calc_xmr(x.tolist()), points)


def _manufacturing(package: Any) -> Contender:
    by_limits = {
        Rule.NELSON_1: package.control_beyond_limits,
        "zone a": package.control_zone_a,
        "zone b": package.control_zone_b,
        "zone c": package.control_zone_c,
        "alternating": package.control_zone_overcontrol,
        Rule.NELSON_7: package.control_zone_stratification,
        "mixture": package.control_zone_mixture,
    }

    def chart(values: Floats) -> Any:
        """Its limits are made only while it draws: they are made here, and its functions are called one by one."""
        series = importlib.import_module("pandas").Series(values)
        center, reach = values.mean(), 3 * np.abs(np.diff(values)).mean() / onepass.D2
        found = {name: judge(series, center + reach, center - reach) for name, judge in by_limits.items()}
        return {**found, "trend": package.control_zone_trend(series)}

    def points(found: Any) -> Points:
        return {rule: frozenset(map(int, found[rule].index)) for rule in (Rule.NELSON_1, Rule.NELSON_7)}

    return Contender("manufacturing", "eight functions of zones, limits given", chart, points)


def _one_pass(_: Any) -> Contender:
    return Contender("numba", "one pass of our own, eight rules; ranges", onepass.chart, lambda _: {})


_MAKERS: dict[str, tuple[str, Callable[[Any], Contender]]] = {
    "numba": ("numba", _one_pass),
    "shewhart": ("shewhart", _shewhart),
    "pycontrolcharts": ("pycontrolcharts", _pycontrolcharts),
    "manufacturing": ("manufacturing.analysis", _manufacturing),
}
NAMES = tuple(_MAKERS)


def present() -> list[Contender]:
    """Those that are installed, each called once before anything is timed: they import late, and numba compiles."""
    some = 10 + np.sin(np.arange(100.0))
    found = []
    for module, make in _MAKERS.values():
        try:
            found.append(make(importlib.import_module(module)))
        except ImportError:
            continue
        found[-1].chart(some)
    return found
