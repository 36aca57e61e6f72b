"""How long quality took from the start of a batch to its release."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import F

from qc.models import Release


def releases_between(
    sites: Collection[str], since: datetime, until: datetime
) -> tuple[tuple[datetime, datetime], ...]:
    """When each batch of these sites that was released in [since, until) was begun and released (one statement)."""
    rows = Release.objects.filter(
        batch__site__code__in=sorted(sites), released_at__gte=since, released_at__lt=until
    )
    found = rows.annotate(begun_at=F("batch__started_at")).order_by("released_at")
    return tuple(found.values_list("begun_at", "released_at"))
