"""Plates of a run, and one of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from coi.selectors.visible import sites_of
from people.rules.authority import Person
from qc.models import Plate
from qc.rules.importing import ImportState
from qc.rules.plates import PlateView
from qc.selectors.results import rows as result_rows
from qc.selectors.results import view as result_view

MOST = 50


def plate(id: UUID | str) -> PlateView | None:
    """One plate, for services."""
    row = _rows().filter(pk=id).first()
    return None if row is None else _view(row)


def lock_plate(id: UUID | str) -> None:
    """Nobody else records or discards it until the transaction ends."""
    Plate.objects.select_for_update(no_key=True).filter(pk=id).first()


def visible_plate(viewer: Person, run: str, id: UUID, at: datetime) -> PlateView | None:
    """A plate of this run at one of the viewer's sites; None for all others."""
    found = plate(id)
    is_here = found is not None and found.run == run and found.site in sites_of(viewer, at)
    return found if is_here else None


def plates_of(run: str) -> tuple[PlateView, ...]:
    """The newest plates of a run, by its code."""
    return tuple(_view(row) for row in _rows().filter(run__code=run).order_by("-handed_in_at")[:MOST])


def _rows() -> Any:
    return Plate.objects.select_related("run")


def _view(row: Any) -> PlateView:
    result = None if row.result_id is None else result_view(result_rows().get(pk=row.result_id))
    return PlateView(
        id=str(row.pk),
        run=row.run.code,
        run_id=str(row.run_id),
        site=row.run.site_id,
        evidence=str(row.evidence),
        sha256=row.sha256,
        name=row.name,
        state=ImportState(row.state),
        handed_in_at=row.handed_in_at,
        handed_in_by=row.handed_in_name,
        result=result,
        numbers=dict(row.numbers),
    )
