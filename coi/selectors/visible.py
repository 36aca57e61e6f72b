"""What somebody may see: the journeys in which one of their sites takes part. All else is not found."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from coi.models import Order
from people.rules.authority import Person
from people.rules.roles import Role

ANY_ROLE = frozenset(Role)


def sites_of(viewer: Person, at: datetime) -> frozenset[str]:
    """The sites at which the viewer holds any role."""
    return viewer.sites(ANY_ROLE, at)


def of_sites(sites: Collection[str], prefix: str = "") -> Q:
    """Orders in which one of the sites takes part; `prefix` leads from another table to the order."""
    condition = Q()
    for party in ("treating_site", "collection_site", "courier_site", "manufacturing_site"):
        condition |= Q(**{f"{prefix}{party}__in": list(sites)})
    return condition


def visible_orders(viewer: Person, at: datetime) -> QuerySet[Order]:
    """The orders that the viewer may see."""
    return Order.objects.filter(of_sites(sites_of(viewer, at)))


def hidden_coi_ids(viewer: Person, at: datetime, coi_ids: Collection[str]) -> frozenset[str]:
    """Those of the COI ids that are not the viewer's to see: a mix-up names two journeys (one statement or none)."""
    if not coi_ids:
        return frozenset()
    shown = visible_orders(viewer, at).filter(coi_id__in=list(coi_ids)).values_list("coi_id", flat=True)
    return frozenset(coi_ids) - frozenset(shown)
