"""Holding measurements against a plan: each claim is met, not met, or cannot be assessed, with the reason.

A study in which one claim is not met has not met its plan; one in which nothing failed but something cannot be assessed
is not assessable. Fewer measurements than ICH Q2(R2) recommends are noted, not refused: the plan may have its reason.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

from qc.rules.validation import (
    Components,
    Estimate,
    Gauge,
    GaugeReading,
    Line,
    Measurement,
    NotAssessable,
    Point,
    ValidationFault,
    accuracy,
    detection_from_blanks,
    detection_from_line,
    fit_line,
    gauge_rr,
    repeatability,
    span,
    variance_components,
)
from qc.rules.validation_study.plan import (
    BY_LEVEL,
    Basis,
    Characteristic,
    Claim,
    JudgedBy,
    Plan,
    Statistic,
    rounded,
)
from qc.rules.validation_study.rows import Row

# ICH Q2(R2): nine determinations over three levels; for repeatability six at one level will do; five levels for a line.
_DETERMINATIONS, _OVER_LEVELS, _AT_ONE_LEVEL, _FOR_A_LINE = 9, 3, 6, 5
# The digits of a float that are the assay's; what follows is the arithmetic's.
_DIGITS = 12
# Whose line the report shows, the first that is claimed.
_OF_A_LINE = (
    Characteristic.LINEARITY,
    Characteristic.QUANTITATION_LIMIT,
    Characteristic.DETECTION_LIMIT,
)
_Table = TypeVar("_Table", Line, Gauge)


class Outcome(StrEnum):
    """How a claim stands."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_ASSESSABLE = "not_assessable"


class ClaimFault(StrEnum):
    """Why a claim is not met, or cannot be assessed, although everything could be computed."""

    NO_INTERVAL = "no_interval"
    LINEARITY_NOT_MET = "linearity_not_met"
    NO_LEVEL_ACCEPTABLE = "no_level_acceptable"
    SPAN_TOO_SHORT = "span_too_short"


class NoteCode(StrEnum):
    """What is to be known beside an estimate."""

    SET_TO_ZERO = "set_to_zero"
    UNEQUAL_NUMBERS = "unequal_numbers"
    FEWER_THAN_RECOMMENDED = "fewer_than_recommended"
    INTERACTION_POOLED = "interaction_pooled"


@dataclass(frozen=True)
class Note:
    """Something to know beside an estimate: a code and its parameters."""

    code: NoteCode
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """How one claim stands, at one level where it is judged by level.

    `judged` is what was held against the limits, rounded: the estimate, or its confidence limits; of a range the span
    that was found. `reason` is a code, None where the claim is met or simply missed.
    """

    claim: Claim
    outcome: Outcome
    level: Decimal | None = None
    n: int = 0
    estimate: Estimate | None = None
    judged: tuple[Decimal, ...] = ()
    reason: ValidationFault | ClaimFault | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Report:
    """What a study came to: a finding for every claim (and level), and the tables behind them."""

    plan: Plan
    rows: int
    findings: tuple[Finding, ...]
    components: Mapping[Decimal, Components] = field(default_factory=dict)
    line: Line | None = None
    gauge: Gauge | None = None

    @property
    def outcome(self) -> Outcome:
        """The worst of the findings: missed, else not assessable, else met."""
        found = {finding.outcome for finding in self.findings}
        worst = (Outcome.NOT_MET, Outcome.NOT_ASSESSABLE)
        return next((outcome for outcome in worst if outcome in found), Outcome.MET)


@dataclass(frozen=True)
class _Found:
    """What was computed for a claim: an estimate, or why there is none."""

    n: int
    estimate: Estimate | None = None
    fault: NotAssessable | None = None
    level: Decimal | None = None
    notes: tuple[Note, ...] = ()


def assess(plan: Plan, rows: Sequence[Row]) -> Report:
    """Judge every claim of the plan by these rows. Raises nothing: what cannot be assessed says why."""
    study = _Study(plan, tuple(rows))
    found = {
        claim: tuple(_judged(claim, one) for one in study.find(claim))
        for claim in plan.claims
        if claim.characteristic is not Characteristic.RANGE
    }
    before = [finding for findings in found.values() for finding in findings]
    for claim in plan.claims:
        if claim.characteristic is Characteristic.RANGE:
            found[claim] = (_range(claim, before),)
    lines = [claim.levels for kind in _OF_A_LINE for claim in plan.claims if claim.characteristic is kind]
    has_gauge = any(claim.characteristic is Characteristic.GAUGE_RR for claim in plan.claims)
    components = {level: study.components(level) for level in study.levels} if plan.factors else {}
    return Report(
        plan=plan,
        rows=len(rows),
        findings=tuple(finding for claim in plan.claims for finding in found[claim]),
        components={level: one for level, one in components.items() if isinstance(one, Components)},
        line=_or_none(lambda: study.line_of(lines[0])) if lines else None,
        gauge=_or_none(study.gauge) if has_gauge else None,
    )


