"""Dossiers of exceptional releases as they are kept, and the one that counts for a batch. Knows nothing of pages."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from coi.rules.batches import BatchSummary
from coi.selectors.treating import TreatingSite
from ledger import selectors as ledger
from people.rules.authority import Person
from people.rules.roles import Role
from qc.models import Dossier
from qc.rules.case import Case
from qc.rules.exceptional import KeptDossier, Region, Setting
from qc.rules.lifting import lifted
from qc.rules.releases import Lifting

DOSSIER_KIND = "dossier"  # what a decision's signature is over; its id is the dossier's code
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


def dossiers_by_code(codes: Collection[str]) -> dict[str, KeptDossier]:
    """Several of them by their codes; codes of none are not there (one statement)."""
    return {row.code: _view(row) for row in _rows().filter(code__in=list(codes))}


def dossiers_of(batch: str) -> tuple[KeptDossier, ...]:
    """Every dossier of a batch (by its id), the newest first."""
    return tuple(_view(row) for row in _rows().filter(batch=batch).order_by("-opened_at", "-code"))


def newest_dossiers(batches: Collection[str]) -> dict[str, KeptDossier]:
    """The newest dossier of each batch that has one, by the batch's id (one statement)."""
    ids: Any = list(batches)
    rows = _rows().filter(batch__in=ids).order_by("opened_at", "code")
    return {str(row.batch_id): _view(row) for row in rows}


def lifting_of(case: Case, at: datetime) -> Lifting | None:
    """The newest dossier of the batch that was opened by then, with how it stands now; none where it was declined."""
    return liftings_of({case.dossier.batch.id: case}, at).get(case.dossier.batch.id)


def liftings_of(cases: Mapping[str, Case], at: datetime) -> dict[str, Lifting]:
    """The same of several batches by their ids, those that have one (one statement, however many)."""
    ids: Any = list(cases)
    rows = _rows().filter(batch__in=ids, opened_at__lte=at)
    newest = {str(row.batch_id): _view(row) for row in rows.order_by("opened_at", "code")}
    return {id: lifted(kept, cases[id]) for id, kept in newest.items() if kept.is_approved is not False}


def dossier_roles(
    person: Person, batch: BatchSummary, treating: TreatingSite, at: datetime
) -> frozenset[Role]:
    """What somebody is to a dossier: by their roles where the batch was made, and as a coordinator where the patient
    is treated."""
    return person.roles(batch.site, at) | (person.roles(treating.code, at) & {Role.COORDINATOR})


def dossier_file(kept: KeptDossier, part: str) -> bytes | None:
    """The file that shows a part (request, acceptance); None where none was handed in."""
    file = (
        kept.part(part).get("file") if part in PARTS and part not in {"held", "notices", "follow_up"} else ""
    )
    return ledger.evidence_bytes(UUID(file)) if file else None


def region_of(treating: TreatingSite) -> Region | None:
    """Under whose law the product is given; None where the rules of no such region are laid down here."""
    return Region(treating.region) if treating.region in set(Region) else None


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
