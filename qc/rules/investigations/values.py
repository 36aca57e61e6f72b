"""An investigation of a result out of specification as values: what is looked at, planned, tried and found."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from people.rules.rights import Right
from people.rules.roles import Role
from qc.rules.criteria import Verdict
from qc.rules.results import AttemptKind


class InvestigationState(StrEnum):
    """Where it stands."""

    OPENED = "opened"
    PHASE_1 = "phase_1"
    PHASE_2 = "phase_2"
    CONCLUDED = "concluded"


class LaboratoryCheck(StrEnum):
    """What the laboratory looks at in the first phase; each is answered."""

    SAMPLE_IDENTITY = "sample_identity"
    CALCULATION = "calculation"
    INSTRUMENT = "instrument"
    REAGENTS = "reagents"
    STANDARD = "standard"
    TECHNIQUE = "technique"
    SUITABILITY = "suitability"
    SAMPLE_KEPT = "sample_kept"


class ProductionCheck(StrEnum):
    """What quality looks at in the second phase; each is answered."""

    BATCH_RECORD = "batch_record"
    PARAMETERS = "parameters"
    STARTING_MATERIAL = "starting_material"
    MATERIALS = "materials"
    EQUIPMENT = "equipment"
    ENVIRONMENT = "environment"
    PEOPLE = "people"
    SAMPLING = "sampling"
    DEVIATIONS = "deviations"
    OTHER_BATCHES = "other_batches"


Check = LaboratoryCheck | ProductionCheck

# There is always a sample and always a record of how it was kept: these are in order or they are not.
ALWAYS_APPLY: frozenset[Check] = frozenset(
    {LaboratoryCheck.SAMPLE_IDENTITY, LaboratoryCheck.CALCULATION, LaboratoryCheck.SAMPLE_KEPT}
)


class Answer(StrEnum):
    """What was found."""

    IN_ORDER = "in_order"
    NOT_IN_ORDER = "not_in_order"
    NOT_APPLICABLE = "not_applicable"


class Experiment(StrEnum):
    """How a hypothesis is tried on what is left of the test. What is measured by it is never a result."""

    READ_AGAIN = "read_again"
    CALCULATED_AGAIN = "calculated_again"
    MEASURED_AGAIN = "measured_again"
    DILUTED_AGAIN = "diluted_again"
    OTHER_INSTRUMENT = "other_instrument"
    FRESH_REAGENT = "fresh_reagent"


class Support(StrEnum):
    """What an experiment says of its hypothesis."""

    SUPPORTED = "supported"
    REFUTED = "refuted"
    UNCLEAR = "unclear"


class Outcome(StrEnum):
    """What an investigation comes to. Only the first takes the failing result away."""

    LABORATORY_ERROR = "laboratory_error"
    CONFIRMED = "confirmed"
    INCONCLUSIVE = "inconclusive"


class ResampleReason(StrEnum):
    """Why another sample may be tested."""

    NOT_REPRESENTATIVE = "not_representative"
    LOST = "lost"
    INSUFFICIENT = "insufficient"
    PROTOCOL_ALLOWS = "protocol_allows"


@dataclass(frozen=True)
class Finding:
    """The answer to one check. `remark` refers to what was written about it."""

    check: Check
    answer: Answer
    by: int
    at: datetime
    remark: str = ""


@dataclass(frozen=True)
class Hypothesis:
    """An error that was supposed (by the check that it would show in), how it was tried, and what came of it."""

    check: LaboratoryCheck
    experiment: Experiment
    support: Support
    by: int
    at: datetime
    remark: str = ""


@dataclass(frozen=True)
class Cause:
    """The error that the failing result is assigned to: a check that was found not in order."""

    check: LaboratoryCheck
    by: int
    at: datetime
    remark: str = ""


@dataclass(frozen=True)
class Plan:
    """How often is tested again, of which samples and by whom, said and authorised before the first of it."""

    kind: AttemptKind
    number: int
    by_another: bool = True
    containers: tuple[str, ...] = ()
    reason: ResampleReason | None = None
    authorised_by: int = 0
    authorised_at: datetime | None = None


@dataclass(frozen=True)
class Attempt:
    """One attempt at a criterion's result, in its version that counts.

    `recorded_at` is of its first version, `version_at` of this one. `failed_at` is when the last version was recorded
    that does not meet the criterion, whether or not a correction came after it (None: none ever failed).
    `investigation` is the code of the one by whose plan it was made (empty for the first attempt).
    """

    number: int
    kind: AttemptKind
    criterion: str
    container: str
    analyst_id: int
    verdict: Verdict
    tested_at: datetime
    recorded_at: datetime
    version_at: datetime
    failed_at: datetime | None = None
    investigation: str = ""
    is_reviewed: bool = False
    result: str = ""


@dataclass(frozen=True)
class Investigation:
    """One investigation of one failing attempt at the result of one criterion of one subject.

    `producers` are the people who made the subject: they are not quality. `digest` is over the whole of it.
    """

    code: str
    subject: str
    criterion: str
    attempt: int
    container: str
    analyst_id: int
    opened_at: datetime
    opened_by: int
    state: InvestigationState = InvestigationState.OPENED
    findings: tuple[Finding, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    cause: Cause | None = None
    plans: tuple[Plan, ...] = ()
    outcome: Outcome | None = None
    concluded_at: datetime | None = None
    concluded_by: tuple[int, ...] = ()
    producers: frozenset[int] = frozenset()

    @property
    def is_open(self) -> bool:
        """Whether it has not been concluded."""
        return self.state is not InvestigationState.CONCLUDED

    @property
    def is_laboratory_error(self) -> bool:
        """Whether it was concluded that the failing result is the laboratory's error."""
        return not self.is_open and self.outcome is Outcome.LABORATORY_ERROR

    def finding(self, check: Check) -> Finding | None:
        """The last answer to a check; earlier ones are history."""
        return next((finding for finding in reversed(self.findings) if finding.check is check), None)

    def is_faulty(self, *checks: Check) -> bool:
        """Whether any of these was found not in order."""
        found = [self.finding(check) for check in checks]
        return any(it is not None and it.answer is Answer.NOT_IN_ORDER for it in found)

    def unanswered(self, checks: Iterable[Check]) -> tuple[Check, ...]:
        """Those of the checks that nobody has answered."""
        return tuple(check for check in checks if self.finding(check) is None)

    def plan(self, kind: AttemptKind) -> Plan | None:
        """The plan by which attempts of this kind are made."""
        return next((plan for plan in self.plans if plan.kind is kind), None)


