"""Signals of charts, counted by parameter, month and site: for rooms that weigh risks."""

from collections.abc import Collection
from datetime import UTC, datetime

from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import TruncMonth

from coi.rules.occurrences import Tally
from cpv.models import Observation, Signal
from cpv.rules.programme.answering import Decision, SignalState

_FIRST = datetime(1, 1, 1, tzinfo=UTC)


def signalled(
    plans: Collection[str], *, parameters: Collection[str], until: datetime, since: datetime | None = None
) -> tuple[Tally, ...]:
    """Numbers of parameters of these plans made in [since, until), and those at which their chart signalled.

    A number at which several rules signalled is one event. Numbers that were left out, and signals that were withdrawn,
    that vanished or that came of wrong data, are none. One statement.
    """
    live = (
        Signal.objects.filter(observation=OuterRef("pk"), vanished_at__isnull=True, raised_at__lt=until)
        .exclude(state=SignalState.WITHDRAWN)
        .exclude(decision=Decision.DATA_ERROR)
    )
    numbers = Observation.objects.filter(
        plan__in=sorted(plans),
        parameter__in=sorted(parameters),
        excluded_at__isnull=True,
        made_at__gte=since or _FIRST,
        made_at__lt=until,
    ).exclude(value="")
    found = (
        numbers.annotate(is_signalled=Exists(live))
        .values(ref=F("parameter"), month=TruncMonth("made_at", tzinfo=UTC), place=F("site"))
        .annotate(numbers=Count("pk"), events=Count("pk", filter=Q(is_signalled=True)))
        .order_by("ref", "month", "place")
    )
    return tuple(Tally(it["ref"], it["month"], it["place"], it["numbers"], it["events"]) for it in found)
