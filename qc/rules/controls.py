"""Assay controls on Levey-Jennings charts, and the Westgard rules that say whether a run counts.

A control material has a target mean and standard deviation, set beforehand and frozen. In each run it is measured once
or more; how far a measurement lies from the mean, in standard deviations, is judged by the multirule procedure of
Westgard, Barry, Hunt and Groth, Clinical Chemistry 27 (1981) 493-501. "Exceeds" is strict: a measurement that lies
exactly on a limit has not passed it. Everything is computed in decimals, so that a limit is where it was set.

A rule over several measurements is looked for in one material over the latest runs, and across the materials of the
latest runs, measurement by measurement in the order of time; R-4s is looked for within one run alone, since between
runs a shift of the whole assay looks the same. A breach is told only where the latest run takes part in it: what an
earlier run broke was answered then.
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
    """One measurement of one control material in one run, in the order of time."""

    run: str
    material: str
    value: Decimal


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
    """A measurement, and how far it is from its mean: above (positive) or below, in the unit of the measurement."""

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

    `measurements` are of one method, oldest first. Raises LookupError for a material without a target.
    """
    if not measurements:
        return ()
    by_name = {target.material: target for target in targets}
    points = [_point(measurement, by_name) for measurement in measurements]
    latest = measurements[-1].run
    found = [breach for rule in ControlRule if rule in rules for breach in _breaches(rule, points, latest)]
    return tuple(_told_once(found))


def judge_run(found: Iterable[ControlBreach]) -> Verdict:
    """Whether results of the run may count."""
    return Verdict.FAIL if any(breach.is_rejecting for breach in found) else Verdict.PASS


def _point(measurement: ControlMeasurement, targets: Mapping[str, ControlTarget]) -> _Point:
    target = targets.get(measurement.material)
    if target is None:
        raise LookupError(f"no target for control {measurement.material}")
    return _Point(measurement, measurement.value - target.mean, target.sd)


def _breaches(rule: ControlRule, points: Sequence[_Point], latest: str) -> Iterator[ControlBreach]:
    if rule is ControlRule.RANGE_4S:
        yield from _range([point for point in points if point.measurement.run == latest])
        return
    materials = dict.fromkeys(point.measurement.material for point in points)
    for material in materials:
        own = [point for point in points if point.measurement.material == material]
        yield from _in_a_row(rule, own, latest)
    if len(materials) > 1:
        yield from _in_a_row(rule, points, latest, is_across=True)


def _in_a_row(
    rule: ControlRule, points: Sequence[_Point], latest: str, *, is_across: bool = False
) -> Iterator[ControlBreach]:
    """Every stretch of the rule's length, ending in the latest run, that lies beyond the limit on one side."""
    length, times = _IN_A_ROW[rule]
    for end in range(length, len(points) + 1):
        stretch = points[end - length : end]
        sides = {point.exceeds(times) for point in stretch}
        if stretch[-1].measurement.run == latest and len(sides) == 1 and sides != {0}:
            yield ControlBreach(rule, tuple(point.measurement for point in stretch), is_across)


def _range(points: Sequence[_Point]) -> Iterator[ControlBreach]:
    """One measurement of the run above by more than two standard deviations, another below by more than two."""
    high = [point.measurement for point in points if point.exceeds(2) > 0]
    low = [point.measurement for point in points if point.exceeds(2) < 0]
    if high and low:
        kept = {*high, *low}
        told = [point.measurement for point in points if point.measurement in kept]
        yield ControlBreach(
            ControlRule.RANGE_4S, tuple(told), is_across=len({one.material for one in told}) > 1
        )


def _told_once(found: Iterable[ControlBreach]) -> Iterator[ControlBreach]:
    """A stretch of one material is told as that material's, and not again as one across materials."""
    told: set[tuple[ControlRule, tuple[ControlMeasurement, ...]]] = set()
    for breach in found:
        key = (breach.rule, breach.measurements)
        if key not in told:
            told.add(key)
            yield breach
