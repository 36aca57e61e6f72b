"""An investigation as its page shows it: every part in words, and the forms of what the reader may do now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ledger import registry
from ledger import selectors as ledger
from people.rules.authority import Person
from people.rules.rights import Right
from qc import selectors
from qc.events import Event
from qc.forms import investigation_words as words
from qc.forms import texts
from qc.forms.investigations import CauseForm, CheckForm, ConcludeForm, HypothesisForm, OutcomeForm, PlanForm
from qc.forms.pages import WritingForm
from qc.rules import investigations as rules
from qc.rules.investigations import (
    Answer,
    Attempt,
    Check,
    Finding,
    Inquiry,
    InvestigationRefusal,
    InvestigationState,
    LaboratoryCheck,
    NextStep,
    Outcome,
    ProductionCheck,
    Who,
    reportable,
)
from qc.rules.results import AttemptKind, ResultView
from qc.selectors import InvestigationPage

Forms = Mapping[str, WritingForm]
_OF_THE_PERSON = frozenset({InvestigationRefusal.BY_ITS_ANALYST, InvestigationRefusal.BY_A_PRODUCER})


@dataclass(frozen=True)
class Said:
    """Something that somebody found, in words, and by whom."""

    mark: str
    text: str
    remark: str
    by: str
    at: datetime
    is_fault: bool = False
    about: str = ""


@dataclass(frozen=True)
class CheckShown:
    """One check with its answers, the last of which counts, and the form of another one."""

    code: str
    title: str
    answer: Said | None
    earlier: tuple[Said, ...]
    form: CheckForm | None


@dataclass(frozen=True)
class AttemptShown:
    """One attempt at the result, its version that counts and those before it."""

    kind: str
    result: ResultView
    unit: str
    mark: str
    verdict: str
    earlier: tuple[ResultView, ...]
    is_investigated: bool
    counts: bool


@dataclass(frozen=True)
class PlanShown:
    """A plan, and how many of its tests were made."""

    kind: str
    code: str
    plan: rules.Plan
    reason: str
    by: str
    made: int
    may_test: bool


class InquiryShown:
    """Everything that the template asks for, for one reader."""

    def __init__(self, page: InvestigationPage, reader: Person, now: datetime, bound: Forms | None = None):
        self.page, self.view, self.now = page, page.view, now
        self.it, self.inquiry = page.view.rules, page.inquiry
        self.roles = reader.roles(page.view.site, now)
        self.who = Who(reader.user_id, self.roles)
        self.bound = bound or {}
        self.words = selectors.written_words(page.view)
        self.counted = reportable(self.inquiry.attempts, self._all())

    def _all(self) -> Sequence[rules.Investigation]:
        return (self.inquiry.investigation, *self.inquiry.others)

    # -- what comes next ----------------------------------------------------------------------------------------------

    @property
    def next_step(self) -> NextStep:
        """What it waits for."""
        return rules.next_step(self.inquiry, is_proposed=self.page.is_proposed)

    @property
    def next_words(self) -> Sequence[Any]:
        """Who does what."""
        return words.NEXT[self.next_step]

    @property
    def hindrance(self) -> str:
        """Why this reader, who holds a role for it, may not take part in judging; empty where they may."""
        if not self.it.is_open or not self.who.may(Right.ESCALATE_INVESTIGATION):
            return ""
        found = set(rules.against_escalation(self.inquiry, self.who)) & _OF_THE_PERSON
        return str(words.REFUSALS[sorted(found)[0]]) if found else ""

    @property
    def state(self) -> Sequence[Any]:
        """Where it stands."""
        return words.STATES[self.it.state]

    @property
    def is_late(self) -> bool:
        """Whether its next date has passed."""
        return self.view.is_late(self.now)

    # -- what was found -----------------------------------------------------------------------------------------------

    @property
    def laboratory(self) -> list[CheckShown]:
        """The checks of the first phase; none before somebody takes it up."""
        is_begun = self.it.state is not InvestigationState.OPENED
        return self._checks(LaboratoryCheck) if is_begun else []

    @property
    def production(self) -> list[CheckShown]:
        """The checks of the second phase, once it is there."""
        is_there = self.it.state is InvestigationState.PHASE_2 or any(
            isinstance(finding.check, ProductionCheck) for finding in self.it.findings
        )
        return self._checks(ProductionCheck) if is_there else []

    def _checks(self, checks: Iterable[Check]) -> list[CheckShown]:
        return [self._check(check) for check in checks]

    def _check(self, check: Check) -> CheckShown:
        own = [self._answer(finding) for finding in self.it.findings if finding.check is check]
        refused = rules.against_finding(self.inquiry, self._good(check), self.who)
        form = self.bound.get(f"answer_{check}") or CheckForm(asked=check, auto_id=f"{check}_%s")
        return CheckShown(
            code=str(check),
            title=str(words.CHECKS[check]),
            answer=own[-1] if own else None,
            earlier=tuple(reversed(own[:-1])),
            form=form if not refused and isinstance(form, CheckForm) else None,
        )

    def _good(self, check: Check) -> Finding:
        return Finding(check, Answer.IN_ORDER, self.who.person, self.now)

    def _answer(self, finding: Finding) -> Said:
        mark, text = words.ANSWERS[finding.answer]
        is_fault = finding.answer is Answer.NOT_IN_ORDER
        return self._said(finding, mark, str(text), is_fault=is_fault)

    def _said(self, part: Any, mark: str, text: str, *, is_fault: bool = False) -> Said:
        by, about = self.view.names.get(part.by, ""), str(words.CHECKS[part.check])
        return Said(mark, text, self.words.get(part.remark, ""), by, part.at, is_fault, about)

    @property
    def hypotheses(self) -> list[Said]:
        """What was supposed and tried."""
        return [
            self._said(one, str(words.EXPERIMENTS[one.experiment]), str(words.SUPPORTS[one.support]))
            for one in self.it.hypotheses
        ]

    @property
    def cause(self) -> Said | None:
        """The error that the result is assigned to."""
        return None if self.it.cause is None else self._said(self.it.cause, "■", "")

    # -- tests --------------------------------------------------------------------------------------------------------

    @property
    def attempts(self) -> list[AttemptShown]:
        """The first test and what was tested after it."""
        return [self._attempt(attempt) for attempt in self.inquiry.attempts]

    def _attempt(self, attempt: Attempt) -> AttemptShown:
        own = [r for r in self.page.results if r.attempt == attempt.number]
        result = next(r for r in own if r.id == attempt.result)
        mark, verdict = texts.VERDICTS[result.verdict]
        is_it = self.counted.attempt is not None and self.counted.attempt.number == attempt.number
        counts = is_it and not self.counted.is_unsettled
        return AttemptShown(
            kind=str(words.ATTEMPTS[attempt.kind]),
            result=result,
            unit=texts.unit(result.unit),
            mark=mark,
            verdict=str(verdict),
            earlier=tuple(r for r in reversed(own) if not r.is_current),
            is_investigated=attempt.number == self.it.attempt,
            counts=counts,
        )

    @property
    def why(self) -> str:
        """Which result counts, and why."""
        return str(words.WHY[self.counted.why])

    @property
    def plans(self) -> list[PlanShown]:
        """What quality has authorised."""
        made = rules.planned_attempts(self.inquiry.investigation, self.inquiry.attempts)
        return [
            PlanShown(
                kind=str(words.ATTEMPTS[plan.kind]),
                code=str(plan.kind),
                plan=plan,
                reason=str(words.RESAMPLE_REASONS[plan.reason]) if plan.reason is not None else "",
                by=self.view.names.get(plan.authorised_by, ""),
                made=(done := sum(a.kind is plan.kind for a in made)),
                may_test=self._may_test(plan, done),
            )
            for plan in self.it.plans
        ]

    def _may_test(self, plan: rules.Plan, done: int) -> bool:
        container = self.it.container if plan.kind is AttemptKind.RETEST else plan.containers[0]
        refused = rules.against_attempt(self.inquiry, plan.kind, container, self.now, self.who)
        return done < plan.number and not refused and self.who.may(Right.RECORD_ATTEMPT)

    # -- the end ------------------------------------------------------------------------------------------------------

    @property
    def outcome(self) -> str:
        """What it came to."""
        return str(words.OUTCOMES[self.it.outcome]) if self.it.outcome is not None else ""

    @property
    def proposed(self) -> str:
        """What QC signed, if that is still what the record says."""
        proposal = self.view.proposal
        is_there = proposal is not None and self.it.is_open and self.page.is_proposed
        return str(words.OUTCOMES[proposal.outcome]) if is_there and proposal is not None else ""

    @property
    def history(self) -> list[tuple[Any, str, bool]]:
        """Its entries with their words, and whether something was refused."""
        found = ledger.entries_for_subject(selectors.INVESTIGATION_RECORD, self.view.code)
        return [(it, _words_of(it), it.event == Event.INVESTIGATION_REFUSED) for it in found]

    # -- what the reader may do ---------------------------------------------------------------------------------------

    @property
    def forms(self) -> dict[str, WritingForm]:
        """The forms of the steps that are open to the reader; the services judge for themselves."""
        makers = {
            "start": (self._may_start, lambda: WritingForm(auto_id="start_%s")),
            "escalate": (self._may_escalate, lambda: WritingForm(auto_id="escalate_%s")),
            "try": (self._may_try, lambda: HypothesisForm(auto_id="try_%s")),
            "cause": (self._may_name, lambda: CauseForm(found=self.faulty, auto_id="cause_%s")),
            "plan": (self._may_plan, lambda: PlanForm(plans=self.plannable, auto_id="plan_%s")),
            "propose": (self._may_propose, lambda: OutcomeForm(auto_id="propose_%s")),
            "conclude": (self._may_conclude, self._conclude_form),
        }
        return {what: self.bound.get(what) or make() for what, (may, make) in makers.items() if may()}

    @property
    def faulty(self) -> list[LaboratoryCheck]:
        """The laboratory's checks that were found not in order."""
        return [check for check in LaboratoryCheck if self.it.is_faulty(check)]

    @property
    def others(self) -> frozenset[str]:
        """Containers that another sample could be taken from."""
        return self.inquiry.sources - {self.it.container}

    def _conclude_form(self) -> ConcludeForm:
        outcome = self.view.proposal.outcome if self.view.proposal is not None else ""
        return ConcludeForm(initial={"outcome": outcome}, auto_id="conclude_%s")

    def _may_start(self) -> bool:
        return not rules.against_starting(self.inquiry, self.who)

    def _may_escalate(self) -> bool:
        return not rules.against_escalation(self.inquiry, self.who)

    def _may_try(self) -> bool:
        tried = rules.Hypothesis(
            LaboratoryCheck.CALCULATION,
            rules.Experiment.READ_AGAIN,
            rules.Support.UNCLEAR,
            self.who.person,
            self.now,
            "…",
        )
        return not rules.against_hypothesis(self.inquiry, tried, self.who)

    def _may_name(self) -> bool:
        if not self.faulty:
            return False
        cause = rules.Cause(self.faulty[0], self.who.person, self.now, "…")
        return not rules.against_cause(self.inquiry, cause, self.who)

    @property
    def imaginable(self) -> list[rules.Plan]:
        """A plan of each kind and for each reason, whether or not it may be authorised."""
        others = tuple(sorted(self.others))
        resample = AttemptKind.RESAMPLE
        return [
            rules.Plan(AttemptKind.RETEST, 1),
            *(rules.Plan(resample, 1, containers=others, reason=it) for it in rules.ResampleReason),
        ]

    @property
    def plannable(self) -> list[rules.Plan]:
        """Those of them that this reader could authorise now."""
        return [plan for plan in self.imaginable if not rules.against_plan(self.inquiry, plan, self.who)]

    def _may_plan(self) -> bool:
        return bool(self.plannable)

    def _may_propose(self) -> bool:
        return any(not rules.against_proposal(self.inquiry, outcome, self.who) for outcome in Outcome)

    def _may_conclude(self) -> bool:
        proposal = self.view.proposal
        if proposal is None or not self.page.is_proposed:
            return False
        signers = (Who(proposal.by, Right.PROPOSE_OUTCOME.roles), self.who)
        return not rules.against_conclusion(self.inquiry, proposal.outcome, signers)


def _words_of(entry: Any) -> str:
    presenter = registry.presenter(entry.event)
    return presenter(entry) if presenter is not None else ""


def only(inquiry: Inquiry, kind: AttemptKind) -> frozenset[str]:
    """The containers that a planned test may be of."""
    plan = inquiry.investigation.plan(kind)
    if plan is None:
        return frozenset()
    is_retest = kind is AttemptKind.RETEST
    return frozenset({inquiry.investigation.container}) if is_retest else frozenset(plan.containers)


def offered(page: InvestigationPage, kind: AttemptKind) -> Any:
    """The subject with those containers alone."""
    wanted = only(page.inquiry, kind)
    own = {code: source for code, source in page.subject.sources.items() if code in wanted}
    return replace(page.subject, sources=own)
