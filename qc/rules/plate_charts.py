"""The picture of a plate: responses, and the curves through them, over the logarithm of the dose."""

from collections.abc import Sequence
from math import exp, log

from qc.rules.charts import GOOD, INK, STOP, Spec, framed
from qc.rules.curves import Curve
from qc.rules.imports.plates import PlateFile, Preparation
from qc.rules.plate_results import Evaluated, lysis_by_ratio

_POINTS_OF_A_CURVE = 60
_SHAPES = {"reference": "circle", "standard": "circle", "sample": "triangle-up"}
_COLOURS = {"reference": INK, "standard": INK, "sample": STOP}


def plate_chart(title: str, plate: PlateFile, found: Evaluated) -> Spec:
    """Points by preparation, each with a shape of its own, and every curve that was fitted."""
    points = [
        {"dose": float(well.dose), "response": float(well.response), "preparation": str(well.preparation)}
        for well in plate.wells
        if well.dose is not None and not _is_diluted(well.preparation, found)
    ]
    lines = [
        {"dose": dose, "response": response, "preparation": str(preparation)}
        for preparation, curve in found.curves
        for dose, response in _line(curve)
    ]
    return _chart(title, points, lines, "response")


def lysis_chart(title: str, plate: PlateFile) -> Spec:
    """Specific lysis over the ratio of effector to target cells."""
    points = [
        {"dose": ratio, "response": lysis, "preparation": str(Preparation.SAMPLE)}
        for ratio, lysis in lysis_by_ratio(plate)
    ]
    return _chart(title, points, points, "specific lysis, %")


def _is_diluted(preparation: Preparation, found: Evaluated) -> bool:
    """A sample that is read from a curve of standards has a dilution and no dose."""
    fitted = {one for one, _curve in found.curves}
    return bool(fitted) and preparation not in fitted


def _line(curve: Curve) -> list[tuple[float, float]]:
    low, high = (log(dose) for dose in curve.doses)
    steps = [low + (high - low) * n / (_POINTS_OF_A_CURVE - 1) for n in range(_POINTS_OF_A_CURVE)]
    return [(exp(step), curve.at(exp(step))) for step in steps]


def _chart(
    title: str, points: Sequence[dict[str, object]], lines: Sequence[dict[str, object]], what: str
) -> Spec:
    names = [name for name in _SHAPES if any(point["preparation"] == name for point in points)]
    x = {"field": "dose", "type": "quantitative", "scale": {"type": "log"}, "title": "dose"}
    y = {"field": "response", "type": "quantitative", "title": what}
    colours = {"domain": names, "range": [_COLOURS[name] for name in names] or [GOOD]}
    legend = {"orient": "bottom", "title": None}
    colour = {"field": "preparation", "type": "nominal", "legend": legend, "scale": colours}
    shapes = {"domain": names, "range": [_SHAPES[name] for name in names]}
    shape = {"field": "preparation", "type": "nominal", "legend": legend, "scale": shapes}
    dashes = {"domain": names, "range": [[6, 3] if name == "sample" else [1, 0] for name in names]}
    dash = {"field": "preparation", "type": "nominal", "legend": None, "scale": dashes}
    line = {"mark": {"type": "line", "strokeWidth": 1.5}, "data": {"values": list(lines)}}
    drawn = line | {"encoding": {"x": x, "y": y, "color": colour, "strokeDash": dash}}
    mark = {"mark": {"type": "point", "filled": True, "size": 60, "opacity": 0.85}}
    return framed(
        title, list(points), [drawn, mark | {"encoding": {"x": x, "y": y, "color": colour, "shape": shape}}]
    )
