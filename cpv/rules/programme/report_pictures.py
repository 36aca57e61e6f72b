"""The picture of a chart in a report: all of it up to the end of the period, which is shaded."""

from datetime import datetime
from zoneinfo import ZoneInfo

from coi.rules import units
from cpv.rules.pictures import Look, PointLabel, Titles, Words, control_chart
from cpv.rules.pictures.parts import BAND
from cpv.rules.programme import report_words as words
from cpv.rules.programme.charting import Sign
from cpv.rules.programme.report import ChartSection
from cpv.rules.runs import Rule
from qc.rules.charts import Spec

# Of a printed page's width, in px of 1/96 inch, less what stands beside the chart.
ON_PAGE = Look(width=610, height=210)
_ORDER = "Batches in the order in which they were begun"
_WORDS = Words(
    batch="Batch",
    date="Begun",
    value="Value",
    why="Why",
    excluded="left out",
    unreadable="not on this scale",
    upper="upper limit",
    center="center",
    lower="lower limit",
    highest="highest allowed",
    lowest="lowest allowed",
    smoothed="weighted average",
    reasons={by: words.SIGNALS_BY[by] for by in (*Rule, *Sign)},
)


def picture_of(it: ChartSection, zone: str) -> Spec:
    """The control chart of a section. A chart without a point is empty. Raises NotComputable as `control_chart`."""
    source = it.source
    titles = Titles(
        title="",
        unit=units.unit(source.parameter.unit) or source.parameter.title,
        order=_ORDER + ("; those of the period are shaded" if it.own else ""),
        borders=tuple(f"limits, version {one.source.version}" for one in source.limits),
    )
    labels = [PointLabel(point.subject, _local(point.made_at, zone)) for point in source.points]
    spec = control_chart(source.charted, labels, titles, _WORDS, bounds=source.parameter.bounds, look=ON_PAGE)
    return _shaded(spec, it.own) if it.own else spec


def _local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


def _shaded(spec: Spec, own: tuple[int, ...]) -> Spec:
    """Behind everything, from half a step before the period's first batch to half a step after its last."""
    (ends, *rest) = spec["layer"]
    shade = {
        "data": {"values": [{"n": own[0] + 0.5, "m": own[-1] + 1.5}]},
        "mark": {"type": "rect", "color": BAND, "opacity": 0.7},
        "encoding": {"x": ends["encoding"]["x"], "x2": {"field": "m"}},
    }
    return spec | {"layer": [shade, ends, *rest]}
