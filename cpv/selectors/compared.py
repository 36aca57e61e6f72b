"""What was measured of one parameter, as comparisons take it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from cpv import models
from cpv.rules.programme.arranging import Measured
from qc import selectors as qc

__all__ = ["Measured", "all_series", "series_of"]

# Weeks of scans are no lots; what another program handed in is one, of no batch that is made here.
_WEEKS = "scans:"
_RESULT = "result:"


def series_of(plan: str, parameter: str, sites: Collection[str]) -> tuple[Measured, ...]:
    """Every lot's number of one parameter, as `all_series`."""
    return all_series(plan, [parameter], sites)[parameter]


def all_series(
    plan: str, parameters: Collection[str], sites: Collection[str]
) -> dict[str, tuple[Measured, ...]]:
    """Every lot's numbers of several parameters of a `cpv_plan` at these sites, in the order of manufacture.

    What has no number any more is left out; what was excluded is told as such. `observed_at` of a result is the
    earliest test of any version of it, so that neither a correction nor a chart that was drawn later makes it younger;
    of other numbers it is not known, and None. Two statements, however many parameters and lots.
    """
    rows = models.Observation.objects.select_related("batch__order").filter(
        plan=plan, parameter__in=list(parameters), site__in=list(sites)
    )
    kept = rows.exclude(value="").exclude(source__startswith=_WEEKS).order_by("made_at", "subject")
    found: dict[str, list[Measured]] = {parameter: [] for parameter in parameters}
    listed = list(kept)
    tested = _tested_at(listed)
    for row in listed:
        found[row.parameter].append(_measured(row, tested.get(row.source)))
    return {parameter: tuple(own) for parameter, own in found.items()}


def _measured(row: models.Observation, tested_at: datetime | None) -> Measured:
    return Measured(
        batch=row.subject,
        value=float(row.value),
        at=row.made_at,
        order="" if row.batch is None else row.batch.order.coi_id,
        excluded=row.excluded_at is not None,
        component="" if row.batch is None else row.batch.component,
        observed_at=tested_at,
        is_below=row.is_below,
    )


def _tested_at(rows: Sequence[models.Observation]) -> Mapping[str, datetime]:
    """When each result that a number came from was first tested, in any version, by the number's source."""
    batches = {
        str(row.batch_id) for row in rows if row.source.startswith(_RESULT) and row.batch_id is not None
    }
    first: dict[str, datetime] = {}
    for results in qc.results_of(batches).values() if batches else ():
        for it in results:
            own = [one.tested_at for one in results if one.criterion == it.criterion]
            first[f"{_RESULT}{it.id}"] = min(own)
    return first
