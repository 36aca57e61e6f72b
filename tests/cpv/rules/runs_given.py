"""What tests of run rules stand on: limits, and every rule said again as slowly and plainly as it can be."""

from collections.abc import Callable, Sequence
from math import isnan

from cpv.rules.basis import Estimator, Limits
from cpv.rules.runs import Mixture, Rule, RuleSet, Side, Signal


def limits(center: float = 0.0, sigma: float = 1.0, **changed: float | None) -> Limits:
    """Three-sigma limits, or others."""
    given: dict[str, float | None] = {"lower": center - 3 * sigma, "upper": center + 3 * sigma, **changed}
    return Limits(center, sigma, given["lower"], given["upper"], 3.0, Estimator.GIVEN, 100)


def nelson(*numbers: int) -> RuleSet:
    """These of Nelson's rules."""
    return RuleSet.of(*(Rule(f"nelson_{number}") for number in numbers))


def slow(
    values: Sequence[float],
    lines: Sequence[Limits],
    rules: RuleSet,
    starts: Sequence[int] = (),
    z: bool = False,
) -> list[Signal]:
    """Every signal of a series, found by looking at every window of every point anew."""
    found = []
    for i in range(len(values)):
        begin = max([start for start in (0, *starts) if start <= i])
        past = [
            (k, values[k], lines[k])
            for k in range(begin, i + 1)
            if not isnan(values[k]) and not isnan(lines[k].sigma) and lines[k].sigma > 0
        ]
        if past and past[-1][0] == i:
            found += [one for rule in Rule if rule in rules.rules for one in _at(rule, past, rules, z)]
    return found


Past = list[tuple[int, float, Limits]]


def _at(rule: Rule, past: Past, rules: RuleSet, z: bool) -> list[Signal]:
    index, x, line = past[-1]
    twin = {Rule.WESTERN_1: 1, Rule.WESTERN_2: 5, Rule.WESTERN_3: 6, Rule.WESTERN_4: 2}
    number = twin.get(rule, int(rule[-1]))
    same = rules.western_same_side if rule is Rule.WESTERN_4 else rules.same_side
    sides = ((Side.UPPER, 1), (Side.LOWER, -1))
    found: list[tuple[int, Side]] = []
    if number == 1:
        if line.upper is not None and x > line.upper:
            found = [(index, Side.UPPER)]
        if line.lower is not None and x < line.lower:
            found = [(index, Side.LOWER)]
    if number == 2:
        found = [(k, side) for side, sign in sides for k in _run(past, same, _beyond(sign, 0))]
    if number in (3, 4):
        found = _courses(past, number, rules, z)
    if number == 5:
        found = [(k, side) for side, sign in sides for k in _most(past, 3, _beyond(sign, 2))]
    if number == 6:
        found = [(k, side) for side, sign in sides for k in _most(past, 5, _beyond(sign, 1))]
    if number == 7:
        found = [(k, Side.BOTH) for k in _run(past, rules.stratified, lambda one: not _outside(one))]
    if number == 8:
        found = [(k, Side.BOTH) for k in _run(past, rules.mixture, _outside)]
        signs = {one[1] > one[2].center for one in past[-rules.mixture :]}
        if rules.mixture_sides is Mixture.BOTH_SIDES and len(signs) == 1:
            found = []
    return [Signal(rule, index, first, side) for first, side in found]


One = tuple[int, float, Limits]


def _beyond(sign: int, multiple: int) -> Callable[[One], bool]:
    def is_beyond(one: One) -> bool:
        _, x, line = one
        edge = line.center + sign * multiple * line.sigma
        return x > edge if sign > 0 else x < edge

    return is_beyond


def _outside(one: One) -> bool:
    return _beyond(1, 1)(one) or _beyond(-1, 1)(one)


def _run(past: Past, count: int, holds: Callable[[One], bool]) -> list[int]:
    """The first index of the run that ends here, if it is long enough."""
    run = []
    for one in reversed(past):
        if not holds(one):
            break
        run.append(one[0])
    return [run[-1]] if len(run) >= count else []


def _most(past: Past, window: int, holds: Callable[[One], bool]) -> list[int]:
    beyond = [one[0] for one in past[-window:] if holds(one)]
    return [beyond[0]] if holds(past[-1]) and len(beyond) >= window - 1 else []


def _courses(past: Past, number: int, rules: RuleSet, z: bool) -> list[tuple[int, Side]]:
    levels = [(k, (x - line.center) / line.sigma if z else x) for k, x, line in past]
    if number == 3:
        asked = ((Side.UPPER, lambda a, b, _: b > a), (Side.LOWER, lambda a, b, _: b < a))
        count = rules.trend
    else:
        asked = ((Side.BOTH, lambda a, b, c: (b - a) * (c - b) < 0 if c is not None else b != a),)
        count = rules.alternating
    found = []
    for side, holds in asked:
        run = [levels[-1]]
        after = None
        for one in reversed(levels[:-1]):
            if not holds(one[1], run[-1][1], after):
                break
            after = run[-1][1]
            run.append(one)
        if len(run) >= count:
            found.append((run[-1][0], side))
    return found
