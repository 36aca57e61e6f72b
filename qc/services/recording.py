"""What the services of this room do alike: know the batch, recognise a repeat, name a broken constraint."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID

from coi.rules.batches import BatchSummary
from coi.selectors.batches import batch_by_code, lock_batch
from ledger.rules import Actor, Change, EntryRef, Where
from ledger.rules import Subject as LedgerSubject
from ledger.rules.errors import Conflict, Invalid, NotFound
from ledger.selectors import EntryView, entry_for_request
from ledger.services import append
from people.services.recording import Doing as PeopleDoing
from people.services.recording import writing as writing_with
from qc import selectors
from qc.rules.subjects import Subject, SubjectKind, SubjectRef

# What a broken constraint means to the one who asked. Anything else is a fault of ours and goes on.
writing = partial(
    writing_with,
    {
        "qc_result_one_current": "result_exists",
        "qc_result_version_uniq": "result_changed",
        "qc_result_supersedes_id_key": "result_changed",
        "qc_control_reading_once": "run_judged",
        "qc_plate_result_id_key": "plate_recorded",
        "qc_document_version_uniq": "document_overtaken",
        "qc_investigation_one_open": "already_investigated",
        "qc_dossier_one_undecided": "dossier_open",
        "qc_trail_review_once": "trail_seen",
        "people_signature_once": "signed_already",
    },
)


@dataclass(frozen=True)
class Doing(PeopleDoing):
    """Who does what, where and when, and under which request. `asked` is the SHA-256 of what the request asks."""

    asked: str = ""


def asking(actor: Actor, where: Where, now: datetime, request_id: UUID, **content: object) -> Doing:
    """A request and what it asks: the same id with another content is another request, and `repeated` refuses it."""
    written = json.dumps(content, sort_keys=True, default=_plain)
    return Doing(actor, where, now, request_id, sha256(written.encode()).hexdigest())


def _plain(value: Any) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: getattr(value, one.name) for one in fields(value)}
    if isinstance(value, bytes):
        return sha256(value).hexdigest()
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)  # a set has no order that another process would give it again
    return dict(value) if isinstance(value, Mapping) else str(value)


def known_batch(code: str) -> BatchSummary:
    """The batch, or NotFound."""
    batch = batch_by_code(code)
    if batch is None:
        raise NotFound("batch_unknown")
    return batch


def locked_batch(code: str) -> BatchSummary:
    """The batch with its journey locked, or NotFound."""
    batch = lock_batch(code)
    if batch is None:
        raise NotFound("batch_unknown")
    return batch


def known_subject(ref: SubjectRef, at: datetime) -> Subject:
    """What a result is to be about, or NotFound."""
    found = selectors.subject(ref, at)
    if found is None:
        raise NotFound("batch_unknown" if ref.kind is SubjectKind.BATCH else "subject_unknown")
    return found


def locked_subject(subject: Subject, at: datetime) -> Subject:
    """The same with its journey locked, or NotFound."""
    found = selectors.lock_subject(subject, at)
    if found is None:
        raise NotFound("subject_unknown")
    return found


@dataclass(frozen=True)
class Topic:
    """What an entry is about: the stream it stands in, the facts that name the thing, and what finds it."""

    stream: str
    named: Mapping[str, str]
    subjects: tuple[LedgerSubject, ...]


def topic_of(subject: Subject) -> Topic:
    """Of what a result is about."""
    ref = subject.ref
    own = (LedgerSubject("order", subject.coi_id),) if subject.coi_id else ()
    return Topic(subject.stream, named(ref), (*own, LedgerSubject(str(ref.kind), ref.code)))


def batch_topic(batch: BatchSummary) -> Topic:
    """Of a batch: what quality does to it stands in its journey, among what was done to the cells."""
    subjects = (LedgerSubject("order", batch.coi_id), LedgerSubject("batch", batch.code))
    return Topic(f"journey:{batch.coi_id}", {"batch": batch.code}, subjects)


def named(ref: SubjectRef) -> dict[str, str]:
    """The facts by which entries name what a result is about."""
    return {str(ref.kind): ref.code} | ({"point": ref.point} if ref.point else {})


def record(
    doing: Doing,
    topic: Topic,
    event: StrEnum,
    facts: Mapping[str, Any],
    *,
    changes: tuple[Change, ...] = (),
    subjects: tuple[LedgerSubject, ...] = (),
    reason: str = "",
) -> EntryRef:
    """Append the entry of a use case."""
    return append(
        event=event,
        stream=topic.stream,
        facts={**topic.named, **facts, **({"asked_sha256": doing.asked} if doing.asked else {})},
        changes=changes,
        subjects=[*topic.subjects, *subjects],
        reason=reason,
        **doing.as_keywords(),
    )


def invalid(fields: Mapping[str, str], **more: Any) -> Invalid:
    """What is wrong, field by field."""
    return Invalid("fields_invalid", detail={"fields": dict(fields), **more})


def repeated(doing: Doing, *events: StrEnum, **facts: str) -> EntryView | None:
    """What this very request did before; Conflict when its id was used for anything but `events` with `facts`, or with
    another content."""
    entry = entry_for_request(doing.request_id)
    if entry is None:
        return None
    is_other = entry.facts.get("asked_sha256", doing.asked) != doing.asked
    is_other |= any(entry.facts.get(name) != value for name, value in facts.items())
    if entry.event not in events or is_other:
        raise Conflict("request_id_used")
    return entry
