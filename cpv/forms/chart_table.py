"""The numbers of a chart for those who cannot see it: every point, and every set of limits."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from urllib.parse import quote

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cpv.forms import words
from cpv.forms.looking import Part
from cpv.forms.numbers import figure, measured, span
from cpv.rules.basis import LimitStatus, NotComputable, Note
from cpv.rules.pictures.parts import letter_of
from cpv.rules.preliminary import Uncertainty, uncertainty
from cpv.rules.programme.answering import SignalState
from cpv.rules.programme.charting import Sign
from cpv.rules.programme.limit_set import LimitSet, digest_of
from cpv.rules.programme.points import PointView, SignalView
from cpv.rules.runs import Rule
from cpv.rules.transforms import Band, Scale, Transformation
from cpv.selectors import ChartView
from people.rules.documents import DocumentVersionView
from qc.rules.document_tables import FORMULA

# So many points stand on one page of the table: writing them is the greater part of what the page of a chart costs.
ON_A_PAGE = 100


@dataclass(frozen=True)
class Addresses:
    """Of pages, with {} in the place of an id or a code: what leads to hundreds of them is looked up once."""

    of_point: str
    of_batch: str


@dataclass(frozen=True)
class SignalAtPoint:
    """A signal at a point: its letter on the picture, what is said of it, and where it stands."""

    signal: SignalView
    letter: str
    rule: Promise
    mark: str
    state: Promise


@dataclass(frozen=True)
class PointShown:
    """A point in the table. `limits`: the limits that it was judged by, empty where there were none yet.

    `address`: of its page; `batch_address`: of its batch, empty where it has none.
    """

    point: PointView
    value: str
    limits: str
    zone: str
    signals: tuple[SignalAtPoint, ...]
    is_unreadable: bool
    address: str
    batch_address: str


@dataclass(frozen=True)
class PhaseShown:
    """Limits in effect. `on_scale`: sigma and center where the scale is another than that of the measurement."""

    number: int
    version: DocumentVersionView
    limits: LimitSet
    band: Band
    status: Promise
    estimator: Promise
    scale: Promise | None
    span: str
    lower: str
    center: str
    upper: str
    sigma: str
    since: datetime | None
    notes: tuple[Promise, ...]
    uncertainty: str
    is_newest: bool
    is_baseline_changed: bool


def by_point(signals: Sequence[SignalView]) -> dict[str, list[SignalAtPoint]]:
    """The signals of each observation; those that a later result took back are left out."""
    found: dict[str, list[SignalAtPoint]] = defaultdict(list)
    for one in signals:
        if one.state is not SignalState.WITHDRAWN:
            mark, state = words.SIGNAL_STATES[one.state]
            found[one.observation].append(
                SignalAtPoint(one, _letter(one.by), words.SIGNALS_BY[one.by], mark, state)
            )
    return found


def _letter(by: str) -> str:
    return letter_of(Sign(by) if by in frozenset(Sign) else Rule(by))


def newest_first(part: Part, page: int) -> range:
    """Which points of the part stand on this page, by their places on the whole chart."""
    last = part.stretch.end - 1 - (page - 1) * ON_A_PAGE
    return range(last, max(part.stretch.start - 1, last - ON_A_PAGE), -1)


def rows(
    view: ChartView, places: Sequence[int], zones: Mapping[str, str], addresses: Addresses
) -> list[PointShown]:
    """These points."""
    signals = by_point(view.signals)
    named = {None: "", **dict(enumerate(map(_limits_of, view.charted.bands)))}
    unreadable = frozenset(view.charted.unreadable)
    return [
        PointShown(
            point=point,
            value=measured(point),
            limits=named[view.charted.phase_at(n)],
            zone=zones.get(point.site, "UTC"),
            signals=tuple(signals.get(point.id, ())),
            is_unreadable=n in unreadable,
            address=addresses.of_point.format(point.id),
            batch_address=addresses.of_batch.format(quote(point.batch)) if point.batch else "",
        )
        for n, point in ((n, view.points[n]) for n in places)
    ]


def _limits_of(band: Band) -> str:
    return span(band.lower, band.upper)


# --- limits ----------------------------------------------------------------------------------------------------------


def phases(view: ChartView) -> list[PhaseShown]:
    """The limits of every phase, the newest first."""
    found = [_phase(view, n, version) for n, version in enumerate(view.limits)]
    return list(reversed(found))


def _phase(view: ChartView, n: int, version: DocumentVersionView) -> PhaseShown:
    phase, band = view.charted.phases[n], view.charted.bands[n]
    limits, scale = phase.limits.limits, phase.limits.transformation.scale
    baseline = baseline_of(view.points, phase.limits)
    is_plain = scale is Scale.IDENTITY
    return PhaseShown(
        number=n + 1,
        version=version,
        limits=phase.limits,
        band=band,
        status=words.LIMIT_STATUS[phase.limits.status],
        estimator=words.ESTIMATORS[limits.estimator],
        scale=None if is_plain else words.SCALES[scale],
        span=span(band.lower, band.upper),
        lower=figure(band.lower),
        center=figure(band.center),
        upper=figure(band.upper),
        sigma=figure(limits.sigma),
        since=view.points[phase.start].made_at if phase.start < len(view.points) else None,
        notes=told(band.notes),
        uncertainty=uncertain(phase.limits, baseline),
        is_newest=n == len(view.limits) - 1,
        is_baseline_changed=digest_of(*_digested(baseline)) != phase.limits.baseline.sha256,
    )


def told(notes: Sequence[Note]) -> tuple[Promise, ...]:
    """What there are words for."""
    return tuple(words.NOTES[note] for note in dict.fromkeys(notes) if note in words.NOTES)


def baseline_of(points: Sequence[PointView], limits: LimitSet) -> tuple[PointView, ...]:
    """The points that limits came from, as they stand now; none where an end of the baseline is not there any more."""
    places = {point.subject: n for n, point in enumerate(points)}
    first, last = places.get(limits.baseline.first), places.get(limits.baseline.last)
    if first is None or last is None:
        return ()
    left_out = frozenset(limits.baseline.excluded)
    return tuple(point for point in points[first : last + 1] if point.value and point.subject not in left_out)


def _digested(baseline: Sequence[PointView]) -> tuple[list[str], list[float]]:
    return [point.subject for point in baseline], [point.number for point in baseline]


def uncertain(limits: LimitSet, baseline: Sequence[PointView]) -> str:
    """How far limits from few results can be trusted; empty for long-term ones."""
    if limits.status is not LimitStatus.PRELIMINARY or any(point.is_below for point in baseline):
        return ""
    try:
        values = limits.transformation.forward([point.number for point in baseline])
        found = uncertainty(values)
    except NotComputable:
        return ""
    return _uncertain(limits.transformation, found)


def _uncertain(transformation: Transformation, found: Uncertainty) -> str:
    ends = (found.lower.low, found.lower.high, found.upper.low, found.upper.high)
    low, low_high, high_low, high = (figure(x) for x in transformation.back(list(ends)).tolist())
    about = {
        "a": low,
        "b": low_high,
        "c": high_low,
        "d": high,
        "confidence": f"{100 * found.confidence:.0f} %",
    }
    return (
        _(
            "If the process were known, its limits of three sigma would lie from %(a)s to %(b)s and from %(c)s to "
            "%(d)s (%(confidence)s confidence each)."
        )
        % about
    )


# --- as a file -------------------------------------------------------------------------------------------------------

COLUMNS = (
    *("number", "subject", "batch", "site", "begun", "value", "unit", "is_below", "source", "version"),
    *("lower_limit", "center", "upper_limit", "limits_version", "weighted_average", "signals"),
    *("excluded_at", "excluded_by", "exclusion_reason"),
)


def csv_rows(view: ChartView) -> Iterator[Sequence[object]]:
    """Every point, the first first, under COLUMNS; the weighted average on the scale of the limits."""
    signals = by_point(view.signals)
    smoothed = view.charted.smoothed.tolist()
    for n, point in enumerate(view.points):
        phase = view.charted.phase_at(n)
        band = view.charted.bands[phase] if phase is not None else None
        yield (
            *(n + 1, _text(point.subject), _text(point.batch), point.site, point.made_at.isoformat()),
            *(
                point.value,
                _text(view.parameter.unit),
                int(point.is_below),
                _text(point.source),
                point.version,
            ),
            *(("", "", "") if band is None else (_cell(band.lower), _cell(band.center), _cell(band.upper))),
            view.limits[phase].version if phase is not None else "",
            _cell(smoothed[n]),
            " ".join(f"{one.signal.by}:{one.signal.state}" for one in signals.get(point.id, ())),
            point.excluded_at.isoformat() if point.excluded_at else "",
            *(_text(point.excluded_by_name), _text(point.exclusion_reason)),
        )


def _text(text: str) -> str:
    """Words as a cell; what a spreadsheet could take for a formula is marked as text."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _cell(value: float | None) -> str:
    return "" if value is None or not isfinite(value) else repr(value)
