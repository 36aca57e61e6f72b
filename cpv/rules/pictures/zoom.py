"""A chart over a strip that shows all of it: what is marked in the strip is what the chart shows."""

from collections.abc import Sequence
from math import ceil

from cpv.rules.pictures.axes import Axis
from cpv.rules.pictures.parts import LETTER_WIDTH, TRACE, Look, Row
from qc.rules.charts import STOP, Spec

STRIP_HEIGHT = 46
BRUSH = "span"
_LEFT = 80  # px: labels and title of the axis of values, and the white around everything
# What a row has to have for a layer with this filter to show it.
_NEEDED = {"isValid(datum.s)": "s", "isValid(datum.t)": "t"}
_KEPT = ("$schema", "background", "title", "data", "config", "description")


def shown(size: int, look: Look) -> str:
    """How many batches are in sight, as an expression."""
    return f"({BRUSH}.n ? {BRUSH}.n[1] - {BRUSH}.n[0] : {size})" if look.is_interactive else str(size)


def with_strip(chart: Spec, size: int, axis: Axis, words: Sequence[str]) -> Spec:
    """The chart of `size` batches above its strip, with `words` at the right end of its lines.

    `usermeta` tells a page how many points there are, what zooms, and how many px stand beside the fields: two of them,
    one above the other, cannot fit themselves into the width of a page.
    """
    longest = max((len(text) for text in words), default=0)
    inner = {key: chart[key] for key in ("width", "height")}
    inner["layer"] = [layer for layer in chart["layer"] if _shows(layer, chart["data"]["values"])]
    strip = {"width": chart["width"], "height": STRIP_HEIGHT, "layer": _strip(size, axis)}
    return {key: chart[key] for key in _KEPT if key in chart} | {
        "vconcat": [inner, strip],
        "spacing": 8,
        "usermeta": {"points": size, "zoom": BRUSH, "beside": _LEFT + ceil(LETTER_WIDTH * longest)},
    }


def _shows(layer: Spec, rows: list[Row]) -> bool:
    """Whether there is anything in a layer: of nothing a browser cannot tell from where to where it reaches."""
    if "data" in layer:
        return bool(layer["data"]["values"])
    filters = (step.get("filter") for step in layer.get("transform", ()))
    needed = [_NEEDED[given] for given in filters if given in _NEEDED]
    return all(any(field in row for row in rows) for field in needed)


def _strip(size: int, axis: Axis) -> list[Spec]:
    domain = {"nice": False, "zero": False, "domain": [0.5, size + 0.5]}
    x: Spec = {"field": "n", "type": "quantitative", "axis": None, "scale": domain}
    line = {
        "transform": [{"filter": "!datum.x && isValid(datum.v)"}],
        "params": [{"name": BRUSH, "select": {"type": "interval", "encodings": ["x"]}}],
        "mark": {"type": "line", "color": TRACE, "strokeWidth": 0.8, "clip": True},
        "encoding": {"x": x, "y": axis.y("v") | {"axis": None}},
    }
    signals = {
        "transform": [{"filter": f"datum.c === '{STOP}'"}],
        "mark": {
            "type": "point",
            "filled": True,
            "color": STOP,
            "size": 14,
            "shape": "diamond",
            "opacity": 1,
        },
        "encoding": {"x": x, "y": axis.y("p") | {"axis": None}},
    }
    return [line, signals]
