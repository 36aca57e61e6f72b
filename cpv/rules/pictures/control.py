"""The control chart of a parameter, in the unit in which it is measured.

Limits are lines from where they were put in effect to where they were retired, dashed while they are preliminary, and
never joined over a border. Specification bounds are thick dots. A point that signals is a diamond (beyond a limit), a
square (a run) or a triangle pointing right (the EWMA), with the letter of what signals; an excluded point is hollow;
what the scale or the picture cannot take is an arrowhead at the edge.
"""

from collections.abc import Sequence

import numpy as np

from cpv.rules.basis import LimitStatus
from cpv.rules.pictures import zoom
from cpv.rules.pictures.axes import Axis, Line, axis_over, beside, is_finite, told
from cpv.rules.pictures.parts import (
    LETTER,
    NO_BOUNDS,
    ON_PAPER,
    SMOOTH,
    SPECIFICATION,
    TRACE,
    Look,
    PointLabel,
    Row,
    Titles,
    Words,
    picture,
)
from cpv.rules.pictures.points import Frame, letters, points, rows_of
from cpv.rules.programme.charting import Charted
from cpv.rules.programme.plan import Bounds
from cpv.rules.transforms import Scale
from qc.rules.charts import GOOD, SOFT, STOP, Spec


def control_chart(
    charted: Charted,
    labels: Sequence[PointLabel],
    titles: Titles,
    words: Words,
    *,
    bounds: Bounds = NO_BOUNDS,
    look: Look = ON_PAPER,
) -> Spec:
    """The chart; where it is interactive, over a strip that shows all of it and zooms.

    `labels`: one a point. Raises NotComputable: SIZES_DIFFER.
    """
    size = charted.values.size
    axis = _axis(charted, titles.unit, bounds)
    rows = rows_of(charted, labels, words, axis, look)
    frame = Frame(_x(size, titles.order, look), axis, zoom.shown(size, look), look)
    ordinary, marked = points(frame, words)
    lines = _lines(charted, bounds, words)
    layers = [
        _ends(size, frame),
        *_borders(charted, titles, frame),
        limit_lines(charted, frame.x, axis),
        specification_lines(bounds, axis),
        _trace(size, frame),
        ordinary,
        _smoothed(charted, frame),
        marked,
        letters(frame),
        beside(lines, axis, look.height),
    ]
    spec = picture(titles, look, rows, layers)
    spec["data"]["name"] = "points"
    return (
        zoom.with_strip(spec, size, axis, [told(it, axis) for it in lines]) if look.is_interactive else spec
    )


def _axis(charted: Charted, unit: str, bounds: Bounds) -> Axis:
    """Logarithmic where all limits are: there a step up and a step down of the same sigma look the same."""
    scales = {phase.limits.transformation.scale for phase in charted.phases}
    ends = (end for band in charted.bands for end in (band.lower, band.center, band.upper))
    drawn = charted.values.copy()
    drawn[[*charted.excluded, *charted.unreadable]] = np.nan
    aside = charted.values[list(charted.excluded)]
    more = [bound for bound in (bounds.lower, bounds.upper) if bound is not None]
    more += aside[~np.isnan(aside)].tolist()
    return axis_over(
        unit, drawn, [end for end in ends if end is not None], more=more, is_log=scales == {Scale.LOG}
    )


