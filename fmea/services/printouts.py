"""Worksheets as files: asked for by somebody, drawn once by the worker as PDF/A and XLSX, kept as bytes for good."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from coi.services.recording import answered_once
from cpv.rules.programme.report_state import ReportState
from fmea.events import Event
from fmea.rules.printed_words import STATES
from fmea.rules.report import Printing
from fmea.rules.worksheet import KIND
from fmea.selectors.printouts import PrintoutView, printed, printout
from fmea.services.drawing_pictures import pictures_of
from fmea.services.drawing_worksheets import draw_worksheet
from fmea.services.recording import known_sheet, topic_of_sheet, writing
from ledger.rules import Actor, Subject, Where, derive, new, put
from ledger.rules.errors import Invalid, NotFound
from ledger.selectors import EffectView
from ledger.services import enqueue, store_evidence
from ledger.services.effects import carry_out_or_give_up
from people import selectors as people
from people.rules.rights import Right
from people.services import require
from qc.services.drawing_documents import DOCUMENT_FAULTS
from qc.services.recording import Doing, Topic, asking, record, repeated

TABLE, DRAW_PRINTOUT = "fmea.printout", "fmea.draw_printout"
MEDIA_TYPES = {"pdf": "application/pdf", "json": "application/json"}


@answered_once
def print_worksheet(
    *, code: str, version: int, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> UUID:
    """Ask for a version of a worksheet as PDF/A, or (version 0) for the sheet as it stands; the worker draws it.

    Answers with its id. Raises NotFound (worksheet, version), NotAllowed (role).
    """
    doing = asking(actor, where, now, request_id, code=code, version=version)
    found = known_sheet(code)
    person = require(actor=actor, right=Right.PRINT_WORKSHEET, site=found.site, now=now)
    id = derive(request_id, "printout")
    if repeated(doing, Event.PRINTOUT_ASKED, worksheet=code):
        return id
    if version and version not in {it.version for it in people.versions_of(KIND, code)}:
        raise NotFound("version_unknown")
    about = {"sheet_id": found.id, "version": version, "revision": found.revision}
    who = {"asked_by_id": person.user_id, "asked_by_name": actor.name, "asked_at": now}
    with writing():
        changes = (new(TABLE, id, state=str(ReportState.ASKED), **{**about, **who}),)
        facts = {"printout": id, "version": version}
        entry = record(doing, _topic(code, id), Event.PRINTOUT_ASKED, facts, changes=changes)
        enqueue(kind=DRAW_PRINTOUT, entry=entry, payload={"printout": str(id)}, now=now)
    return id


def carry_out_printout(effect: EffectView) -> None:
    """Draw a printout that was asked for; the handler of `fmea.draw_printout`. One that is drawn stays as it is."""
    if effect.claimed_at is None:
        raise ValueError("an effect is carried out at a time")
    found, now = printout(UUID(effect.payload["printout"])), effect.claimed_at
    if found is None:
        raise LookupError(f"no printout {effect.payload['printout']}")
    if found.state is ReportState.ASKED:
        carry_out_or_give_up(
            effect,
            lambda: _keep(found, _drawn(found), now),
            lambda fault: _fail(found, fault, now),
            fault_of=_fault_of,
        )


def _fault_of(error: Exception) -> str:
    """The code of what is the same however often it is tried; empty for any other fault."""
    if isinstance(error, Invalid):
        return error.code
    return "not_drawable" if isinstance(error, DOCUMENT_FAULTS) else ""


def _drawn(found: PrintoutView) -> Mapping[str, bytes]:
    sources = printed(found, STATES)
    if sources is None:
        raise Invalid("worksheet_unreadable")
    path = f"/risk/{found.worksheet}/printouts/{found.id}/"
    made = draw_worksheet(
        sources, Printing(path, found.asked_at, found.asked_by), pictures_of(sources.worksheet)
    )
    return {"pdf": made.pdf, "json": made.content}


def _keep(found: PrintoutView, made: Mapping[str, bytes], now: datetime) -> None:
    topic, doing = _topic(found.worksheet, found.id), _doing(found, "drawn", now)
    with writing():
        current = printout(found.id, is_locked=True)
        if current is None or current.state is not ReportState.ASKED:
            return
        kept = {
            form: store_evidence(
                data=data,
                media_type=MEDIA_TYPES[form],
                name=f"{found.worksheet} {found.version or 'unsigned'}.{form}",
                stream=topic.stream,
                subjects=topic.subjects,
                **doing.as_keywords(derive(doing.request_id, form)),
            )
            for form, data in made.items()
        }
        files = {form: {"id": str(it.id), "sha256": it.sha256} for form, it in kept.items()}
        change = put(TABLE, found.id, state=str(ReportState.DRAWN), drawn_at=now, files=files)
        facts = {"printout": found.id, **{f"sha256_{form}": it.sha256 for form, it in kept.items()}}
        subjects = tuple(Subject("evidence", str(it.id)) for it in kept.values())
        record(doing, topic, Event.PRINTOUT_DRAWN, facts, changes=(change,), subjects=subjects)


def _fail(found: PrintoutView, fault: str, now: datetime) -> None:
    topic, doing = _topic(found.worksheet, found.id), _doing(found, "failed", now)
    with writing():
        current = printout(found.id, is_locked=True)
        if current is not None and current.state is ReportState.ASKED:
            change = put(TABLE, found.id, state=str(ReportState.FAILED), fault=fault)
            facts = {"printout": found.id, "fault": fault}
            record(doing, topic, Event.PRINTOUT_NOT_DRAWN, facts, changes=(change,))


def _doing(found: PrintoutView, label: str, now: datetime) -> Doing:
    return Doing(Actor.service("fmea"), Where(site=found.site), now, derive(found.id, label))


def _topic(code: str, id: UUID) -> Topic:
    return topic_of_sheet(code, Subject("printout", str(id)))
