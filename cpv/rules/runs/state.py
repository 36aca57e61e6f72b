"""One more point judged in constant time, however long the history: what the rules have to remember of it.

The state of a series after all its points, advanced by the next, gives the signals that `evaluate` gives at that point
of the whole series. It is plain numbers and goes to JSON and back without loss.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import IntEnum
from math import isfinite, isnan
from typing import Any, Self

from cpv.rules.basis import Estimator, Limits, NotComputable, Note, Why
from cpv.rules.runs.judging import Signal
from cpv.rules.runs.limits import Lines, lines_of
from cpv.rules.runs.rule import Mixture, Rule, RuleSet, Side


class _Run(IntEnum):
    """The runs that are counted, by their place in the state."""

    ABOVE, BELOW, RISING, FALLING, ALTERNATING, WITHIN, OUTSIDE, OVER_ONE, UNDER_ONE = range(9)


# Of the last four points, since 4 of 5 looks back over as many.
_LOOK_BACK = 4
_NO_RUNS = ((0, -1),) * len(_Run)


@dataclass(frozen=True)
class RunState:
    """What rules remember of a series.

    `limits` None: every point brings its own (as `PointLimits`). `seen` counts all points, missing ones too. `last` is
    the point before, `direction` whether it was a step up (1) or down (-1). `runs` are length and first index of every
    run that is counted, `recent` index and zone (sigma beyond the center: -2 to 2) of up to four points before.
    """

    rules: RuleSet
    limits: Limits | None
    seen: int = 0
    last: float | None = None
    last_index: int = -1
    direction: int = 0
    runs: tuple[tuple[int, int], ...] = _NO_RUNS
    recent: tuple[tuple[int, int], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As JSON knows it."""
        return {**asdict(self), "rules": self.rules.as_dict()}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """Read what `as_dict` wrote."""
        return cls(
            **{
                **kept,
                "rules": RuleSet.from_dict(kept["rules"]),
                "limits": kept["limits"] and _limits_from(kept["limits"]),
                "runs": tuple((length, first) for length, first in kept["runs"]),
                "recent": tuple((index, zone) for index, zone in kept["recent"]),
            }
        )


def _limits_from(kept: Mapping[str, Any]) -> Limits:
    notes = tuple(Note(note) for note in kept["notes"])
    return Limits(**{**kept, "estimator": Estimator(kept["estimator"]), "notes": notes})


def begin(rules: RuleSet, limits: Limits | None) -> RunState:
    """The state of an empty series. Without limits every point has to bring its own.

    Raises NotComputable: as `evaluate`, for limits that are none.
    """
    if limits is not None:
        lines_of(limits)
    return RunState(rules, limits)


def begin_phase(state: RunState, limits: Limits | None = None) -> RunState:
    """The next point begins a phase: no pattern reaches back over it. Limits stay as they are unless new ones come.

    Raises NotComputable: as `begin`; NO_LIMITS, where points bring their own and a phase now had them.
    """
    if limits is not None and state.limits is None:
        raise NotComputable(Why.NO_LIMITS, "limits")
    fresh = begin(state.rules, limits or state.limits)
    return replace(fresh, seen=state.seen)


def update(
    state: RunState, value: float | None, limits: Limits | None = None
) -> tuple[RunState, tuple[Signal, ...]]:
    """Judge the next point; the state thereafter, and the signals at this point in the order of rules.

    None or NaN: the point is missing, nothing is signalled and no run ends. `limits` are the point's own, and only for
    a state that began without. Raises NotComputable: NOT_FINITE for an infinite value; NO_LIMITS where limits are
    missing, or given twice.
    """
    own = state.limits if limits is None else limits
    if own is None or (limits is not None and state.limits is not None):
        raise NotComputable(Why.NO_LIMITS, "limits")
    if value is not None and not isfinite(value) and not isnan(value):
        raise NotComputable(Why.NOT_FINITE, "value")
    lines = lines_of(own)
    if value is None or isnan(value) or lines.sigma == 0:
        return replace(state, seen=state.seen + 1), ()
    return _judged(state, float(value), lines)


def _judged(state: RunState, x: float, lines: Lines) -> tuple[RunState, tuple[Signal, ...]]:
    index = state.seen
    level = x if state.limits is not None else (x - lines.center) / lines.sigma
    step = 0 if state.last is None else (level > state.last) - (level < state.last)
    zone = _zone(x, lines)
    runs = _runs(state, x, lines, step)
    recent = (*state.recent, (index, zone))
    found = {
        **_limit(x, lines, index),
        **_sides(runs, state.rules),
        **_courses(runs, state.rules),
        **_windows(recent),
    }
    signals = tuple(
        Signal(rule, index, found[rule][0], found[rule][1])
        for rule in Rule
        if rule in state.rules.rules and rule in found
    )
    seen, kept = index + 1, recent[-_LOOK_BACK:]
    return RunState(state.rules, state.limits, seen, level, index, step, runs, kept), signals


