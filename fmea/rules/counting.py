"""What the ledger's counts say of the rows of a worksheet: their sources, the rating each suggests, what caught them.

Evidence of a row that is of one kind and at the same steps is one source: an attempt at which two of its refusals were
spoken is one event among its attempts. Of results and of charts every named criterion or parameter has opportunities of
its own, which add up. Sources of different kinds or steps count different things and are never added; the row stands on
the one whose rate is highest (by its median), which is the cautious one. A score is never changed here.

For detection all sources are looked at together, and a failure that several of them saw at one attempt is one failure.
Where it was seen is told by the course of the protocol (`fmea.rules.course`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, lru_cache

from coi.rules.deviations import Trigger
from coi.rules.journey import CheckState
from coi.rules.occurrences import Occasions, Tally
from fmea.rules.course import Course
from fmea.rules.detection import Catches, Caught, Detection, detection_from_catches
from fmea.rules.evidence import Evidence, Standing, occurrence_from_counts
from fmea.rules.trend import Trend, Window, trend_of
from fmea.rules.worksheet import Evidence as Named
from fmea.rules.worksheet import EvidenceKind, Row, Worksheet

# What is counted at steps; the rest is of a batch, a number or a journey, and of no step.
AT_STEPS = frozenset({EvidenceKind.REFUSAL, EvidenceKind.DEVIATION, EvidenceKind.EXCURSION})
_OF_JOURNEYS = frozenset(Trigger)
_OF_ATTEMPTS = frozenset({EvidenceKind.REFUSAL, EvidenceKind.DEVIATION})
_OF_SHIPMENTS = AT_STEPS - _OF_ATTEMPTS

_ANY = datetime(1, 1, 1, tzinfo=UTC)

Places = Mapping[tuple[datetime, str], tuple[int, int]]
ByStep = Mapping[str, Sequence[Occasions]]


@dataclass(frozen=True)
class Seen:
    """Everything that was counted for a worksheet. `tallies`: of criteria, parameters and lost labels, by kind."""

    attempts: tuple[Occasions, ...] = ()
    shipments: tuple[Occasions, ...] = ()
    tallies: Mapping[EvidenceKind, tuple[Tally, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class SiteCount:
    """Events among opportunities at one site."""

    site: str
    events: int
    n: int


@dataclass(frozen=True)
class Source:
    """What one kind of evidence says. `at`: the protocol steps it was counted at; empty: at every step, or at none.

    `windows` are months in UTC without a gap, `sites` the same counts by site. `evidence` None: ratings of this scale
    stand for no rates.
    """

    kind: EvidenceKind
    refs: tuple[str, ...]
    at: tuple[str, ...]
    events: int
    opportunities: int
    windows: tuple[Window, ...]
    sites: tuple[SiteCount, ...]
    evidence: Evidence | None = None


@dataclass(frozen=True)
class RowDetection:
    """Where the failures of a row were caught, and what that suggests beside its score of detection.

    `found` None: ratings of detection stand for no probabilities.
    """

    catches: Catches
    found: Detection | None
    standing: Standing
    proposal: int | None


@dataclass(frozen=True)
class RowEvidence:
    """What the ledger says of one row. `leading` is the source that it stands on; None: nothing was counted.

    `standing` and `proposal` are of its score of occurrence.
    """

    row: str
    sources: tuple[Source, ...]
    leading: Source | None
    standing: Standing
    proposal: int | None
    detection: RowDetection
    score: int | None = None

    @property
    def is_contradicted(self) -> bool:
        """Whether the evidence denies the score of occurrence or that of detection."""
        return self.standing.is_contradicted or self.detection.standing.is_contradicted

    @cached_property
    def trend(self) -> Trend | None:
        """The leading source month by month beside the score; None where there is nothing to judge."""
        if self.leading is None or self.leading.evidence is None:
            return None
        return trend_of(self.leading.windows, self.score, self.leading.evidence.bands)


def evidence_of_rows(worksheet: Worksheet, seen: Seen, course: Course) -> dict[str, RowEvidence]:
    """What was counted, row by row, by the rows' codes."""
    counting = _Counting(worksheet, seen, course)
    return {row.code: counting.row(row) for row in worksheet.rows}


@dataclass(frozen=True)
class _Key:
    """What one source counts: a kind, names, and steps (empty: everywhere)."""

    kind: EvidenceKind
    refs: tuple[str, ...]
    at: tuple[str, ...]

    @property
    def is_of_journeys(self) -> bool:
        return self.kind is EvidenceKind.DEVIATION and _OF_JOURNEYS.issuperset(self.refs)

    @property
    def is_tallied(self) -> bool:
        return self.kind not in AT_STEPS or self.is_of_journeys

    def is_event(self, seen: Occasions) -> bool:
        """Whether any of its names was said of these occasions."""
        said = seen.holds
        if self.kind is not EvidenceKind.EXCURSION:
            said = seen.refusals if self.kind is EvidenceKind.REFUSAL else seen.deviations
        return not said.isdisjoint(self.refs)

    def is_at(self, step: str) -> bool:
        return not self.at or step in self.at


