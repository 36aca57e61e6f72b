"""A batch on which anybody may try anything, in any order: the rules say what is done, a history what has been done.

The history is kept apart from what the rules see, so that what they allowed can be judged by it alone.
"""

from collections.abc import Iterable
from dataclasses import replace

from coi.rules.batches import BatchHold
from coi.rules.journey import Disposition
from people.rules.roles import QA, Role
from people.rules.signatures import Meaning, SignatureView
from qc.rules.blockers import against_review, against_submission
from qc.rules.criteria import Verdict
from qc.rules.exceptional import (
    Acceptance,
    Consent,
    Decision,
    ExceptionalDossier,
    Held,
    Notice,
    NoticeKind,
    Part,
    Request,
    Setting,
    Statement,
    against_decision,
    against_part,
)
from qc.rules.investigations import (
    Answer,
    Cause,
    Check,
    Finding,
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
)
from qc.rules.releases import LEADS_TO, Signing, Way, against_completion, against_way
from qc.rules.results import AttemptKind, ResultView
from qc.rules.subjects import takes
from qc.rules.trail import TrailKind, TrailReview, against_trail_review
from tests.qc.rules.blockers_given import result
from tests.qc.rules.release_batch import PEOPLE, PRODUCERS, SPECIFICATION, Excuse, Version
from tests.qc.rules.release_history import Judged


class World(Judged):
    """The batch, and all that anybody may try: whether it was done."""

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
