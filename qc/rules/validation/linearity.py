"""Linearity by least squares, the limits of detection and quantitation that follow from it, and the range."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy import stats

from qc.rules.validation.basis import (
    Estimate,
    NotAssessable,
    ValidationFault,
    is_nothing,
    mean_estimate,
    need_confidence,
    need_numbers,
    variance_estimate,
)

LEAST_LEVELS = 3
LEAST_BLANKS = 3
# ICH Q2(R2): the limits as multiples of the standard deviation over the slope.
DETECTION, QUANTITATION = 3.3, 10.0

_Level = TypeVar("_Level")


@dataclass(frozen=True)
class Point:
    """What was measured at a level."""

    level: float
    response: float


@dataclass(frozen=True)
class LackOfFit:
    """The F test of the line against the means of the levels: a small p says that the means do not lie on a line."""

    f: float
    df: tuple[int, int]
    p: float


@dataclass(frozen=True)
class Line:
    """A straight line through points. Residuals are in the order of the points.

    `lack_of_fit` is None where it cannot be tested: no level was measured twice, or replicates never differ.
    """

    n: int
    levels: int
    slope: Estimate
    intercept: Estimate
    r2: float
    residual_sd: Estimate
    residuals: tuple[float, ...]
    lack_of_fit: LackOfFit | None
    confidence: float


@dataclass(frozen=True)
class Detection:
    """The limits of detection and of quantitation, in the unit of the levels. `sigma` in that of the responses."""

    sigma: Estimate
    slope: float
    detection: Estimate
    quantitation: Estimate


def fit_line(points: Sequence[Point], confidence: float = 0.95) -> Line:
    """Ordinary least squares, y = intercept + slope x: three levels or more, points taken as independent.

    slope = Sxy/Sxx; intercept = mean y - slope mean x; r2 = 1 - SSE/Syy; s^2 = SSE/(n - 2); standard errors s/sqrt(Sxx)
    and s sqrt(1/n + mean x^2/Sxx), with Student's t on n - 2. Lack of fit: SSE less the pure error (replicates about
    the means of their levels) on c - 2 and n - c degrees of freedom for c levels. Sources: ICH Q2(R2), linearity;
    Draper and Smith, Applied Regression Analysis, 3rd ed. 1998, chapters 1 and 2. Raises NotAssessable.
    """
    need_confidence(confidence)
    need_numbers(number for point in points for number in (point.level, point.response))
    if (levels := len({point.level for point in points})) < LEAST_LEVELS:
        raise NotAssessable(ValidationFault.TOO_FEW_LEVELS, found=levels, least=LEAST_LEVELS)
    x, y = (np.array(column) for column in zip(*((p.level, p.response) for p in points), strict=True))
    n, dx, dy = len(x), x - x.mean(), y - y.mean()
    sxx, syy = float(dx @ dx), float(dy @ dy)
    if is_nothing(syy, y.tolist()):
        raise NotAssessable(ValidationFault.ZERO_VARIANCE)
    slope = float(dx @ dy) / sxx
    residuals = dy - slope * dx
    sse = float(residuals @ residuals)
    s2 = sse / (n - 2)
    intercept = float(y.mean() - slope * x.mean())
    return Line(
        n=n,
        levels=levels,
        slope=mean_estimate(slope, s2 / sxx, n - 2, confidence),
        intercept=mean_estimate(intercept, s2 * (1 / n + float(x.mean()) ** 2 / sxx), n - 2, confidence),
        r2=1 - sse / syy,
        residual_sd=variance_estimate(s2, n - 2, confidence).root(),
        residuals=tuple(residuals.tolist()),
        lack_of_fit=_lack_of_fit(points, sse),
        confidence=confidence,
    )


def _lack_of_fit(points: Sequence[Point], sse: float) -> LackOfFit | None:
    at: dict[float, list[float]] = {}
    for point in points:
        at.setdefault(point.level, []).append(point.response)
    df = (len(at) - 2, len(points) - len(at))
    means = {level: sum(values) / len(values) for level, values in at.items()}
    pure = sum((point.response - means[point.level]) ** 2 for point in points)
    if not df[1] or is_nothing(pure, [point.response for point in points]):
        return None
    f = max(sse - pure, 0.0) / df[0] / (pure / df[1])
    return LackOfFit(f, df, float(stats.f.sf(f, *df)))


def detection_from_line(line: Line) -> Detection:
    """3.3 s/slope and 10 s/slope, s the residual standard deviation of the line. Source: ICH Q2(R2).

    The limits are those of s, by chi-squared, the slope taken as known. Raises NotAssessable where the slope's limits
    hold 0, or where the points lie on the line.
    """
    return _detection(line.residual_sd, line)


def detection_from_blanks(blanks: Sequence[float], line: Line) -> Detection:
    """The same with s the standard deviation of blanks, three or more, in the unit of the line's responses.

    Raises NotAssessable where blanks do not differ: their spread is then below what the instrument shows.
    """
    need_numbers(blanks)
    if len(blanks) < LEAST_BLANKS:
        raise NotAssessable(ValidationFault.TOO_FEW_REPLICATES, found=len(blanks), least=LEAST_BLANKS)
    values = np.array(blanks)
    squares = float(((values - values.mean()) ** 2).sum())
    if is_nothing(squares, values.tolist()):
        raise NotAssessable(ValidationFault.ZERO_VARIANCE)
    df = len(values) - 1
    return _detection(variance_estimate(squares / df, df, line.confidence).root(), line)


def _detection(sigma: Estimate, line: Line) -> Detection:
    low, high = line.slope.low, line.slope.high
    if low is None or high is None or low <= 0 <= high:
        raise NotAssessable(ValidationFault.NO_SLOPE)
    if not sigma.value:
        raise NotAssessable(ValidationFault.ZERO_VARIANCE)
    slope = abs(line.slope.value)
    return Detection(
        sigma, line.slope.value, sigma.times(DETECTION / slope), sigma.times(QUANTITATION / slope)
    )


def span(levels: Mapping[_Level, bool]) -> tuple[_Level, _Level] | None:
    """The range: the longest row of neighbouring levels that are all acceptable, as its lowest and highest; else None.

    `levels` in rising order. Of two rows equally long the lower. A level that fails breaks the row: nobody may report
    across it. Source: ICH Q2(R2), range: the interval over which accuracy, precision and linearity are suitable.
    """
    best: list[_Level] = []
    row: list[_Level] = []
    for level, is_acceptable in levels.items():
        row = [*row, level] if is_acceptable else []
        best = row if len(row) > len(best) else best
    return (best[0], best[-1]) if best else None
