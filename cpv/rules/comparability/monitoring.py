"""Looking more than once after a change: boundaries that keep the false-alarm rate, and what many attributes do to it.

At look k, when the share t_k of the planned information is in (lots after the change; t_K = 1 is all of it), the
standardised difference Z_k is held against a boundary b_k; Z_k sqrt(t_k) is a Brownian motion at t_k with drift theta,
which is 0 when nothing has changed. P(no crossing yet) follows by numerical integration from look to look (Armitage,
McPherson and Rowe, J. R. Stat. Soc. A 132 (1969) 235-244). Boundaries:

    spending (Lan and DeMets, Biometrika 70 (1983) 659-663), alpha* spent by t, z the upper alpha/2 quantile:
        O'Brien-Fleming type   alpha*(t) = 2 - 2 Phi(z / sqrt t)
        Pocock type            alpha*(t) = alpha ln(1 + (e - 1) t)
    constant shape, for planned looks:
        O'Brien and Fleming, Biometrics 35 (1979) 549-556: b_k = c / sqrt t_k;  Pocock, Biometrika 64 (1977): b_k = c

Spending keeps alpha whenever the looks come, the constant shapes only at the looks planned. From few lots Z is not
known but Student's t is: `normal_of` gives the Z of the same p value (Pocock's significance-level approach), for
which the rates hold approximately.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from itertools import pairwise
from math import e, isfinite, log1p, prod, sqrt

import numpy as np
from scipy import optimize, special

from cpv.rules.basis import Floats, NotComputable, Why
from cpv.rules.comparability.basis import legendre, need_alpha, need_share

# More looks than this, or looks that add less, are not integrated with the digits promised.
MOST_LOOKS, CLOSEST = 100, 1 / 200
# Less alpha than this at a look is no boundary: nothing that happens would cross it.
_NOTHING = 1e-13
# No path leads further, in standard deviations of the motion at t = 1.
_FAR = 9.0


class Shape(StrEnum):
    """How alpha is laid out over the looks."""

    OBRIEN_FLEMING_SPENDING = "obrien_fleming_spending"
    POCOCK_SPENDING = "pocock_spending"
    OBRIEN_FLEMING = "obrien_fleming"
    POCOCK = "pocock"


class Sides(IntEnum):
    """Whether an alarm lies above a boundary alone, or beyond it on either side."""

    ONE = 1
    TWO = 2


@dataclass(frozen=True)
class Look:
    """One look: the share of information, the boundary of Z (None: no alarm can be raised here), its p value alone,
    and the probability under "nothing has changed" to have had an alarm by then.
    """

    information: float
    boundary: float | None
    nominal_p: float
    spent: float


@dataclass(frozen=True)
class Sequential:
    """The looks of a plan; `false_alarm` is the probability of an alarm at any of them though nothing has changed."""

    shape: Shape
    alpha: float
    sides: Sides
    looks: tuple[Look, ...]

    @property
    def false_alarm(self) -> float:
        """By all looks."""
        return self.looks[-1].spent


@dataclass(frozen=True)
class FalseAlarms:
    """Attributes watched together, of which nothing has changed.

    `expected` number of false alarms, whatever hangs together; `any_independent` = 1 - product of (1 - alpha), for
    independent attributes; `any_at_most` = min(1, sum of alpha), whatever hangs together.
    """

    attributes: int
    expected: float
    any_independent: float
    any_at_most: float


def boundaries(
    information: Sequence[float], *, alpha: float = 0.05, shape: Shape, sides: Sides = Sides.TWO
) -> Sequential:
    """The boundaries of looks at these shares of information, rising, the last at most 1.

    alpha is that of all looks and of both sides together (TWO), below .5. Two looks at .05 two-sided: O'Brien and
    Fleming 2.797, 1.977; Pocock 2.178; by spending 2.963, 1.969 and 2.157, 2.201. Raises NotComputable: EMPTY,
    NOT_A_SHARE (alpha, a share of information), LIMITS_CROSSED (not rising), NOT_A_COUNT (over `MOST_LOOKS`),
    NOT_CONVERGED (a look that adds less than `CLOSEST` of what was known before it).
    """
    need_alpha(alpha)
    shares = _need_looks(information)
    if shape in _SPENDING:
        found = _by_spending(shares, _SPENDING[shape], alpha, sides)
    else:
        power = 0.5 if shape is Shape.OBRIEN_FLEMING else 0.0
        found = _by_constant(shares, power, alpha, sides)
    spent = np.cumsum(crossing(shares, found, sides=sides))
    looks = tuple(
        Look(
            information=share,
            boundary=None if bound is None else float(bound),
            nominal_p=0.0 if bound is None else float(sides * special.ndtr(-bound)),
            spent=float(total),
        )
        for share, bound, total in zip(shares, found, spent, strict=True)
    )
    return Sequential(shape, alpha, sides, looks)


def crossing(
    information: Sequence[float],
    bounds: Sequence[float | None],
    *,
    drift: float = 0.0,
    sides: Sides = Sides.TWO,
) -> tuple[float, ...]:
    """Probability that the first alarm comes at each look, for any boundaries (None: no alarm at that look).

    drift 0 gives false alarms; a true difference of delta, with standard error se when all information is in, has
    drift delta / se. Five looks at 1.96 each: .142 in all (Armitage et al. 1969). Raises NotComputable as
    `boundaries`; SIZES_DIFFER, NOT_FINITE.
    """
    shares = _need_looks(information)
    if len(bounds) != len(shares):
        raise NotComputable(Why.SIZES_DIFFER, "bounds")
    if not isfinite(drift) or not all(bound is None or isfinite(bound) for bound in bounds):
        raise NotComputable(Why.NOT_FINITE, "bounds")
    motion = _Motion(shares, drift, sides)
    return tuple(motion.step(bound) for bound in bounds)


def false_alarms(alphas: Sequence[float]) -> FalseAlarms:
    """What so many attributes with such false-alarm rates do together: ten at .05 raise one in 40 % of exercises.

    Raises NotComputable: EMPTY, NOT_A_SHARE.
    """
    if not alphas:
        raise NotComputable(Why.EMPTY, "alphas")
    for alpha in alphas:
        need_share(alpha, "alphas")
    total = sum(alphas)
    return FalseAlarms(len(alphas), total, 1 - prod(1 - alpha for alpha in alphas), min(1.0, total))


def normal_of(t: float, df: float) -> float:
    """The standard normal deviate that has the p value of Student's t on df. Raises NotComputable: NOT_FINITE,
    NOT_POSITIVE (df).
    """
    if not (isfinite(t) and isfinite(df)):
        raise NotComputable(Why.NOT_FINITE, "t")
    if df <= 0:
        raise NotComputable(Why.NOT_POSITIVE, "df")
    # a tail of 1e-308 is the smallest that has a deviate: 37.5
    size = -float(special.ndtri(max(float(special.stdtr(df, -abs(t))), 1e-308)))
    return size if t > 0 else -size if t < 0 else 0.0


def first_alarm(plan: Sequential, statistics: Sequence[float | None]) -> int | None:
    """The place, from 0, of the first look whose Z lies beyond its boundary; None: no alarm so far.

    None for a look that was not held, or has not been yet; on a boundary is no alarm. Raises NotComputable:
    SIZES_DIFFER (more than the looks planned), NOT_FINITE.
    """
    if len(statistics) > len(plan.looks):
        raise NotComputable(Why.SIZES_DIFFER, "statistics")
    if not all(z is None or isfinite(z) for z in statistics):
        raise NotComputable(Why.NOT_FINITE, "statistics")
    for place, (look, z) in enumerate(zip(plan.looks, statistics, strict=False)):
        if z is None or look.boundary is None:
            continue
        if (abs(z) if plan.sides is Sides.TWO else z) > look.boundary:
            return place
    return None


class _Motion:
    """The Brownian motion among the paths without an alarm so far: places, and the mass at each."""

    def __init__(self, shares: Sequence[float], drift: float, sides: Sides) -> None:
        self.shares, self.drift, self.sides = shares, drift, sides
        self.look, self.places, self.mass = 0, np.zeros(1), np.ones(1)

    def beyond(self, bound: float) -> float:
        """The probability of a first alarm at this look."""
        center, sd = self._ahead()
        edge = bound * sqrt(self.shares[self.look])
        above = special.ndtr((center - edge) / sd)
        if self.sides is Sides.TWO:
            above = above + special.ndtr((-edge - center) / sd)
        return float(self.mass @ above)

    def step(self, bound: float | None) -> float:
        """Past this look; the probability of a first alarm there."""
        share = self.shares[self.look]
        crossed = 0.0 if bound is None else self.beyond(bound)
        center, sd = self._ahead()
        reach = _FAR * sqrt(share)
        low, high = self.drift * share - reach, self.drift * share + reach
        if bound is not None:
            edge = bound * sqrt(share)
            high = min(high, edge)
            low = max(low, -edge) if self.sides is Sides.TWO else low
        # nodes so dense that the coming step, the narrowest bell to be integrated, is met by several of them
        last = self.look + 1 == len(self.shares)
        ahead = sd if last else min(sd, sqrt(self.shares[self.look + 1] - share))
        nodes = int(np.clip(5 * (high - low) / ahead, 64, 1200))
        places, weight = legendre(low, max(low, high), nodes)
        bell = np.exp(-(((places[:, None] - center) / sd) ** 2) / 2) / (sd * sqrt(2 * np.pi))
        self.places, self.mass = places, weight * (bell @ self.mass)
        self.look += 1
        return crossed

    def _ahead(self) -> tuple[Floats, float]:
        before = self.shares[self.look - 1] if self.look else 0.0
        gap = self.shares[self.look] - before
        return np.asarray(self.places + self.drift * gap, dtype=np.float64), sqrt(gap)


def _obrien_fleming(t: float, alpha: float) -> float:
    return float(2 * special.ndtr(special.ndtri(alpha / 2) / sqrt(t)))


def _pocock(t: float, alpha: float) -> float:
    return alpha * log1p((e - 1) * t)


_SPENDING: dict[Shape, Callable[[float, float], float]] = {
    Shape.OBRIEN_FLEMING_SPENDING: _obrien_fleming,
    Shape.POCOCK_SPENDING: _pocock,
}


def _by_spending(
    shares: Sequence[float], spend: Callable[[float, float], float], alpha: float, sides: Sides
) -> list[float | None]:
    """Each look's boundary spends what alpha* has grown by; two sides share it, alpha/2 each."""
    motion, found, gone = _Motion(shares, 0.0, sides), list[float | None](), 0.0
    for share in shares:
        due = sides * spend(share, alpha / sides) - gone
        bound = None if due < _NOTHING else _solve(motion.beyond, due)
        found.append(bound)
        gone += motion.step(bound)
    return found