class _Counting:
    """The counts of one worksheet; what several rows ask for is added up once."""

    def __init__(self, worksheet: Worksheet, seen: Seen, course: Course) -> None:
        self.worksheet, self.seen, self.course = worksheet, seen, course
        self.attempts, self.shipments = _by_step(seen.attempts), _by_step(seen.shipments)
        self.marked = _by_step(it for it in seen.attempts if it.is_marked)
        self.alike = _by_step(_alike(seen.attempts)), _by_step(_alike(seen.shipments))
        occurrence, detection = worksheet.scales.occurrence.bands, worksheet.scales.detection.bands
        self.judge: Callable[[int, int], Evidence | None] = lru_cache(maxsize=None)(
            lambda events, n: None if occurrence is None else occurrence_from_counts(events, n, occurrence)
        )
        self.detect: Callable[[Catches], Detection | None] = lru_cache(maxsize=None)(
            lambda catches: None if detection is None else detection_from_catches(catches, detection)
        )
        self.source = lru_cache(maxsize=None)(self._source)
        self.opportunities = lru_cache(maxsize=None)(self._opportunities)
        self.months = _months(
            [*seen.attempts, *seen.shipments, *(t for ts in seen.tallies.values() for t in ts)]
        )

    def row(self, row: Row) -> RowEvidence:
        keys = keys_of(self.worksheet, row)
        sources = tuple(self.source(key) for key in keys)
        leading = max((it for it in sources if it.opportunities), key=_height, default=None)
        score = row.scores.occurrence.rating
        judged = leading.evidence if leading is not None else None
        return RowEvidence(
            row=row.code,
            sources=sources,
            leading=leading,
            standing=_standing(judged, score),
            proposal=judged.proposal(score) if judged is not None else None,
            detection=self._detection(row, keys),
            score=score,
        )

    def _source(self, key: _Key) -> Source:
        by_place = self._tallied(key) if key.is_tallied else self._at_steps(key)
        events, n = _sums(by_place.values())
        return Source(
            kind=key.kind,
            refs=key.refs,
            at=key.at,
            events=events,
            opportunities=n,
            windows=_windows(by_place, self.months),
            sites=_sites(by_place),
            evidence=self.judge(events, n),
        )

    def _at_steps(self, key: _Key) -> Places:
        """Events of its names, among all occasions at its steps."""
        found = {place: (0, n) for place, n in self.opportunities(key.kind, key.at).items()}
        marked = self.shipments if key.kind is EvidenceKind.EXCURSION else self.marked
        for it in _at(marked, key.at):
            if key.is_event(it) and _counts(key.kind, it):
                events, n = found[it.month, it.site]
                found[it.month, it.site] = events + it.count, n
        return found

    def _opportunities(self, kind: EvidenceKind, at: tuple[str, ...]) -> Mapping[tuple[datetime, str], int]:
        found: dict[tuple[datetime, str], int] = defaultdict(int)
        for it in _at(self.shipments if kind is EvidenceKind.EXCURSION else self.attempts, at):
            if _counts(kind, it):
                found[it.month, it.site] += it.count
        return found

    def _tallied(self, key: _Key) -> Places:
        found: dict[tuple[datetime, str], tuple[int, int]] = {}
        for it in self._tallies(key):
            events, n = found.get((it.month, it.site), (0, 0))
            found[it.month, it.site] = events + it.events, n + it.opportunities
        return found

    def _tallies(self, key: _Key) -> list[Tally]:
        return [it for it in self.seen.tallies.get(key.kind, ()) if it.ref in key.refs]

    # --- where failures were caught -----------------------------------------------------------------------------

    def _detection(self, row: Row, keys: Sequence[_Key]) -> RowDetection:
        catches = self._catches(self.own(row), keys)
        found, score = self.detect(catches), row.scores.detection.rating
        judged = found.evidence if found is not None else None
        proposal = judged.proposal(score) if judged is not None else None
        return RowDetection(catches, found, _standing(judged, score), proposal)

    def own(self, row: Row) -> frozenset[str]:
        """The protocol steps of the row's own step."""
        step = self.worksheet.step_of.get(row.step)
        return frozenset(step.protocol_steps if step is not None else ())

    def _catches(self, own: frozenset[str], keys: Sequence[_Key]) -> Catches:
        found: dict[Caught, int] = dict.fromkeys(Caught, 0)
        for marked, kinds in zip(self.alike, (_OF_ATTEMPTS, _OF_SHIPMENTS), strict=True):
            asking = [key for key in keys if key.kind in kinds and not key.is_tallied]
            for it in _at(marked, _steps_of(asking)) if asking else ():
                saw = {key.kind for key in asking if key.is_at(it.step) and key.is_event(it)}
                if saw:
                    found[self._where(it, own, is_refused=EvidenceKind.REFUSAL in saw)] += it.count
        beyond = Caught.LATER_STEP if own else Caught.SAME_STEP
        for tally in (it for key in keys if key.is_tallied for it in self._tallies(key)):
            found[Caught.ESCAPED] += tally.escaped
            found[beyond] += tally.events - tally.escaped
        return Catches(**{place.value: count for place, count in found.items()})

    def _where(self, it: Occasions, own: frozenset[str], *, is_refused: bool) -> Caught:
        """A deviation of a step that records what has happened was noticed when nobody could prevent it any more."""
        if not is_refused and it.step in self.course.past and it.state is CheckState.COMPLETE:
            return Caught.ESCAPED
        return self.course.caught(it.step, own)


