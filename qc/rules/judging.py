"""The verdict of a criterion on a value, why there is none, and what was compared.

Nothing of what is computed here has to be kept but the verdict: when the weight changes, the value is judged again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from qc.rules import weights
from qc.rules.amounts import Amount, Facts, amounts
from qc.rules.calculations import NotComputable
from qc.rules.criterion import Criterion
from qc.rules.limits import Verdict, together
from qc.rules.values import NotTested, Parts, Quantity, Value, Word


class Hindrance(StrEnum):
    """Why a value has no verdict."""

    NOT_TESTED = "not_tested"
    WEIGHT_MISSING = "weight_missing"
    WEIGHT_TOO_OLD = "weight_too_old"
    WEIGHT_AFTER_THE_MOMENT = "weight_after_the_moment"
    WEIGHT_USED_MISSING = "weight_used_missing"
    WEIGHT_OUTSIDE_BANDS = "weight_outside_bands"
    VOLUME_MISSING = "volume_missing"
    HOURS_MISSING = "hours_missing"
    INCUBATION_MISSING = "incubation_missing"
    READ_TOO_EARLY = "read_too_early"
    BOUND_UNDECIDED = "bound_undecided"
    NOT_COMPUTABLE = "not_computable"


@dataclass(frozen=True)
class Assessment:
    """A verdict, why there is none, and what was compared."""

    verdict: Verdict
    hindrances: tuple[Hindrance, ...] = ()
    amounts: tuple[Amount, ...] = ()


def judge(criterion: Criterion, value: Value, facts: Facts | None = None) -> Verdict:
    """The verdict of a criterion on a value that `read_value` gave for it."""
    return assess(criterion, value, facts).verdict


def assess(criterion: Criterion, value: Value, facts: Facts | None = None) -> Assessment:
    """The verdict with its reasons. Without facts, whatever needs some is not judged: never a pass by default."""
    if isinstance(value, NotTested):
        return Assessment(Verdict.NOT_JUDGED, (Hindrance.NOT_TESTED,))
    if not criterion.is_judged:
        return Assessment(Verdict.NOT_JUDGED)
    if isinstance(value, Word):
        verdict = Verdict.PASS if value.text in criterion.accepted else Verdict.FAIL
        return _in_time(criterion, Assessment(verdict), facts)
    lacking = hindrances(criterion, facts)
    found = Assessment(Verdict.NOT_JUDGED, lacking) if lacking else _of_numbers(criterion, value, facts)
    return _in_time(criterion, found, facts)


def hindrances(criterion: Criterion, facts: Facts | None) -> tuple[Hindrance, ...]:
    """Everything that is not known, or not usable, of what a number of this criterion is judged by."""
    found = _of_weight(criterion, facts) if criterion.needs_weight else []
    needed = (
        (criterion.needs_weight_used, facts and facts.weight_used_kg, Hindrance.WEIGHT_USED_MISSING),
        (criterion.needs_volume, facts and facts.volume_ml, Hindrance.VOLUME_MISSING),
        (criterion.needs_hours, facts and facts.hours, Hindrance.HOURS_MISSING),
    )
    return (*found, *(code for is_needed, known, code in needed if is_needed and known is None))


def _of_weight(criterion: Criterion, facts: Facts | None) -> list[Hindrance]:
    if facts is None or facts.weight is None:
        return [Hindrance.WEIGHT_MISSING]
    fault = weights.hindrance(facts.weight, facts.at, criterion.weight_max_age_days or 0)
    if fault is not None:
        return [Hindrance(str(fault))]
    bands = criterion.dose.bands if criterion.dose is not None else ()
    is_outside = (
        bool(bands) and criterion.dose is not None and criterion.dose.band_at(facts.weight.kg) is None
    )
    return [Hindrance.WEIGHT_OUTSIDE_BANDS] if is_outside else []


def earliest_reading(criterion: Criterion, incubated_at: datetime) -> datetime:
    """From when on a reading counts as a pass: that moment itself does."""
    return incubated_at + timedelta(hours=criterion.not_before_hours or 0)


def _in_time(criterion: Criterion, found: Assessment, facts: Facts | None) -> Assessment:
    """What is read too early is no pass yet. Growth is growth however early it is seen."""
    if criterion.not_before_hours is None or found.verdict is not Verdict.PASS:
        return found
    if facts is None or facts.incubated_at is None or facts.read_at is None:
        return Assessment(Verdict.NOT_JUDGED, (Hindrance.INCUBATION_MISSING,), found.amounts)
    if facts.read_at < earliest_reading(criterion, facts.incubated_at):
        return Assessment(Verdict.NOT_JUDGED, (Hindrance.READ_TOO_EARLY,), found.amounts)
    return found


def _of_numbers(criterion: Criterion, value: Quantity | Parts, facts: Facts | None) -> Assessment:
    try:
        compared = amounts(criterion, value, facts)
    except NotComputable:
        return Assessment(Verdict.NOT_JUDGED, (Hindrance.NOT_COMPUTABLE,))
    verdict = together(tuple(amount.verdict for amount in compared))
    undecided = (Hindrance.BOUND_UNDECIDED,) if verdict is Verdict.NOT_JUDGED else ()
    return Assessment(verdict, undecided, compared)
