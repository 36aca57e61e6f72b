"""What does not go as planned in the demonstration: results that fail with their investigations, a dossier, a study."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from config.demonstration import quality, site
from config.demonstration.player import Player
from config.demonstration.quality import batch_of, doing_of
from config.demonstration.site import PLANT, PRODUCT, Demo
from people.rules.credentials import BadgeCredential
from qc import services as qc
from qc.rules.exceptional import Setting
from qc.rules.investigations import Answer, Check, LaboratoryCheck, Outcome, ProductionCheck
from qc.rules.stability import PointOf, Pull
from qc.rules.subjects import SubjectKind, SubjectRef

STUDY = "HOLD-FILL"


class NotPlayed(AssertionError):
    """A step that the story needs was refused."""


def documents(demo: Demo) -> None:
    """What the story needs beside the documents of every demonstration."""
    content = site.read_content("quality_documents.json")
    site.document(demo, "certificate_texts", PRODUCT, "Texts on certificates", content["certificate_texts"])
    for kind in ("specification", "study_plan"):
        site.document(
            demo, kind, STUDY, content[kind]["title" if kind == "study_plan" else "name"], content[kind]
        )


def looked_into(p: Player) -> None:
    """Too many copies of the vector: the laboratory has begun to look for an error of its own."""
    code = _opened(p, "VCN", "5.6")
    for check in (LaboratoryCheck.SAMPLE_IDENTITY, LaboratoryCheck.CALCULATION, LaboratoryCheck.INSTRUMENT):
        _answer(p, code, check, "Leo")


def out_of_specification(p: Player) -> None:
    """Too few living cells: confirmed by both phases, and a dossier is being written, for there is no other batch."""
    code = _opened(p, "VIABILITY", "71.2")
    for check in LaboratoryCheck:
        _answer(p, code, check, "Leo")
    _step(p, "Leo", "second phase", qc.escalate_investigation, code=code)
    for found in ProductionCheck:
        _answer(p, code, found, "Bob")
    for name, service in (("Leo", qc.propose_outcome), ("Bob", qc.conclude_investigation)):
        _step(p, name, f"outcome {name}", service, code=code, outcome=Outcome.CONFIRMED, **_signing(p, name))
    others = [
        criterion for criterion in quality.values(p) if criterion not in ("VIABILITY", "STERILITY_FINAL")
    ]
    quality.results(p, others)
    about: dict[str, Any] = {"batch": batch_of(p), "setting": Setting.TRIAL, "is_emergency": False}
    dossier = _step(p, "Bob", "dossier", qc.open_dossier, **about).code
    _step(p, "Bob", "criteria", qc.name_criteria, dossier=dossier, criteria=("VIABILITY",))
    risk = "Fewer cells may engraft; debris may cause a reaction during the infusion. The dose is within its window."
    _step(p, "Bob", "risk", qc.write_risk, dossier=dossier, text=risk)
    other = "The disease is progressing; a second collection and production would take five weeks."
    _step(p, "Bob", "alternatives", qc.write_alternatives, dossier=dossier, text=other)


def kept_before_freezing(p: Player) -> None:
    """A study of what is left in two tubes: one was tested at once, the other waits for its time."""
    first, last = [it.code for it in p.containers("sample") if str(it.status) == "available"][:2]
    doing = _after(p, "Leo", "study")
    study = qc.begin_study(kind="study_plan", plan=STUDY, site=PLANT, containers=(first, last), **doing)
    pull = Pull("RT", "H0", p.now, (first,))
    _step(p, "Ana", "pull", qc.record_pull, study=study.code, pull=pull)
    p.wait(minutes=30)
    found = qc.Found(value="92.4", tested_at=p.now - timedelta(minutes=5), container=first)
    subject = SubjectRef(SubjectKind.STUDY, study.code, PointOf("H0", "RT", first).key)
    doing = _after(p, "Ana", "kept")
    result = qc.record_result(subject=subject, criterion="VIABILITY", found=found, **doing)
    qc.review_result(result=UUID(result.id), **_after(p, "Leo", "kept, looked over"))


def _opened(p: Player, criterion: str, value: str) -> str:
    """A result that fails, looked over, and its investigation taken up by the laboratory."""
    (result,) = quality.results(p, (criterion,), **{criterion: value})
    code: str = _step(p, "Leo", "open", qc.open_investigation, result=UUID(result.id)).code
    _step(p, "Leo", "take up", qc.start_investigation, code=code)
    return code


def _answer(p: Player, code: str, check: Check, by: str) -> None:
    _step(p, by, str(check), qc.answer_check, code=code, check=check, answer=Answer.IN_ORDER)


def _signing(p: Player, name: str) -> dict[str, Any]:
    member = p.demo.member(name)
    return {"credential": BadgeCredential(member.badge, member.pin)}


def _after(p: Player, name: str, label: str) -> dict[str, Any]:
    """What every service takes, a few minutes later."""
    p.wait(minutes=6)
    return doing_of(p, p.demo.member(name), f"unusual {label}")


def _step(p: Player, name: str, label: str, service: Any, **about: Any) -> Any:
    """One step by one person, which has to be done."""
    answer = service(**about, **_after(p, name, label))
    if not answer.is_done:
        raise NotPlayed(f"{label}: {answer}")
    return answer
