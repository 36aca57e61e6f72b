"""What was measured of one parameter, as comparisons take it."""

from collections.abc import Collection

from cpv import models
from cpv.rules.programme.arranging import Measured

__all__ = ["Measured", "series_of"]


def series_of(plan: str, parameter: str, sites: Collection[str]) -> tuple[Measured, ...]:
    """Every batch's number of a parameter of a `cpv_plan` at these sites, in the order of manufacture.

    What is of no batch, or has no number any more, is left out; what was excluded is told as such (one statement).
    """
    rows = models.Observation.objects.select_related("batch__order").filter(
        plan=plan, parameter=parameter, site__in=list(sites), batch__isnull=False
    )
    return tuple(
        Measured(
            batch=row.subject,
            value=float(row.value),
            at=row.made_at,
            order=row.batch.order.coi_id,
            excluded=row.excluded_at is not None,
            component=row.batch.component,
            observed_at=row.observed_at,
            is_below=row.is_below,
        )
        for row in rows.exclude(value="").order_by("made_at", "subject")
        if row.batch is not None
    )