def keys_of(worksheet: Worksheet, row: Row) -> tuple[_Key, ...]:
    """What the evidence of a row counts: of one kind and at the same steps together, in the order of the row."""
    found: dict[tuple[EvidenceKind, frozenset[str], bool], list[Named]] = defaultdict(list)
    for it in row.evidence:
        is_stepless = it.kind is EvidenceKind.DEVIATION and it.ref in _OF_JOURNEYS
        at = frozenset(worksheet.protocol_steps(row, it))
        is_at_steps = it.kind in AT_STEPS and not is_stepless
        found[it.kind, at if is_at_steps else frozenset(), is_stepless].append(it)
    return tuple(
        _Key(kind, tuple(sorted({it.ref for it in named})), tuple(sorted(at)))
        for (kind, at, _is_stepless), named in found.items()
    )


def is_named(worksheets: Iterable[Worksheet], code: str, step: str) -> bool:
    """Whether a row of these worksheets names this refusal at this step as its evidence; without a step, anywhere."""
    asked = (
        worksheet.protocol_steps(row, it)
        for worksheet in worksheets
        for row in worksheet.rows
        for it in row.evidence
        if it.kind is EvidenceKind.REFUSAL and it.ref == code
    )
    return any(not at or not step or step in at for at in asked)


def _by_step(occasions: Iterable[Occasions]) -> ByStep:
    found: dict[str, list[Occasions]] = defaultdict(list)
    for it in occasions:
        found[it.step].append(it)
    return found


def _alike(occasions: Iterable[Occasions]) -> Iterator[Occasions]:
    """What was marked, of all months and sites together: where something was caught asks for neither."""
    found: dict[Occasions, int] = defaultdict(int)
    for it in occasions:
        if it.is_marked:
            found[replace(it, month=_ANY, site="", count=0)] += it.count
    return (replace(it, count=count) for it, count in found.items())


def _at(by_step: ByStep, steps: Sequence[str]) -> Iterator[Occasions]:
    """The occasions at these steps; at all where none is named."""
    for step in steps or by_step:
        yield from by_step.get(step, ())


def _steps_of(keys: Sequence[_Key]) -> tuple[str, ...]:
    """All steps of these together; none where one of them counts at every step."""
    if any(not key.at for key in keys):
        return ()
    return tuple(sorted({step for key in keys for step in key.at}))


def _counts(kind: EvidenceKind, it: Occasions) -> bool:
    """Deviations are counted against attempts that ended."""
    return kind is not EvidenceKind.DEVIATION or it.state is not CheckState.OPEN


def _standing(judged: Evidence | None, score: int | None) -> Standing:
    if judged is not None:
        return judged.standing(score)
    return Standing.NOT_SCORED if score is None else Standing.NO_EVIDENCE


def _height(source: Source) -> float:
    """Its rate; of a scale without rates, as it was counted."""
    if source.evidence is not None:
        return source.evidence.estimate.median
    return source.events / source.opportunities


def _sums(counts: Iterable[tuple[int, int]]) -> tuple[int, int]:
    events, n = 0, 0
    for own, of in counts:
        events, n = events + own, n + of
    return events, n


def _sites(by_place: Places) -> tuple[SiteCount, ...]:
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for (_month, site), counts in by_place.items():
        found[site].append(counts)
    return tuple(SiteCount(site, *_sums(found[site])) for site in sorted(found))


def _windows(by_place: Places, months: Sequence[datetime]) -> tuple[Window, ...]:
    """By month; from the first to the last month in which anything at all was counted, also where nothing was here."""
    found: dict[datetime, list[tuple[int, int]]] = defaultdict(list)
    for (month, _site), counts in by_place.items():
        found[month].append(counts)
    return tuple(Window(month, next_month(month), *_sums(found.get(month, ()))) for month in months)


def _months(counted: Sequence[Occasions | Tally]) -> tuple[datetime, ...]:
    known = {it.month for it in counted}
    if not known:
        return ()
    months = [min(known)]
    while months[-1] < max(known):
        months.append(next_month(months[-1]))
    return tuple(months)


def next_month(month: datetime) -> datetime:
    """The first moment of the month after one that is given by its first moment."""
    is_last = month.month == 12
    return month.replace(year=month.year + is_last, month=1 if is_last else month.month + 1)
