"""Kept files: their descriptions, and their bytes, checked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from ledger.models import Evidence
from ledger.rules.evidence import digest, path_of


@dataclass(frozen=True)
class EvidenceView:
    """A kept file."""

    id: UUID
    sha256: str
    size: int
    media_type: str
    name: str
    stored_at: datetime


def evidence(evidence_id: UUID) -> EvidenceView | None:
    """A kept file's description."""
    row = Evidence.objects.filter(id=evidence_id).first()
    if row is None:
        return None
    return EvidenceView(
        id=row.id,
        sha256=row.sha256,
        size=row.size,
        media_type=row.media_type,
        name=row.name,
        stored_at=row.stored_at,
    )


class EvidenceDamaged(Exception):
    """The bytes of a kept file are gone or are not what was stored: they are not handed out."""


def evidence_bytes(evidence_id: UUID) -> bytes | None:
    """A kept file's bytes, checked against its record; None when there is no such record."""
    return next(iter(evidence_bytes_of([evidence_id]).values()), None)


def evidence_bytes_of(ids: Collection[UUID]) -> dict[UUID, bytes]:
    """The same of several, by their ids; those that were kept (one statement)."""
    kept = Evidence.objects.filter(id__in=list(ids)).values_list("id", "sha256")
    return {id: _bytes_of(sha256) for id, sha256 in kept}


def _bytes_of(sha256: str) -> bytes:
    try:
        data = (Path(settings.EVIDENCE_DIR) / path_of(sha256)).read_bytes()
    except OSError as error:
        raise EvidenceDamaged(sha256) from error
    if digest(data) != sha256:
        raise EvidenceDamaged(sha256)
    return data
