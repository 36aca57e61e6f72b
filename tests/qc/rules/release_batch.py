"""A batch as the rules see it, and beside it the history of what was recorded."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from coi.rules.batches import BatchHold
from coi.rules.journey import Disposition
from people.rules.roles import Role
from people.rules.signatures import SignatureView
from qc.rules.blockers import Case
from qc.rules.criteria import Verdict
from qc.rules.exceptional import ExceptionalDossier, InquiryStanding, Now, Region, missing, state
from qc.rules.investigations import Inquiry, Investigation, LaboratoryCheck, investigation_digest
from qc.rules.investigations.attempts import attempts_of
from qc.rules.releases import Lifting, Way, ways_of
from qc.rules.results import ResultView
from qc.rules.specification import Specification, parse
from qc.rules.trail import Trail, TrailEntry, TrailKind
from tests.qc.rules.blockers_given import BATCH, DOSSIER, PROTOCOL

CRITERIA = {"CAR": "release", "STERILE": "interim", "FINAL": "final"}
PRODUCERS = frozenset({1, 2})
_EVERYTHING = frozenset(Role)
# Two who made it and hold every role, one who holds every role, and people of each kind.
PEOPLE = {
    1: _EVERYTHING,
    2: frozenset({Role.OPERATOR, Role.QA_REVIEWER, Role.QA_RELEASER}),
    3: frozenset({Role.ANALYST}),
    4: frozenset({Role.ANALYST, Role.QC_REVIEWER}),
    5: frozenset({Role.QC_REVIEWER}),
    6: frozenset({Role.QA_REVIEWER}),
    7: frozenset({Role.QA_RELEASER}),
    8: _EVERYTHING,
}
QC, QA = frozenset({Role.QC_REVIEWER}), frozenset({Role.QA_REVIEWER, Role.QA_RELEASER})


def _specification() -> Specification:
    words = {"sort": "quality", "method": "m", "choices": ["yes", "no"], "accepted": ["yes"]}
    lines = [{"code": code, "title": code, "timing": timing, **words} for code, timing in CRITERIA.items()]
    found, _faults = parse({"name": "S", "criteria": lines})
    assert found is not None
    return found


SPECIFICATION = _specification()
START = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Version:
    """Something that was recorded of an attempt at a criterion."""

    criterion: str
    attempt: int
    verdict: Verdict
    by: int
    at: datetime


@dataclass(frozen=True)
class Excuse:
    """A signature that took a failing attempt away, and all that it is judged by."""

    criterion: str
    attempt: int
    at: datetime
    signers: tuple[int, ...]
    tested_by: frozenset[int]
    found: frozenset[LaboratoryCheck]
    is_planned: bool


@dataclass
class Batch:
    """The batch as the rules see it, and what has been done to it."""

    disposition: Disposition = Disposition.IN_PROCESS
    results: list[ResultView] = field(default_factory=list)
    investigations: dict[str, Investigation] = field(default_factory=dict)
    holds: list[BatchHold] = field(default_factory=list)
    dossier: ExceptionalDossier | None = None
    trail: Trail = field(default_factory=Trail)
    signatures: list[SignatureView] = field(default_factory=list)
    clock: int = 0
    versions: list[Version] = field(default_factory=list)
    excuses: list[Excuse] = field(default_factory=list)
    released: list[tuple[Way, int, int]] = field(default_factory=list)

    # --- as the rules see it ----------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """Every look at the clock is an hour later."""
        self.clock += 1
        return START + timedelta(hours=self.clock)

    def noted(self, kind: TrailKind | None = None) -> None:
        """An entry of the journey, out of the ordinary if it has a kind."""
        last = self.trail.last + 1
        entries = (*self.trail.entries, TrailEntry(last, kind)) if kind is not None else self.trail.entries
        self.trail = replace(self.trail, entries=entries, last=last)

    def case(self) -> Case:
        """The batch as it is."""
        dossier = replace(
            DOSSIER, batch=replace(BATCH, disposition=self.disposition), holds=tuple(self.holds)
        )
        return Case(
            dossier,
            tuple(self.results),
            SPECIFICATION,
            PROTOCOL,
            investigations=tuple(self.investigations.values()),
            trail=self.trail,
        )

    def digest(self) -> str:
        """Of all that is signed for."""
        record = (self.results, self.investigations, self.holds, self.dossier, self.trail.entries)
        return sha256(repr(record).encode()).hexdigest()

    def failing(self) -> Now:
        """What a dossier is held against."""
        standing = {
            it.criterion: InquiryStanding.of(it, investigation_digest(it, self.attempts(it.criterion)))
            for it in self.investigations.values()
        }
        failed = {
            it.target.key for it in ways_of(self.case()).against[Way.RELEASE] if it.code == "failing_result"
        }
        return Now(frozenset(failed), standing)

    def lifting(self) -> Lifting | None:
        """The dossier as it stands."""
        if self.dossier is None:
            return None
        facts = self.failing()
        return Lifting(
            self.dossier, state(self.dossier, Region.EU, facts), missing(self.dossier, Region.EU, facts)
        )

    def ways(self):
        """Which releases are open; a final result is due in a fortnight."""
        due = {code: START + timedelta(days=14) for code in CRITERIA}
        return ways_of(self.case(), due, self.lifting())

    def attempts(self, criterion: str):
        """The attempts at a criterion."""
        return attempts_of(self.results, criterion)

    def of(self, criterion: str) -> list[Investigation]:
        """The investigations of a criterion."""
        return [it for it in self.investigations.values() if it.criterion == criterion]

    def inquiry(self, code: str) -> Inquiry:
        """An investigation with all that is known."""
        it = self.investigations[code]
        others = tuple(one for one in self.of(it.criterion) if one.code != code)
        return Inquiry(it, self.attempts(it.criterion), frozenset({"BAG1", "S2"}), others)
