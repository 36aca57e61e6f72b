"""A batch that is out of specification, treated in the European Union, and its dossier, written part by part."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from config.demonstration import story
from config.demonstration.site import SECOND, Demo
from ledger import selectors as ledger
from qc import selectors, services
from qc.rules.case import Case
from qc.rules.exceptional import KeptDossier, Lack, Notice, NoticeKind, Setting
from qc.rules.investigations import Investigation, Outcome
from qc.rules.releases import Lifting
from qc.selectors.cases import case_of
from qc.services import DossierAnswer, Evidence
from tests import given
from tests.qc.given import Laboratory
from tests.qc.rules.investigations_given import COMPLETE, concluded

PDF = b"%PDF-1.7 a letter"
HOUR = timedelta(hours=1)


def at_the_second_hospital(demo: Demo) -> Laboratory:
    """A filled batch whose viability fails, for a patient of the hospital in Madrid."""
    player = given.until(given.a_journey(demo, number=1, at=SECOND), story.fill)
    lab = Laboratory(player, player.containers("product_bag")[0].batch)
    lab.to_review(VIABILITY="61.0")
    return lab


@dataclass
class Investigations:
    """Those that the case has: another part of the house keeps them, and here each test says what they are."""

    known: list[Investigation] = field(default_factory=list)

    def patch(self, monkeypatch: Any) -> None:
        """Where the case of a batch is read for its dossier, its signatures and its release."""
        for where in ("qc.selectors", "qc.selectors.exceptional"):
            monkeypatch.setattr(f"{where}.case_of", lambda batch, at: self.put_into(case_of(batch, at)))

    def put_into(self, case: Case) -> Case:
        return replace(case, investigations=tuple(self.known))


@dataclass
class Desk:
    """A dossier, and everybody who writes in it."""

    lab: Laboratory
    investigations: Investigations
    code: str = ""

    def conclude(self, outcome: Outcome = Outcome.CONFIRMED, **more: Any) -> None:
        """The investigation of the failing viability, signed now."""
        about: dict[str, Any] = {"subject": self.lab.batch, "criterion": "VIABILITY"}
        about |= {"concluded_at": self.lab.player.now}
        self.investigations.known = [concluded(outcome, COMPLETE, **about | more)]

    def open(self, by: str = "Bob", **more: Any) -> DossierAnswer:
        about: dict[str, Any] = {"setting": Setting.TRIAL, "is_emergency": False, "batch": self.lab.batch}
        answer = services.open_dossier(**about | self.lab.doing(by) | more)
        self.code = answer.code
        return answer

    def _write(self, service: Any, by: str, about: dict[str, Any], more: dict[str, Any]) -> DossierAnswer:
        answer: DossierAnswer = service(**{"dossier": self.code} | about | self.lab.doing(by) | more)
        return answer

    def criteria(self, codes: Sequence[str] = ("VIABILITY",), by: str = "Bob", **more: Any) -> DossierAnswer:
        return self._write(services.name_criteria, by, {"criteria": codes}, more)

    def supply(self, by: str = "Bob", **more: Any) -> DossierAnswer:
        about = {"setting": Setting.AUTHORISED, "is_emergency": True}
        return self._write(services.change_supply, by, about, more)

    def risk(self, text: str = "The cells may work less.", by: str = "Bob", **more: Any) -> DossierAnswer:
        return self._write(services.write_risk, by, {"text": text}, more)

    def alternatives(self, text: str = "There is no time.", by: str = "Bob", **more: Any) -> DossierAnswer:
        return self._write(services.write_alternatives, by, {"text": text}, more)

    def request(self, by: str = "Pia", **more: Any) -> DossierAnswer:
        about = {"physician": "Julia Jara", "requested_at": self.lab.player.now, "evidence": Evidence("L-1")}
        return self._write(services.record_request, by, about, more)

    def acceptance(self, by: str = "Pia", **more: Any) -> DossierAnswer:
        now = self.lab.player.now
        about = {"risk_sent_at": now, "accepted_at": now, "evidence": Evidence("L-2", PDF)}
        return self._write(services.record_acceptance, by, about, more)

    def consent(self, by: str = "Pia", **more: Any) -> DossierAnswer:
        about = {"is_given": True, "consented_at": self.lab.player.now, "reference": "file of the patient"}
        return self._write(services.record_consent, by, about, more)

    def notice(self, kind: NoticeKind = NoticeKind.SPONSOR, by: str = "Bob", **more: Any) -> DossierAnswer:
        about = {"due_at": self.lab.player.now + 24 * HOUR}
        names = {"due_at", "sent_at", "reference"}
        about |= {name: more.pop(name) for name in names & set(more)}
        return self._write(services.write_notice, by, {"notice": Notice(kind, **about)}, more)

    def follow_up(self, text: str = "In remission.", by: str = "Pia", **more: Any) -> DossierAnswer:
        return self._write(services.follow_up_dossier, by, {"text": text}, more)

    def decide(
        self, is_approved: bool = True, reason: str = "", by: str = "Rosa", **more: Any
    ) -> DossierAnswer:
        about = {"dossier": self.code, "is_approved": is_approved, "reason": reason}
        return services.decide_dossier(**about | self.lab.signing(by) | more)

    def write_all(self) -> None:
        """Every part that a trial in the European Union needs."""
        self.conclude()
        if not self.code:
            self.open()
        for write in (
            self.criteria,
            self.risk,
            self.alternatives,
            self.request,
            self.acceptance,
            self.consent,
        ):
            assert write().is_done
        for kind in (NoticeKind.SPONSOR, NoticeKind.COMPETENT_AUTHORITY):
            assert self.notice(kind).is_done

    @property
    def kept(self) -> KeptDossier:
        found = selectors.dossier(self.code)
        assert found is not None
        return found

    @property
    def case(self) -> Case:
        return self.investigations.put_into(self.lab.view().case)

    @property
    def lifting(self) -> Lifting:
        found = selectors.lifting_of(self.case, self.lab.player.now)
        assert found is not None
        return found


def entries(desk: Desk) -> list[Any]:
    return ledger.entries_for_subject("dossier", desk.code)


def lacks(desk: Desk) -> set[Lack]:
    return {it.code for it in desk.lifting.missing}
