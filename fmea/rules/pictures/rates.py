"""The axis of rates with the ten bands of a scale: logarithmic, and by odds where a probability comes near to 1.

Bands of occurrence lie decades apart, bands of detection crowd towards 1 as much as towards 0, where a logarithm would
press .90, .95 and .99 into three pixels. Places on the axis are computed here, so that no scale of the drawing engine
ever meets a zero: a rate of nothing stands at the lower edge.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log, log10

from fmea.rules.bands import Band
from qc.rules.charts import Spec

_LOWEST = -12  # decades: below it everything is nothing
_ROOM = 1.3  # beside the first and the last edge, in logarithms of odds
_ODDS_TICKS = (0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999)
_FRACTION = (
    "datum.value < 0 ? '1/' + format(pow(10, -datum.value), ',.0f') : format(pow(10, datum.value), ',.0f')"
)
_PER_CENT = "format(1 / (1 + exp(-datum.value)), '.3~%')"


@dataclass(frozen=True)
class RateAxis:
    """From where to where rates are drawn, as places: decades, or logarithms of odds."""

    title: str
    low: float
    high: float
    is_odds: bool = False

    def at(self, rate: float) -> float:
        """The place of a rate; what lies beyond an edge stands at it."""
        return min(max(self._place(rate), self.low), self.high)

    def holds(self, rate: float) -> bool:
        """Whether a rate lies within the edges."""
        return self.low <= self._place(rate) <= self.high

    def share(self, rate: float) -> float:
        """Where it stands, 0 at the low end and 1 at the high one."""
        return (self.at(rate) - self.low) / (self.high - self.low)

    def _place(self, rate: float) -> float:
        if rate <= 0:
            return -float("inf")
        if not self.is_odds:
            return log10(rate)
        return log(rate / (1 - rate)) if rate < 1 else float("inf")

    def ticks(self) -> tuple[float, ...]:
        """Whole decades; or the usual probabilities."""
        if not self.is_odds:
            return tuple(float(it) for it in range(ceil(self.low), floor(self.high) + 1))
        return tuple(round(self._place(it), 9) for it in _ODDS_TICKS if self.holds(it))

    def encoding(self, field: str, *, is_upright: bool = False) -> Spec:
        """A field of places, as an encoding takes it; the same in every layer, or they would differ."""
        axis: Spec = {"values": list(self.ticks()), "labelOverlap": True, "titlePadding": 8}
        axis["labelExpr"] = _PER_CENT if self.is_odds else _FRACTION
        if is_upright:
            axis["minExtent"] = 46
        scale = {"domain": [self.low, self.high], "nice": False, "zero": False}
        return {"field": field, "type": "quantitative", "title": self.title, "scale": scale, "axis": axis}


def axis_of(bands: Sequence[Band], title: str, rates: Sequence[float] = ()) -> RateAxis:
    """An axis that shows every band (one that is open by a decade of it) and these rates, down to 1e-12."""
    edges = {end for band in bands for end in (band.low, band.high) if 0 < end < 1}
    if max(edges, default=0.0) > 0.5:
        around = [*edges, *(rate for rate in rates if 0 < rate < 1)]
        places = [log(edge / (1 - edge)) for edge in around]
        return RateAxis(title, min(places) - _ROOM, max(places) + _ROOM, is_odds=True)
    low = min((floor(log10(edge)) - 1 for edge in edges), default=-6)
    there = [floor(log10(rate)) for rate in rates if rate > 0]
    low = max(min([low, *there]), _LOWEST)
    return RateAxis(title, float(low), 0.0)


def ends_of(band: Band, axis: RateAxis) -> tuple[float, float]:
    """The places of a band's ends; an open one reaches to the edge."""
    return axis.at(band.low), axis.high if not isfinite(band.high) else axis.at(band.high)
