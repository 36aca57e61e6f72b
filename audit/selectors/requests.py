"""What was asked for: where it stands, its files, and how far the worker is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from audit.models import Position, Request
from audit.registry import report_kind
from audit.rules.bundles import KIND
from audit.rules.questions import asked
from audit.rules.requests import RequestState
from audit.selectors.scope import is_open_to, may_read, right_to
from ledger import selectors as ledger
from people.rules.authority import Person

MOST = 100


@dataclass(frozen=True)
class RequestView:
    """One request. `sites`: at which the right to read it must be held; `files`: evidence and SHA-256 of each form;
    `percent`: so much of it is made."""

    id: UUID
    kind: str
    question: Mapping[str, str]
    sites: tuple[str, ...]
    state: RequestState
    fault: str
    asked_at: datetime
    asked_by: str
    asked_by_id: int
    made_at: datetime | None
    files: Mapping[str, Mapping[str, str]]
    digest: str
    found: Mapping[str, int]
    percent: int = 0


def request(id: UUID, *, is_locked: bool = False) -> RequestView | None:
    """One request by its id; with its row locked until the transaction ends."""
    rows = Request.objects.select_for_update(no_key=True) if is_locked else Request.objects.all()
    row = rows.filter(pk=id).first()
    return None if row is None else _view(row, _percents([row]))


def visible_request(person: Person, id: UUID, now: datetime) -> RequestView | None:
    """The same, unless it is not theirs: theirs is what they might ask for now, whoever asked.

    Before it is made nobody knows whose data are in it, and it is its asker's alone. Who audits a certain time reads
    of others' what lies in it; their own was made of it.
    """
    found = request(id)
    if found is None:
        return None
    is_own = found.asked_by_id == person.user_id and person.is_active
    if found.state is not RequestState.MADE:
        return found if is_own else None
    may = may_read(person, found.kind, found.sites, now) and (is_own or _is_open(person, found, now))
    return found if may else None


def _is_open(person: Person, found: RequestView, now: datetime) -> bool:
    right, kind = right_to(found.kind), report_kind(found.kind)
    question = asked(found.question)
    if kind is not None and not kind.asks:  # it tells of the moment at which it was made, and of no other
        question = replace(question, moment=found.made_at)
    return right is not None and is_open_to(person, right, question, found.sites, now)


def requests_of(person: Person) -> tuple[RequestView, ...]:
    """What the person asked for, the newest first (two statements)."""
    rows = list(Request.objects.filter(asked_by_id=person.user_id).order_by("-asked_at", "pk")[:MOST])
    known = _percents(rows)
    return tuple(_view(row, known) for row in rows)


def request_file(found: RequestView, form: str) -> bytes | None:
    """The very bytes of a report; None where there is no such form, and for a bundle. Raises EvidenceDamaged."""
    kept = None if found.kind == KIND else found.files.get(form)
    return None if kept is None else ledger.evidence_bytes(UUID(kept["id"]))


def progress_name(id: UUID) -> str:
    """Under which name it stands how much of a request is made."""
    return f"request:{id}"


def _percents(rows: list[Request]) -> dict[str, int]:
    names = [progress_name(row.pk) for row in rows if row.state == RequestState.ASKED]
    return dict(Position.objects.filter(name__in=names).values_list("name", "upto")) if names else {}


def _view(row: Any, known: Mapping[str, int]) -> RequestView:
    return RequestView(
        id=row.pk,
        kind=row.kind,
        question=row.question,
        sites=tuple(row.sites),
        state=RequestState(row.state),
        fault=row.fault,
        asked_at=row.asked_at,
        asked_by=row.asked_by_name,
        asked_by_id=row.asked_by_id,
        made_at=row.made_at,
        files=row.files,
        digest=row.digest,
        found=row.found,
        percent=known.get(progress_name(row.pk), 0),
    )