def _or_none(compute: Callable[[], _Table]) -> _Table | None:
    try:
        return compute()
    except NotAssessable:
        return None


@dataclass(frozen=True)
class _Study:
    """The rows, and what is computed of them once for several claims."""

    plan: Plan
    rows: tuple[Row, ...]

    @property
    def confidence(self) -> float:
        return float(self.plan.confidence)

    @cached_property
    def levels(self) -> tuple[Decimal, ...]:
        """The levels above 0, rising."""
        return tuple(sorted({row.level for row in self.rows if row.level}))

    def measurements(self, level: Decimal) -> list[Measurement]:
        """What was measured at a level, in its groups."""
        return [
            Measurement(tuple(row.at(factor) for factor in self.plan.factors), float(row.value))
            for row in self.rows
            if row.level == level
        ]

    def find(self, claim: Claim) -> Iterator[_Found]:
        """What there is for a claim: one for each level where it is judged by level."""
        if claim.characteristic not in BY_LEVEL:
            yield _FINDERS[claim.characteristic](self, claim)
            return
        levels = claim.levels or self.levels
        if not levels:
            yield _Found(0, fault=NotAssessable(ValidationFault.NO_DATA))
        for level in levels:
            found = _AT_A_LEVEL[claim.characteristic](self, claim, level)
            yield replace(found, level=level, notes=(*found.notes, *self._too_few(claim, found.n)))

    def _too_few(self, claim: Claim, n: int) -> tuple[Note, ...]:
        """Fewer determinations than ICH Q2(R2) recommends, of what is judged by level."""
        if claim.characteristic is Characteristic.INTERMEDIATE_PRECISION:
            return ()
        levels = claim.levels or self.levels
        total = sum(row.level in levels for row in self.rows)
        if len(levels) >= _OVER_LEVELS and total >= _DETERMINATIONS:
            return ()
        if claim.characteristic is Characteristic.REPEATABILITY and n >= _AT_ONE_LEVEL:
            return ()
        return (Note(NoteCode.FEWER_THAN_RECOMMENDED, {"n": total, "levels": len(levels)}),)

    def components(self, level: Decimal) -> Components | NotAssessable:
        """The variance components at a level."""
        factors = [factor.value for factor in self.plan.factors]
        try:
            return variance_components(self.measurements(level), factors, self.confidence)
        except NotAssessable as fault:
            return fault

    def line_of(self, levels: Sequence[Decimal]) -> Line:
        """The line through these levels, or through all above 0. Raises NotAssessable."""
        wanted = levels or self.levels
        points = [
            Point(float(row.level), float(row.value))
            for row in self.rows
            if row.level in wanted and row.level
        ]
        return fit_line(points, self.confidence)

    def gauge(self) -> Gauge:
        """The gauge study: of the rows with a sample, or of all, their levels being the parts. Raises NotAssessable."""
        of_samples = [row for row in self.rows if row.sample] or self.rows
        readings = [GaugeReading(row.part, row.analyst, float(row.value)) for row in of_samples]
        return gauge_rr(readings, self.confidence)


def _accuracy(study: _Study, claim: Claim, level: Decimal) -> _Found:
    measured = study.measurements(level)
    try:
        found = accuracy(measured, float(level), len(study.plan.factors), study.confidence)
    except NotAssessable as fault:
        return _Found(len(measured), fault=fault)
    return _Found(found.n, found.recovery if claim.statistic is Statistic.RECOVERY else found.bias)


def _repeatability(study: _Study, claim: Claim, level: Decimal) -> _Found:
    measured = study.measurements(level)
    try:
        sd = repeatability(measured, study.confidence)
        return _Found(len(measured), _precision(claim, sd, measured))
    except NotAssessable as fault:
        return _Found(len(measured), fault=fault)


def _intermediate(study: _Study, claim: Claim, level: Decimal) -> _Found:
    measured = study.measurements(level)
    found = study.components(level)
    if isinstance(found, NotAssessable):
        return _Found(len(measured), fault=found)
    notes = [Note(NoteCode.SET_TO_ZERO, {"factors": list(found.set_to_zero)})] if found.set_to_zero else []
    notes += [] if found.is_balanced else [Note(NoteCode.UNEQUAL_NUMBERS)]
    try:
        return _Found(found.n, _precision(claim, found.intermediate, measured), notes=tuple(notes))
    except NotAssessable as fault:
        return _Found(found.n, fault=fault, notes=tuple(notes))


def _precision(claim: Claim, sd: Estimate, measured: Sequence[Measurement]) -> Estimate:
    """The standard deviation, or in per cent of the mean, the mean taken as known."""
    if claim.statistic is Statistic.SD:
        return sd
    mean = abs(sum(one.value for one in measured) / len(measured))
    if not mean:
        raise NotAssessable(ValidationFault.ZERO_MEAN)
    return sd.times(100 / mean)


