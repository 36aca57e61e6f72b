"""Dossiers of exceptional releases as they are kept, and how the one that counts for a batch stands now."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from qc.models import Dossier
from qc.rules.case import Case
from qc.rules.exceptional import KeptDossier, Region, Setting
from qc.rules.lifting import lifted
from qc.rules.releases import Lifting

PARTS = (
    "held",
    "risk",
    "alternatives",
    "request",
    "acceptance",
    "consent",
    "notices",
    "decision",
    "follow_up",
)


def dossier(code: str) -> KeptDossier | None:
    """One dossier by its code, for services."""
    row = None if "\x00" in code else _rows().filter(code=code).first()
    return None if row is None else _view(row)


def dossiers_of(batch: str) -> tuple[KeptDossier, ...]:
    """Every dossier of a batch (by its id), the newest first."""
    return tuple(_view(row) for row in _rows().filter(batch=batch).order_by("-opened_at", "-code"))


def lifting_of(case: Case, at: datetime) -> Lifting | None:
    """The newest dossier of the batch that was opened by then and is not declined, with how it stands now."""
    return liftings_of({case.dossier.batch.id: case}, at).get(case.dossier.batch.id)


def liftings_of(cases: Mapping[str, Case], at: datetime) -> dict[str, Lifting]:
    """The same of several batches by their ids, those that have one (one statement, however many)."""
    ids: Any = list(cases)
    rows = _rows().filter(batch__in=ids, opened_at__lte=at).exclude(is_approved=False)
    newest = {str(row.batch_id): _view(row) for row in rows.order_by("opened_at", "code")}
    return {id: lifted(kept, cases[id]) for id, kept in newest.items()}


def _rows() -> Any:
    return Dossier.objects.select_related("batch", "order")


def _view(row: Any) -> KeptDossier:
    return KeptDossier(
        id=str(row.pk),
        code=row.code,
        batch=row.batch.code,
        batch_id=str(row.batch_id),
        order_id=str(row.order_id),
        coi_id=row.order.coi_id,
        region=Region(row.region),
        setting=Setting(row.setting),
        is_emergency=row.is_emergency,
        opened_at=row.opened_at,
        opened_by=row.opened_by_name,
        is_approved=row.is_approved,
        parts={name: getattr(row, name) for name in PARTS},
    )
