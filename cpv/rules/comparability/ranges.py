"""Where lots after a change lie in what the lots before it span: quality range, tolerance interval, extremes.

These views judge single lots, not the process: enough lots inside a wide range say little, and the fewer lots made
the range, the wider (or the more haphazard) it is. So every answer says with what probability all lots after the
change would have lain inside although nothing had changed. Sources: Tsong, Dong and Shen, J. Biopharm. Stat. 27
(2017) 197-205 (tiers and quality range); FDA-2023-D-2436; EMA/CHMP/138502/2017, reflection paper on the comparison of
quality attributes.
"""

from dataclasses import dataclass, replace
from math import ceil, inf, isfinite, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from cpv.rules.basis import Floats, NotComputable, Note, Why, notes_on, series
from cpv.rules.comparability.basis import (
    FEWEST_LOTS,
    Scale,
    chi_density,
    is_rounding,
    legendre,
    lots,
    moments,
    on_paper,
    on_scale,
)
from cpv.rules.tolerance import Side, one_sided_factor, two_sided_factor

_TAIL = 1e-15
_FAR = 8.3
_NODES = 160


@dataclass(frozen=True)
class Range:
    """A range made by the lots before the change, and the lots after it in and out of it.

    `low`, `high` in the unit of the attribute, None: open on that side (or, with UNBOUNDED, no float holds it); a lot
    on a limit is inside. `outside`: places of the lots outside in what was given, counted from 0. `unchanged`: the
    probability that all lots after the change lie inside if nothing changed; None where the reference has no spread.
    """

    low: float | None
    high: float | None
    n_reference: int
    n_test: int
    outside: tuple[int, ...]
    unchanged: float | None
    notes: tuple[Note, ...] = ()

    @property
    def n_inside(self) -> int:
        """How many lots after the change lie inside."""
        return self.n_test - len(self.outside)

    @property
    def share(self) -> float:
        """The share of lots after the change that lies inside."""
        return self.n_inside / self.n_test


@dataclass(frozen=True)
class QualityRange:
    """`passes`: at least `least_share` of the lots lie inside; `passes_unchanged`: with what probability, if nothing
    changed.
    """

    range: Range
    k: float
    least_share: float
    passes: bool
    passes_unchanged: float | None


@dataclass(frozen=True)
class ToleranceComparison:
    """The reference's tolerance interval as a range, with its `factor`, and that of the lots after the change.

    `test_low`, `test_high` are None on an open side and under three lots (TOO_FEW), and `contained`, whether the
    second lies inside the first, is None then.
    """

    range: Range
    coverage: float
    confidence: float
    side: Side
    factor: float
    test_low: float | None
    test_high: float | None
    contained: bool | None
    notes: tuple[Note, ...] = ()


def quality_range(
    reference: ArrayLike,
    test: ArrayLike,
    *,
    k: float = 3.0,
    least_share: float = 1.0,
    scale: Scale = Scale.RAW,
) -> QualityRange:
    """mean -+ k s of the lots before the change, s with n - 1; LOG: of logarithms, the limits as geometric values.

    3 lots before, 1 after, or more; NaN is left out. Raises NotComputable: TOO_FEW, EMPTY, NOT_FINITE, NOT_POSITIVE
    (k, a logarithm), NOT_A_SHARE (least_share must lie in (0, 1]).
    """
    if not 0 < least_share <= 1:
        raise NotComputable(Why.NOT_A_SHARE, "least_share")
    _need_factor(k)
    before = lots(reference, scale, "reference")
    mean, sd = _spread(before)
    found = _range(reference, test, (mean - k * sd, mean + k * sd), scale)
    # 0.07 of 100 lots are 7, though 0.07 * 100 is a little more as floats go
    least = ceil(least_share * found.n_test * (1 - 1e-12))
    flat = sd == 0
    n = (len(before), found.n_test)
    unchanged = None if flat else chance_inside(n, k)
    return QualityRange(
        range=replace(found, unchanged=unchanged),
        k=k,
        least_share=least_share,
        passes=found.n_inside >= least,
        passes_unchanged=None if flat else chance_inside(n, k, least=least),
    )


def tolerance_comparison(
    reference: ArrayLike,
    test: ArrayLike,
    *,
    coverage: float = 0.95,
    confidence: float = 0.95,
    side: Side = Side.BOTH,
    scale: Scale = Scale.RAW,
) -> ToleranceComparison:
    """Normal tolerance intervals, mean -+ k s with the exact k, of the lots before and of those after the change.

    3 lots before, 1 after, or more; NaN is left out. Raises NotComputable: TOO_FEW, EMPTY, NOT_FINITE, NOT_POSITIVE,
    OUT_OF_RANGE (coverage or confidence not inside 0 to 1).
    """
    factor_of = two_sided_factor if side is Side.BOTH else one_sided_factor
    before = lots(reference, scale, "reference")
    factor = factor_of(len(before), coverage, confidence)
    mean, sd = _spread(before)
    limits = _open((mean - factor * sd, mean + factor * sd), side)
    found = _range(reference, test, limits, scale)
    unchanged = None if sd == 0 else chance_inside((len(before), found.n_test), factor, side=side)
    after = lots(test, scale, "test", least=1)
    own: tuple[float, float] | None = None
    if len(after) >= FEWEST_LOTS:
        mean2, sd2 = _spread(after)
        reach = factor_of(len(after), coverage, confidence) * sd2
        own = _open((mean2 - reach, mean2 + reach), side)
    return ToleranceComparison(
        range=replace(found, unchanged=unchanged),
        coverage=coverage,
        confidence=confidence,
        side=side,
        factor=factor,
        test_low=None if own is None else _shown(own[0], scale),
        test_high=None if own is None else _shown(own[1], scale),
        contained=None if own is None else limits[0] <= own[0] and own[1] <= limits[1],
        notes=(Note.TOO_FEW,) if own is None else (),
    )


