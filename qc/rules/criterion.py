"""One line of a specification: what is measured, when it has to be there, and what it is held against."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from qc.rules import units
from qc.rules.dose import Dose
from qc.rules.limits import Limit, Range
from qc.rules.replicates import Replicates


class Timing(StrEnum):
    """When a result has to be there: while the batch is made, for the release, as a reading ahead for it, after it."""

    IN_PROCESS = "in_process"
    RELEASE = "release"
    INTERIM = "interim"
    FINAL = "final"


class Sort(StrEnum):
    """What is reported: a number with limits, one of a set of words, or anything, without a verdict."""

    QUANTITY = "quantity"
    QUALITY = "quality"
    REPORT = "report"


class Basis(StrEnum):
    """What the limits are of: the reported quantity itself, or what a patient gets of it per kg (and hour)."""

    ABSOLUTE = "absolute"
    PER_KG = "per_kg"
    PER_KG_HOUR = "per_kg_hour"


class ReportedAs(StrEnum):
    """What is reported of a quantity that is judged per kg or as a dose: all of it, per kg, or per mL."""

    ABSOLUTE = "absolute"
    PER_KG = "per_kg"
    PER_ML = "per_ml"


class NotTestedReason(StrEnum):
    """Why there is no result, and none will come."""

    INSUFFICIENT_SAMPLE = "insufficient_sample"
    INSTRUMENT_FAILURE = "instrument_failure"
    SAMPLE_LOST = "sample_lost"
    NOT_APPLICABLE = "not_applicable"
    WAIVED_BY_PROTOCOL = "waived_by_protocol"


class Effect(StrEnum):
    """What a failing criterion of starting material leads to."""

    EXTRA_SELECTION = "extra_selection"
    EXTEND_CULTURE = "extend_culture"
    COLLECT_AGAIN = "collect_again"
    REDUCE_DOSE = "reduce_dose"
    PHYSICIAN_DECIDES = "physician_decides"


@dataclass(frozen=True)
class Criterion:
    """One line of a specification.

    `unit` is that of the reported value; `limit_unit` that of the limits, where these are per kg. `possible_low` and
    `possible_high` bound what can be reported at all: 955 % is a slip of the pen, not a pass. `method_version`: at
    least this version of the method (None: any). `final`: the code of the criterion that an interim reading runs ahead
    of; `not_before_hours`: the fewest hours after the start of incubation at which a reading counts as a pass.
    """

    code: str
    title: str
    sort: Sort
    timing: Timing
    method: str
    unit: str = ""
    decimals: int = 0
    low: Limit | None = None
    high: Limit | None = None
    possible_low: Decimal | None = None
    possible_high: Decimal | None = None
    choices: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    source: str = ""
    method_version: int | None = None
    final: str = ""
    not_before_hours: int | None = None
    basis: Basis = Basis.ABSOLUTE
    reported_as: ReportedAs = ReportedAs.ABSOLUTE
    weight_max_age_days: int | None = None
    dose: Dose | None = None
    replicates: Replicates | None = None
    may_be_not_tested: tuple[NotTestedReason, ...] = ()
    effect: Effect | None = None

    @property
    def is_needed_for_release(self) -> bool:
        """Whether a release (of starting material: its acceptance) waits for it."""
        return self.timing is not Timing.FINAL

    @property
    def is_judged(self) -> bool:
        """Whether a result of it has a verdict."""
        return self.sort is not Sort.REPORT

    @property
    def range(self) -> Range:
        """Its own limits, as numbers are held against them."""
        return Range(self.low, self.high, self.decimals, self.possible_low, self.possible_high)

    @property
    def is_of_patient(self) -> bool:
        """Whether it is about what a patient gets, and not about the product alone."""
        return self.basis is not Basis.ABSOLUTE or self.dose is not None

    @property
    def needs_weight(self) -> bool:
        """Whether nothing can be judged without a dated body weight."""
        return self.basis is not Basis.ABSOLUTE or (self.dose is not None and self.dose.needs_weight)

    @property
    def needs_weight_used(self) -> bool:
        """Whether the weight has to be known that the reported value was divided by."""
        return self.is_of_patient and self.reported_as is ReportedAs.PER_KG

    @property
    def needs_volume(self) -> bool:
        """Whether the volume that a patient gets has to be known, in mL."""
        return self.is_of_patient and self.reported_as is ReportedAs.PER_ML

    @property
    def needs_hours(self) -> bool:
        """Whether it has to be known within how many hours it is given."""
        return self.basis is Basis.PER_KG_HOUR

    @property
    def amount_unit(self) -> str:
        """The unit of all that a patient gets: of a dose in cells per mL, cells."""
        return amount_unit(self.unit, self.reported_as) if self.is_of_patient else self.unit

    @property
    def limit_unit(self) -> str:
        """The unit of its own limits; a dose's windows name theirs."""
        return f"{self.amount_unit}{_PER[self.basis]}"


def amount_unit(unit: str, reported_as: ReportedAs) -> str:
    """The unit of all of it, of a quantity that is reported in `unit`."""
    return units.without(unit, _ENDINGS[reported_as])


_ENDINGS: Mapping[ReportedAs, str] = {
    ReportedAs.ABSOLUTE: "",
    ReportedAs.PER_KG: units.PER_KG,
    ReportedAs.PER_ML: units.PER_ML,
}
_PER: Mapping[Basis, str] = {
    Basis.ABSOLUTE: "",
    Basis.PER_KG: units.PER_KG,
    Basis.PER_KG_HOUR: f"{units.PER_KG}{units.PER_HOUR}",
}
