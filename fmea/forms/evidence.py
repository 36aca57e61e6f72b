"""What the ledger says of a worksheet's rows, in words: rates, the ratings they suggest, and what denies a score.

A score is never changed here: what contradicts it is said, and people decide.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from coi.forms import words as custody
from cpv.forms.numbers import figure, share
from cpv.rules.basis import NotComputable
from fmea.forms import words
from fmea.forms.picture_tables import interval, percent
from fmea.forms.ranked import Known
from fmea.forms.rows import evidence_name
from fmea.rules.counting import RowDetection, RowEvidence, Source
from fmea.rules.detection import Caught, Stage, residual_escape
from fmea.rules.evidence import Evidence, Note, Prior, claims
from fmea.rules.pooling import Site, pool
from fmea.rules.worksheet import Row, Worksheet
from fmea.selectors.evidence import UnnamedRefusal

CAUGHT: Mapping[Caught, Promise] = {
    Caught.SAME_STEP: _("at its own step"),
    Caught.LATER_STEP: _("at a later step"),
    Caught.BEDSIDE: _("at the bedside"),
    Caught.ESCAPED: _("too late"),
}
_NOTES: Mapping[Note, Promise] = {
    Note.FEW_DATA: _("The interval spans several ratings: so few counts do not tell which is right."),
    Note.PRIOR_OUTWEIGHS: _("There are fewer opportunities than the prior is worth."),
    Note.OFF_SCALE: _("The rate may lie off the scale."),
    Note.ALL_EVENTS: _("It happened at every opportunity."),
    Note.LOWER_BOUND: _("What nobody ever noticed is in no count: this is the least that can be said."),
}
MOST_UNNAMED = 50


@dataclass(frozen=True)
class SiteShown:
    """One site: its counts, and its rate drawn towards all sites (empty where there are too few of them)."""

    site: str
    events: int
    n: int
    pooled: str


@dataclass(frozen=True)
class SourceShown:
    """What one kind of evidence counted."""

    kind: Promise
    names: tuple[str, ...]
    steps: tuple[str, ...]
    events: int
    opportunities: int
    rate: str
    is_leading: bool
    sites: tuple[SiteShown, ...]
    why_not_pooled: str


@dataclass(frozen=True)
class JudgedShown:
    """A score beside its counts. `suggested`: the most probable rating, with its probability; `proposal`: another one
    that is probable enough to be taken instead (None: none).
    """

    score: int | None
    tone: str
    standing: Promise
    rate: str
    suggested: str
    proposal: int | None
    prior: str
    notes: tuple[Promise, ...]
    cannot_show: str


@dataclass(frozen=True)
class StageShown:
    """One barrier: what came to it, what it caught, and the probability that it misses one."""

    place: Promise
    reached: int
    caught: int
    miss: str


@dataclass(frozen=True)
class EvidenceShown:
    """What the ledger says of one row."""

    code: str
    mode: str
    is_contradicted: bool
    occurrence: JudgedShown
    detection: JudgedShown
    sources: tuple[SourceShown, ...]
    stages: tuple[StageShown, ...]
    escaped: int
    failures: int
    has_trend: bool
    has_picture: bool
    has_detection_picture: bool


@dataclass(frozen=True)
class UnnamedShown:
    """A refusal that no worksheet names."""

    found: UnnamedRefusal
    name: str
    step: str


def evidence_shown(row: Row, found: RowEvidence) -> EvidenceShown:
    """One row with what was counted for it."""
    leading = found.leading.evidence if found.leading is not None else None
    caught = found.detection.found
    is_seen = caught is not None and bool(caught.evidence.trials)
    return EvidenceShown(
        code=row.code,
        mode=row.mode,
        is_contradicted=found.is_contradicted,
        occurrence=_judged(
            row.scores.occurrence.rating, leading, words.STANDINGS[found.standing], found.proposal
        ),
        detection=_of_detection(row.scores.detection.rating, found.detection),
        sources=tuple(_source(it, found.leading) for it in found.sources),
        stages=tuple(map(_stage, caught.stages)) if caught is not None and is_seen else (),
        escaped=found.detection.catches.escaped,
        failures=found.detection.catches.failures,
        has_trend=found.trend is not None,
        has_picture=leading is not None,
        has_detection_picture=is_seen,
    )


def _of_detection(score: int | None, found: RowDetection) -> JudgedShown:
    judged = found.found.evidence if found.found is not None else None
    return _judged(score, judged, words.DETECTION_STANDINGS[found.standing], found.proposal, is_rate=False)


def _judged(
    score: int | None,
    judged: Evidence | None,
    standing: tuple[str, Promise],
    proposal: int | None,
    *,
    is_rate: bool = True,
) -> JudgedShown:
    if judged is None or not judged.trials:
        return JudgedShown(score, *standing, "", "", proposal, "", (), "")
    suggested = ""
    if judged.suggested is not None:
        suggested = _now("%(rating)d (probability %(share)s)") % {
            "rating": judged.suggested,
            "share": percent(judged.probability),
        }
    notes = tuple(_NOTES[it] for it in judged.notes if it in _NOTES)
    return JudgedShown(
        score=score,
        tone=standing[0],
        standing=standing[1],
        rate=interval(judged),
        suggested=suggested,
        proposal=proposal,
        prior=prior_said(judged.prior),
        notes=notes if is_rate else (*notes, _NOTES[Note.LOWER_BOUND]),
        cannot_show=_cannot_show(judged) if is_rate and not judged.events else "",
    )


def prior_said(prior: Prior) -> str:
    """The prior in its own terms."""
    return _now("Beta(%(a)s, %(b)s), Jeffreys' prior of a share") % {
        "a": figure(prior.a),
        "b": figure(prior.b),
    }


def _cannot_show(judged: Evidence) -> str:
    """What no event among so many opportunities can and cannot show."""
    about = {"n": f"{judged.trials:,.0f}", "upper": share(judged.estimate.upper)}
    reached = [it for it in claims(judged.trials, judged.bands) if it.is_within_reach and it.limit < 1]
    beyond = [
        it for it in claims(judged.trials, judged.bands) if not it.is_within_reach and isfinite(it.needed)
    ]
    said = _now("Nothing happened at %(n)s opportunities: with 95 %% the rate is below %(upper)s.") % about
    if reached:
        said += " " + _now("So many support rating %(rating)d at best.") % {"rating": reached[0].rating}
    if beyond:
        nearest = beyond[-1]
        said += " " + _now("Rating %(rating)d would need %(needed)s opportunities without one.") % {
            "rating": nearest.rating,
            "needed": f"{nearest.needed:,.0f}",
        }
    return said


def _source(source: Source, leading: Source | None) -> SourceShown:
    pooled, why = _pooled(source)
    return SourceShown(
        kind=words.EVIDENCE[source.kind],
        names=tuple(map(evidence_name, source.refs)),
        steps=tuple(map(custody.step, source.at)),
        events=source.events,
        opportunities=source.opportunities,
        rate=interval(source.evidence) if source.evidence is not None and source.opportunities else "",
        is_leading=source is leading,
        sites=tuple(SiteShown(it.site, it.events, it.n, pooled.get(it.site, "")) for it in source.sites),
        why_not_pooled=why,
    )


def _pooled(source: Source) -> tuple[Mapping[str, str], str]:
    """The rate of each site drawn towards all of them; or why there is none."""
    try:
        found = pool([Site(it.site, it.events, it.n) for it in source.sites])
    except NotComputable as error:
        why = _WHY_NOT_POOLED.get(str(error.why), "") if source.opportunities else ""
        return {}, str(why)
    return {
        it.site.name: f"{share(it.estimate.median)} ({share(it.estimate.low)} … {share(it.estimate.high)})"
        for it in found.sites
    }, ""


_WHY_NOT_POOLED: Mapping[str, Promise] = {
    "too_few": _("Sites are pooled from five on: fewer hardly tell how much they differ."),
    "constant": _("Nothing failed anywhere, so that sites tell nothing of how they differ."),
}


def _stage(stage: Stage) -> StageShown:
    miss = stage.miss
    said = f"{share(miss.median)} ({share(miss.low)} … {share(miss.high)})" if miss is not None else ""
    return StageShown(CAUGHT[stage.place], stage.reached, stage.caught, said)


def known_of(worksheet: Worksheet, found: Mapping[str, RowEvidence]) -> Known:
    """What counts say for the order of rows: what gets through every barrier, and which scores they deny."""
    bands = worksheet.scales.occurrence.bands
    escapes = {}
    for code, it in found.items():
        n = it.leading.opportunities if it.leading is not None else 0
        if bands is not None and n and it.detection.catches.failures <= n:
            escapes[code] = residual_escape(it.detection.catches, n, bands).posterior
    return Known(escapes, frozenset(code for code, it in found.items() if it.is_contradicted))


def unnamed_shown(found: Iterable[UnnamedRefusal]) -> list[UnnamedShown]:
    """Refusals that no worksheet names, what was spoken most first."""
    return [UnnamedShown(it, custody.refusal(it.code), custody.step(it.step)) for it in found][:MOST_UNNAMED]
