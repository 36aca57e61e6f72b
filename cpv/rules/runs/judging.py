"""A whole series judged by run rules, without a loop over its points.

The points that are there are laid in a row with a gap of missing numbers before every phase. A comparison with a
missing number is false, so runs end at phases by themselves, and the gap is too wide for rules that forgive a point.
Which points have a condition is a row of booleans, and "so many in a row" is that row and-ed with itself, shifted, in
as many steps as the count has binary digits (`patterns`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cpv.rules.basis import Floats, Limits, NotComputable, Note, Why, notes_on, series
from cpv.rules.runs.limits import Lines, PointLimits, lines_of, point_lines
from cpv.rules.runs.patterns import GAP, Bools, Indices, Row, patterns
from cpv.rules.runs.rule import NELSON, Rule, RuleSet, Side

_RULES, _SIDES = tuple(Rule), tuple(Side)


@dataclass(frozen=True, slots=True)
class Signal:
    """A rule spoke at point `index`; its pattern began at `first_index` (both count from 0, gaps included).

    For a run it is where the run as it stands began, also when it is longer than its rule asks for: that is where a
    cause is looked for. For 2 of 3 and 4 of 5 it is the first of the points beyond the line.
    """

    rule: Rule
    index: int
    first_index: int
    side: Side


@dataclass(frozen=True, eq=False)
class Signals:
    """All signals of a series by ascending index, then by rule; kept as arrays, read as `Signal`.

    `notes`: ZERO_SIGMA (nothing could speak), MISSING_LEFT_OUT, FEW_DISTINCT (ties hide trends).
    """

    n: int
    index: Indices
    first_index: Indices
    _rule: Indices
    _side: Indices
    notes: tuple[Note, ...] = ()

    def __len__(self) -> int:
        return self.index.size

    def __iter__(self) -> Iterator[Signal]:
        columns = (self._rule, self.index, self.first_index, self._side)
        for rule, index, first, side in zip(*(column.tolist() for column in columns), strict=True):
            yield Signal(_RULES[rule], index, first, _SIDES[side])

    def of(self, rule: Rule) -> Indices:
        """The indices at which one rule spoke."""
        of_rule: Indices = self.index[self._rule == _RULES.index(rule)]
        return of_rule

    def at(self, index: int) -> tuple[Signal, ...]:
        """What was signalled at one point."""
        first, last = np.searchsorted(self.index, [index, index + 1])
        part = slice(int(first), int(last))
        return tuple(
            Signals(self.n, self.index[part], self.first_index[part], self._rule[part], self._side[part])
        )


def evaluate(
    values: ArrayLike,
    limits: Limits | PointLimits,
    rules: RuleSet = NELSON,
    *,
    phase_starts: Sequence[int] = (),
) -> Signals:
    """Judge a series, oldest point first, by run rules as `Rule` defines them.

    Every phase begins at one of `phase_starts` (indices of the series, gaps included; 0 needs not be said). With
    `PointLimits` points are judged by their standardised values (x - center) / sigma: lines are each point's own, and
    trends are trends of standardised values. Rules about zones use center and sigma, also where limits come from
    quantiles or one side has none. 10^6 points with eight rules take some hundredths of a second.

    Raises NotComputable: as `series`; SIZES_DIFFER for limits of another length, NOT_FINITE, NOT_POSITIVE,
    LIMITS_CROSSED for limits that are none; NOT_AN_INDEX for a phase that begins outside the series.
    """
    read = series(values)
    starts = _starts(phase_starts, read.size)
    there = ~np.isnan(read)
    if isinstance(limits, PointLimits):
        lines, usable = point_lines(limits, read.size)
        zero = bool(np.any(lines.sigma == 0))
    else:
        lines, zero = lines_of(limits), limits.sigma == 0
        usable = np.full(read.size, not zero)
    notes = _notes(read, zero)
    row, at = _lay(read, lines, there & usable, starts)
    return _collected(read.size, row, at, rules, notes)


def appeared_and_vanished(
    before: Signals, after: Signals, inserted: Sequence[int] = ()
) -> tuple[tuple[Signal, ...], tuple[Signal, ...]]:
    """What a series says now and did not say, and what it said and no longer says, by rule and last point.

    `inserted` are the indices, in the new series, of points that came late; all others kept their order. Both answers
    count in the new series. Raises NotComputable: SIZES_DIFFER, where before and inserted do not make up after.
    """
    if before.n + len(set(inserted)) != after.n:
        raise NotComputable(Why.SIZES_DIFFER, "inserted")
    place = np.delete(np.arange(after.n), list(inserted)).tolist()
    old = {
        (one.rule, place[one.index], one.side): Signal(
            one.rule, place[one.index], place[one.first_index], one.side
        )
        for one in before
    }
    new = {(one.rule, one.index, one.side): one for one in after}
    appeared = tuple(one for key, one in new.items() if key not in old)
    return appeared, tuple(one for key, one in old.items() if key not in new)


def _starts(phase_starts: Sequence[int], size: int) -> Indices:
    starts = np.unique(np.asarray(phase_starts, dtype=np.intp))
    if starts.size and (starts[0] < 0 or starts[-1] > size):
        raise NotComputable(Why.NOT_AN_INDEX, "phase_starts")
    return starts[starts > 0]


def _notes(read: Floats, zero: bool) -> tuple[Note, ...]:
    """Those on the series, and whether limits have no width (a series that is constant may well have some)."""
    of_series = tuple(note for note in notes_on(read) if note is not Note.ZERO_SIGMA)
    return (Note.ZERO_SIGMA, *of_series) if zero else of_series


def _lay(read: Floats, lines: Lines, usable: Bools, starts: Indices) -> tuple[Row, Indices]:
    """The row, and the index in the series of every place in it."""
    places: Indices | slice = slice(GAP, None)
    kept: Indices | slice = slice(None)
    if starts.size or not usable.all():
        kept = np.flatnonzero(usable)
        places = np.arange(GAP, GAP + kept.size) + GAP * np.searchsorted(starts, kept, side="right")
    size = GAP + int(np.count_nonzero(usable)) + GAP * starts.size
    at = np.zeros(size, dtype=np.intp)
    at[places] = np.arange(read.size)[kept]

    def laid(numbers: Floats) -> Floats:
        out = np.full(size, np.nan)
        out[places] = numbers[kept]
        return out

    x = laid(read)
    if isinstance(lines.center, float):
        return Row(x, x, lines), at
    own = Lines(laid(lines.center), laid(lines.sigma), laid(lines.lower), laid(lines.upper))
    with np.errstate(over="ignore"):  # beyond every number is still beyond every line
        return Row(x, (x - own.center) / own.sigma, own), at


def _collected(n: int, row: Row, at: Indices, rules: RuleSet, notes: tuple[Note, ...]) -> Signals:
    spoken = [(rule, one.side, *one.found()) for rule, one in patterns(row, rules)]
    none = np.empty(0, dtype=np.intp)
    last = at[np.concatenate([none, *(found[2] for found in spoken)])]
    first = at[np.concatenate([none, *(found[3] for found in spoken)])]
    sizes = np.array([found[2].size for found in spoken], dtype=np.intp)
    rule = np.repeat(np.array([_RULES.index(found[0]) for found in spoken], dtype=np.intp), sizes)
    side = np.repeat(np.array([_SIDES.index(found[1]) for found in spoken], dtype=np.intp), sizes)
    # Parts ascend already and come in the order of rules: a stable sort merges them.
    order = np.argsort(last, kind="stable")
    return Signals(n, last[order], first[order], rule[order], side[order], notes)
