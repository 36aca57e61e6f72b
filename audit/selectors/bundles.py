"""Bundles that were asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from audit.models import Request
from audit.rules.bundles import KIND
from audit.rules.questions import Question, asked
from audit.rules.requests import RequestState


@dataclass(frozen=True)
class BundleView:
    """A bundle as it was asked for, and what came of it.

    `kept`: the checkpoint that somebody handed in, to be led to the newest one. `digest`: SHA-256 of the manifest;
    `file`: the evidence of the ZIP, its SHA-256, and as `report` that of the report's JSON in it, if there is one.
    """

    id: UUID
    question: Question
    kept: str
    sites: tuple[str, ...]
    state: RequestState
    fault: str
    asked_at: datetime
    asked_by: str
    asked_by_id: int
    made_at: datetime | None
    file: Mapping[str, str]
    digest: str
    found: Mapping[str, int]


def bundle(id: UUID | str) -> BundleView | None:
    """A bundle by its id, for services, which ask for authority themselves."""
    row = _bundles().filter(pk=id).first()
    return None if row is None else _view(row)


def lock_bundle(id: UUID | str) -> BundleView | None:
    """The same, locked until the transaction ends."""
    row = _bundles().select_for_update().filter(pk=id).first()
    return None if row is None else _view(row)


def _bundles() -> QuerySet[Request]:
    return Request.objects.filter(kind=KIND)


def _view(row: Request) -> BundleView:
    return BundleView(
        id=row.id,
        question=asked(row.question),
        kept=row.question.get("checkpoint", ""),
        sites=tuple(row.sites),
        state=RequestState(row.state),
        fault=row.fault,
        asked_at=row.asked_at,
        asked_by=row.asked_by_name,
        asked_by_id=row.asked_by_id,
        made_at=row.made_at,
        file=row.files.get("zip", {}),
        digest=row.digest,
        found=row.found,
    )
