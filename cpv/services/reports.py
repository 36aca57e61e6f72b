"""Reports on a plan over a period: asked for by somebody, drawn once by the worker, kept as bytes for good."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from coi.services.recording import answered_once
from cpv import selectors
from cpv.events import Event
from cpv.models import Position
from cpv.rules.basis import NotComputable
from cpv.rules.programme.report import report
from cpv.rules.programme.report_content import Drawing, days_of
from cpv.rules.programme.report_state import ReportState, against_period
from cpv.selectors import ReportView
from cpv.services.drawing_reports import DrawnReport, draw
from cpv.services.recording import topic_of_plan, writing
from ledger.rules import Actor, Subject, Where, derive, new, put
from ledger.rules.errors import Invalid, NotFound
from ledger.rules.evidence import SPREADSHEET
from ledger.selectors import EffectView, EvidenceView
from ledger.services import enqueue, store_evidence
from ledger.services.effects import carry_out_or_give_up
from people import selectors as people
from people.rules.rights import Right
from people.services import require
from qc.services.drawing_documents import DOCUMENT_FAULTS
from qc.services.recording import Doing, Topic, asking, invalid, record, repeated

TABLE, DRAW_REPORT = "cpv.report", "cpv.draw_report"
MEDIA_TYPES = {"pdf": "application/pdf", "xlsx": SPREADSHEET, "json": "application/json"}
_THOUSAND = 1000


@answered_once
def draw_report(
    *,
    plan: str,
    since: datetime,
    until: datetime,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> UUID:
    """Ask for the report on a plan over [since, until); the worker draws it and keeps PDF, XLSX and JSON as evidence.

    Answers with its id; the same request again asks for nothing new. Raises NotFound (plan), NotAllowed (role),
    Invalid (`before_since`, `too_long`, `in_the_future`, by field).
    """
    view = selectors.effective_plan(plan, now)
    if view is None:
        raise NotFound("plan_unknown")
    doing = asking(actor, where, now, request_id, plan=plan, since=since, until=until)
    person = require(actor=actor, right=Right.DRAW_REPORT, site=view.document.site, now=now)
    id = derive(request_id, "report")
    if repeated(doing, Event.REPORT_ASKED, plan=plan):
        return id
    if wrong := against_period(since, until, now):
        raise invalid(wrong)
    values = {"plan": plan, "site_id": view.document.site, "since": since, "until": until}
    kept = {"version_id": view.document.id, "state": str(ReportState.ASKED), "asked_at": now}
    who = {"asked_by_id": person.user_id, "asked_by_name": actor.name}
    zone = people.zone_of(view.document.site)
    with writing():
        facts = _facts(id, since, until, zone) | {"version": view.document.version}
        changes = (new(TABLE, id, **values, **kept, **who),)
        entry = record(doing, _topic(plan, id), Event.REPORT_ASKED, facts, changes=changes)
        enqueue(kind=DRAW_REPORT, entry=entry, payload={"report": str(id)}, now=now)
    return id


def carry_out_report(effect: EffectView) -> None:
    """Draw a report that was asked for; the handler of `cpv.draw_report`. One that is drawn already stays as it is.

    What can never be drawn is recorded as such at once; after any other fault it is tried again, and recorded at last.
    """
    if effect.claimed_at is None:
        raise ValueError("an effect is carried out at a time")
    found = selectors.report(effect.payload["report"])
    if found is None:
        raise LookupError(f"no report {effect.payload['report']}")
    if found.state is not ReportState.ASKED:
        return
    now = effect.claimed_at
    carry_out_or_give_up(
        effect,
        lambda: _keep(found, _drawn(found), now),
        lambda fault: _fail(found, fault, now),
        fault_of=_fault_of,
    )
    Position.objects.filter(name=selectors.progress_name(found.id)).delete()


def _fault_of(error: Exception) -> str:
    """The code of what is the same however often it is tried; empty for any other fault."""
    if isinstance(error, NotComputable):
        return str(error.why)
    if isinstance(error, Invalid):
        return error.code
    return "not_drawable" if isinstance(error, DOCUMENT_FAULTS) else ""


def _drawn(found: ReportView) -> DrawnReport:
    sources = selectors.report_sources(found)
    if sources is None:
        raise Invalid("plan_unreadable")
    name = selectors.progress_name(found.id)

    def told(part: float) -> None:
        """How far it is is no fact: it stands beside the ledger, for whoever waits."""
        Position.objects.update_or_create(name=name, defaults={"upto": round(_THOUSAND * part)})

    return draw(report(sources), Drawing(UUID(found.id), found.asked_at, found.asked_by), told)


def _keep(found: ReportView, made: DrawnReport, now: datetime) -> None:
    topic = _topic(found.plan, UUID(found.id))
    doing = Doing(Actor.service("cpv"), Where(site=found.site), now, derive(UUID(found.id), "drawn"))
    with writing():
        current = selectors.lock_report(found.id)
        if current is None or current.state is not ReportState.ASKED:
            return
        kept = {form: _stored(found, form, data, topic, doing) for form, data in made.files.items()}
        files = {form: {"id": str(it.id), "sha256": it.sha256} for form, it in kept.items()}
        digests = {"digest": made.digest, "digest_of_data": made.digest_of_data}
        values = {"state": str(ReportState.DRAWN), "drawn_at": now, "files": files, **digests}
        change = put(TABLE, found.id, summary=_summary(made), **values)
        facts = _facts(UUID(found.id), found.since, found.until, found.zone) | digests
        facts |= {f"sha256_{form}": it.sha256 for form, it in kept.items()}
        subjects = tuple(Subject("evidence", str(it.id)) for it in kept.values())
        record(doing, topic, Event.REPORT_DRAWN, facts, changes=(change,), subjects=subjects)


def _stored(found: ReportView, form: str, data: bytes, topic: Topic, doing: Doing) -> EvidenceView:
    first, last = days_of(found.since, found.until, found.zone)
    return store_evidence(
        data=data,
        media_type=MEDIA_TYPES[form],
        name=f"{found.plan} {first} to {last}.{form}",
        stream=topic.stream,
        subjects=topic.subjects,
        **doing.as_keywords(derive(doing.request_id, form)),
    )


def _summary(made: DrawnReport) -> Mapping[str, int]:
    """What the list of reports says of it."""
    summary = made.content["summary"]
    signals = summary["signals"]
    own = {name: summary[name] for name in ("batches", "charts", "results")}
    return own | {name: signals[name] for name in ("raised", "open", "overdue")}


def _fail(found: ReportView, fault: str, now: datetime) -> None:
    topic = _topic(found.plan, UUID(found.id))
    doing = Doing(Actor.service("cpv"), Where(site=found.site), now, derive(UUID(found.id), "failed"))
    with writing():
        current = selectors.lock_report(found.id)
        if current is None or current.state is not ReportState.ASKED:
            return
        change = put(TABLE, found.id, state=str(ReportState.FAILED), fault=fault)
        facts = _facts(UUID(found.id), found.since, found.until, found.zone) | {"fault": fault}
        record(doing, topic, Event.REPORT_NOT_DRAWN, facts, changes=(change,))


def _topic(plan: str, id: UUID) -> Topic:
    own = topic_of_plan(plan)
    return Topic(own.stream, own.named, (*own.subjects, Subject("report", str(id))))


def _facts(id: UUID, since: datetime, until: datetime, zone: str) -> dict[str, Any]:
    first, last = days_of(since, until, zone)
    return {"report": id, "since": since, "until": until, "first": first, "last": last}
