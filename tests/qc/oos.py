"""Investigations for tests, step by step, by the services alone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from ledger import selectors as ledger
from people import selectors as people
from people.rules.roles import Role
from people.services import grant_role
from qc import selectors, services
from qc.rules.investigations import (
    Answer,
    Experiment,
    Inquiry,
    InvestigationRefusal,
    LaboratoryCheck,
    Outcome,
    Plan,
    ProductionCheck,
    Support,
    Why,
)
from qc.rules.results import AttemptKind, ResultView
from qc.rules.unmet import counted
from qc.selectors import InvestigationView
from tests.qc.given import Laboratory

RETEST = Plan(AttemptKind.RETEST, 1)


class Case:
    """One failing result of the laboratory and its investigation; CAR+ cells have to be 10 % or more."""

    def __init__(self, lab: Laboratory, criterion: str = "CAR", value: str = "4.1") -> None:
        self.lab, self.criterion = lab, criterion
        self.first = lab.record(criterion, value)
        self.code = ""

    def open(self, by: str = "Leo", **more: Any) -> services.InquiryAnswer:
        about = {"result": UUID(self.first.id)} | self.lab.doing(by) | more
        answer = services.open_investigation(**about)
        self.code = self.code or answer.code
        return answer

    def start(self, by: str = "Leo") -> services.InquiryAnswer:
        return services.start_investigation(code=self.code, **self.lab.doing(by))

    def answer(
        self, check: Any, answer: Answer = Answer.IN_ORDER, remark: str = "", by: str = "Leo", **more: Any
    ) -> services.InquiryAnswer:
        about = {"code": self.code, "check": check, "answer": answer, "remark": remark}
        return services.answer_check(**about | self.lab.doing(by) | more)

    def tried(self, remark: str = "measured again: 24.9", by: str = "Ana") -> services.InquiryAnswer:
        about = (LaboratoryCheck.INSTRUMENT, Experiment.OTHER_INSTRUMENT, Support.SUPPORTED)
        named = dict(zip(("check", "experiment", "support"), about, strict=True))
        return services.try_hypothesis(code=self.code, **named, remark=remark, **self.lab.doing(by))

    def cause(self, check: LaboratoryCheck = LaboratoryCheck.INSTRUMENT, by: str = "Leo") -> Any:
        about = {"code": self.code, "check": check, "remark": "laser out of alignment"}
        return services.name_cause(**about, **self.lab.doing(by))

    def escalate(self, by: str = "Leo") -> services.InquiryAnswer:
        return services.escalate_investigation(code=self.code, **self.lab.doing(by))

    def plan(self, plan: Plan = RETEST, by: str = "Bob") -> services.InquiryAnswer:
        return services.authorise_plan(code=self.code, plan=plan, **self.lab.doing(by))

    def retest(self, value: str = "26.0", by: str = "Ben", **more: Any) -> services.AttemptAnswer:
        run = self.lab.run_for(self.criterion)
        self.lab.player.wait(minutes=1)
        names = {"container": self.lab.tube, "value": value, "tested_at": self.lab.player.now, "run": run}
        kind = more.pop("kind", AttemptKind.RETEST)
        found = services.Found(**{name: more.pop(name, known) for name, known in names.items()})
        about = {"investigation": self.code, "kind": kind, "found": found} | self.lab.doing(by) | more
        return services.record_attempt(**about)

    def propose(self, outcome: Outcome, by: str = "Leo", **more: Any) -> services.InquiryAnswer:
        return services.propose_outcome(code=self.code, outcome=outcome, **self.lab.signing(by) | more)

    def conclude(self, outcome: Outcome, by: str = "Bob", **more: Any) -> services.InquiryAnswer:
        return services.conclude_investigation(code=self.code, outcome=outcome, **self.lab.signing(by) | more)

    # -- several steps ------------------------------------------------------------------------------------------------

    def looked_into(self, *faulty: LaboratoryCheck) -> None:
        """Opened, taken up, and every check of the laboratory answered."""
        self.open()
        self.start()
        for check in LaboratoryCheck:
            is_faulty = check in faulty
            answer = Answer.NOT_IN_ORDER if is_faulty else Answer.IN_ORDER
            assert self.answer(check, answer, "looked at the log" if is_faulty else "").is_done

    def with_cause(self) -> None:
        """The laser of the cytometer was out of alignment."""
        self.looked_into(LaboratoryCheck.INSTRUMENT)
        assert self.cause().is_done

    def retested(self, value: str = "26.0") -> ResultView:
        """The cause is known, one retest was planned, made and looked over."""
        self.with_cause()
        assert self.plan().is_done
        result = self.retest(value).result
        assert result is not None
        return self.lab.review(result)

    def in_production(self) -> None:
        """The laboratory found nothing, and quality answered everything about production."""
        self.looked_into()
        assert self.escalate().is_done
        for check in ProductionCheck:
            assert self.answer(check, by="Bob").is_done

    def signed(self, outcome: Outcome) -> None:
        """Both signatures."""
        assert self.propose(outcome) == services.InquiryAnswer(True, self.code)
        assert self.conclude(outcome) == services.InquiryAnswer(True, self.code)

    # -- what there is ------------------------------------------------------------------------------------------------

    @property
    def view(self) -> InvestigationView:
        found = selectors.investigation(self.code)
        assert found is not None
        return found

    @property
    def inquiry(self) -> Inquiry:
        view, now = self.view, self.lab.player.now
        about = selectors.subject(view.subject, now)
        assert about is not None
        return selectors.inquiry_of(view, about, now)

    def grant(self, name: str, role: Role) -> None:
        """Somebody gets a role at the plant."""
        lab = self.lab
        demo = lab.player.demo
        admin = demo.doing(f"{name} {role}", lab.member("Ada").actor) | {"now": lab.player.now}
        until = lab.player.now + timedelta(days=30)  # to audit is granted with an end
        grant_role(user_id=lab.member(name).user_id, role=role, site="CELLS", valid_until=until, **admin)
        lab.player.wait(seconds=1)


def last(case: Case) -> ledger.EntryView:
    """The last entry about its batch."""
    return ledger.entries_for_subject("batch", case.lab.batch)[-1]


def work(case: Case, name: str) -> list[tuple[str, str]]:
    """What waits for somebody: causes with the day until when."""
    items = people.work_for(case.lab.person(name), case.lab.player.now)
    return [(item.cause, f"{item.due_at:%m-%d}") for item in items if item.due_at]


def counts(case: Case) -> tuple[Why, str | None]:
    """What counts for the criterion in the batch's case: why, and the value."""
    found = counted(case.lab.view().case)[case.criterion]
    value = selectors.result(found.attempt.result).value if found.attempt is not None else None
    return found.why, value


def refused(case: Case, act: Callable[[], Any], expected: tuple[InvestigationRefusal, ...]) -> None:
    """Hold that a step is answered with these refusals, and that this stands in the ledger."""
    answer = act()
    assert (answer.is_done, answer.refusals) == (False, expected)
    entry = last(case)
    assert entry.event == "qc:investigation:refused"
    assert entry.facts["investigation"] == case.code
    assert entry.facts["refusals"] == [str(code) for code in expected]
