"""Assay controls on Levey-Jennings charts, and the Westgard rules that say whether a run counts.

A control material has a target mean and standard deviation, set beforehand and frozen. In each run it is measured once
or more; how far a measurement lies from the mean, in standard deviations, is judged by the multirule procedure of
Westgard, Barry, Hunt and Groth, Clinical Chemistry 27 (1981) 493-501. "Exceeds" is strict: a measurement that lies
exactly on a limit has not passed it. Everything is computed in decimals, so that a limit is where it was set. Every
rule that was chosen is looked for, whether or not there is a warning: that a warning comes first spares work on paper.

==== ==================================== =======================================================
rule within one material                  across materials
==== ==================================== =======================================================
1-2s one measurement                      -
1-3s one measurement                      -
2-2s two in a row, over runs              two of one run, in any order
R-4s two of one run, in any order         two of one run, in any order
4-1s four in a row, over runs             four in a row, over runs, in the order given
10-x ten in a row, over runs              ten in a row, over runs, in the order given
==== ==================================== =======================================================

Across materials 2-2s stays within the run: whether the high control of one run and the low one of the next stand side
by side is an accident of the order in which they were pipetted. R-4s does too, since between runs a shift of the whole
assay looks the same.

A breach is told only where the latest run takes part in it: what an earlier run broke was answered then. The
measurements of a rejected run go on counting, so that nobody repeats a run until a rule is satisfied; what was measured
before the cause was mended is the caller's to leave out, from the moment at which that was recorded.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from qc.rules.criteria import Verdict


class ControlRule(StrEnum):
    """The rules. `WARNING` alone rejects nothing: it says to look at the others."""

    WARNING = "1_2s"
    ONE_3S = "1_3s"
    TWO_2S = "2_2s"
    RANGE_4S = "r_4s"
    FOUR_1S = "4_1s"
    TEN_X = "10_x"


REJECTING = frozenset(ControlRule) - {ControlRule.WARNING}


@dataclass(frozen=True)
class ControlTarget:
    """What a control material should measure. Raises ValueError for a standard deviation that is not positive."""

    material: str
    mean: Decimal
    sd: Decimal

    def __post_init__(self) -> None:
        if not (self.mean.is_finite() and self.sd.is_finite() and self.sd > 0):
            raise ValueError("a control has a finite mean and a positive standard deviation")


@dataclass(frozen=True)
class ControlMeasurement:
    """One measurement of one control material in one run. Raises ValueError for what is not a finite number."""

    run: str
    material: str
    value: Decimal

    def __post_init__(self) -> None:
        if not self.value.is_finite():
            raise ValueError("a control measures a finite number")


@dataclass(frozen=True)
class ControlBreach:
    """A rule that the latest run breaks, and the measurements that break it, earliest first."""

    rule: ControlRule
    measurements: tuple[ControlMeasurement, ...]
    is_across: bool = False

    @property
    def is_rejecting(self) -> bool:
        """Whether the run does not count."""
        return self.rule in REJECTING


@dataclass(frozen=True)
class _Point:
    """A measurement, and how far it is from its mean: above (positive) or below, in the unit of the measurement.

    `place` tells it from another that measured the same.
    """

    place: int
    measurement: ControlMeasurement
    off: Decimal
    sd: Decimal

    def exceeds(self, times: int) -> int:
        """1 above the mean by more than so many standard deviations, -1 below it by more, else 0."""
        if self.off > times * self.sd:
            return 1
        return -1 if self.off < -times * self.sd else 0


# rule: how many in a row, by more than how many standard deviations, all on one side
_IN_A_ROW: Mapping[ControlRule, tuple[int, int]] = {
    ControlRule.WARNING: (1, 2),
    ControlRule.ONE_3S: (1, 3),
    ControlRule.TWO_2S: (2, 2),
    ControlRule.FOUR_1S: (4, 1),
    ControlRule.TEN_X: (10, 0),
}


def breaches(
    measurements: Sequence[ControlMeasurement],
    targets: Iterable[ControlTarget],
    rules: frozenset[ControlRule] = frozenset(ControlRule),
) -> tuple[ControlBreach, ...]:
    """The rules that the latest run breaks, in the order of `ControlRule`; none without measurements.

    `measurements` are of one method, oldest first; those of one run may stand in any order of their materials, and
    only 4-1s and 10-x across materials see it. Raises LookupError for a material without a target.
    """
    if not measurements:
        return ()
    by_name = {target.material: target for target in targets}
    points = [_point(place, measurement, by_name) for place, measurement in enumerate(measurements)]
    latest = measurements[-1].run
    found = [stretch for rule in ControlRule if rule in rules for stretch in _broken(rule, points, latest)]
    return tuple(
        ControlBreach(one.rule, tuple(point.measurement for point in one.points), one.is_across)
        for one in _told_once(found)
    )


def judge_run(found: Iterable[ControlBreach]) -> Verdict:
    """Whether results of the run may count."""
    return Verdict.FAIL if any(breach.is_rejecting for breach in found) else Verdict.PASS


@dataclass(frozen=True)
class _Stretch:
    rule: ControlRule
    points: tuple[_Point, ...]
    is_across: bool


def _point(place: int, measurement: ControlMeasurement, targets: Mapping[str, ControlTarget]) -> _Point:
    target = targets.get(measurement.material)
    if target is None:
        raise LookupError(f"no target for control {measurement.material}")
    return _Point(place, measurement, measurement.value - target.mean, target.sd)


def _broken(rule: ControlRule, points: Sequence[_Point], latest: str) -> Iterator[_Stretch]:
    of_run = [point for point in points if point.measurement.run == latest]
    if rule is ControlRule.RANGE_4S:
        yield from _range(of_run)
        return
    materials = dict.fromkeys(point.measurement.material for point in points)
    for material in materials:
        own = [point for point in points if point.measurement.material == material]
        yield from _in_a_row(rule, own, latest)
    if rule is ControlRule.TWO_2S:
        yield from _two_of_a_run(of_run)
    elif len(materials) > 1:
        yield from _in_a_row(rule, points, latest, is_across=True)


def _in_a_row(
    rule: ControlRule, points: Sequence[_Point], latest: str, *, is_across: bool = False
) -> Iterator[_Stretch]:
    """Every stretch of the rule's length, ending in the latest run, that lies beyond the limit on one side."""
    length, times = _IN_A_ROW[rule]
    for end in range(length, len(points) + 1):
        stretch = tuple(points[end - length : end])
        sides = {point.exceeds(times) for point in stretch}
        if stretch[-1].measurement.run == latest and len(sides) == 1 and sides != {0}:
            yield _Stretch(rule, stretch, is_across)


def _two_of_a_run(points: Sequence[_Point]) -> Iterator[_Stretch]:
    """Measurements of two materials of the run beyond two standard deviations on one side."""
    for side in (1, -1):
        beyond = tuple(point for point in points if point.exceeds(2) == side)
        if _materials(beyond) > 1:
            yield _Stretch(ControlRule.TWO_2S, beyond, is_across=True)


def _range(points: Sequence[_Point]) -> Iterator[_Stretch]:
    """One measurement of the run above by more than two standard deviations, another below by more than two."""
    beyond = tuple(point for point in points if point.exceeds(2))
    if len({point.exceeds(2) for point in beyond}) > 1:
        yield _Stretch(ControlRule.RANGE_4S, beyond, _materials(beyond) > 1)


def _materials(points: Iterable[_Point]) -> int:
    return len({point.measurement.material for point in points})


def _told_once(found: Iterable[_Stretch]) -> Iterator[_Stretch]:
    """A stretch of one material is told as that material's, and not again as one across materials."""
    told: set[tuple[ControlRule, tuple[int, ...]]] = set()
    for stretch in found:
        key = (stretch.rule, tuple(point.place for point in stretch.points))
        if key not in told:
            told.add(key)
            yield stretch
