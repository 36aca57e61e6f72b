"""The pictures of a chart, with their words."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from cpv.forms import beside_words, words
from cpv.forms.looking import Looking, Part, part_of
from cpv.forms.standing import stratum
from cpv.rules.basis import LimitStatus
from cpv.rules.pictures.control import control_chart
from cpv.rules.pictures.moving import moving_range_chart
from cpv.rules.pictures.parts import Look, PointLabel, Titles, Words
from cpv.rules.pictures.shape import Drawn, histogram
from cpv.rules.pictures.shares import refused_share_chart
from cpv.rules.programme.answering import SignalState
from cpv.rules.programme.beside import Beside
from cpv.rules.programme.charting import Sign
from cpv.rules.programme.describing import Description
from cpv.rules.programme.looking import is_transformed, phases_in
from cpv.rules.programme.points import PointView, SignalView
from cpv.rules.programme.shares import Shares
from cpv.rules.runs import Rule
from cpv.rules.transforms import Transformation
from cpv.selectors import ChartView
from qc.forms import texts
from qc.rules.charts import Spec

# As wide as a page at a desk has room for; a narrower one scales it down.
CONTROL, CONTROL_DRAWN, RANGES, SPREAD = (
    Look(1020, 320, True),
    Look(1020, 320),
    Look(1020, 150),
    Look(520, 240),
)


def spoken() -> Words:
    """The words that all pictures share."""
    return Words(
        batch=_("Batch"),
        date=_("Begun"),
        value=_("Value"),
        why=_("Signals"),
        excluded=_("left out of limits and rules"),
        unreadable=_("cannot be put on the scale of the limits"),
        upper=_("upper limit"),
        center=_("center"),
        lower=_("lower limit"),
        highest=_("specification"),
        lowest=_("specification"),
        smoothed=_("weighted average"),
        count=_("Batches"),
        reasons={by: str(words.SIGNALS_BY[by]) for by in (*Sign, *Rule)},
    )


def title(view: ChartView) -> str:
    """The name of a chart."""
    return " · ".join(part for part in (view.parameter.title, stratum(view.parameter, view.stratum)) if part)


def unit_of(view: ChartView) -> str:
    """The unit of the parameter, as people write it."""
    return texts.unit(view.parameter.unit)


def unit(view: ChartView, look: Looking) -> str:
    """The unit of what is drawn; on another scale than that of the measurement, that scale."""
    if look.is_charted and is_transformed(view.charted):
        scale = view.charted.phases[-1].limits.transformation.scale
        return str(words.SCALES[scale])
    return unit_of(view) or _("value")


def control(
    view: ChartView, look: Looking, zones: Mapping[str, str], address: str, *, is_interactive: bool
) -> Spec:
    """The chart; `address`: of a batch's page, with {} for its code."""
    part = part_of(view, look)
    titles = Titles(
        title="",
        unit=unit(view, look),
        order=_("batches in the order in which manufacture began"),
        description=described(view, part),
        borders=_borders(view, part),
    )
    labels = _labels(
        part.stretch.of(view.points), zones, address if is_interactive else "", notes_of(view.signals)
    )
    frame = CONTROL if is_interactive else CONTROL_DRAWN
    return control_chart(part.charted, labels, titles, spoken(), bounds=part.bounds, look=frame)


def described(view: ChartView, part: Part) -> str:
    """What is read aloud in the place of the picture."""
    about = {"title": title(view), "n": part.charted.values.size, "signals": len(part.charted.signals)}
    return (
        _(
            "%(title)s of %(n)d batches in the order in which their manufacture began; %(signals)d signals. "
            "The table below has the same numbers."
        )
        % about
    )


def _borders(view: ChartView, part: Part) -> tuple[str, ...]:
    told = {True: _("limits %(version)d, preliminary"), False: _("limits %(version)d")}
    return tuple(
        told[view.charted.phases[n].limits.status is LimitStatus.PRELIMINARY]
        % {"version": view.limits[n].version}
        for n in phases_in(view.charted, part.stretch)
    )


