"""A p chart: the share of nonconforming items in each period, such as refused scans, against limits of its size."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from cpv.rules.attributes import AttributeChart
from cpv.rules.basis import NotComputable, Why, series
from cpv.rules.pictures.axes import is_finite
from cpv.rules.pictures.parts import LETTER, ON_PAPER, TRACE, Look, PointLabel, Row, Titles, Words, picture
from qc.rules.charts import GOOD, INK, STOP, Spec


def refused_share_chart(
    chart: AttributeChart,
    sizes: ArrayLike,
    labels: Sequence[PointLabel],
    titles: Titles,
    words: Words,
    *,
    look: Look = ON_PAPER,
) -> Spec:
    """Shares (0 to 1, shown in per cent), their limits as steps, wider where there were few; beyond: a diamond with 1.

    `sizes`: of how many each is the share. Missing periods have no point and no limit. Raises NotComputable:
    SIZES_DIFFER.
    """
    n = series(np.atleast_1d(np.asarray(sizes, dtype=np.float64)), "sizes")
    if not chart.points.size == n.size == len(labels):
        raise NotComputable(Why.SIZES_DIFFER, "labels")
    rows = _rows(chart, n.tolist(), labels, look)
    x = _x(len(rows), titles.order, look)
    y = _y(chart, titles.unit)
    layers = [*_limits(chart, x, y), _center(chart, y, words), *_points(rows, x, y, words)]
    spec = picture(titles, look, rows, layers)
    spec["data"]["name"] = "points"
    return spec


def _rows(
    chart: AttributeChart, sizes: Sequence[float], labels: Sequence[PointLabel], look: Look
) -> list[Row]:
    """n, v, b, d, u as on a control chart; m: of how many; s, w: that it lies beyond a limit, and which."""
    rows: list[Row] = []
    for index, (value, label) in enumerate(zip(chart.points.tolist(), labels, strict=True)):
        row: Row = {
            "n": index + 1,
            "v": value if is_finite(value) else None,
            "b": label.batch,
            "d": label.day,
        }
        if label.url and look.is_interactive:
            row["u"] = label.url
        row["m"] = sizes[index] if is_finite(sizes[index]) else None
        if chart.beyond[index]:
            low, high = chart.limits_at(index)
            row |= {"s": 1, "w": high if chart.beyond[index] > 0 else low}
            row["t"] = " · ".join(part for part in ("1", label.note) if part)
        elif label.note:
            row["t"] = label.note
        rows.append(row)
    return rows


def _x(size: int, title: str, look: Look) -> Spec:
    day = "(data('points')[datum.value - 1] || {d: ''}).d"
    ticks = max(2, look.width // 110)
    axis: Spec = {"labelAngle": 0, "labelOverlap": True, "tickMinStep": 1, "tickCount": ticks}
    axis["labelExpr"] = f"datum.value % 1 ? '' : {day}"
    if size <= ticks:
        axis["values"] = list(range(1, size + 1))
    scale = {"nice": False, "zero": False, "domain": [0.5, size + 0.5]}
    return {"field": "n", "type": "quantitative", "title": title, "scale": scale, "axis": axis}


def _y(chart: AttributeChart, title: str) -> Spec:
    """From nothing to the highest of points and limits that are not very far off them."""
    points = chart.points[~np.isnan(chart.points)]
    most = max([2 * chart.limits.center, *points.tolist()]) or 1.0
    upper = chart.upper[~np.isnan(chart.upper)]
    top = max([most, *upper[upper <= 2 * most].tolist()]) * 1.15
    scale = {"domain": [0, min(top, 1.05)], "nice": False}
    axis = {"format": ".2~p", "minExtent": 38, "tickCount": 5}
    return {"type": "quantitative", "title": title, "scale": scale, "axis": axis}


def _limits(chart: AttributeChart, x: Spec, y: Spec) -> list[Spec]:
    """Steps: a line over the width of each period, and where neighbours both have one, up or down to the next."""
    layers = []
    for name, values in (("upper", chart.upper), ("lower", chart.lower)):
        rows: list[Row] = []
        group = 0
        for n, value in enumerate(values.tolist()):
            if not is_finite(value):
                group += 1
                continue
            rows += [{"n": n + 0.5, "y": value, "g": group}, {"n": n + 1.5, "y": value, "g": group}]
        encoding = {"x": x, "y": y | {"field": "y"}, "detail": {"field": "g", "type": "nominal"}}
        mark = {"type": "line", "color": STOP, "strokeWidth": 1.3, "clip": True}
        layers.append({"name": name, "data": {"values": rows}, "mark": mark, "encoding": encoding})
    return layers


def _center(chart: AttributeChart, y: Spec, words: Words) -> Spec:
    center = chart.limits.center
    rule = {
        "mark": {"type": "rule", "color": GOOD, "strokeWidth": 1.4},
        "encoding": {"y": y | {"field": "y"}},
    }
    text = {
        "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": LETTER, "color": GOOD, "clip": False},
        "encoding": {"x": {"value": "width"}, "y": y | {"field": "y"}, "text": {"field": "t"}},
    }
    values = [{"y": center, "t": f"{words.center} {100 * center:.3g} %"}]
    return {"data": {"values": values}, "layer": [rule, text]}


def _points(rows: Sequence[Row], x: Spec, y: Spec, words: Words) -> list[Spec]:
    place = {"x": x, "y": y | {"field": "v"}}
    told = [
        {"field": "b", "type": "nominal", "title": words.batch},
        {"field": "d", "type": "nominal", "title": words.date},
        {"field": "v", "type": "quantitative", "title": words.value, "format": ".3~p"},
        {"field": "m", "type": "quantitative", "title": words.count},
    ]
    beyond = {"field": "w", "type": "quantitative", "title": words.why, "format": ".3~p"}
    href = {"href": {"field": "u", "type": "nominal"}} if any("u" in row for row in rows) else {}
    small = 36 if len(rows) <= 120 else 16
    point = {"type": "point", "filled": True, "opacity": 1}
    return [
        {"mark": {"type": "line", "color": TRACE, "strokeWidth": 0.8}, "encoding": place},
        {
            "transform": [{"filter": "!datum.s && isValid(datum.v)"}],
            "mark": point | {"color": GOOD, "size": small},
            "encoding": place | {"tooltip": told} | href,
        },
        {
            "transform": [{"filter": "isValid(datum.s)"}],
            "mark": point | {"color": STOP, "size": 76, "shape": "diamond"},
            "encoding": place | {"tooltip": [*told, beyond]} | href,
        },
        {
            "transform": [{"filter": "isValid(datum.t) && isValid(datum.v)"}],
            "mark": {"type": "text", "fontSize": LETTER, "fontWeight": "bold", "color": INK, "dy": -12},
            "encoding": place | {"text": {"field": "t"}},
        },
    ]