def min_max(reference: ArrayLike, test: ArrayLike) -> Range:
    """The smallest and largest lot before the change as limits. Whatever the distribution, if it is continuous,

        P(m further lots all lie inside the extremes of n) = n (n - 1) / ((n + m) (n + m - 1)).

    3 lots before, 1 after, or more; NaN is left out. Raises NotComputable: TOO_FEW, EMPTY, NOT_FINITE.
    """
    before = lots(reference, Scale.RAW, "reference")
    found = _range(reference, test, (float(before.min()), float(before.max())), Scale.RAW)
    n, m = len(before), found.n_test
    unchanged = n * (n - 1) / ((n + m) * (n + m - 1))
    return replace(found, unchanged=None if before.min() == before.max() else unchanged)


def chance_inside(n: tuple[int, int], k: float, *, least: int | None = None, side: Side = Side.BOTH) -> float:
    """Probability that of n[1] lots at least `least` (None: all) lie in mean -+ k s of n[0] lots, all of one process.

    E[P(Binomial(n[1], p) >= least)], p = Phi(z / sqrt n + k w) - Phi(z / sqrt n - k w), over a standard normal z and
    w = sqrt(chi-squared / df), df = n[0] - 1; by Gauss-Legendre quadrature, to 1e-9 for up to 100 lots after the
    change, to about 1e-3 for many thousands. One lot beside 20 at k = 3: .9914, as Student's t says. Raises
    NotComputable: TOO_FEW (2 lots before, 1 after), NOT_POSITIVE or NOT_FINITE (k), NOT_A_COUNT (least not in 0 to
    n[1]).
    """
    before, after = n
    wanted = after if least is None else least
    if before < 2 or after < 1:
        raise NotComputable(Why.TOO_FEW, "lots")
    if not 0 <= wanted <= after:
        raise NotComputable(Why.NOT_A_COUNT, "least")
    if not isfinite(k):
        raise NotComputable(Why.NOT_FINITE, "k")
    df = before - 1
    ends = (sqrt(stats.chi2.ppf(_TAIL, df)), sqrt(stats.chi2.isf(_TAIL, df)))
    r, of_r = legendre(*ends, nodes=_NODES)
    z, of_z = legendre(-_FAR, _FAR, _NODES)
    shift, width = z[:, None] / sqrt(before), k * r / sqrt(df)
    out = special.ndtr(-shift - width)
    if side is Side.BOTH:
        out = out + special.ndtr(shift - width)
    weight = (of_z * np.exp(-(z**2) / 2))[:, None] * (of_r * chi_density(r, df))
    # P(Binomial(m, p) >= j) is P(Binomial(m, 1 - p) <= m - j), which keeps its digits where little lies outside
    held = special.bdtr(after - wanted, after, out)
    return min(1.0, float((weight * held).sum() / weight.sum()))


def _range(reference: ArrayLike, test: ArrayLike, limits: tuple[float, float], scale: Scale) -> Range:
    """The lots after the change in limits on the scale of analysis; the chance is filled in by who knows it."""
    before = series(reference, "reference")
    after = on_scale(series(test, "test"), scale, "test")
    there = ~np.isnan(after)
    if not there.any():
        raise NotComputable(Why.EMPTY, "test")
    outside = np.flatnonzero(there & ((after < limits[0]) | (after > limits[1])))
    shown = [_shown(limit, scale) for limit in limits]
    lost = any(isfinite(limit) and one is None for limit, one in zip(limits, shown, strict=True))
    said = ((not there.all(), Note.MISSING_LEFT_OUT), (lost, Note.UNBOUNDED))
    notes = (*notes_on(before), *(note for is_so, note in said if is_so))
    return Range(
        low=shown[0],
        high=shown[1],
        n_reference=int((~np.isnan(before)).sum()),
        n_test=int(there.sum()),
        outside=tuple(int(place) for place in outside),
        unchanged=None,
        notes=tuple(dict.fromkeys(notes)),
    )


def _shown(limit: float, scale: Scale) -> float | None:
    return on_paper(limit, scale) if isfinite(limit) else None


def _spread(values: Floats) -> tuple[float, float]:
    """Mean and standard deviation, exactly 0 where there is only rounding."""
    mean, sd = moments(values)
    return mean, 0.0 if is_rounding(sd, values) else sd


def _open(limits: tuple[float, float], side: Side) -> tuple[float, float]:
    return (
        -inf if side is Side.UPPER else limits[0],
        inf if side is Side.LOWER else limits[1],
    )


def _need_factor(k: float) -> None:
    if not isfinite(k):
        raise NotComputable(Why.NOT_FINITE, "k")
    if k <= 0:
        raise NotComputable(Why.NOT_POSITIVE, "k")