def _linearity(study: _Study, claim: Claim) -> _Found:
    try:
        line = study.line_of(claim.levels)
    except NotAssessable as fault:
        return _Found(0, fault=fault)
    few = line.levels < _FOR_A_LINE
    notes = (Note(NoteCode.FEWER_THAN_RECOMMENDED, {"n": line.n, "levels": line.levels}),) if few else ()
    if claim.statistic is Statistic.LACK_OF_FIT_P:
        if line.lack_of_fit is None:
            return _Found(line.n, fault=NotAssessable(ValidationFault.TOO_FEW_REPLICATES), notes=notes)
        return _Found(line.n, Estimate(line.lack_of_fit.p), notes=notes)
    if claim.statistic is Statistic.R2:
        return _Found(line.n, Estimate(line.r2), notes=notes)
    found: Estimate = getattr(line, claim.statistic.value)
    return _Found(line.n, found, notes=notes)


def _detection(study: _Study, claim: Claim) -> _Found:
    blanks = [float(row.value) for row in study.rows if row.level == 0]
    is_of_blanks = claim.basis is Basis.BLANKS
    try:
        line = study.line_of(claim.levels)
        found = detection_from_blanks(blanks, line) if is_of_blanks else detection_from_line(line)
    except NotAssessable as fault:
        return _Found(len(blanks) if is_of_blanks else 0, fault=fault)
    is_detection = claim.characteristic is Characteristic.DETECTION_LIMIT
    return _Found(
        len(blanks) if is_of_blanks else line.n, found.detection if is_detection else found.quantitation
    )


def _gauge(study: _Study, claim: Claim) -> _Found:
    try:
        found = study.gauge()
    except NotAssessable as fault:
        return _Found(0, fault=fault)
    notes = [Note(NoteCode.SET_TO_ZERO, {"factors": list(found.set_to_zero)})] if found.set_to_zero else []
    notes += [Note(NoteCode.INTERACTION_POOLED)] if found.is_interaction_pooled else []
    value = float(getattr(found, claim.statistic.value))
    return _Found(found.parts * found.operators * found.replicates, Estimate(value), notes=tuple(notes))


_AT_A_LEVEL: Mapping[Characteristic, Callable[[_Study, Claim, Decimal], _Found]] = {
    Characteristic.ACCURACY: _accuracy,
    Characteristic.REPEATABILITY: _repeatability,
    Characteristic.INTERMEDIATE_PRECISION: _intermediate,
}
_FINDERS: Mapping[Characteristic, Callable[[_Study, Claim], _Found]] = {
    Characteristic.LINEARITY: _linearity,
    Characteristic.DETECTION_LIMIT: _detection,
    Characteristic.QUANTITATION_LIMIT: _detection,
    Characteristic.GAUGE_RR: _gauge,
}


def plain(value: float) -> Decimal:
    """A float as the decimal that it stands for, at twelve digits: what follows is the arithmetic's."""
    return Decimal(format(value, f".{_DIGITS}g"))


def _judged(claim: Claim, found: _Found) -> Finding:
    finding = Finding(claim, Outcome.NOT_ASSESSABLE, found.level, found.n, found.estimate, notes=found.notes)
    if found.fault is not None:
        return replace(finding, reason=found.fault.fault, params=found.fault.params)
    it = found.estimate
    values = [] if it is None else [it.value] if claim.judged_by is JudgedBy.ESTIMATE else [it.low, it.high]
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return replace(finding, reason=ClaimFault.NO_INTERVAL)
    judged = tuple(rounded(plain(value), claim.decimals) for value in known)
    is_met = all(map(claim.holds, judged))
    return replace(finding, outcome=Outcome.MET if is_met else Outcome.NOT_MET, judged=judged)


def _range(claim: Claim, before: Sequence[Finding]) -> Finding:
    """Whether the claimed range lies within the span of levels at which all that is claimed by level is met."""
    by_level: dict[Decimal, bool] = {}
    for finding in sorted((one for one in before if one.level is not None), key=lambda one: one.level or 0):
        level = finding.level or Decimal(0)
        by_level[level] = by_level.get(level, True) and finding.outcome is Outcome.MET
    found = span(by_level)
    lines = [one for one in before if one.claim.characteristic is Characteristic.LINEARITY]
    finding = Finding(claim, Outcome.NOT_MET, n=len(by_level), judged=found or ())
    if not by_level:
        return replace(finding, outcome=Outcome.NOT_ASSESSABLE, reason=ValidationFault.NO_DATA)
    if any(one.outcome is not Outcome.MET for one in lines):
        return replace(finding, reason=ClaimFault.LINEARITY_NOT_MET)
    if found is None or claim.low is None or claim.high is None:
        return replace(finding, reason=ClaimFault.NO_LEVEL_ACCEPTABLE)
    is_met = found[0] <= claim.low and claim.high <= found[1]
    return (
        replace(finding, outcome=Outcome.MET)
        if is_met
        else replace(finding, reason=ClaimFault.SPAN_TOO_SHORT)
    )
