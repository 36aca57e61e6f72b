"""What a report of continued process verification says of one plan over a period: every chart, its numbers and signals.

The same sources give the same report. A batch belongs to the period in which its manufacture began; so does a signal of
it. What is told of charts is as it stood when the report was made, of the batches begun before the period ended.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from cpv.rules.arl.expected import expected_false_alarms
from cpv.rules.arl.simulated import Chart
from cpv.rules.basis import NotComputable, Why
from cpv.rules.programme.answering import Decision, SignalState
from cpv.rules.programme.charting import Charted
from cpv.rules.programme.describing import Description, Numbers, described, numbers_of
from cpv.rules.programme.limit_set import LimitSet
from cpv.rules.programme.plan import Parameter, Plan
from cpv.rules.programme.points import ChartState, PointView, SignalView
from cpv.rules.programme.weeks import ScansOfWeek

# Where false signals cannot be reckoned they are simulated, each time with the same numbers.
_SEED, _DRAWS = 20_260_101, 4_000


@dataclass(frozen=True)
class Period:
    """From `since` to before `until`, looked at `at`."""

    since: datetime
    until: datetime
    at: datetime

    @property
    def is_over(self) -> bool:
        """Whether nothing more can begin in it."""
        return self.until <= self.at

    def holds(self, moment: datetime | None) -> bool:
        """Whether a moment lies in it."""
        return moment is not None and self.since <= moment < self.until


@dataclass(frozen=True)
class Cited:
    """A version of a controlled document, and the SHA-256 of its content."""

    code: str
    version: int
    digest: str
    title: str = ""


@dataclass(frozen=True)
class Signer:
    """Who signed what a report cites, as what, and when, and whether that still is what was signed."""

    name: str
    meaning: str
    at: datetime
    is_valid: bool = True


@dataclass(frozen=True)
class LimitsCited:
    """Limits of a chart from when they came into effect until they were retired, and who signed them."""

    source: Cited
    since: datetime
    limits: LimitSet
    signed: tuple[Signer, ...] = ()
    until: datetime | None = None

    def judged(self, moment: datetime) -> bool:
        """Whether they were in effect then, if no others were."""
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, eq=False)
class ChartSource:
    """One chart with its points begun before the period ended. `limits`: those of each phase of `charted`."""

    parameter: Parameter
    stratum: tuple[str, ...]
    code: str
    points: tuple[PointView, ...]
    charted: Charted
    limits: tuple[LimitsCited, ...]
    signals: tuple[SignalView, ...]
    state: ChartState


@dataclass(frozen=True)
class LedgerPoint:
    """The newest checkpoint of the ledger: how many entries, and the root over them (hexadecimal)."""

    size: int
    root: str
    signed_at: datetime


@dataclass(frozen=True, eq=False)
class Sources:
    """Everything that a report is made from. `zone`: of the plan's site. `batches`: begun in it, by disposition."""

    plan: Plan
    cited: Cited
    site: str
    site_name: str
    zone: str
    period: Period
    charts: tuple[ChartSource, ...]
    batches: Mapping[str, int] = field(default_factory=dict)
    scans: tuple[ScansOfWeek, ...] = ()
    checkpoint: LedgerPoint | None = None
    software: str = ""
    is_demonstration: bool = False


@dataclass(frozen=True)
class FalseSignals:
    """Signals on `judged` points against those to be expected if nothing changes; None where nothing was judged."""

    judged: int
    seen: int
    expected: float | None


@dataclass(frozen=True, eq=False)
class ChartSection:
    """One chart in the report. `own`: the places of the period's points; `limits`: those in effect in the period.

    `numbers` are of the period; `description` is as `described`, up to the end of the period.
    """

    source: ChartSource
    own: tuple[int, ...]
    numbers: Numbers | Why
    description: Description
    limits: tuple[LimitsCited, ...]
    signed: tuple[LimitsCited, ...]
    signals: tuple[SignalView, ...]
    excluded: tuple[PointView, ...]
    false_signals: FalseSignals

    @property
    def points(self) -> tuple[PointView, ...]:
        """Those of the period."""
        return tuple(self.source.points[n] for n in self.own)


@dataclass(frozen=True)
class SignalCounts:
    """Signals of the period by where they stand; `decided`: the closed ones by how far they were taken.

    `vanished`: of those that somebody answered for, the ones that would not signal any more.
    """

    raised: int = 0
    open: int = 0
    overdue: int = 0
    closed: int = 0
    withdrawn: int = 0
    vanished: int = 0
    decided: Mapping[Decision, int] = field(default_factory=dict)
    deviations: tuple[str, ...] = ()


@dataclass(frozen=True)
class ScansOfSite:
    """All scans of a site in the period, and those refused."""

    site: str
    scans: int
    refused: int


@dataclass(frozen=True)
class Summary:
    """The period in numbers. `expected` and `seen`: signals, on all charts that were judged."""

    batches: Mapping[str, int]
    parameters: int
    charts: Mapping[ChartState, int]
    results: int
    signals: SignalCounts
    limits_signed: int
    excluded: int
    expected: float
    seen: int
    scans: tuple[ScansOfSite, ...]

    @property
    def batches_begun(self) -> int:
        """How many batches were begun in the period."""
        return sum(self.batches.values())


