"""A batch on which anybody may try anything, in any order: the rules say what is done, a history what has been done.

The history is kept apart from what the rules see, so that what they allowed can be judged by it alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from coi.rules.batches import BatchHold
from coi.rules.journey import Disposition
from people.rules.roles import QA, Role
from people.rules.signatures import Meaning, SignatureView
from qc.rules.blockers import Case, against_review, against_submission
from qc.rules.criteria import Verdict
from qc.rules.exceptional import (
    Acceptance,
    Consent,
    Decision,
    ExceptionalDossier,
    Held,
    InquiryStanding,
    Notice,
    NoticeKind,
    Now,
    Part,
    Region,
    Request,
    Setting,
    Statement,
    against_decision,
    against_part,
    missing,
    state,
)
from qc.rules.investigations import (
    Answer,
    Cause,
    Check,
    Finding,
    Inquiry,
    Investigation,
    InvestigationState,
    LaboratoryCheck,
    Outcome,
    Plan,
    ResampleReason,
    Who,
    against_attempt,
    against_cause,
    against_conclusion,
    against_correction,
    against_escalation,
    against_finding,
    against_opening,
    against_plan,
    against_starting,
    investigation_digest,
)
from qc.rules.investigations.attempts import attempts_of
from qc.rules.releases import LEADS_TO, Lifting, Signing, Way, against_completion, against_way, ways_of
from qc.rules.results import AttemptKind, ResultView
from qc.rules.specification import Specification, parse
from qc.rules.subjects import takes
from qc.rules.trail import Trail, TrailEntry, TrailKind, TrailReview, against_trail_review
from tests.qc.rules.test_blockers import BATCH, DOSSIER, PROTOCOL, result

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
QC = frozenset({Role.QC_REVIEWER})


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
class World:
    """The batch, and its history."""

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

    # --- results ----------------------------------------------------------------------------------------------------

    def _record(self, found: ResultView) -> None:
        at = self.now()
        found = replace(found, id=f"r{len(self.results)}", tested_at=at, recorded_at=at)
        self.results.append(found)
        self.versions.append(Version(found.criterion, found.attempt, found.verdict, found.analyst_id, at))
        if self.disposition is Disposition.IN_PROCESS:
            self.disposition = Disposition.TESTING

    def takes(self, criterion: str) -> bool:
        """Whether the batch still takes a result of it."""
        found = SPECIFICATION.criterion(criterion)
        return found is not None and takes(self.disposition, found) is None

    def record(self, criterion: str, verdict: Verdict, by: int) -> bool:
        """The first result of a criterion."""
        is_there = any(r.criterion == criterion for r in self.results)
        if is_there or Role.ANALYST not in PEOPLE[by] or not self.takes(criterion):
            return False
        more = {"reviewer_id": None, "reviewed_at": None}
        self._record(result(criterion, verdict, analyst_id=by, container="BAG1", **more))
        self.noted()
        return True

    def correct(self, criterion: str, number: int, verdict: Verdict, by: int) -> bool:
        """Another version of an attempt."""
        found = next((a for a in self.attempts(criterion) if a.number == number), None)
        old = next((r for r in self.results if found is not None and r.id == found.result), None)
        if found is None or old is None or Role.ANALYST not in PEOPLE[by] or not self.takes(criterion):
            return False
        if against_correction(found, verdict, self.of(criterion)):
            return False
        self.results = [replace(r, is_current=False) if r is old else r for r in self.results]
        more = {"reviewer_id": None, "reviewed_at": None, "reason": "calculation", "supersedes": old.id}
        self._record(replace(old, verdict=verdict, version=old.version + 1, analyst_id=by, **more))
        self.noted(TrailKind.CORRECTION)
        return True

    def look_over(self, by: int) -> bool:
        """Every result that somebody else has recorded."""
        if Role.QC_REVIEWER not in PEOPLE[by]:
            return False
        at = self.now()
        self.results = [
            replace(r, reviewer_id=by, reviewed_at=at)
            if r.is_current and not r.is_reviewed and r.analyst_id != by
            else r
            for r in self.results
        ]
        self.noted()
        return True

    # --- investigations ---------------------------------------------------------------------------------------------

    def open(self, criterion: str, number: int, by: int) -> bool:
        """An investigation of an attempt."""
        found = next((a for a in self.attempts(criterion) if a.number == number), None)
        if found is None or against_opening(found, self.of(criterion), Who(by, PEOPLE[by])):
            return False
        code = f"OOS-{len(self.investigations) + 1}"
        self.investigations[code] = Investigation(
            code,
            "B1",
            criterion,
            number,
            found.container,
            found.analyst_id,
            self.now(),
            by,
            producers=PRODUCERS,
        )
        self.noted()
        return True

    def start(self, code: str, by: int) -> bool:
        """The first phase."""
        if against_starting(self.inquiry(code), Who(by, PEOPLE[by])):
            return False
        return self._change(code, state=InvestigationState.PHASE_1)

    def answer(self, code: str, checks: Iterable[Check], answer: Answer, by: int) -> bool:
        """The same answer to several checks."""
        findings = [Finding(check, answer, by, self.now(), "n") for check in checks]
        if any(against_finding(self.inquiry(code), it, Who(by, PEOPLE[by])) for it in findings):
            return False
        return self._change(code, findings=(*self.investigations[code].findings, *findings))

    def assign(self, code: str, check: LaboratoryCheck, by: int) -> bool:
        """The cause."""
        cause = Cause(check, by, self.now(), "n")
        if against_cause(self.inquiry(code), cause, Who(by, PEOPLE[by])):
            return False
        return self._change(code, cause=cause)

    def escalate(self, code: str, by: int) -> bool:
        """The second phase."""
        if against_escalation(self.inquiry(code), Who(by, PEOPLE[by])):
            return False
        return self._change(code, state=InvestigationState.PHASE_2)

    def plan(self, code: str, kind: AttemptKind, number: int, by: int) -> bool:
        """More tests."""
        is_sample = kind is AttemptKind.RESAMPLE
        plan = Plan(
            kind,
            number,
            containers=("S2",) if is_sample else (),
            reason=ResampleReason.LOST if is_sample else None,
            authorised_by=by,
            authorised_at=self.now(),
        )
        if against_plan(self.inquiry(code), plan, Who(by, PEOPLE[by])):
            return False
        return self._change(code, plans=(*self.investigations[code].plans, plan))

    def test_again(self, code: str, kind: AttemptKind, verdict: Verdict, by: int) -> bool:
        """One more test."""
        it = self.investigations[code]
        container = it.container if kind is AttemptKind.RETEST else "S2"
        against = against_attempt(self.inquiry(code), kind, container, self.now(), Who(by, PEOPLE[by]))
        if against or not self.takes(it.criterion):
            return False
        number = 1 + max(r.attempt for r in self.results if r.criterion == it.criterion)
        about = {"attempt": number, "attempt_kind": kind, "container": container, "reference": code}
        unseen = {"reviewer_id": None, "reviewed_at": None}
        self._record(result(it.criterion, verdict, analyst_id=by, **about, **unseen))
        self.noted()
        return True

    def conclude(self, code: str, outcome: Outcome, signers: tuple[int, ...]) -> bool:
        """The end."""
        inquiry, who = self.inquiry(code), tuple(Who(by, PEOPLE[by]) for by in signers)
        if against_conclusion(inquiry, outcome, who):
            return False
        at, it = self.now(), inquiry.investigation
        if outcome is Outcome.LABORATORY_ERROR:
            made = [a for a in inquiry.attempts if a.number == it.attempt or a.investigation == code]
            last = {finding.check: finding.answer for finding in it.findings}
            found = frozenset(check for check in LaboratoryCheck if last.get(check) is Answer.NOT_IN_ORDER)
            tested = frozenset(a.analyst_id for a in made)
            self.excuses.append(Excuse(it.criterion, it.attempt, at, signers, tested, found, bool(it.plans)))
        ended = {"concluded_at": at, "concluded_by": signers, "outcome": outcome}
        return self._change(code, state=InvestigationState.CONCLUDED, **ended)

    def _change(self, code: str, **more) -> bool:
        self.investigations[code] = replace(self.investigations[code], **more)
        self.noted()
        return True

    # --- the dossier ------------------------------------------------------------------------------------------------

    def begin_dossier(self, criteria: tuple[str, ...], by: int) -> bool:
        """Name the criteria as their investigations are now."""
        facts = self.failing()
        held = tuple(
            Held(code, facts.investigations[code].code, facts.investigations[code].digest)
            for code in criteria
            if code in facts.investigations
        )
        notices = tuple(
            Notice(kind, due_at=self.now()) for kind in (NoticeKind.SPONSOR, NoticeKind.COMPETENT_AUTHORITY)
        )
        old = self.dossier or ExceptionalDossier("B1", Setting.TRIAL, producers=PRODUCERS)
        return self._write(old, Part.CRITERIA, by, held=held, notices=notices)

    def write(self, part: Part, by: int) -> bool:
        """One part."""
        if self.dossier is None:
            return False
        at = self.now()
        more = {
            Part.RISK: {"risk": Statement("n", by, at)},
            Part.ALTERNATIVES: {"alternatives": Statement("n", by, at)},
            Part.REQUEST: {"request": Request("n", at, "f")},
            Part.ACCEPTANCE: {"acceptance": Acceptance(at, at, "f")},
            Part.CONSENT: {"consent": Consent(True, at, "f")},
        }
        return part in more and self._write(self.dossier, part, by, **more[part])

    def _write(self, old: ExceptionalDossier, part: Part, by: int, **more) -> bool:
        if against_part(old, part, Who(by, PEOPLE[by])):
            return False
        self.dossier = replace(old, **more)
        self.noted()
        return True

    def decide_dossier(self, is_approved: bool, by: int) -> bool:
        """Quality's decision on it."""
        lifting = self.lifting()
        if lifting is None or self.dossier is None:
            return False
        who = Who(by, PEOPLE[by])
        if against_decision(self.dossier, lifting.missing, is_approved=is_approved, who=who):
            return False
        self.dossier = replace(self.dossier, decision=Decision(is_approved, by, self.now()))
        self.noted()
        return True

    # --- quality ----------------------------------------------------------------------------------------------------

    def hold(self) -> bool:
        """Somebody is in doubt."""
        self.holds.append(BatchHold(f"h{len(self.holds)}", "BAG1", "quality", self.now(), None))
        self.noted(TrailKind.CHANGE)
        return True

    def unhold(self) -> bool:
        """Nobody is any more."""
        self.holds = [replace(it, released_at=it.released_at or self.now()) for it in self.holds]
        self.noted(TrailKind.CHANGE)
        return True

    def look_trail_over(self, by: int) -> bool:
        """Up to the last entry."""
        if QA.isdisjoint(PEOPLE[by]) or against_trail_review(self.trail, self.trail.last, by, PRODUCERS):
            return False
        reviews = (*self.trail.reviews, TrailReview(by, str(by), self.trail.last))
        self.trail = replace(self.trail, reviews=reviews)
        return True

    def submit(self) -> bool:
        """From the laboratory to quality."""
        if against_submission(self.case()):
            return False
        self.disposition = Disposition.QA_REVIEW
        return True

    def review(self, by: int) -> bool:
        """The first signature. Of a batch that was released conditionally, too."""
        if Role.QA_REVIEWER not in PEOPLE[by] or against_review(self.case(), by):
            return False
        self._sign(by, Meaning.REVIEW)
        return True

    def release(self, way: Way, by: int) -> bool:
        """The second signature."""
        if Role.QA_RELEASER not in PEOPLE[by]:
            return False
        if against_way(self.case(), self.ways(), way, self._signing(by)):
            return False
        return self._let_go(way, by)

    def complete(self, by: int) -> bool:
        """A conditional release becomes an outright one."""
        if Role.QA_RELEASER not in PEOPLE[by]:
            return False
        if against_completion(self.case(), self.ways(), self._signing(by)):
            return False
        return self._let_go(Way.RELEASE, by)

    def _let_go(self, way: Way, by: int) -> bool:
        self.disposition = LEADS_TO[way]
        reviewer = next(it.signer_id for it in reversed(self.signatures) if it.meaning is Meaning.REVIEW)
        self.released.append((way, reviewer, by))
        self._sign(by, Meaning.RELEASE)
        return True

    def _signing(self, by: int) -> Signing:
        return Signing(by, tuple(self.signatures), self.digest())

    def _sign(self, by: int, meaning: Meaning) -> None:
        self.signatures.append(
            SignatureView(
                f"s{len(self.signatures)}",
                by,
                str(by),
                meaning,
                self.now(),
                "UTC",
                "password",
                "batch",
                "B1",
                self.digest(),
            )
        )

    # --- judged by the history alone --------------------------------------------------------------------------------

    def excuse_of(self, criterion: str, number: int, failed_at: datetime) -> Excuse | None:
        """A lawful signature that takes this failing version away."""
        for it in self.excuses:
            is_of_it = (it.criterion, it.attempt) == (criterion, number) and it.at >= failed_at
            people = set(it.signers)
            is_lawful = (
                people.isdisjoint(it.tested_by | PRODUCERS)
                and bool(it.found)
                and any(
                    not QC.isdisjoint(PEOPLE[one]) and not QA.isdisjoint(PEOPLE[other])
                    for one in people
                    for other in people - {one}
                )
            )
            if is_of_it and is_lawful:
                return it
        return None

    def is_met(self, criterion: str) -> bool:
        """Whether the history holds a result that meets a criterion, and none that fails it and still stands."""
        alive = []
        for number in {it.attempt for it in self.versions if it.criterion == criterion}:
            own = [it for it in self.versions if (it.criterion, it.attempt) == (criterion, number)]
            failed = [it.at for it in own if it.verdict is Verdict.FAIL]
            if not failed:
                alive.append(own[-1])
                continue
            excuse = self.excuse_of(criterion, number, max(failed))
            if excuse is None:
                return False
            if not excuse.is_planned and own[-1].at <= excuse.at:
                alive.append(own[-1])
        return bool(alive) and all(it.verdict is Verdict.PASS for it in alive)

    def is_unseen(self) -> bool:
        """Whether somebody's own word is all there is for a result."""
        current = [r for r in self.results if r.is_current]
        return any(r.reviewer_id in (None, r.analyst_id) for r in current)

    def is_recorded(self, criterion: str) -> bool:
        """Whether there is any result of it."""
        return any(it.criterion == criterion for it in self.versions)

    def is_excepted(self, criterion: str) -> bool:
        """Whether an approved dossier names it, and it was investigated to an end that leaves it failing."""
        it = self.dossier
        if it is None or it.decision is None or not it.decision.is_approved:
            return False
        parts = (it.risk, it.alternatives, it.request, it.acceptance, it.consent)
        ended = [one for one in self.of(criterion) if one.state is InvestigationState.CONCLUDED]
        is_stood_by = any(one.outcome in (Outcome.CONFIRMED, Outcome.INCONCLUSIVE) for one in ended)
        authors = {one.by for one in (it.risk, it.alternatives) if one is not None}
        is_lawful = it.decision.by not in PRODUCERS | authors and Role.QA_RELEASER in PEOPLE[it.decision.by]
        is_whole = all(part is not None for part in parts) and is_lawful and is_stood_by
        return criterion in it.criteria and is_whole and it.batch == "B1"
