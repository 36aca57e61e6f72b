"""What tests of pictures look at: charts with limits, their words, and the layers of a specification."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import vl_convert

from cpv.rules.basis import Estimator, Limits
from cpv.rules.pictures import PointLabel, Titles, Words
from cpv.rules.programme.charting import Sign
from cpv.rules.programme.limit_set import Baseline, LimitSet
from cpv.rules.programme.plan import Parameter, Source, SourceKind
from cpv.rules.runs import Rule
from cpv.rules.transforms import Transformation, identity
from qc.rules.charts import VEGA_LITE, Spec

DAYS = Parameter("DAYS", "Days", Source(SourceKind.EXTERNAL))
TITLES = Titles("überschrift", "einheit", "reihenfolge", "beschreibung", ("phase eins", "phase zwei"))
WORDS = Words(
    batch="charge",
    date="tag",
    value="wert",
    why="grund",
    excluded="ausgeschlossen",
    unreadable="unlesbar",
    upper="obere",
    center="mitte",
    lower="untere",
    highest="höchstens",
    lowest="mindestens",
    smoothed="geglättet",
    count="anzahl",
    reasons={Rule.NELSON_1: "jenseits", Rule.NELSON_2: "neun", Sign.EWMA: "ewma jenseits"},
)


def limits(
    center: float = 10.0, sigma: float = 1.0, n: int = 40, scale: Transformation | None = None
) -> LimitSet:
    """Limits at three sigma."""
    found = Limits(center, sigma, center - 3 * sigma, center + 3 * sigma, 3.0, Estimator.MR_BAR, n)
    return LimitSet("P", "DAYS", (), scale or identity(), found, Baseline("A", "B", "x"), "so")


def labels(count: int, notes: dict[int, str] | None = None) -> list[PointLabel]:
    """A batch a day, each with its address."""
    first = datetime(2026, 1, 30, 9, tzinfo=UTC)
    named = notes or {}
    return [
        PointLabel(f"B-{n + 1}", first + timedelta(days=n), f"/batches/B-{n + 1}/", named.get(n, ""))
        for n in range(count)
    ]


def layers(spec: Spec) -> Iterator[Spec]:
    """Every layer with marks, of nested ones and of fields above each other too."""
    for key in ("layer", "vconcat"):
        for inner in spec.get(key, ()):
            yield from layers(inner)
    if "mark" in spec:
        yield spec


def layers_of(spec: Spec, mark: str) -> list[Spec]:
    """Those with this sort of mark."""
    return [layer for layer in layers(spec) if layer["mark"]["type"] == mark]


def rows(spec: Spec) -> list[dict[str, Any]]:
    """The values that all layers share."""
    found: list[dict[str, Any]] = spec["data"]["values"]
    return found


def texts(spec: Spec) -> set[str]:
    """Every word that is written."""
    own = [
        row["t"] for layer in layers(spec) for row in layer.get("data", {}).get("values", ()) if "t" in row
    ]
    return {*own, *(row["t"] for row in rows(spec) if "t" in row)}


def drawn(spec: Spec) -> str:
    """As SVG. Whatever the engine does not understand fails here."""
    found: str = vl_convert.vegalite_to_svg(json.dumps(spec, allow_nan=False), vl_version=VEGA_LITE)
    return found


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(colours: Sequence[str]) -> float:
    """WCAG 2.2, contrast of two colours."""
    one, two = sorted((luminance(colour) for colour in colours), reverse=True)
    return (one + 0.05) / (two + 0.05)
