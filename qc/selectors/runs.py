"""Runs of assays: one, those that give results of a method, and what their controls measured before."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from coi.selectors.visible import sites_of
from people import selectors as people
from people.rules.authority import Person
from qc.models import ControlReading, Run
from qc.rules.charts import ControlPoint
from qc.rules.controls import ControlMeasurement
from qc.rules.runs import ReadingView, RunState, RunView
from qc.selectors.documents import EffectiveMethod, EffectiveTargets, method_in, targets_in

MOST = 100
# The longest rule of Westgard looks back over ten measurements of each control.
LOOKING_BACK = 120
CHARTED = 60


def run(id: UUID | str) -> RunView | None:
    """One run by id, for services."""
    return _first(_rows().filter(pk=id))


def run_by_code(code: str) -> RunView | None:
    """One run by its code, for services."""
    return None if "\x00" in code else _first(_rows().filter(code=code))


def lock_run(id: str) -> None:
    """Nothing is read into the run by anybody else until the transaction ends."""
    Run.objects.select_for_update(no_key=True).filter(pk=id).first()


def runs_at(sites: Sequence[str]) -> tuple[RunView, ...]:
    """The newest runs at these sites."""
    return tuple(_view(row) for row in _rows().filter(site__in=sites).order_by("-started_at", "-code")[:MOST])


def visible_runs(viewer: Person, at: datetime) -> tuple[RunView, ...]:
    """The newest runs at the viewer's sites."""
    return runs_at(sorted(sites_of(viewer, at)))


def visible_run(viewer: Person, code: str, at: datetime) -> RunView | None:
    """A run at one of the viewer's sites; None for all others."""
    found = run_by_code(code)
    return found if found is not None and found.site in sites_of(viewer, at) else None


def chart_points(run: RunView, lot: str) -> tuple[ControlPoint, ...]:
    """What a control measured up to and with this run, oldest first, for its chart."""
    rows = ControlReading.objects.filter(
        method=run.method, lot__code=lot, run__started_at__lte=run.started_at
    )
    newest = rows.select_related("run").order_by("-read_at", "-run__code", "-number")[:CHARTED]
    return tuple(
        ControlPoint(row.run.code, RunState(row.run.state), row.number, row.z, str(row.run_id) == run.id)
        for row in reversed(list(newest))
    )


def runs_for(method: str, site: str) -> tuple[RunView, ...]:
    """Accepted runs of a method at a site, the newest first: those that can give a result."""
    own = _rows().filter(method__document__code=method, site=site, state=RunState.ACCEPTED)
    return tuple(_view(row) for row in own.order_by("-started_at", "-code")[:MOST])


def method_of(run: RunView) -> EffectiveMethod | None:
    """The method, in the version that the run began with."""
    return method_in(people.document_version(_ids(run)[0]))


def targets_of(run: RunView) -> EffectiveTargets | None:
    """The targets that the run began with; None where its method has no controls."""
    id = _ids(run)[1]
    return None if id is None else targets_in(people.document_version(id))


def control_history(method: str, lots: Sequence[str], before: datetime) -> tuple[ControlMeasurement, ...]:
    """What the controls of these lots measured in runs that were judged before this moment, oldest first.

    Readings of refused runs are among them: the rules are about the assay, not about what was let through. Those of
    void runs, which were broken off for another reason, are not.
    """
    rows = ControlReading.objects.filter(method=method, lot__code__in=lots, read_at__lt=before)
    newest = rows.exclude(run__state=RunState.VOID).order_by("-read_at", "-run__code", "-number")
    found = newest.values_list("run_id", "lot__code", "value")[:LOOKING_BACK]
    return tuple(ControlMeasurement(str(id), lot, value) for id, lot, value in reversed(list(found)))


def _ids(run: RunView) -> tuple[Any, Any]:
    found = Run.objects.get(pk=run.id)
    return found.method_id, found.targets_id


def _rows() -> Any:
    rows = Run.objects.select_related("method__document")
    return rows.prefetch_related("things__equipment", "things__lot", "readings__lot")


def _first(rows: Any) -> RunView | None:
    row = rows.first()
    return None if row is None else _view(row)


def _view(row: Any) -> RunView:
    things = list(row.things.all())
    readings = sorted(row.readings.all(), key=lambda one: (one.lot.code, one.number))
    return RunView(
        id=str(row.pk),
        code=row.code,
        site=row.site_id,
        method=row.method.document.code,
        method_version=f"{row.method.document.code}/{row.method.version}",
        state=RunState(row.state),
        started_at=row.started_at,
        analyst_id=row.analyst_id,
        analyst=row.analyst_name,
        instruments=tuple(sorted(t.equipment.code for t in things if t.equipment is not None)),
        lots=tuple(sorted(t.lot.code for t in things if t.lot is not None)),
        readings=tuple(ReadingView(r.control, r.lot.code, r.number, r.value, r.z) for r in readings),
        breaches=tuple(row.breaches),
        reason=row.reason,
    )
