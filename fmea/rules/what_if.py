"""What a control would change if it were added: the rating that it acts on, and the priority that follows.

A control that is taken to prevent a share E of failures, or to notice a share E of those that were missed, leaves
(1 - E) of the rate. E is assumed, not seen: it is uniform from `low` to `high`, and independent of what is there
already, which flatters a control that fails together with another (`Note.INDEPENDENCE_ASSUMED`). The rate p before is
a posterior of counts, or where there are none it lies in the band of its rating, uniform on a logarithmic scale (on a
plain one from 0 on; up to 1 where the band has no end). Then, over u uniform in (0, 1),

    P(new rate <= x) = mean over u of P(E >= 1 - x / p(u)),   p(u) the quantile of the rate before

and bands, ratings and priorities have the probabilities that follow. Severity stays as it is: a control that lowers it
changes the effect itself and asks for a justification of its own.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import Generic, TypeVar

import numpy as np
from scipy import optimize

from cpv.rules.basis import Floats, NotComputable, Why
from fmea.rules.bands import Bands, Ladder, read_bands
from fmea.rules.evidence import (
    MASS,
    Estimate,
    Note,
    Posterior,
    most_probable,
)

# Probabilities are right to half of one part in so many for every end of a band.
_NODES = 4000
# An effectiveness known so closely is one number.
_NARROW = 1e-9
# A failure at every opportunity: where a band without an upper end is taken to end.
_EVERY = 1.0
Priority = TypeVar("Priority", bound=Hashable)


class Acts(StrEnum):
    """Which rating the control is to lower."""

    ON_OCCURRENCE = "on_occurrence"
    ON_DETECTION = "on_detection"


@dataclass(frozen=True)
class Scores:
    """Ratings as they are."""

    severity: int
    occurrence: int
    detection: int


@dataclass(frozen=True)
class Control:
    """The share of failures that it is taken to prevent, or to notice of those missed: from `low` to `high`.

    Raises NotComputable: NOT_A_SHARE, LIMITS_CROSSED.
    """

    acts: Acts
    low: float
    high: float

    def __post_init__(self) -> None:
        if not (0 <= self.low <= 1 and 0 <= self.high <= 1):
            raise NotComputable(Why.NOT_A_SHARE, "effectiveness")
        if self.low > self.high:
            raise NotComputable(Why.LIMITS_CROSSED, "effectiveness")

    def leaves(self, share: Floats) -> Floats:
        """P(the share of the rate that is left <= share), for each."""
        if self.high - self.low < _NARROW:
            return np.where(share >= 1 - self.low, 1.0, 0.0)
        return np.asarray(np.clip((share - (1 - self.high)) / (self.high - self.low), 0.0, 1.0))


@dataclass(frozen=True)
class WhatIf(Generic[Priority]):
    """What the control is expected to bring.

    `rate` after it, `masses` of the scale's `bands`, the `suggested` rating with its `probability` (None: rather off
    the scale), the priority `before` and `after` at the suggested rating, and `outlook`: every priority that may follow
    with its probability, most probable first. `off_scale`: the probability that no band has the new rate.
    """

    control: Control
    bands: Ladder
    masses: tuple[float, ...]
    rate: Estimate
    suggested: int | None
    probability: float
    before: Priority
    after: Priority | None
    outlook: tuple[tuple[Priority, float], ...]
    off_scale: float
    notes: tuple[Note, ...]


def add_control(
    control: Control,
    scores: Scores,
    bands: Bands,
    priority: Callable[[int, int, int], Priority],
    *,
    known: Posterior | None = None,
) -> WhatIf[Priority]:
    """The scores with one more control; `bands` of the scale that it acts on, `priority` of severity, occurrence and
    detection, `known` the rate now as counts show it (None: the band of the score stands for it).

    Raises NotComputable: OUT_OF_RANGE (no counts, and a score that has no band or one from 1 on without end), and as
    `read_bands`.
    """
    scale = read_bands(bands)
    now = _rates_now(control, scores, scale, known)
    ends = _reached(np.array([band[1:] for band in scale]), now, control)
    if not scale[0].low:
        ends[0, 0] = 0.0  # a rate of 0 is in the lowest band
    masses = tuple(float(mass) for mass in ends[:, 1] - ends[:, 0])
    suggested, probability = most_probable(scale, masses)
    outlook: dict[Priority, float] = {}
    for band, mass in zip(scale, masses, strict=True):
        value = _priority_at(control, scores, band.rating, priority)
        outlook[value] = outlook.get(value, 0.0) + mass
    return WhatIf(
        control=control,
        bands=scale,
        masses=masses,
        rate=_estimate(now, control),
        suggested=suggested,
        probability=probability,
        before=priority(scores.severity, scores.occurrence, scores.detection),
        after=None if suggested is None else _priority_at(control, scores, suggested, priority),
        outlook=tuple(sorted(outlook.items(), key=lambda one: -one[1])),
        off_scale=max(0.0, 1 - sum(masses)),
        notes=(Note.INDEPENDENCE_ASSUMED, *((Note.NO_EVIDENCE,) if known is None else ())),
    )


def _priority_at(
    control: Control, scores: Scores, rating: int, priority: Callable[[int, int, int], Priority]
) -> Priority:
    if control.acts is Acts.ON_OCCURRENCE:
        return priority(scores.severity, rating, scores.detection)
    return priority(scores.severity, scores.occurrence, rating)


def _rates_now(control: Control, scores: Scores, scale: Ladder, known: Posterior | None) -> Floats:
    """The rate before in order, each as probable as the next."""
    u = (np.arange(_NODES) + 0.5) / _NODES
    if known is not None:
        return known.quantile(u)
    score = scores.occurrence if control.acts is Acts.ON_OCCURRENCE else scores.detection
    band = next((band for band in scale if band.rating == score), None)
    if band is None or (band.high == inf and band.low >= _EVERY):
        raise NotComputable(Why.OUT_OF_RANGE, "score")
    high = _EVERY if band.high == inf else band.high
    return np.asarray(band.low * (high / band.low) ** u if band.low else high * u)


def _reached(x: Floats, now: Floats, control: Control) -> Floats:
    """P(new rate <= x), for each; a rate of 0 is what only a control that never fails attains."""
    share = x[..., None] / np.maximum(now, np.finfo(np.float64).tiny)
    return np.asarray(control.leaves(share).mean(axis=-1))


def _estimate(now: Floats, control: Control) -> Estimate:
    """The new rate in five numbers."""
    tail = (1 - MASS) / 2
    least, most = float(now[0] * (1 - control.high)), float(now[-1] * (1 - control.low))

    def quantile(p: float) -> float:
        def short(x: float) -> float:
            return float(_reached(np.array(x), now, control)) - p

        if short(least) >= 0 or least == most:
            return least
        return float(optimize.brentq(short, least, most, xtol=1e-9 * most, rtol=1e-6))

    mean = float(now.mean()) * (1 - (control.low + control.high) / 2)
    low, median, high, upper = (quantile(p) for p in (tail, 0.5, 1 - tail, MASS))
    return Estimate(median, mean, low, high, upper, MASS)
