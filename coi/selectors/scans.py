"""What was answered to a scan, and how many were refused."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, DateField, DateTimeField, F, Func, Q, Value
from django.db.models.functions import Cast

from coi.models import Scan
from coi.rules.outcome import Outcome


def answer_of(scan_id: UUID) -> dict[str, Any] | None:
    """The answer that this very request got; None where there was none."""
    answer: dict[str, Any] | None = Scan.objects.filter(id=scan_id).values_list("answer", flat=True).first()
    return answer


def keyed_scans(orders: Collection[UUID | str]) -> list[UUID]:
    """Which scans of journeys (by their orders' ids) were entered by hand; a scan's id is that of its request."""
    keys: Any = list(orders)
    return list(Scan.objects.filter(order__in=keys, is_keyed=True).values_list("id", flat=True))


@dataclass(frozen=True)
class WeekOfScans:
    """All scans of one site in the week of its own calendar that starts on this Monday, and those refused."""

    site: str
    zone: str
    starts_on: date
    scans: int
    refused: int


def weekly_refusals(sites: Collection[str], since: datetime, until: datetime) -> tuple[WeekOfScans, ...]:
    """Scans by site and ISO week, from `since` to before `until`, the earliest week first (one statement).

    A week without a scan is not there; the first and the last are as far as the times reach.
    """
    at_site = Func(F("site__zone"), F("at"), function="timezone", output_field=DateTimeField())
    monday = Cast(Func(Value("week"), at_site, function="date_trunc"), DateField())
    rows: Any = Scan.objects.filter(site__in=sorted(sites), at__gte=since, at__lt=until)
    found = (
        rows.values("site_id", zone=F("site__zone"), starts_on=monday)
        .annotate(scans=Count("id"), refused=Count("id", filter=Q(outcome=Outcome.REFUSED)))
        .order_by("starts_on", "site_id")
    )
    columns = ("site_id", "zone", "starts_on", "scans", "refused")
    return tuple(WeekOfScans(*row) for row in found.values_list(*columns))