@dataclass(frozen=True)
class Policy:
    """What the house's procedure sets: how often is tested again at most, and by whom.

    `may_resample`: whether the protocol allows another sample without its being shown that the first was none.
    `most_invalidated`: how many results of one criterion may be the laboratory's error before that is no answer.
    """

    most_retests: int = 3
    most_resamples: int = 2
    is_retest_by_another: bool = True
    may_resample: bool = False
    most_invalidated: int = 2


@dataclass(frozen=True)
class Inquiry:
    """An investigation with what its next step is judged by.

    `attempts` are all at the result of its criterion; `sources` the codes of the containers of its subject;
    `others` the other investigations of that criterion and subject.
    """

    investigation: Investigation
    attempts: tuple[Attempt, ...] = ()
    sources: frozenset[str] = frozenset()
    others: tuple[Investigation, ...] = ()
    policy: Policy = Policy()

    @property
    def analysts(self) -> frozenset[int]:
        """Who made the tests that it is about: nobody judges their own."""
        own = {self.investigation.attempt}
        code = self.investigation.code
        made = {a.analyst_id for a in self.attempts if a.number in own or a.investigation == code}
        return frozenset(made | {self.investigation.analyst_id})


@dataclass(frozen=True)
class Who:
    """A person, by their number, and the roles that they hold at the site."""

    person: int
    roles: frozenset[Role]

    def may(self, right: Right) -> bool:
        """Whether the right is theirs there."""
        return not self.roles.isdisjoint(right.roles)
