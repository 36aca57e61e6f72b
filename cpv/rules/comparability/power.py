"""The power of an equivalence test before its data: exact, by integration; and the number of lots for a wanted power.

The difference of means d is normal with standard deviation sd_d and independent of its standard error. Given the
standard error, both one-sided tests succeed when d lies between L + t se and U - t se:

    power = E [ Phi((U - delta - t se) / sd_d) - Phi((L - delta + t se) / sd_d) ]+      over the law of se

With chi-squared sums Q1, Q2 on v1 = n1 - 1 and v2 = n2 - 1, W = (Q1 + Q2), B = Q1 / W is a beta (v1/2, v2/2) variable
independent of W, which is chi-squared on v1 + v2. POOLED: se^2 = W (s1^2 B + s2^2 (1-B)) / (v1+v2) (1/n1 + 1/n2).
WELCH: se^2 = W (s1^2 B / (v1 n1) + s2^2 (1-B) / (v2 n2)), where the degrees of freedom depend on B alone. So the inner
integral, over the chi density of sqrt W, is cut off exactly where the interval is wider than the margin, and the outer
runs over B. For equal variances and pairs the inner one is Owen's Q (Owen, Biometrika 52 (1965) 437-446; Phillips, J.
Pharmacokinet. Biopharm. 18 (1990) 137-144); the noncentral t alone is wrong by whole per cents for few lots.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, inf, isfinite, sqrt

import numpy as np
from scipy import special, stats

from cpv.rules.basis import Floats, NotComputable, Why
from cpv.rules.comparability.basis import (
    FEWEST_LOTS,
    Design,
    Margin,
    chi_density,
    legendre,
    need_alpha,
    need_share,
)

# More lots than this are no plan.
MOST_LOTS = 100_000
# What lies beyond these tails of a law is not integrated.
_TAIL = 1e-15
_INNER, _OUTER = 100, 200


@dataclass(frozen=True)
class Expected:
    """What is expected to be true, on the scale of analysis (LOG: of natural logarithms).

    `difference` is test - reference (LOG: ln of the ratio), 0 when nothing has changed.
    """

    sd_reference: float
    sd_test: float
    difference: float = 0.0


@dataclass(frozen=True)
class SampleSize:
    """The fewest lots that reach a wanted power, and the power that they have; of pairs both numbers are the same."""

    n_reference: int
    n_test: int
    power: float


def sd_of_differences(sd: float, correlation: float) -> float:
    """Standard deviation of test - reference within pairs: sd sqrt(2 (1 - rho)), both sides having the same sd.

    Pairing costs nothing in spread at rho = 0 but half of the degrees of freedom; it pays clearly from rho = .5.
    Raises NotComputable: NOT_POSITIVE (sd), NOT_A_SHARE (rho must lie in [-1, 1)).
    """
    _need_spread(sd)
    if not -1 <= correlation < 1:
        raise NotComputable(Why.NOT_A_SHARE, "correlation")
    return sd * sqrt(2 * (1 - correlation))


def power_of_groups(
    n: tuple[int, int],
    margin: Margin,
    expected: Expected,
    *,
    design: Design = Design.WELCH,
    alpha: float = 0.05,
) -> float:
    """Probability that `tost` answers EQUIVALENT (NON_INFERIOR for a margin with one limit); n = (reference, test).

    Exact for normal lots, whatever the two variances and sizes are; POOLED is judged under the variances given too.
    Raises NotComputable: TOO_FEW (3 each), NOT_POSITIVE, NOT_FINITE, NOT_A_SHARE, NO_LIMITS, IDS_DIFFER (PAIRED).
    """
    if design is Design.PAIRED:
        raise NotComputable(Why.IDS_DIFFER, "design")
    need_alpha(alpha)
    _need_lots(min(n))
    unit = max(_need_spread(expected.sd_reference), _need_spread(expected.sd_test))
    one, two = expected.sd_reference / unit, expected.sd_test / unit
    v1, v2 = n[0] - 1, n[1] - 1
    share, weight = _beta(v1, v2)
    if design is Design.POOLED:
        df = np.full_like(share, v1 + v2)
        square = (one**2 * share + two**2 * (1 - share)) / (v1 + v2) * (1 / n[0] + 1 / n[1])
    else:
        parts = one**2 * share / (v1 * n[0]), two**2 * (1 - share) / (v2 * n[1])
        square = parts[0] + parts[1]
        c = parts[0] / square
        df = 1 / (c**2 / v1 + (1 - c) ** 2 / v2)
    width = stats.t.isf(alpha, df) * np.sqrt(square)
    sd = sqrt(one**2 / n[0] + two**2 / n[1])
    given = _between(*_room(margin, expected.difference, sd * unit), width / sd, v1 + v2)
    return _share(float(weight @ given))


def power_of_pairs(
    n: int, margin: Margin, sd_difference: float, *, difference: float = 0.0, alpha: float = 0.05
) -> float:
    """Probability that `tost_paired` answers EQUIVALENT with n pairs. Raises NotComputable as `power_of_groups`."""
    need_alpha(alpha)
    _need_lots(n)
    sd = _need_spread(sd_difference) / sqrt(n)
    width = np.array([float(stats.t.isf(alpha, n - 1)) / sqrt(n - 1)])
    return _share(float(_between(*_room(margin, difference, sd), width, n - 1)[0]))


def groups_for_power(
    power: float,
    margin: Margin,
    expected: Expected,
    *,
    design: Design = Design.WELCH,
    alpha: float = 0.05,
    test_per_reference: float = 1.0,
) -> SampleSize:
    """The fewest lots before the change that reach the power, with ceil(n test_per_reference) lots after it.

    Raises NotComputable: as `power_of_groups`; NOT_A_SHARE (power), OUTSIDE_MARGIN (the difference expected is not
    inside the margin: no number of lots shows equivalence), NOT_CONVERGED (more than `MOST_LOTS`).
    """
    _need_inside(margin, expected.difference)
    if not (isfinite(test_per_reference) and test_per_reference > 0):
        raise NotComputable(Why.NOT_POSITIVE, "test_per_reference")

    def sizes(n: int) -> tuple[int, int]:
        return n, max(FEWEST_LOTS, ceil(n * test_per_reference))

    def reached(n: int) -> float:
        return power_of_groups(sizes(n), margin, expected, design=design, alpha=alpha)

    n = _fewest(reached, power)
    return SampleSize(*sizes(n), reached(n))


def lots_after_for_power(
    power: float,
    n_reference: int,
    margin: Margin,
    expected: Expected,
    *,
    design: Design = Design.WELCH,
    alpha: float = 0.05,
) -> SampleSize:
    """The fewest lots after the change when the lots before it are there and no more will be made.

    Raises NotComputable as `groups_for_power`; NOT_CONVERGED too where no number of lots makes up for the few before.
    """
    _need_inside(margin, expected.difference)

    def reached(n: int) -> float:
        return power_of_groups((n_reference, n), margin, expected, design=design, alpha=alpha)

    n = _fewest(reached, power)
    return SampleSize(n_reference, n, reached(n))


def pairs_for_power(
    power: float, margin: Margin, sd_difference: float, *, difference: float = 0.0, alpha: float = 0.05
) -> SampleSize:
    """The fewest whole pairs that reach the power. Raises NotComputable as `groups_for_power`."""
    _need_inside(margin, difference)

    def reached(n: int) -> float:
        return power_of_pairs(n, margin, sd_difference, difference=difference, alpha=alpha)

    n = _fewest(reached, power)
    return SampleSize(n, n, reached(n))


def _fewest(reached: Callable[[int], float], power: float) -> int:
    """The smallest n with reached(n) >= power, which rises with n: doubled until enough, then halved."""
    need_share(power, "power")
    low, high = FEWEST_LOTS - 1, FEWEST_LOTS
    while reached(high) < power:
        low, high = high, 2 * high
        if high > MOST_LOTS:
            raise NotComputable(Why.NOT_CONVERGED, "power")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) >= power else (middle, high)
    return high


def _room(margin: Margin, difference: float, sd: float) -> tuple[float, float]:
    """The limits as seen from the true difference, in standard deviations of the estimate."""
    if not isfinite(difference):
        raise NotComputable(Why.NOT_FINITE, "difference")
    low, high = margin.bounds()
    return (low - difference) / sd, (high - difference) / sd


def _between(low: float, high: float, width: Floats, df: float) -> Floats:
    """For each width k: the integral over r, chi on df, of [Phi(high - k r) - Phi(low + k r)] while positive."""
    first, last = sqrt(stats.chi2.ppf(_TAIL, df)), sqrt(stats.chi2.isf(_TAIL, df))
    end = np.minimum((high - low) / (2 * width), last) if high - low < inf else np.full_like(width, last)
    r, w = legendre(np.minimum(first, end), end, _INNER)
    gap = special.ndtr(high - width[:, None] * r) - special.ndtr(low + width[:, None] * r)
    return np.asarray((w * chi_density(r, df) * gap).sum(axis=-1), dtype=np.float64)


def _beta(v1: int, v2: int) -> tuple[Floats, Floats]:
    """Nodes and weights of a beta (v1/2, v2/2) variable; B = sin^2 a makes its density smooth at both ends."""
    a, b = v1 / 2, v2 / 2
    ends = stats.beta.ppf(_TAIL, a, b), stats.beta.isf(_TAIL, a, b)
    low, high = np.arcsin(np.sqrt(ends))
    angle, w = legendre(low, high, _OUTER)
    log_density = (v1 - 1) * np.log(np.sin(angle)) + (v2 - 1) * np.log(np.cos(angle))
    weight = w * np.exp(log_density - special.betaln(a, b)) * 2
    return np.sin(angle) ** 2, weight / weight.sum()


def _share(value: float) -> float:
    # the last digits of an integral may lie outside what a probability can be
    return min(1.0, max(0.0, value))


def _need_lots(n: int) -> None:
    if n < FEWEST_LOTS:
        raise NotComputable(Why.TOO_FEW, "lots")


def _need_spread(sd: float) -> float:
    if not isfinite(sd):
        raise NotComputable(Why.NOT_FINITE, "sd")
    if sd <= 0:
        raise NotComputable(Why.NOT_POSITIVE, "sd")
    return sd


def _need_inside(margin: Margin, difference: float) -> None:
    low, high = margin.bounds()
    if not low < difference < high:
        raise NotComputable(Why.OUTSIDE_MARGIN, "difference")