def _labels(
    points: Sequence[PointView],
    zones: Mapping[str, str],
    address: str = "",
    notes: Mapping[str, str] | None = None,
) -> list[PointLabel]:
    """`notes`: what is written at a point, by its id."""
    named = {code: ZoneInfo(zone) for code, zone in zones.items()}
    utc = ZoneInfo("UTC")
    return [
        PointLabel(
            batch=point.subject,
            at=point.made_at.astimezone(named.get(point.site, utc)),
            url=address.format(point.batch) if address and point.batch else "",
            note=(notes or {}).get(point.id, ""),
        )
        for point in points
    ]


def notes_of(signals: Sequence[SignalView]) -> dict[str, str]:
    """How the signals of each point were answered, in a word or two; of those that nobody took on there is nothing."""
    found: dict[str, list[str]] = defaultdict(list)
    for it in signals:
        if it.state is SignalState.ACKNOWLEDGED:
            said = _("looked into")
        elif it.decision is not None:
            said = it.deviation or str(words.DECIDED[it.decision])
        else:
            continue
        if said not in found[it.observation]:
            found[it.observation].append(said)
    return {point: ", ".join(said) for point, said in found.items()}


def ranges(view: ChartView, look: Looking) -> Spec:
    """The moving range, which is drawn and never signals; always on the scale of the limits."""
    scaled = replace(look, is_charted=True)
    titles = Titles(
        title=_("Moving range: from each batch to the next"), unit=unit(view, scaled), order=_("batches")
    )
    return moving_range_chart(part_of(view, scaled).charted, titles, spoken(), RANGES)


def shares(found: Shares, *, is_interactive: bool) -> Spec:
    """Refused scans as shares of all scans of a week."""
    titles = Titles(title="", unit=_("refused scans"), order=_("weeks"))
    begun = [datetime.combine(week.starts_on, time(), tzinfo=UTC) for week in found.weeks]
    labels = [PointLabel(week.name, at) for week, at in zip(found.weeks, begun, strict=True)]
    sizes = [week.scans for week in found.weeks]
    frame = CONTROL if is_interactive else CONTROL_DRAWN
    return refused_share_chart(found.chart, sizes, labels, titles, spoken(), look=frame)


def beside(view: ChartView, found: Beside, zones: Mapping[str, str], *, is_interactive: bool) -> Spec:
    """A chart beside the raw one, in standard deviations."""
    titles = Titles(
        title="",
        unit=_("standard deviations"),
        order=_("batches in the order in which manufacture began"),
        description=beside_described(view, found),
        borders=("",),
    )
    frame = CONTROL if is_interactive else CONTROL_DRAWN
    return control_chart(found.charted, _labels(view.points, zones), titles, spoken(), look=frame)


def beside_described(view: ChartView, found: Beside) -> str:
    """What is read aloud in the place of the picture."""
    return _("%(title)s, %(way)s: %(n)d batches, %(signals)d beyond three standard deviations.") % {
        "title": title(view),
        "way": beside_words.TITLES[found.way],
        "n": found.charted.values.size,
        "signals": len(found.charted.signals),
    }


def spread(view: ChartView, found: Description) -> Spec:
    """How often which values came, beside limits and specification."""
    values = view.charted.values[found.since :].copy()
    values[[n - found.since for n in view.charted.excluded if n >= found.since]] = float("nan")
    scale = found.transformation if isinstance(found.transformation, Transformation) else None
    drawn = Drawn(view.parameter.bounds, view.charted.bands[-1] if view.charted.bands else None, scale)
    titles = Titles(
        title="", unit=unit_of(view) or _("value"), order=_("batches"), description=spread_described(view)
    )
    return histogram(values, titles, spoken(), drawn, SPREAD)


def spread_described(view: ChartView) -> str:
    """What is read aloud in the place of the histogram."""
    return _("How often which values of %(title)s came.") % {"title": title(view)}
