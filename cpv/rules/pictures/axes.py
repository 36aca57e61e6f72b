"""The axis of values: from where to where, what is pinned to its edge, and the words at the right end of lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, isfinite, log

import numpy as np

from cpv.rules.basis import Floats
from cpv.rules.pictures.parts import LETTER, ROW
from qc.rules.charts import Spec

# What lies farther off is pinned to the edge: in spans of limits and middle half together, or of the middle half alone.
_FAR, _FAR_ALONE = 1.0, 4.0
_MARGIN_LOW, _MARGIN_HIGH = 0.07, 0.15  # the names of phases stand at the top
_PINNED_LOW, _PINNED_HIGH = 0.03, 0.92


@dataclass(frozen=True)
class Axis:
    """From where to where values are drawn, in their unit. What lies beyond is pinned just inside the edge."""

    title: str
    low: float
    high: float
    is_log: bool = False

    def at(self, share: float) -> float:
        """The value at this share of the height, 0 at the bottom."""
        if self.is_log:
            return exp(log(self.low) + share * (log(self.high) - log(self.low)))
        return self.low + share * (self.high - self.low)

    def share(self, value: float) -> float:
        """Where a value lies, 0 at the bottom and 1 at the top."""
        if not self.is_log:
            return (value - self.low) / (self.high - self.low)
        if value <= 0:
            return -1.0
        return (log(value) - log(self.low)) / (log(self.high) - log(self.low))

    def holds(self, value: float) -> bool:
        """Whether it can be drawn where it is."""
        return 0 <= self.share(value) <= 1

    def pinned(self, value: float) -> float:
        """The value, or the place at the edge that stands for it."""
        share = self.share(value)
        if 0 <= share <= 1:
            return value
        return self.at(_PINNED_LOW if share < 0 else _PINNED_HIGH)

    def y(self, field: str) -> Spec:
        """A field of the rows on this axis, as an encoding takes it; the same in every layer, or they would differ."""
        kind: Spec = (
            {"type": "log"} if self.is_log else {"zero": False}
        )  # a logarithm has no zero to leave out
        scale = {"domain": [self.low, self.high], "nice": False} | kind
        axis = {"minExtent": 38, "tickCount": 5, "titlePadding": 8, "labelOverlap": True}
        return {"type": "quantitative", "title": self.title, "scale": scale, "axis": axis, "field": field}


def axis_over(
    title: str, values: Floats, lines: Sequence[float], *, more: Sequence[float] = (), is_log: bool = False
) -> Axis:
    """An axis that holds every line, the middle half of values, and of the rest (`more` too) what does not lie far off.

    One typing error would otherwise press years of batches into a single line of pixels.
    """
    there = values[~np.isnan(values)]
    place = np.log if is_log else np.asarray
    given = np.array([*lines], dtype=np.float64)
    if is_log:
        there, given = there[there > 0], given[given > 0]
    core = (
        np.concatenate([given, np.quantile(there, [0.25, 0.75], method="nearest")]) if there.size else given
    )
    if core.size == 0:
        core = np.array([1.0 if is_log else 0.0])
    core = place(core)
    low, high = float(core.min()), float(core.max())
    span = (high - low) or 0.1 * abs(low) or 1.0
    beside = place(np.array([*there, *(it for it in more if it > 0 or not is_log)], dtype=np.float64))
    reach = span * (_FAR if given.size else _FAR_ALONE)
    near = beside[(beside >= low - reach) & (beside <= high + reach)]
    low, high = min([low, *near.tolist()]), max([high, *near.tolist()])
    room = (high - low) or 2 * span
    low, high = low - _MARGIN_LOW * room, high + _MARGIN_HIGH * room
    return Axis(title, exp(low), exp(high), True) if is_log else Axis(title, low, high)


@dataclass(frozen=True)
class Line:
    """A line across the picture, and what stands at its right end."""

    value: float
    text: str
    colour: str


def figure(value: float) -> str:
    """A number for the eye: four significant figures, all of a whole number that is not long."""
    if value == int(value) and abs(value) < 1e7:
        return f"{value:.0f}"
    return f"{value:.4g}" if 1e-4 <= abs(value) < 1e4 else f"{value:.3e}"


def beside(lines: Sequence[Line], axis: Axis, height: int) -> Spec:
    """The words at the right end of lines, moved apart where they would cover each other.

    A line that lies beyond the edge is told of there, with an arrow towards it.
    """
    ordered = sorted(lines, key=lambda it: axis.share(it.value))
    shares = _apart([axis.share(it.value) for it in ordered], ROW / height)
    rows = [
        {"y": axis.at(share), "t": told(it, axis), "c": it.colour}
        for it, share in zip(ordered, shares, strict=True)
    ]
    return {
        "data": {"values": rows},
        "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": LETTER, "clip": False},
        "encoding": {
            "x": {"value": "width"},
            "y": axis.y("y"),
            "text": {"field": "t"},
            "color": {"field": "c", "scale": None},
        },
    }


def told(line: Line, axis: Axis) -> str:
    """What stands at the end of a line."""
    arrow = "" if axis.holds(line.value) else (" ↓" if axis.share(line.value) < 0 else " ↑")
    return f"{line.text} {figure(line.value)}{arrow}"


def _apart(shares: Sequence[float], gap: float) -> list[float]:
    """Rising shares of a height, none nearer to the next than `gap`, moved as little as a pass up and one down can."""
    found = [min(max(share, 0.0), 1.0) for share in shares]
    for n in range(1, len(found)):
        found[n] = max(found[n], found[n - 1] + gap)
    ceiling = 1.0
    for n in reversed(range(len(found))):
        found[n] = min(found[n], ceiling)
        ceiling = found[n] - gap
    return found


def is_finite(value: float | None) -> bool:
    """Whether there is a number to draw."""
    return value is not None and isfinite(value)