@dataclass(frozen=True, eq=False)
class Report:
    """The report: its sources, the period in numbers, and a section for each chart, by parameter as in the plan."""

    sources: Sources
    summary: Summary
    sections: tuple[ChartSection, ...]

    @property
    def sites(self) -> tuple[str, ...]:
        """Where its numbers come from."""
        return tuple(sorted({point.site for it in self.sections for point in it.source.points}))


def report(sources: Sources) -> Report:
    """Make the report. Raises NotComputable as `described`."""
    known: dict[tuple[Chart, int], float | None] = {}
    sections = tuple(_section(it, sources.period, known) for it in _ordered(sources))
    return Report(sources, _summary(sources, sections), sections)


def _ordered(sources: Sources) -> list[ChartSource]:
    places = {it.code: n for n, it in enumerate(sources.plan.parameters)}
    return sorted(sources.charts, key=lambda it: (places[it.parameter.code], it.stratum))


def _section(
    source: ChartSource, period: Period, known: dict[tuple[Chart, int], float | None]
) -> ChartSection:
    own = tuple(n for n, point in enumerate(source.points) if period.holds(point.made_at))
    signals = tuple(it for it in source.signals if period.holds(it.made_at))
    values = source.charted.values.copy()
    values[list(source.charted.excluded)] = np.nan
    here = values[list(own)]
    below = np.array([source.points[n].is_below for n in own], dtype=bool) & ~np.isnan(here)
    return ChartSection(
        source=source,
        own=own,
        numbers=numbers_of(here, below),
        description=described(source.parameter, source.charted, source.points),
        limits=_in_effect(source.limits, period),
        signed=tuple(it for it in source.limits if period.holds(it.since)),
        signals=signals,
        excluded=tuple(source.points[n] for n in own if source.points[n].is_excluded),
        false_signals=_false_signals(source, own, signals, known),
    )


def _in_effect(limits: Sequence[LimitsCited], period: Period) -> tuple[LimitsCited, ...]:
    """Those that were in effect at any time of the period."""
    ends = [*(it.since for it in limits[1:]), period.until]
    both = [(it, it.until or end) for it, end in zip(limits, ends, strict=False)]
    return tuple(it for it, end in both if it.since < period.until and end > period.since)


def _false_signals(
    source: ChartSource,
    own: Sequence[int],
    signals: Sequence[SignalView],
    known: dict[tuple[Chart, int], float | None],
) -> FalseSignals:
    judged = sum(not source.points[n].is_excluded and not np.isnan(source.charted.scaled[n]) for n in own)
    key = (source.parameter.chart, judged)
    if key not in known:
        known[key] = _expected(*key)
    seen = sum(it.state is not SignalState.WITHDRAWN for it in signals)
    return FalseSignals(judged, seen, known[key])


def _expected(chart: Chart, judged: int) -> float | None:
    """None where nothing was judged, or where the plan lets nothing signal."""
    if not judged:
        return None
    rng = np.random.default_rng(_SEED)
    try:
        return expected_false_alarms([chart], judged, rng=rng, draws=_DRAWS).expected.value
    except NotComputable:
        return None


def _summary(sources: Sources, sections: Sequence[ChartSection]) -> Summary:
    signals = [signal for it in sections for signal in it.signals]
    states = Counter(it.source.state for it in sections)
    return Summary(
        batches=dict(sources.batches),
        parameters=len(sources.plan.parameters),
        charts={state: states[state] for state in ChartState if states[state]},
        results=sum(0 if isinstance(it.numbers, Why) else it.numbers.n for it in sections),
        signals=_counted(signals, sources.period.at),
        limits_signed=sum(len(it.signed) for it in sections),
        excluded=sum(len(it.excluded) for it in sections),
        expected=sum(it.false_signals.expected or 0.0 for it in sections),
        seen=sum(it.false_signals.seen for it in sections),
        scans=_by_site(sources.scans),
    )


def _counted(signals: Sequence[SignalView], at: datetime) -> SignalCounts:
    decided = Counter(it.decision for it in signals if it.decision is not None)
    return SignalCounts(
        raised=len(signals),
        open=sum(it.is_open for it in signals),
        overdue=sum(it.is_overdue(at) for it in signals),
        closed=sum(it.state is SignalState.CLOSED for it in signals),
        withdrawn=sum(it.state is SignalState.WITHDRAWN for it in signals),
        vanished=sum(it.vanished_at is not None for it in signals),
        decided={decision: decided[decision] for decision in Decision if decided[decision]},
        deviations=tuple(sorted({it.deviation for it in signals if it.deviation})),
    )


def _by_site(weeks: Sequence[ScansOfWeek]) -> tuple[ScansOfSite, ...]:
    scans, refused = Counter[str](), Counter[str]()
    for week in weeks:
        scans[week.site] += week.scans
        refused[week.site] += week.refused
    return tuple(ScansOfSite(site, scans[site], refused[site]) for site in sorted(scans))
