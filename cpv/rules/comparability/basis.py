"""What the parts of a comparability exercise share: scales, designs, margins, and how two sets of lots are read.

The difference is always test - reference, after the change minus before it. On the logarithmic scale natural
logarithms are compared and answers are given as ratios test / reference of geometric means.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import exp, inf, isfinite, log

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from cpv.rules.basis import Floats, NotComputable, Why, present, series

# Fewer lots, or pairs, than this leave nothing to estimate a spread with that anybody would act on.
FEWEST_LOTS = 3
# A spread of this many units in the last place of the values is the arithmetic's, not the process's.
_ROUNDING = 8 * float(np.finfo(np.float64).eps)


class Scale(StrEnum):
    """On which scale lots are compared."""

    RAW = "raw"
    LOG = "log"


class Design(StrEnum):
    """How the lots before and after the change were got, and which variance is taken."""

    POOLED = "pooled"
    WELCH = "welch"
    PAIRED = "paired"


@dataclass(frozen=True)
class Margin:
    """Within which limits a difference does not matter; None: there is no limit on that side.

    RAW: limits of test - reference in the unit of the attribute, around 0. LOG: limits of test / reference, around 1.
    """

    lower: float | None
    upper: float | None
    scale: Scale = Scale.RAW

    @classmethod
    def within(cls, size: float, scale: Scale = Scale.RAW) -> "Margin":
        """The symmetric margin: RAW -size to size, LOG 1/size to size. Raises NotComputable: NOT_POSITIVE."""
        if not isfinite(size):
            raise NotComputable(Why.NOT_FINITE, "margin")
        if size <= 0:
            raise NotComputable(Why.NOT_POSITIVE, "margin")
        return cls(-size, size) if scale is Scale.RAW else cls(1 / size, size, scale)

    @property
    def is_one_sided(self) -> bool:
        """Whether only one side has a limit."""
        return (self.lower is None) != (self.upper is None)

    def bounds(self) -> tuple[float, float]:
        """The limits on the scale of analysis, infinite where there is none.

        Raises NotComputable: NO_LIMITS, NOT_FINITE, NOT_POSITIVE (no room around "no difference"; a ratio of 0).
        """
        if self.lower is None and self.upper is None:
            raise NotComputable(Why.NO_LIMITS, "margin")
        low = -inf if self.lower is None else self._place(self.lower)
        high = inf if self.upper is None else self._place(self.upper)
        if not low < 0 < high:
            raise NotComputable(Why.NOT_POSITIVE, "margin")
        return low, high

    def _place(self, limit: float) -> float:
        if not isfinite(limit):
            raise NotComputable(Why.NOT_FINITE, "margin")
        if self.scale is Scale.RAW:
            return limit
        if limit <= 0:
            raise NotComputable(Why.NOT_POSITIVE, "margin")
        return log(limit)


def need_alpha(alpha: float) -> None:
    """Raises NotComputable: NOT_A_SHARE unless 0 < alpha < 0.5 (so that 1 - 2 alpha is a level of confidence)."""
    if not 0 < alpha < 0.5:
        raise NotComputable(Why.NOT_A_SHARE, "alpha")


def need_share(value: float, about: str) -> None:
    """Raises NotComputable: NOT_A_SHARE unless 0 < value < 1."""
    if not 0 < value < 1:
        raise NotComputable(Why.NOT_A_SHARE, about)


def on_scale(values: Floats, scale: Scale, about: str) -> Floats:
    """Values on the scale of analysis, NaN kept. Raises NotComputable: NOT_POSITIVE (no logarithm)."""
    if scale is Scale.RAW:
        return values
    if (values <= 0).any():
        raise NotComputable(Why.NOT_POSITIVE, about)
    return np.asarray(np.log(values), dtype=np.float64)


def lots(values: ArrayLike, scale: Scale, about: str, least: int = FEWEST_LOTS) -> Floats:
    """Lots that have a value, on the scale of analysis. Raises NotComputable as `present` and `on_scale`."""
    return on_scale(present(values, about, least=least), scale, about)


@dataclass(frozen=True)
class Pairs:
    """The complete pairs, in order of id, on the scale of analysis; `left_out` are ids with a missing half."""

    reference: Floats
    test: Floats
    left_out: tuple[str, ...]

    @property
    def differences(self) -> Floats:
        """test - reference."""
        return self.test - self.reference


def pairs_of(
    reference: Mapping[str, float], test: Mapping[str, float], scale: Scale, least: int = FEWEST_LOTS
) -> Pairs:
    """Halves of one donor's material by the donor's id; NaN is a half that is missing, and its pair is left out.

    Raises NotComputable: IDS_DIFFER (an id that only one side knows), EMPTY, TOO_FEW, NOT_FINITE, NOT_POSITIVE.
    """
    if reference.keys() != test.keys():
        raise NotComputable(Why.IDS_DIFFER, "pairs")
    ids = sorted(reference)
    before = series([reference[one] for one in ids], "reference")
    after = series([test[one] for one in ids], "test")
    whole = ~(np.isnan(before) | np.isnan(after))
    if not whole.any():
        raise NotComputable(Why.EMPTY, "pairs")
    if int(whole.sum()) < least:
        raise NotComputable(Why.TOO_FEW, "pairs")
    left_out = tuple(one for one, is_whole in zip(ids, whole, strict=True) if not is_whole)
    return Pairs(on_scale(before[whole], scale, "reference"), on_scale(after[whole], scale, "test"), left_out)


def is_rounding(spread: float, *values: Floats) -> bool:
    """Whether a spread is no larger than the rounding of the values that it came from."""
    return spread <= _ROUNDING * max(float(np.abs(one).max()) for one in values)


def on_paper(value: float, scale: Scale) -> float | None:
    """A difference as it is reported: itself, or for LOG the ratio exp(value); None where that is no finite number."""
    if scale is Scale.LOG:
        # exp(709.78) is the largest float
        return exp(value) if value < 709 else None
    return value if isfinite(value) else None


def legendre(low: ArrayLike, high: ArrayLike, nodes: int) -> tuple[Floats, Floats]:
    """Nodes and weights of Gauss-Legendre on [low, high], along the last axis; an empty range weighs nothing."""
    x, w = special.roots_legendre(nodes)
    a, b = np.asarray(low, dtype=np.float64)[..., None], np.asarray(high, dtype=np.float64)[..., None]
    half = np.maximum(b - a, 0.0) / 2
    return a + half * (x + 1), half * w


def chi_density(r: Floats, df: float) -> Floats:
    """Density of the chi distribution, the root of chi-squared, at r > 0."""
    power = (df - 1) * np.log(r) - r**2 / 2
    return np.asarray(np.exp(power - (df / 2 - 1) * log(2) - special.gammaln(df / 2)), dtype=np.float64)


def moments(values: Floats) -> tuple[float, float]:
    """Mean and standard deviation (n - 1) of two values or more, at any scale that a float has."""
    size = float(np.abs(values).max())
    if size == 0:
        return 0.0, 0.0
    scaled = values / size
    # a mean does not leave its values, which rounding may do to that of equal ones
    mean = float(np.clip(scaled.mean() * size, values.min(), values.max()))
    return mean, size * float(scaled.std(ddof=1))