def _x(size: int, title: str, look: Look) -> Spec:
    """The order of batches, each tick with the day of its batch."""
    scale: Spec = {"nice": False, "zero": False, "domain": [0.5, size + 0.5]}
    if look.is_interactive:
        scale["domain"] = {"param": zoom.BRUSH}
    ticks = max(2, look.width // 110)
    day = "(data('points')[datum.value - 1] || {d: ''}).d"
    axis = {
        "labelAngle": 0,
        "labelOverlap": True,
        "tickMinStep": 1,
        "tickCount": ticks,
        "labelExpr": f"datum.value % 1 ? '' : [format(datum.value, 'd'), {day}]",
    }
    if size <= ticks and not look.is_interactive:
        axis["values"] = list(range(1, size + 1))
    return {"field": "n", "type": "quantitative", "title": title, "scale": scale, "axis": axis}


# --- layers ----------------------------------------------------------------------------------------------------------


def _ends(size: int, frame: Frame) -> Spec:
    """Nothing to see: it makes the picture reach half a step beyond the first and the last batch, zoomed or not."""
    data = {"data": {"values": [{"n": 0.5}, {"n": size + 0.5}]}}
    return data | {"mark": {"type": "rule", "opacity": 0}, "encoding": {"x": frame.x}}


def limit_lines(charted: Charted, x: Spec, axis: Axis) -> Spec:
    """Limits and center of every phase, each a line of its own."""
    rows: list[Row] = []
    for (start, end), band, phase in zip(charted.spans, charted.bands, charted.phases, strict=True):
        kind = "firm" if phase.limits.status is LimitStatus.LONG_TERM else "preliminary"
        for value, colour, dash in (
            (band.upper, STOP, kind),
            (band.center, GOOD, "firm"),
            (band.lower, STOP, kind),
        ):
            if value is not None and end > start:
                rows.append({"n": start + 0.5, "m": end + 0.5, "y": value, "c": colour, "k": dash})
    dashes = {"domain": ["firm", "preliminary"], "range": [[1, 0], [7, 4]]}
    return {
        "data": {"values": rows},
        "mark": {"type": "rule", "strokeWidth": 1.4, "clip": True},
        "encoding": {
            "x": x,
            "x2": {"field": "m"},
            "y": axis.y("y"),
            "color": {"field": "c", "type": "nominal", "scale": None},
            "strokeDash": {"field": "k", "type": "nominal", "legend": None, "scale": dashes},
        },
    }


def specification_lines(bounds: Bounds, axis: Axis) -> Spec:
    """The bounds of the specification that the axis holds, over the whole width."""
    given = [bound for bound in (bounds.lower, bounds.upper) if bound is not None and axis.holds(bound)]
    return {
        "data": {"values": [{"y": bound} for bound in given]},
        "mark": {"type": "rule", "color": SPECIFICATION, "strokeWidth": 2.4, "strokeDash": [2, 4]},
        "encoding": {"y": axis.y("y")},
    }


def _borders(charted: Charted, titles: Titles, frame: Frame) -> list[Spec]:
    """Where each phase begins, with its text at the top."""
    texts = [*titles.borders, *[""] * len(charted.phases)]
    rows = [
        {"n": start + 0.5, "t": text, "w": end - start}
        for (start, end), text in zip(charted.spans, texts, strict=False)
    ]
    # no text is longer than its phase
    reach = {"expr": f"max(1, datum.w * width / {frame.shown} - 8)"}
    line = {"type": "rule", "color": SOFT, "strokeDash": [1, 3], "clip": True}
    text = {"type": "text", "align": "left", "baseline": "top", "dx": 4, "dy": 4, "clip": True}
    text |= {"fontSize": LETTER, "color": SOFT}
    named = {"x": frame.x, "y": {"value": 0}, "text": {"field": "t"}}
    return [
        {"data": {"values": rows}, "mark": line, "encoding": {"x": frame.x}},
        {"data": {"values": rows}, "mark": text | {"limit": reach}, "encoding": named},
    ]


def _trace(size: int, frame: Frame) -> Spec:
    """The thin line from batch to batch, over what is left out and what is missing, as runs go on there."""
    width = 0.8 if size <= 1000 else 0.2
    return {
        "transform": [{"filter": "!datum.x && isValid(datum.v)"}],
        "mark": {"type": "line", "color": TRACE, "strokeWidth": width, "clip": True},
        "encoding": {"x": frame.x, "y": frame.axis.y("v")},
    }


def _smoothed(charted: Charted, frame: Frame) -> Spec:
    """The EWMA, each phase a line of its own."""
    return {
        "data": {"values": _smoothed_rows(charted)},
        "mark": {"type": "line", "color": SMOOTH, "strokeWidth": 1.6, "opacity": 0.75, "clip": True},
        "encoding": {"x": frame.x, "y": frame.axis.y("y"), "detail": {"field": "g", "type": "nominal"}},
    }


def _smoothed_rows(charted: Charted) -> list[Row]:
    """The EWMA carried back to the unit; g: its phase."""
    rows: list[Row] = []
    for part, ((start, end), phase) in enumerate(zip(charted.spans, charted.phases, strict=True)):
        back = phase.limits.transformation.back(charted.smoothed[start:end])
        for n, value in enumerate(back.tolist()):
            if is_finite(value):
                rows.append({"n": start + n + 1, "y": float(f"{value:.6g}"), "g": part})
    return rows


def _lines(charted: Charted, bounds: Bounds, words: Words) -> list[Line]:
    """What is told of at the right end: the limits that reach it, where the EWMA is now, and the bounds."""
    smoothed = [row["y"] for row in _smoothed_rows(charted)[-1:] if row["n"] == charted.values.size]
    given: list[tuple[float | None, str, str]] = [(value, words.smoothed, SMOOTH) for value in smoothed]
    is_reached = any(end == charted.values.size for _, end in charted.spans[-1:])
    for band in charted.bands[-1:] if is_reached else ():
        given += [(band.upper, words.upper, STOP), (band.center, words.center, GOOD)]
        given += [(band.lower, words.lower, STOP)]
    given += [(bounds.upper, words.highest, SPECIFICATION), (bounds.lower, words.lowest, SPECIFICATION)]
    return [Line(value, text, colour) for value, text, colour in given if value is not None]
