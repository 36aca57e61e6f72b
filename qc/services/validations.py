"""Validation of a method: measurements handed in whole or not at all, assessed, and the report as PDF."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import typst

from coi.rules.labels import moment
from coi.services import drawing
from ledger import selectors as ledger
from ledger.rules import Actor, Where, derive, put
from ledger.rules.errors import Conflict
from ledger.services import store_evidence
from people import selectors as people
from people.rules.rights import Right
from people.rules.signatures import SignatureView
from people.services import require
from qc import selectors
from qc.events import Event
from qc.rules.stability import StudyView
from qc.rules.subjects import StudyKind
from qc.rules.validation_study import Plan, assess, written
from qc.rules.validation_study.file import FileFault, read_measurements
from qc.rules.validation_study.printed import in_words
from qc.rules.validation_study.printed_words import PRINTED
from qc.services.recording import asking, record, repeated, writing
from qc.services.studies import STUDY, known_study, locked_study, study_topic

_TEMPLATE = "qc/validation_report.typ"


@dataclass(frozen=True)
class MeasurementsAnswer:
    """Whether the measurements were taken; if not, every fault of the file at its row and column."""

    is_done: bool
    faults: tuple[FileFault, ...] = ()


def hand_in_measurements(
    *, study: str, data: bytes, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> MeasurementsAnswer:
    """Keep a file of measurements as evidence, and what they come to by the plan; a later file takes its place.

    A file with a fault is not taken, and nothing of it is kept. Raises NotFound, NotAllowed, Conflict (the study is
    over, or is none of a method).
    """
    found, doing = known_study(study), asking(actor, where, now, request_id, study=study, data=data)
    analyst = require(actor=actor, right=Right.HAND_IN_MEASUREMENTS, site=found.site, now=now)
    digest = sha256(data).hexdigest()
    if repeated(doing, Event.MEASUREMENTS_HANDED_IN, study=study):
        return MeasurementsAnswer(True)
    rows, faults = read_measurements(data, plan_of_validation(found))
    if faults:
        return MeasurementsAnswer(False, faults)
    with writing():
        locked = locked_study(study)
        conclusion = written(assess(plan_of_validation(locked), rows))
        topic = study_topic(study)
        kept = store_evidence(
            data=data,
            media_type="text/csv",
            name=f"measurements {study}.csv",
            stream=topic.stream,
            subjects=topic.subjects,
            **doing.as_keywords(derive(request_id, "file")),
        )
        measured = {
            "evidence": str(kept.id),
            "sha256": digest,
            "rows": len(rows),
            "by": analyst.printed_name,
            "by_id": analyst.user_id,
            "at": now.isoformat(),
        }
        change = put(STUDY, locked.id, measured=measured, conclusion=conclusion)
        facts = {"sha256": digest, "rows": len(rows), "outcome": conclusion["outcome"]}
        record(doing, topic, Event.MEASUREMENTS_HANDED_IN, facts, changes=(change,))
    return MeasurementsAnswer(True)


def plan_of_validation(found: StudyView) -> Plan:
    """The plan of a validation study; Conflict for one of time."""
    plan = selectors.validation_plan_in(people.document_version(found.plan_id))
    if plan is None:
        raise Conflict("study_of_another_kind")
    return plan


def preview_report(*, study: StudyView, now: datetime) -> bytes:
    """The report as it would be now, as PDF marked as a preview. Nothing is recorded.

    Raises Conflict: nothing was measured, or a character cannot be drawn.
    """
    if study.kind is not StudyKind.VALIDATION or not study.measured:
        raise Conflict("nothing_measured")
    return draw_report(study, None, now)


def draw_report(study: StudyView, signature: SignatureView | None, now: datetime) -> bytes:
    """The report of a validation study as PDF/A; without a signature marked as a preview. Raises Conflict."""
    content = {
        "checkpoint": _checkpoint(study.zone),
        "study": {
            "code": study.code,
            "title": study.title,
            "site": _site_name(study),
            "plan": study.plan,
            "begun": " ".join(moment(study.started_at, study.zone)),
            "measured_by": study.measured["by"],
            "measured_at": " ".join(moment(datetime.fromisoformat(study.measured["at"]), study.zone)),
            "sha256": study.measured["sha256"],
            "drawn": " ".join(moment(now, study.zone)),
        },
        "report": in_words(study.conclusion, PRINTED),
        "signature": None if signature is None else _signed(signature),
        "is_demonstration": ledger.is_demonstration(),
    }
    try:
        return drawing.draw_sheet(drawing.Sheet(_TEMPLATE, content, (), resolutions=()), now)
    except typst.TypstError as error:
        raise Conflict("document_not_drawable") from error


def _checkpoint(zone: str) -> Mapping[str, Any] | None:
    """The newest checkpoint of the ledger, as it is printed."""
    point = ledger.latest_checkpoint()
    if point is None:
        return None
    return {"size": point.size, "root": point.root.hex(), "signed": " ".join(moment(point.signed_at, zone))}


def _site_name(study: StudyView) -> str:
    found = people.site_by_code(study.site)
    return study.site if found is None else f"{found.name} ({study.site})"


def _signed(it: SignatureView) -> Mapping[str, Any]:
    return {
        "name": it.printed_name,
        "meaning": str(it.meaning),
        "at": " ".join(moment(it.signed_at, it.zone)),
        "digest": it.record_digest,
    }
