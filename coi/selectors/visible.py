"""What somebody may see: the journeys in which one of their sites takes part. All else is not found.

An auditor who was let in for records of a certain time sees the journeys any of whose life lies in it.
"""

import re
from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from coi.models import Order
from people.rules.authority import Period, Person
from people.rules.rights import Right

HIDDEN = "•••"
_COI_ID = re.compile(r"CH[0-9A-Z]{13}", re.ASCII)


def sites_of(viewer: Person, at: datetime) -> frozenset[str]:
    """The sites at which the viewer holds any role."""
    return viewer.sites_of(Right.SEE_JOURNEYS, at)


def of_sites(sites: Collection[str], prefix: str = "") -> Q:
    """Orders in which one of the sites takes part; `prefix` leads from another table to the order."""
    condition = Q()
    for party in ("treating_site", "collection_site", "courier_site", "manufacturing_site"):
        condition |= Q(**{f"{prefix}{party}__in": list(sites)})
    return condition


def of_viewer(viewer: Person, at: datetime, prefix: str = "") -> Q:
    """Orders that the viewer may see, by site and by time; `prefix` leads from another table to the order."""
    periods = viewer.periods(Right.SEE_JOURNEYS, at)
    condition = of_sites([site for site, period in periods.items() if period.is_all], prefix)
    for site, period in periods.items():
        if not period.is_all:
            condition |= of_sites([site], prefix) & _lived_in(period, prefix)
    return condition


def _lived_in(period: Period, prefix: str) -> Q:
    condition = Q()
    if period.end is not None:
        condition &= Q(**{f"{prefix}ordered_at__lt": period.end})
    if period.start is not None:
        is_open = Q(**{f"{prefix}closed_at__isnull": True})
        condition &= is_open | Q(**{f"{prefix}closed_at__gte": period.start})
    return condition


def happened_to(viewer: Person, at: datetime, site: str, moment: str) -> Q:
    """Rows of the viewer's sites whose moment lies in the time that is open to them, for what has no journey.

    `site` and `moment` name the columns.
    """
    condition = Q(pk__in=())
    for code, period in viewer.periods(Right.SEE_JOURNEYS, at).items():
        mine = Q(**{site: code})
        if period.start is not None:
            mine &= Q(**{f"{moment}__gte": period.start})
        if period.end is not None:
            mine &= Q(**{f"{moment}__lt": period.end})
        condition |= mine
    return condition


def visible_orders(viewer: Person, at: datetime) -> QuerySet[Order]:
    """The orders that the viewer may see."""
    return Order.objects.filter(of_viewer(viewer, at))


def hidden_coi_ids(viewer: Person, at: datetime, coi_ids: Collection[str]) -> frozenset[str]:
    """Those of the COI ids that are not the viewer's to see: a mix-up names two journeys (one statement or none)."""
    if not coi_ids:
        return frozenset()
    shown = visible_orders(viewer, at).filter(coi_id__in=list(coi_ids)).values_list("coi_id", flat=True)
    return frozenset(coi_ids) - frozenset(shown)


def hidden_in(viewer: Person, at: datetime, texts: Iterable[str]) -> frozenset[str]:
    """COI ids that stand somewhere in the texts and are not the viewer's to see (one statement or none)."""
    return hidden_coi_ids(viewer, at, {found for text in texts for found in _COI_ID.findall(text)})


def without(hidden: Collection[str], text: str) -> str:
    """The text with something else in the place of what is hidden."""
    for coi_id in hidden:
        text = text.replace(coi_id, HIDDEN)
    return text


def masker(viewer: Person, at: datetime, texts: Iterable[str]) -> Callable[[str], str]:
    """What shows a text of these to the viewer: with ••• in place of COI ids that are not theirs to see (one statement
    or none)."""
    hidden = hidden_in(viewer, at, texts)
    return lambda text: without(hidden, text)


def hidden_by_time(viewer: Person, at: datetime, coi_ids: Collection[str]) -> frozenset[str]:
    """Of journeys at the viewer's sites, those that lie outside the time they audit (no statement for anybody else)."""
    is_bounded = any(not period.is_all for period in viewer.periods(Right.SEE_JOURNEYS, at).values())
    return hidden_coi_ids(viewer, at, coi_ids) if is_bounded else frozenset()
