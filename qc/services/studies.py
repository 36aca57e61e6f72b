"""Studies: begun by a plan in effect, pulled from by analysts, abandoned for a reason. Concluding stands beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from coi.rules.journey import ContainerStatus, OrderKind
from coi.selectors.containers import Keepable, keepable
from coi.services.numbers import next_numbers
from ledger.rules import Actor, Subject, Where, derive, new, put
from ledger.rules.errors import Conflict, NotFound
from ledger.selectors import EntryView
from people import selectors as people
from people.rules.documents import DocumentVersionView
from people.rules.rights import Right
from people.services import require
from qc import selectors
from qc.events import Event
from qc.rules import validation_study
from qc.rules.specification import parse as read_specification
from qc.rules.stability import PlanDocument, Pull, PullRefusal, StudyView, against_pull, reading
from qc.rules.subjects import StudyKind, StudyState
from qc.services.recording import Topic, asking, invalid, record, repeated, writing

STUDY = "qc.study"
MOST = 200
# What of a patient's batch may be put into a study: never what is for the patient.
OF_A_PATIENT = frozenset({"sample"})


@dataclass(frozen=True)
class PullAttempt:
    """How an attempt to record a pull ended: done, or refused for these reasons."""

    is_done: bool
    refusals: tuple[PullRefusal, ...] = ()


def begin_study(
    *,
    kind: str,
    plan: str,
    site: str,
    containers: Sequence[str] = (),
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> StudyView:
    """Begin a study at a site by the plan in effect under this code (`kind`: `study_plan` or `validation_plan`).

    A study of time needs its containers: as many as the plan pulls, of batches, at this site, with their label on, in
    no other study; of a patient's batch samples alone. The specification in effect is pinned. Raises NotFound (plan,
    specification), NotAllowed, Invalid (containers, criteria).
    """
    doing = asking(actor, where, now, request_id, kind=kind, plan=plan, site=site, containers=containers)
    require(actor=actor, right=Right.BEGIN_STUDY, site=site, now=now)
    row = derive(request_id, "study")
    if repeated(doing, Event.STUDY_BEGUN, site=site, asked=plan):
        return _written(row)
    version = people.effective_document(kind, plan, now)
    with writing():
        # The number first: whoever takes the next one waits, so that no container gets into two studies.
        code = f"ST-{now:%y}-{next(iter(next_numbers(f'study:{now:%y}'))):05d}"
        begun = None if version is None else _begun(version, containers, site, now)
        if version is None or begun is None:
            raise NotFound("study_plan_not_effective")
        values = {
            "code": code,
            "site_id": site,
            "plan_id": version.id,
            "state": str(StudyState.RUNNING),
            # Pulls are written to the minute: one made at the beginning is not before it.
            "started_at": now.replace(second=0, microsecond=0),
            **begun,
        }
        facts: dict[str, Any] = {"site": site, "asked": plan, "plan": f"{version.code}/{version.version}"}
        facts |= {"containers": [it["code"] for it in begun["containers"]]}
        record(doing, study_topic(code), Event.STUDY_BEGUN, facts, changes=(new(STUDY, row, **values),))
    return _written(row)


def record_pull(
    *, study: str, pull: Pull, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> PullAttempt:
    """Record that containers were taken out of a condition for a time point.

    One outside of its window did happen: it is recorded, with its reason. A refusal is recorded too. Raises NotFound,
    NotAllowed, Invalid (reason too long), Conflict (the study is over).
    """
    found, doing = known_study(study), asking(actor, where, now, request_id, study=study, pull=pull)
    analyst = require(actor=actor, right=Right.RECORD_PULL, site=found.site, now=now)
    if earlier := repeated(doing, Event.PULL_RECORDED, Event.PULL_REFUSED, study=study):
        return _as_before(earlier)
    if len(pull.reason) > MOST:
        raise invalid({"reason": "too_long"})
    with writing():
        locked = locked_study(study)
        plan = plan_of(locked)
        refusals = against_pull(locked.facts(plan.plan), pull, now)
        facts = {"point": pull.point, "condition": pull.condition, "containers": list(pull.containers)}
        if refusals:
            why = {"refusals": [str(code) for code in refusals]}
            record(doing, study_topic(study), Event.PULL_REFUSED, {**facts, **why})
            return PullAttempt(False, refusals)
        made = (*locked.pulls, replace(pull, by=analyst.printed_name))
        change = put(STUDY, locked.id, pulls=[_written_pull(it) for it in made])
        record(doing, study_topic(study), Event.PULL_RECORDED, facts | {"at": pull.at}, changes=(change,))
    return PullAttempt(True)


def abandon_study(
    *, study: str, reason: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> StudyView:
    """Give a study up. What was found so far stays, and nothing is concluded from it.

    Raises NotFound, NotAllowed, Invalid (no reason), Conflict (the study is over).
    """
    found, doing = known_study(study), asking(actor, where, now, request_id, study=study, reason=reason)
    require(actor=actor, right=Right.ABANDON_STUDY, site=found.site, now=now)
    if repeated(doing, Event.STUDY_ABANDONED, study=study):
        return known_study(study)
    if not reason.strip() or len(reason) > MOST:
        raise invalid({"reason": "too_long" if reason.strip() else "empty"})
    with writing():
        locked = locked_study(study)
        ended = {"state": str(StudyState.ABANDONED), "concluded_at": now, "reason": reason.strip()}
        change = put(STUDY, locked.id, **ended)
        record(doing, study_topic(study), Event.STUDY_ABANDONED, {"why": reason.strip()}, changes=(change,))
    return known_study(study)


# --- what a study begins with ---------------------------------------------------------------------------------------


def _begun(
    version: DocumentVersionView, containers: Sequence[str], site: str, now: datetime
) -> dict[str, Any] | None:
    """The columns that its plan gives it; None where the document is no plan."""
    if version.kind == validation_study.KIND:
        plan = selectors.validation_plan_in(version)
        title = "" if plan is None else plan.title or plan.method
        own = {"kind": str(StudyKind.VALIDATION), "title": title, "containers": []}
        return None if plan is None else own
    document = selectors.plan_in(version) if version.kind == reading.KIND else None
    if document is None:
        return None
    return {
        "kind": str(document.kind),
        "title": document.title,
        "specification_id": _specification_id(document, now),
        "containers": _containers(document, containers, site),
    }


def _specification_id(document: PlanDocument, now: datetime) -> str:
    """The version in effect, with every criterion of the plan."""
    version = selectors.study_specification(document.specification, now)
    specification = None if version is None else read_specification(version.content)[0]
    if version is None or specification is None:
        raise NotFound("study_specification_missing")
    if any(specification.criterion(code) is None for code in document.plan.criteria):
        raise invalid({"plan": "criterion_not_of_specification"})
    return version.id


def _containers(document: PlanDocument, codes: Sequence[str], site: str) -> list[dict[str, str]]:
    fault = ""
    if len(set(codes)) < len(codes):
        fault = "repeated"
    elif len(codes) < document.plan.containers:
        fault = "too_few_containers"
    found = keepable(codes)
    faults = [_container_fault(found.get(code), site) for code in codes]
    fault = fault or next((one for one in faults if one), "")
    if not fault and selectors.is_in_study(codes):
        fault = "in_another_study"
    if fault:
        wrong = [code for code, one in zip(codes, faults, strict=True) if one]
        raise invalid({"containers": fault}, about=wrong)
    return [{"code": code, "batch": found[code].batch} for code in codes]


def _container_fault(it: Keepable | None, site: str) -> str:
    """Why a container cannot be put into a study; empty when it can."""
    if it is None:
        return "not_there"
    checks: Mapping[str, bool] = {
        "not_of_a_batch": not it.batch,
        "at_another_site": it.custodian != site,
        "not_at_hand": it.status is not ContainerStatus.AVAILABLE,
        "for_the_patient": it.order_kind is OrderKind.PATIENT and it.kind not in OF_A_PATIENT,
    }
    return next((code for code, is_so in checks.items() if is_so), "")


# --- what the services of studies do alike --------------------------------------------------------------------------


def known_study(code: str) -> StudyView:
    """The study, or NotFound."""
    found = selectors.study(code)
    if found is None:
        raise NotFound("study_unknown")
    return found


def locked_study(code: str) -> StudyView:
    """The study, locked and still running; else Conflict."""
    selectors.lock_study(code)
    found = known_study(code)
    if not found.is_running:
        raise Conflict("study_closed")
    return found


def plan_of(found: StudyView) -> PlanDocument:
    """The plan of a study of time; Conflict for a validation."""
    plan = selectors.plan_in(people.document_version(found.plan_id))
    if plan is None:
        raise Conflict("study_of_another_kind")
    return plan


def study_topic(code: str) -> Topic:
    """Of a study: its entries stand in a stream of their own."""
    return Topic(f"study:{code}", {"study": code}, (Subject("study", code),))


def _written(id: UUID) -> StudyView:
    found = selectors.study_by_id(id)
    if found is None:
        raise LookupError(f"study {id} was written and is not there")
    return found


def _written_pull(pull: Pull) -> dict[str, Any]:
    return {
        "condition": pull.condition,
        "point": pull.point,
        "at": pull.at.isoformat(),
        "containers": list(pull.containers),
        "reason": pull.reason.strip(),
        "by": pull.by,
    }


def _as_before(entry: EntryView) -> PullAttempt:
    """The answer that this very request got."""
    if entry.event == Event.PULL_RECORDED:
        return PullAttempt(True)
    return PullAttempt(False, tuple(PullRefusal(code) for code in entry.facts["refusals"]))
