"""Run lengths of the tabular CUSUM.

C+ = max(0, C+ + z - k), C- = max(0, C- - z - k); a signal where either exceeds h (k and h in sigma).
"""

from dataclasses import dataclass
from math import exp, inf, pi, sqrt

import numpy as np
from scipy.special import ndtr

from cpv.rules.arl.answer import How, RunLength, answered, finite, is_known, positive
from cpv.rules.basis import NotComputable, Why

# Brownian motion leaves its bounds at once, sums of normal points a little beyond: the mean overshoot on both ends.
_OVERSHOOT = 1.166
# Sums that may grow further than this, in sigma, are of no use, and their equations too many to solve.
_WIDEST = 100.0


@dataclass(frozen=True)
class Cusum:
    """A tabular CUSUM of two sides: reference value k, decision interval h, and where both sums start, all in sigma.

    Raises NotComputable: NOT_FINITE, NOT_POSITIVE (k may be zero), LIMITS_CROSSED (a headstart outside 0 to h),
    OUT_OF_RANGE (h above 100).
    """

    reference: float = 0.5
    decision: float = 5.0
    headstart: float = 0.0

    def __post_init__(self) -> None:
        finite(reference=self.reference, headstart=self.headstart)
        positive(decision=self.decision)
        if self.decision > _WIDEST:
            raise NotComputable(Why.OUT_OF_RANGE, "decision")
        if self.reference < 0:
            raise NotComputable(Why.NOT_POSITIVE, "reference")
        if not 0 <= self.headstart <= self.decision:
            raise NotComputable(Why.LIMITS_CROSSED, "headstart")


def _one_sided(cusum: Cusum, shift: float) -> tuple[float, float]:
    """ARL from the headstart and from zero of the upper side: L(s) = 1 + L(0) Phi(k - s) + int_0^h L(y) phi(y + k - s).

    The integral by Gauss-Legendre quadrature, whose nodes are the unknowns; the kernel is smooth, so that six nodes for
    each sigma leave no error that could be seen (A. L. Goel and S. M. Wu, Technometrics 13 (1971) 221-230).
    """
    k, h = cusum.reference - shift, cusum.decision
    nodes, weights = np.polynomial.legendre.leggauss(24 + int(6 * h))
    nodes, weights = (nodes + 1) * h / 2, weights * h / 2
    places = np.append(nodes, 0.0)
    density = np.exp(-((nodes + k - places[:, None]) ** 2) / 2) / sqrt(2 * pi)
    step = np.column_stack([density * weights, ndtr(k - places)])
    try:
        lengths = np.linalg.solve(np.eye(places.size) - step, np.ones(places.size))
    except np.linalg.LinAlgError:  # exactly singular: it never ends
        return inf, inf
    start = np.append(
        np.exp(-((nodes + k - cusum.headstart) ** 2) / 2) / sqrt(2 * pi) * weights, ndtr(k - cusum.headstart)
    )
    return 1 + float(start @ lengths), float(lengths[-1])


def arl_cusum(cusum: Cusum, shift: float = 0.0, *, two_sided: bool = True) -> RunLength:
    """Average run length of a CUSUM on independent normal points whose mean is `shift` sigma away from the first on.

    Two sides are put together from either (J. M. Lucas and R. B. Crosier, Technometrics 24 (1982) 199-205; without a
    headstart 1/ARL = 1/ARL+ + 1/ARL-). k = .5: h = 4 gives 167.7, h = 5 gives 465.4. One-sided: the upper side alone.
    Raises NotComputable: NOT_FINITE.
    """
    finite(shift=shift)
    upper, upper_zero = _one_sided(cusum, shift)
    if not two_sided:
        return answered(upper, How.INTEGRAL_EQUATION)
    lower, lower_zero = _one_sided(cusum, -shift)
    # where one side never ends, the other decides alone
    if not is_known(lower_zero):
        return answered(upper, How.INTEGRAL_EQUATION)
    if not is_known(upper_zero):
        return answered(lower, How.INTEGRAL_EQUATION)
    mean = (upper * lower_zero + lower * upper_zero - upper_zero * lower_zero) / (upper_zero + lower_zero)
    return answered(mean, How.INTEGRAL_EQUATION)


def arl_cusum_siegmund(cusum: Cusum, shift: float = 0.0, *, two_sided: bool = True) -> RunLength:
    """Siegmund's approximation: (exp(-2 D b) + 2 D b - 1) / (2 D^2), D = shift - k, b = h + 1.166; b^2 where D = 0.

    No headstart. Source: D. Siegmund, Sequential Analysis (1985); Montgomery, equation 9.6: k = .5, h = 5 gives 938.2
    one-sided and 469.1 together.
    """
    finite(shift=shift)
    b = cusum.decision + _OVERSHOOT

    def side(drift: float) -> float:
        if abs(drift * b) < 1e-5:
            return b * b
        return (exp(min(-2 * drift * b, 700.0)) + 2 * drift * b - 1) / (2 * drift**2)

    upper, lower = side(shift - cusum.reference), side(-shift - cusum.reference)
    # far beyond what it is meant for it falls under the one point that every signal takes
    return answered(max(1.0, 1 / (1 / upper + 1 / lower) if two_sided else upper), How.APPROXIMATION)
