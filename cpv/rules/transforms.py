"""The scale on which an attribute is charted: as measured, log, logit or Box-Cox, chosen in phase I and frozen.

Every transformation here rises strictly, so that order, ranks and the side of a limit stay what they were; limits go
back to the measured scale by its inverse, and a mean goes back to a median.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import exp, isfinite, log
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats
from scipy.optimize import brentq, minimize_scalar

from cpv.rules.basis import Floats, Limits, NotComputable, Note, Why, notes_on, present, series
from cpv.rules.noncentral import inside

# Beyond these a power no longer describes a measurement; a likelihood that still rises there is reported as such.
LAMBDAS = (-5.0, 5.0)


class Scale(StrEnum):
    """Which transformation."""

    IDENTITY = "identity"
    LOG = "log"
    LOGIT = "logit"
    BOX_COX = "box_cox"


@dataclass(frozen=True)
class Band:
    """Limits in the unit of the measurements, around a center. None: there is no limit on that side, and a note
    why.
    """

    lower: float | None
    center: float
    upper: float | None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Transformation:
    """A frozen transformation.

    IDENTITY: y = x. LOG: y = ln x, x > 0. LOGIT: y = ln(x / (whole - x)), 0 <= x <= whole, x held within
    [floor, whole - floor], where `floor` is the resolution of the assay. BOX_COX: y = ((x / unit)^power - 1) / power,
    or ln(x / unit) where power is 0; `unit` is the geometric mean of phase I, which keeps y free of the unit of x.
    `power_low` and `power_high` are the profile-likelihood limits of the power, None where they were not reached;
    `n` is from how many results it was estimated, 0 where nothing was.
    """

    scale: Scale
    whole: float = 100.0
    floor: float = 0.0
    power: float = 1.0
    unit: float = 1.0
    power_low: float | None = None
    power_high: float | None = None
    confidence: float | None = None
    n: int = 0
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        numbers = (self.whole, self.floor, self.power, self.unit)
        if not all(map(isfinite, numbers)) or self.unit <= 0:
            raise ValueError("a transformation is made of finite numbers, its unit positive")
        if self.scale is Scale.LOGIT and not 0 < self.floor < self.whole / 2:
            raise ValueError("the floor of a logit lies between 0 and half of the whole")

    def forward(self, values: ArrayLike) -> Floats:
        """The values on the scale of the chart, NaN staying NaN.

        Raises NotComputable: as `series`, NOT_POSITIVE (log, Box-Cox), NOT_A_SHARE (logit outside 0 to whole),
        NOT_FINITE where a power of a value is larger than a number can be.
        """
        x = series(values)
        if self.scale is Scale.IDENTITY:
            return x.copy()
        if self.scale is Scale.LOGIT:
            return self._logit(x)
        if (x <= 0).any():
            raise NotComputable(Why.NOT_POSITIVE, "values")
        with np.errstate(over="ignore"):
            y: Floats = np.log(x) if self.scale is Scale.LOG else special.boxcox(x / self.unit, self.power)
        if np.isinf(y).any():
            raise NotComputable(Why.NOT_FINITE, "values")
        return y

    def back(self, values: ArrayLike) -> Floats:
        """Values of the chart's scale in the measured unit; NaN where the scale does not reach, or a number does
        not.
        """
        y = series(values)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            x = self._inverse(y)
        return np.where(np.isfinite(x), x, np.nan)

    def clamped(self, values: ArrayLike) -> tuple[Note, ...]:
        """BELOW_FLOOR where a logit held some values at the assay's resolution."""
        x = series(values)
        held = (x < self.floor) | (x > self.whole - self.floor)
        return (Note.BELOW_FLOOR,) if self.scale is Scale.LOGIT and held.any() else ()

    def band(self, limits: Limits) -> Band:
        """Limits of the chart carried back to the measured unit.

        The center becomes a median. A limit beyond what the scale reaches is None, with UNBOUNDED: a lower Box-Cox
        limit under -1/power says that no positive value is too low.
        """
        ends = (limits.lower, limits.upper)
        lower, upper = (None if end is None else self._one_back(end) for end in ends)
        center = self._one_back(limits.center)
        if center is None:
            raise NotComputable(Why.NOT_FINITE, "center")
        lost = any(
            end is not None and carried is None for end, carried in zip(ends, (lower, upper), strict=True)
        )
        notes = (Note.UNBOUNDED,) if lost else ()
        return Band(lower, center, upper, tuple(dict.fromkeys((*limits.notes, *notes))))

    def specification(self, limit: float | None) -> float | None:
        """A specification limit on the chart's scale; None where it can not be missed.

        A limit of 0 or less of a positive quantity, and of 0 or the whole of a share, excludes nothing.
        """
        if limit is None:
            return None
        if self.scale in (Scale.LOG, Scale.BOX_COX) and limit <= 0:
            return None
        if self.scale is Scale.LOGIT and not 0 < limit < self.whole:
            return None
        return float(self.forward([limit])[0])

    def as_dict(self) -> dict[str, Any]:
        """What is stored with the limits; numbers, texts and None alone."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return plain | {"scale": self.scale.value, "notes": [note.value for note in self.notes]}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """The transformation that `as_dict` stored. Raises ValueError, TypeError on anything else."""
        notes = tuple(Note(note) for note in stored["notes"])
        return cls(**{**stored, "scale": Scale(stored["scale"]), "notes": notes})

    def _one_back(self, y: float) -> float | None:
        x = float(self.back([y])[0])
        return x if isfinite(x) else None

    def _logit(self, x: Floats) -> Floats:
        if ((x < 0) | (x > self.whole)).any():
            raise NotComputable(Why.NOT_A_SHARE, "values")
        return np.asarray(special.logit(np.clip(x, self.floor, self.whole - self.floor) / self.whole))

    def _inverse(self, y: Floats) -> Floats:
        if self.scale is Scale.IDENTITY:
            return y
        if self.scale is Scale.LOG:
            return np.exp(y)
        if self.scale is Scale.LOGIT:
            return np.asarray(self.whole * special.expit(y))
        return np.asarray(self.unit * special.inv_boxcox(y, self.power))


def identity() -> Transformation:
    """As measured."""
    return Transformation(Scale.IDENTITY)


def logarithm() -> Transformation:
    """Natural logarithm: vector copy number, fold expansion, cell counts."""
    return Transformation(Scale.LOG)


def logit(floor: float, whole: float = 100.0) -> Transformation:
    """Log odds of a share: viability, CAR+ cells. `floor`: the resolution of the assay, in the unit of `whole`.

    Raises ValueError unless 0 < floor < whole / 2.
    """
    return Transformation(Scale.LOGIT, whole=whole, floor=floor)


def box_cox(values: ArrayLike, confidence: float = 0.95) -> Transformation:
    """Estimate the power from phase I by maximum likelihood, with profile-likelihood limits; to be frozen thereafter.

    l(power) = -n/2 ln(variance of y) + (power - 1) sum(ln x), variance with divisor n; the limits are where it lies
    chi2(confidence; 1)/2 under its maximum. l is concave in the power (the variance of exponentials is log-convex),
    so that there is one maximum and at most one limit on either side. Searched from -5 to 5; a maximum or a limit
    beyond is told by UNBOUNDED, the maximum then standing at the end. Source: Box and Cox, J. R. Statist. Soc. B 26
    (1964) 211. Raises NotComputable: as `present` (three values or more), NOT_POSITIVE, CONSTANT, OUT_OF_RANGE
    (confidence).
    """
    inside(confidence, "confidence")
    x = present(values, least=3)
    if x.min() <= 0:
        raise NotComputable(Why.NOT_POSITIVE, "values")
    logs = np.log(x)
    middle = float(logs.mean())
    logs = logs - middle
    if x.min() == x.max() or not logs.std() > 0:
        raise NotComputable(Why.CONSTANT, "values")
    power = _most_likely(logs)
    drop = _loss(power, logs) + float(stats.chi2.ppf(confidence, 1)) / 2
    low, high = (_crossing(power, end, drop, logs) for end in LAMBDAS)
    beyond = low is None or high is None
    notes = (*notes_on(series(values)), *((Note.UNBOUNDED,) if beyond else ()))
    return Transformation(
        Scale.BOX_COX,
        power=power,
        unit=exp(middle),
        power_low=low,
        power_high=high,
        confidence=confidence,
        n=x.size,
        notes=notes,
    )


def _most_likely(logs: Floats) -> float:
    found = minimize_scalar(_loss, bounds=LAMBDAS, args=(logs,), method="bounded", options={"xatol": 1e-9})
    # the bounded search stops short of an end: where the end is better, the end it is
    return min((float(found.x), *LAMBDAS), key=lambda power: _loss(power, logs))


def _crossing(power: float, end: float, drop: float, logs: Floats) -> float | None:
    """Where the negative log-likelihood has risen to `drop`, between the maximum and an end of the search."""
    if _loss(end, logs) < drop or power == end:
        return None
    return float(brentq(lambda at: _loss(at, logs) - drop, *sorted((power, end)), xtol=1e-9))


def _loss(power: float, logs: Floats) -> float:
    """The negative log-likelihood, `logs` being centered: the term of the Jacobian is then 0.

    Taken from the largest exponential, lest it overflow: e^(p l) - 1 = e^(p m) (1 + expm1(p (l - m))) - 1.
    """
    n = logs.size
    if power == 0:
        return n * log(float(logs.std()))
    most = float(logs.max() if power > 0 else logs.min())
    spread = float(np.expm1(power * (logs - most)).std())
    return n * (power * most + log(spread / abs(power)))