def _by_constant(shares: Sequence[float], power: float, alpha: float, sides: Sides) -> list[float | None]:
    """b_k = c (t_K / t_k)^power with the c that spends alpha over all looks."""
    shape = [(shares[-1] / share) ** power for share in shares]

    def spent(c: float) -> float:
        return sum(crossing(shares, [c * one for one in shape], sides=sides))

    c = _solve(spent, alpha)
    return [c * one for one in shape]


def _solve(falling: Callable[[float], float], target: float) -> float:
    """Where a probability that falls with the boundary is the target; boundaries lie between 0 and 12."""
    return float(optimize.brentq(lambda bound: falling(bound) - target, 0.0, 12.0, xtol=1e-12, rtol=1e-12))


def _need_looks(information: Sequence[float]) -> tuple[float, ...]:
    shares = tuple(float(share) for share in information)
    if not shares:
        raise NotComputable(Why.EMPTY, "information")
    if len(shares) > MOST_LOOKS:
        raise NotComputable(Why.NOT_A_COUNT, "information")
    if not all(0 < share <= 1 for share in shares):
        raise NotComputable(Why.NOT_A_SHARE, "information")
    if any(later <= before for before, later in pairwise(shares)):
        raise NotComputable(Why.LIMITS_CROSSED, "information")
    if any(later - before < CLOSEST * before for before, later in pairwise(shares)):
        raise NotComputable(Why.NOT_CONVERGED, "information")
    return shares
