"""The newest values of a chart as a line of a few pixels, over the band of its limits.

It says nothing that words do not. It stands in a list of many charts, where a picture of its own for each would be a
request of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cpv.rules.transforms import Band

WIDTH, HEIGHT, EDGE = 132, 32, 3
# So many spans of what is there and of the limits a value may lie outside before it is drawn at the edge.
_FAR = 1.0


@dataclass(frozen=True)
class Sparkline:
    """What to draw in a box of WIDTH by HEIGHT pixels, from its upper left corner.

    `line`: the points of a polyline, as SVG takes them; `band`: top and height of the limits, None where there are
    none; `center`: the height of the center; `last`: the newest value; `is_outside`: whether it lies beyond a limit.
    """

    line: str
    last: tuple[float, float]
    band: tuple[float, float] | None = None
    center: float | None = None
    is_outside: bool = False


def sparkline(values: Sequence[float], band: Band | None = None) -> Sparkline | None:
    """The line of these values, the oldest first; None where there are none. A missing limit leaves its side open."""
    if not values:
        return None
    low, high = _reach(values, band)
    heights = [_height(value, low, high) for value in values]
    step = (WIDTH - 2 * EDGE) / max(len(values) - 1, 1)
    first = EDGE if len(values) > 1 else WIDTH / 2
    places = [(round(first + n * step, 1), height) for n, height in enumerate(heights)]
    return Sparkline(
        line=" ".join(f"{x:g},{y:g}" for x, y in places),
        last=places[-1],
        band=_band(band, low, high),
        center=_height(band.center, low, high) if band is not None else None,
        is_outside=band is not None and _is_outside(values[-1], band),
    )


def _is_outside(value: float, band: Band) -> bool:
    above = band.upper is not None and value > band.upper
    return above or (band.lower is not None and value < band.lower)


def _ends(band: Band | None) -> list[float]:
    ends = (band.lower, band.center, band.upper) if band is not None else ()
    return [end for end in ends if end is not None]


def _reach(values: Sequence[float], band: Band | None) -> tuple[float, float]:
    """From where to where: the limits, and every value that lies not far outside of them."""
    base = _ends(band) if len(_ends(band)) > 1 else [*values, *_ends(band)]
    low, high = min(base), max(base)
    span = (high - low) or abs(high) or 1.0
    low, high = max(low - _FAR * span, min(low, *values)), min(high + _FAR * span, max(high, *values))
    return (low, high) if high > low else (low - span, high + span)


def _height(value: float, low: float, high: float) -> float:
    share = min(max((value - low) / (high - low), 0.0), 1.0)
    return round(HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE), 1)


def _band(band: Band | None, low: float, high: float) -> tuple[float, float] | None:
    if band is None:
        return None
    top = _height(band.upper, low, high) if band.upper is not None else 0.0
    bottom = _height(band.lower, low, high) if band.lower is not None else float(HEIGHT)
    return top, round(bottom - top, 1)
