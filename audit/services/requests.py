"""Reports that are to be kept: asked for by somebody, made once by the worker, kept as bytes for good."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from audit.events import Event
from audit.registry import report_kind
from audit.rules.content import counted
from audit.rules.questions import Ask, Question, asked
from audit.rules.report import Report
from audit.rules.requests import RequestState
from audit.selectors.requests import RequestView, request
from audit.selectors.scope import opened, report_for, right_to
from audit.services import progress
from audit.services.rendering import drawing_of, forms
from coi.services.recording import answered_once
from ledger.rules import Actor, Subject, Where, derive, new, put
from ledger.rules.errors import Invalid, NotAllowed, NotFound
from ledger.rules.evidence import SPREADSHEET
from ledger.selectors import EffectView, EvidenceView
from ledger.services import enqueue, store_evidence
from ledger.services.effects import carry_out_or_give_up
from people import selectors as people
from people.rules.authority import Person
from people.services.recording import require_anywhere, writing
from qc.services.drawing_documents import DOCUMENT_FAULTS
from qc.services.recording import Doing, Topic, asking, record, repeated

TABLE, MAKE = "audit.request", "audit.make_report"
MEDIA_TYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "xlsx": SPREADSHEET,
    "csv": "application/zip",
    "json": "application/json",
}
# How the name of a file ends, where not as its form.
ENDINGS: Mapping[str, str] = {"csv": "csv.zip"}
# Of the whole work, what gathering is (%); each form is a like part of what is left.
_GATHERED, _WHOLE = 40, 100
# What a question is about, as entries name it.
_SUBJECTS: Mapping[Ask, str] = {Ask.JOURNEY: "order", Ask.BATCH: "batch", Ask.STATION: "station"}


@answered_once
def request_report(
    *, kind: str, question: Question, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> UUID:
    """Ask for a report of this kind; the worker makes it and keeps PDF, XLSX, CSV and JSON as evidence.

    Answers with its id; the same request again asks for nothing new. Raises NotFound (kind), NotAllowed (role), Invalid
    (the question, by field).
    """
    known = report_kind(kind)
    if known is None:
        raise NotFound("report_unknown")
    said = dict(question.said())
    doing = asking(actor, where, now, request_id, kind=kind, question=said)
    person = require_anywhere(actor=actor, right=known.right, now=now)
    id = derive(request_id, "request")
    if repeated(doing, Event.REQUESTED, kind=kind):
        return id
    opened(person, known, question, now)
    sites = [question.site] if question.site else sorted(person.sites_of(known.right, now))
    about = {"kind": kind, "question": said, "sites": sites, "state": str(RequestState.ASKED)}
    who = {"asked_at": now, "asked_by_id": person.user_id, "asked_by_name": actor.name}
    with writing():
        change = new(TABLE, id, **about, **who)
        facts = {"request": id, "question": said}
        entry = record(doing, _topic(id, kind, question), Event.REQUESTED, facts, changes=(change,))
        enqueue(kind=MAKE, entry=entry, payload={"request": str(id)}, now=now)
    return id


def carry_out_request(effect: EffectView) -> None:
    """Make a report that was asked for; the handler of `audit.make_report`. One that is made stays as it is.

    It is made for its asker, with what they may see at that moment: whoever lost a role meanwhile gets nothing.
    """
    if effect.claimed_at is None:
        raise ValueError("an effect is carried out at a time")
    now, id = effect.claimed_at, UUID(effect.payload["request"])
    found = request(id)
    if found is None:
        raise LookupError(f"no request {id}")
    if found.state is not RequestState.ASKED:
        return
    carry_out_or_give_up(
        effect,
        lambda: _make(found, now),
        lambda fault: _fail(found, fault, now),
        fault_of=_fault_of,
    )
    progress.forget(id)


def _fault_of(error: Exception) -> str:
    """The code of what is the same however often it is tried; empty for any other fault."""
    if isinstance(error, NotFound | NotAllowed):
        return "not_theirs"
    if isinstance(error, Invalid):
        return error.code
    return "not_drawable" if isinstance(error, DOCUMENT_FAULTS) else ""


def _make(found: RequestView, now: datetime) -> None:
    person = people.person(found.asked_by_id, now)
    if person is None:
        raise NotFound("person_unknown")
    report = report_for(person, found.kind, asked(found.question), now)
    progress.tell(found.id, _GATHERED)
    made: dict[str, bytes] = {}
    for form, data in forms(report, drawing_of(found.id, found.asked_by, now)):
        made[form] = data
        progress.tell(found.id, _GATHERED + (_WHOLE - _GATHERED) * len(made) // (len(MEDIA_TYPES) + 1))
    _keep(found, report, made, _sites_of_readers(person, found, report, now), now)


def _sites_of_readers(person: Person, found: RequestView, report: Report, now: datetime) -> list[str]:
    """At which sites the right to read it must be held: of those whose data are in it, the asker's.

    A journey goes through sites of several houses, and hardly anybody may read reports at all of them.
    """
    right = right_to(found.kind)
    own = person.sites_of(right, now) if right is not None else frozenset()
    return sorted(own & set(report.sites)) or list(found.sites)


def _keep(
    found: RequestView, report: Report, made: Mapping[str, bytes], sites: list[str], now: datetime
) -> None:
    topic, doing = _topic_of(found), _doing(found, "made", now)
    with writing():
        current = request(found.id, is_locked=True)
        if current is None or current.state is not RequestState.ASKED:
            return
        kept = {form: _stored(found, form, data, topic, doing) for form, data in made.items()}
        digest = sha256(made["json"]).hexdigest()
        values: dict[str, Any] = {
            "state": str(RequestState.MADE),
            "made_at": now,
            "sites": sites,
            "files": {form: {"id": str(it.id), "sha256": it.sha256} for form, it in kept.items()},
            "digest": digest,
            "found": dict(counted(report)),
        }
        change = put(TABLE, found.id, **values)
        facts = {"request": found.id, "digest": digest, "found": values["found"]}
        facts |= {f"sha256_{form}": it.sha256 for form, it in kept.items()}
        subjects = tuple(Subject("evidence", str(it.id)) for it in kept.values())
        record(doing, topic, Event.MADE, facts, changes=(change,), subjects=subjects)


def _stored(found: RequestView, form: str, data: bytes, topic: Topic, doing: Doing) -> EvidenceView:
    return store_evidence(
        data=data,
        media_type=MEDIA_TYPES[form],
        name=file_name(found, form),
        stream=topic.stream,
        subjects=topic.subjects,
        **doing.as_keywords(derive(doing.request_id, form)),
    )


def file_name(found: RequestView, form: str) -> str:
    """What a file is called."""
    return f"{found.kind}-{found.asked_at:%Y-%m-%d}-{str(found.id)[:8]}.{ENDINGS.get(form, form)}"


def _fail(found: RequestView, fault: str, now: datetime) -> None:
    doing = _doing(found, "not made", now)
    with writing():
        current = request(found.id, is_locked=True)
        if current is not None and current.state is RequestState.ASKED:
            change = put(TABLE, found.id, state=str(RequestState.FAILED), fault=fault)
            facts = {"request": found.id, "fault": fault}
            record(doing, _topic_of(found), Event.NOT_MADE, facts, changes=(change,))


def _doing(found: RequestView, label: str, now: datetime) -> Doing:
    where = Where(site=found.sites[0], zone=people.zone_of(found.sites[0]))
    return Doing(Actor.service("audit"), where, now, derive(found.id, label))


def _topic_of(found: RequestView) -> Topic:
    return _topic(found.id, found.kind, asked(found.question))


def _topic(id: UUID, kind: str, question: Question) -> Topic:
    """A request has a stream of its own; what it is about is told that somebody asked."""
    about = [
        Subject(name, getattr(question, ask)) for ask, name in _SUBJECTS.items() if getattr(question, ask)
    ]
    return Topic(f"report:{id}", {"kind": kind}, (Subject("report", str(id)), *about))
