"""Potency: specific lysis, relative potency with its test of parallelism.

Two preparations are compared under one pair of asymptotes and one slope of a four-parameter logistic curve
(`qc.rules.curves`): the test is then a dilution or concentration of the reference, and the horizontal distance of the
curves is the logarithm of the relative potency. Whether one set of parameters will do for both is asked first, by the
extra sum of squares (F test on 3 and n - 8 degrees of freedom).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, isfinite, sqrt
from statistics import fmean, variance

import numpy as np
from scipy import stats

from qc.rules.curves import (
    PARAMETERS,
    Beyond,
    Curve,
    DoseRead,
    Floats,
    Misfit,
    NoPotency,
    PotencyFault,
    Response,
    apart,
    arrays,
    curve_of,
    dose_of,
    fit_curve,
    gradient,
    guesses,
    limits_of,
    logistic,
    read_dose,
    search,
    student,
)

__all__ = [
    "Beyond",
    "Curve",
    "DoseRead",
    "FTest",
    "Lysis",
    "NoPotency",
    "PotencyFault",
    "RelativePotency",
    "Response",
    "dose_of",
    "fit_curve",
    "lysis_of_wells",
    "read_dose",
    "relative_potency",
    "specific_lysis",
]

# Sums of squares below this share of the responses' own are the arithmetic's, not the assay's.
_NOTHING = 1e-20


@dataclass(frozen=True)
class FTest:
    """The test of parallelism: a small p says that the curves do not have one form."""

    f: float
    df: tuple[int, int]
    p: float


@dataclass(frozen=True)
class RelativePotency:
    """How potent the test is, the reference being 1, with confidence limits; meaningful only for parallel curves."""

    value: float
    low: float
    high: float
    confidence: float
    parallelism: FTest
    reference: Curve
    test: Curve


@dataclass(frozen=True)
class Lysis:
    """Specific lysis in per cent, and its standard uncertainty."""

    value: float
    uncertainty: float


def specific_lysis(*, measured: float, spontaneous: float, maximal: float) -> float:
    """Lysis by the effector cells, in per cent: 100 (measured - spontaneous) / (maximal - spontaneous).

    Release of a label in any unit; below 0 or above 100 is noise and stays visible. Worked: (1600 - 400) / (2400 - 400)
    = 60 %. Source: Brunner et al., Immunology 14 (1968) 181-196. Raises NoPotency.
    """
    if not all(map(isfinite, (measured, spontaneous, maximal))):
        raise NoPotency(PotencyFault.NOT_FINITE)
    if maximal <= spontaneous:
        raise NoPotency(PotencyFault.NO_WINDOW)
    return 100 * (measured - spontaneous) / (maximal - spontaneous)


def lysis_of_wells(
    *, measured: Sequence[float], spontaneous: Sequence[float], maximal: Sequence[float]
) -> Lysis:
    """Specific lysis from the means of replicate wells, two of each or more, with its standard uncertainty.

    The uncertainties of the three means (s / sqrt n, independent) are handed on by the partial derivatives: with
    w = maximal - spontaneous, 100/w for the measured mean, -100 (maximal - measured)/w^2 for the spontaneous,
    -100 (measured - spontaneous)/w^2 for the maximal (JCGM 100:2008, 5.1.2). Raises NoPotency.
    """
    wells = (measured, spontaneous, maximal)
    if min(map(len, wells)) < 2:
        raise NoPotency(PotencyFault.TOO_FEW_RESPONSES)
    if not all(isfinite(value) for several in wells for value in several):
        raise NoPotency(PotencyFault.NOT_FINITE)
    m, s, x = (fmean(several) for several in wells)
    value = specific_lysis(measured=m, spontaneous=s, maximal=x)
    window = x - s
    slopes = (100 / window, -100 * (x - m) / window**2, -100 * (m - s) / window**2)
    parts = (
        slope**2 * variance(several) / len(several) for slope, several in zip(slopes, wells, strict=True)
    )
    return Lysis(value, sqrt(sum(parts)))


def relative_potency(
    reference: Sequence[Response], test: Sequence[Response], confidence: float = 0.95
) -> RelativePotency:
    """The potency of the test relative to the reference. Raises NoPotency.

    ln R = ln ec50(reference) - ln ec50(test) under common asymptotes and slope, with limits by Student's t on n - 5
    degrees of freedom and the covariance of the fit.
    """
    data = (arrays(reference), arrays(test))
    y = np.concatenate([data[0][1], data[1][1]])
    n = len(y)
    if n <= 2 * PARAMETERS:
        raise NoPotency(PotencyFault.TOO_FEW_RESPONSES)
    alone = [search(apart(*one), guesses(*one)) for one in data]
    forms = [*(one.x for one in alone), (alone[0].x + alone[1].x) / 2]
    starts = [np.array([*form[:3], alone[0].x[3], alone[0].x[3] - alone[1].x[3]]) for form in forms]
    common = search(_together(*data), starts)
    # each for itself can do no worse than both together: its search begins there too
    ends = (common.x[:4], _OF_TEST @ common.x)
    alone = [search(apart(*data[k]), [alone[k].x, ends[k]]) for k in (0, 1)]
    own = sum(one.squares for one in alone)
    s2 = common.squares / (n - 5)
    covariance = common.covariance(s2)
    shift = float(common.x[4])
    low, high = limits_of(shift, student(confidence, n - 5) * sqrt(covariance[4, 4]))
    return RelativePotency(
        value=exp(shift),
        low=low,
        high=high,
        confidence=confidence,
        parallelism=_parallelism(common.squares, own, n, float(y @ y)),
        reference=curve_of(ends[0], covariance[:4, :4], s2, n - 5, reference),
        test=curve_of(ends[1], _OF_TEST @ covariance @ _OF_TEST.T, s2, n - 5, test),
    )


# The test's curve as a combination of lower, upper, slope, ln ec50 of the reference and ln R, which is taken off.
_OF_TEST = np.eye(4, 5)
_OF_TEST[3, 4] = -1.0


def _together(reference: tuple[Floats, Floats], test: tuple[Floats, Floats]) -> Misfit:
    """Two preparations under one form, so far apart."""
    (xr, yr), (xt, yt) = reference, test

    def residuals(p: Floats) -> Floats:
        return np.concatenate([logistic(p[:4], xr) - yr, logistic(_OF_TEST @ p, xt) - yt])

    def slopes(p: Floats) -> Floats:
        of_reference = np.column_stack([gradient(p[:4], xr), np.zeros(len(xr))])
        return np.concatenate([of_reference, gradient(_OF_TEST @ p, xt) @ _OF_TEST])

    return Misfit(residuals, slopes)


def _parallelism(common: float, own: float, n: int, size: float) -> FTest:
    df = (3, n - 2 * PARAMETERS)
    extra = common - own
    if extra <= _NOTHING * size:
        return FTest(0.0, df, 1.0)
    if own <= _NOTHING * size:  # each has a curve through every point, and one for both has not
        return FTest(float("inf"), df, 0.0)
    f = (extra / df[0]) / (own / df[1])
    return FTest(f, df, float(stats.f.sf(f, *df)))