def _zone(x: float, lines: Lines) -> int:
    """How many whole sigma beyond the center, no more than two, strictly."""
    over = (x > lines.above(1)) + (x > lines.above(2))
    return int(over - (x < lines.below(1)) - (x < lines.below(2)))


def _runs(state: RunState, x: float, lines: Lines, step: int) -> tuple[tuple[int, int], ...]:
    """Every run with this point: one longer, begun here, or over."""
    index = state.seen
    outside = bool(x > lines.above(1)) or bool(x < lines.below(1))
    goes_on = {
        _Run.ABOVE: x > lines.center,
        _Run.BELOW: x < lines.center,
        _Run.WITHIN: not outside,
        _Run.OUTSIDE: outside,
        _Run.OVER_ONE: x > lines.above(1),
        _Run.UNDER_ONE: x < lines.below(1),
    }
    counted = {kind: _longer(state.runs[kind], index) if on else (0, -1) for kind, on in goes_on.items()}
    # A course is counted in points: its first step makes two of them.
    pair = (2, state.last_index)
    for kind, sign in ((_Run.RISING, 1), (_Run.FALLING, -1)):
        before = state.runs[kind]
        counted[kind] = (0, -1) if step != sign else _longer(before, index) if before[0] else pair
    turned = step != 0 and step == -state.direction
    alternating = _longer(state.runs[_Run.ALTERNATING], index) if turned else pair
    counted[_Run.ALTERNATING] = alternating if step else (0, -1)
    return tuple(counted[kind] for kind in _Run)


def _longer(run: tuple[int, int], index: int) -> tuple[int, int]:
    length, first = run
    return (length + 1, first) if length else (1, index)


_Found = dict[Rule, tuple[int, Side]]


def _limit(x: float, lines: Lines, index: int) -> _Found:
    if not (x > lines.upper or x < lines.lower):
        return {}
    side = Side.UPPER if x > lines.upper else Side.LOWER
    return {Rule.NELSON_1: (index, side), Rule.WESTERN_1: (index, side)}


def _sides(runs: tuple[tuple[int, int], ...], rules: RuleSet) -> _Found:
    found: _Found = {}
    for kind, side in ((_Run.ABOVE, Side.UPPER), (_Run.BELOW, Side.LOWER)):
        length, first = runs[kind]
        if length >= rules.same_side:
            found[Rule.NELSON_2] = first, side
        if length >= rules.western_same_side:
            found[Rule.WESTERN_4] = first, side
    return found


def _courses(runs: tuple[tuple[int, int], ...], rules: RuleSet) -> _Found:
    found: _Found = {}
    asked = (
        (_Run.RISING, rules.trend, Rule.NELSON_3, Side.UPPER),
        (_Run.FALLING, rules.trend, Rule.NELSON_3, Side.LOWER),
        (_Run.ALTERNATING, rules.alternating, Rule.NELSON_4, Side.BOTH),
        (_Run.WITHIN, rules.stratified, Rule.NELSON_7, Side.BOTH),
        (_Run.OUTSIDE, rules.mixture, Rule.NELSON_8, Side.BOTH),
    )
    for kind, count, rule, side in asked:
        length, first = runs[kind]
        if length >= count:
            found[rule] = first, side
    one_sided = max(runs[_Run.OVER_ONE][0], runs[_Run.UNDER_ONE][0]) >= rules.mixture
    if rules.mixture_sides is Mixture.BOTH_SIDES and one_sided:
        found.pop(Rule.NELSON_8, None)
    return found


def _windows(recent: tuple[tuple[int, int], ...]) -> _Found:
    found: _Found = {}
    asked = ((2, 3, (Rule.NELSON_5, Rule.WESTERN_2)), (1, 5, (Rule.NELSON_6, Rule.WESTERN_3)))
    for multiple, span, named in asked:
        sign = 1 if recent[-1][1] > 0 else -1
        beyond = [index for index, zone in recent[-span:] if sign * zone >= multiple]
        if sign * recent[-1][1] >= multiple and len(beyond) >= span - 1:
            found.update(dict.fromkeys(named, (beyond[0], Side.UPPER if sign > 0 else Side.LOWER)))
    return found
