"""Files of results that were handed in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from coi.selectors.visible import sites_of
from people.rules.authority import Person
from qc.models import Import
from qc.rules.importing import ImportState, ImportView

MOST = 50


def imported(id: UUID | str) -> ImportView | None:
    """One file, for services."""
    row = _rows().filter(pk=id).first()
    return None if row is None else _view(row)


def lock_import(id: UUID | str) -> None:
    """Nobody else records or discards it until the transaction ends."""
    Import.objects.select_for_update(no_key=True).filter(pk=id).first()


def visible_import(viewer: Person, id: UUID, at: datetime) -> ImportView | None:
    """A file handed in at one of the viewer's sites; None for all others."""
    found = imported(id)
    return found if found is not None and found.site in sites_of(viewer, at) else None


def visible_imports(viewer: Person, at: datetime) -> tuple[ImportView, ...]:
    """The newest files at the viewer's sites."""
    sites: Any = sorted(sites_of(viewer, at))
    return tuple(_view(row) for row in _rows().filter(site__in=sites).order_by("-handed_in_at")[:MOST])


def _rows() -> Any:
    return Import.objects.select_related("mapping__document", "run")


def _view(row: Any) -> ImportView:
    version = row.mapping
    return ImportView(
        id=str(row.pk),
        site=row.site_id,
        kind=row.kind,
        mapping=f"{version.document.code}/{version.version}" if version is not None else "",
        mapping_id=str(row.mapping_id or ""),
        run=row.run.code if row.run is not None else "",
        evidence=str(row.evidence),
        sha256=row.sha256,
        name=row.name,
        state=ImportState(row.state),
        tested_at=row.tested_at,
        handed_in_at=row.handed_in_at,
        handed_in_by=row.handed_in_name,
        recorded=row.recorded,
    )
