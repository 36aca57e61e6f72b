"""Where in a row of points the pattern of each rule is complete, as rows of booleans.

A comparison with a missing number (a gap between phases) is false and so ends every run.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cpv.rules.basis import Floats
from cpv.rules.runs.limits import Lines
from cpv.rules.runs.rule import Mixture, Rule, RuleSet, Side

Bools = NDArray[np.bool_]
Indices = NDArray[np.intp]

# 2 of 3 reaches over one missing number, and nothing over two: 4 of 5 would have to make do with three points.
GAP = 2


@dataclass(frozen=True)
class Row:
    """Points laid in a row, GAP missing numbers before every phase.

    `x` is compared with lines, `level` with its neighbours: the same, or standardised where lines differ by point.
    """

    x: Floats
    level: Floats
    lines: Lines


@dataclass(frozen=True)
class Pattern:
    """Where one rule speaks on one side.

    `complete` are the places at which it speaks. Its pattern began at the first of `held` within the last `span`
    points (`forgiving`, a point may be missing from it), else with the run of places where `run` is true, every one of
    which had its span of points before it.
    """

    side: Side
    complete: Bools
    span: int
    run: Bools
    forgiving: bool = False

    def found(self) -> tuple[Indices, Indices]:
        """The last and the first place of every pattern."""
        last = np.flatnonzero(self.complete)
        if self.forgiving:
            earliest = last - (self.span - 1)
            return last, np.where(self.run[earliest], earliest, earliest + 1)
        places = last if self.run is self.complete else np.flatnonzero(self.run)
        if self.span == 1 or not places.size:
            return last, last
        fresh = np.empty(places.size, dtype=np.bool_)
        fresh[0] = True
        np.not_equal(places[1:], places[:-1] + 1, out=fresh[1:])
        first = np.maximum.accumulate(np.where(fresh, places - (self.span - 1), 0))
        return last, first if self.run is self.complete else first[self.complete[places]]


def all_of(held: Bools, span: int) -> Bools:
    """Where `held` is true at this place and at the span - 1 places before it; shifted and and-ed by doubling."""
    out, reach = held, 1
    while reach < span:
        step = min(reach, span - reach)
        longer = np.zeros_like(out)
        np.logical_and(out[step:], out[:-step], out=longer[step:])
        out, reach = longer, reach + step
    return out


def _run(side: Side, held: Bools, span: int) -> Pattern:
    complete = all_of(held, span)
    return Pattern(side, complete, span, complete)


def _all_but_one(side: Side, held: Bools, span: int) -> Pattern:
    """True at this place and at no fewer than span - 2 of the span - 1 places before it."""
    count = held.astype(np.uint8)
    for back in range(1, span):
        count[back:] += held[:-back]
    return Pattern(side, held & (count >= span - 1), span, held, forgiving=True)


def _beyond_a_limit(row: Row, _: RuleSet) -> list[Pattern]:
    over, under = row.x > row.lines.upper, row.x < row.lines.lower
    return [_run(Side.UPPER, over, 1), _run(Side.LOWER, under, 1)]


def _one_side(span: Callable[[RuleSet], int]) -> Callable[[Row, RuleSet], list[Pattern]]:
    def patterns(row: Row, rules: RuleSet) -> list[Pattern]:
        over, under = row.x > row.lines.center, row.x < row.lines.center
        return [_run(Side.UPPER, over, span(rules)), _run(Side.LOWER, under, span(rules))]

    return patterns


def _steps(row: Row) -> tuple[Bools, Bools]:
    """Whether each place is above, and whether it is below, the one before it; the first is neither."""
    up, down = np.zeros(row.level.size, np.bool_), np.zeros(row.level.size, np.bool_)
    np.greater(row.level[1:], row.level[:-1], out=up[1:])
    np.less(row.level[1:], row.level[:-1], out=down[1:])
    return up, down


def _reaching_back(pattern: Pattern, points: int) -> Pattern:
    """The same places, for a pattern of so many points instead of steps or turns."""
    return Pattern(pattern.side, pattern.complete, points, pattern.run)


def _trend(row: Row, rules: RuleSet) -> list[Pattern]:
    up, down = _steps(row)
    runs = _run(Side.UPPER, up, rules.trend - 1), _run(Side.LOWER, down, rules.trend - 1)
    return [_reaching_back(run, rules.trend) for run in runs]


def _alternating(row: Row, rules: RuleSet) -> list[Pattern]:
    up, down = _steps(row)
    turn = np.zeros_like(up)
    turn[1:] = (up[1:] & down[:-1]) | (down[1:] & up[:-1])
    return [_reaching_back(_run(Side.BOTH, turn, rules.alternating - 2), rules.alternating)]


def _most_beyond(multiple: float, span: int) -> Callable[[Row, RuleSet], list[Pattern]]:
    def patterns(row: Row, _: RuleSet) -> list[Pattern]:
        over, under = row.x > row.lines.above(multiple), row.x < row.lines.below(multiple)
        return [_all_but_one(Side.UPPER, over, span), _all_but_one(Side.LOWER, under, span)]

    return patterns


def _stratified(row: Row, rules: RuleSet) -> list[Pattern]:
    within = (row.x <= row.lines.above(1)) & (row.x >= row.lines.below(1))
    return [_run(Side.BOTH, within, rules.stratified)]


def _mixture(row: Row, rules: RuleSet) -> list[Pattern]:
    over, under = row.x > row.lines.above(1), row.x < row.lines.below(1)
    run = all_of(over | under, rules.mixture)
    if rules.mixture_sides is Mixture.EITHER_SIDE:
        return [Pattern(Side.BOTH, run, rules.mixture, run)]
    both = run & ~all_of(over, rules.mixture) & ~all_of(under, rules.mixture)
    return [Pattern(Side.BOTH, both, rules.mixture, run)]


_nine, _eight = _one_side(lambda rules: rules.same_side), _one_side(lambda rules: rules.western_same_side)
_two_of_three, _four_of_five = _most_beyond(2, 3), _most_beyond(1, 5)

PATTERNS: dict[Rule, Callable[[Row, RuleSet], list[Pattern]]] = {
    Rule.NELSON_1: _beyond_a_limit,
    Rule.NELSON_2: _nine,
    Rule.NELSON_3: _trend,
    Rule.NELSON_4: _alternating,
    Rule.NELSON_5: _two_of_three,
    Rule.NELSON_6: _four_of_five,
    Rule.NELSON_7: _stratified,
    Rule.NELSON_8: _mixture,
    Rule.WESTERN_1: _beyond_a_limit,
    Rule.WESTERN_2: _two_of_three,
    Rule.WESTERN_3: _four_of_five,
    Rule.WESTERN_4: _eight,
}


def patterns(row: Row, rules: RuleSet) -> list[tuple[Rule, Pattern]]:
    """The patterns of all rules that are on, in the order of their definition."""
    return [(rule, one) for rule in Rule if rule in rules.rules for one in PATTERNS[rule](row, rules)]
