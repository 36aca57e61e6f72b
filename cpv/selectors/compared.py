"""What was measured of one parameter, as comparisons take it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Q

from cpv import models
from cpv.rules.programme.arranging import Measured
from qc import selectors as qc

__all__ = ["Asked", "Measured", "all_series"]

# Weeks of scans are no lots; what another program handed in is one, of no batch that is made here.
_WEEKS = "scans:"
_RESULT = "result:"


class Asked(NamedTuple):
    """Which numbers are asked for: of some parameters of a `cpv_plan`, at some sites."""

    plan: str
    parameters: Collection[str]
    sites: Collection[str]


def all_series(asked: Sequence[Asked]) -> list[dict[str, tuple[Measured, ...]]]:
    """To each question every lot's numbers by parameter, in the order of manufacture.

    What has no number any more is left out; what was excluded is told as such. `observed_at` of a result is the
    earliest test of any version of it, so that neither a correction nor a chart that was drawn later makes it younger;
    of other numbers it is not known, and None. Two statements, however many questions, parameters and lots.
    """
    if not asked:
        return []
    wanted = (Q(plan=it.plan, parameter__in=list(it.parameters), site__in=list(it.sites)) for it in asked)
    rows = models.Observation.objects.select_related("batch__order").filter(reduce(or_, wanted))
    kept = list(rows.exclude(value="").exclude(source__startswith=_WEEKS).order_by("made_at", "subject"))
    tested = _tested_at(kept)
    found: dict[tuple[str, str], list[tuple[str, Measured]]] = defaultdict(list)
    for row in kept:
        found[row.plan, row.parameter].append((row.site_id, _measured(row, tested.get(row.source))))
    return [
        {code: tuple(lot for site, lot in found[it.plan, code] if site in it.sites) for code in it.parameters}
        for it in asked
    ]


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
