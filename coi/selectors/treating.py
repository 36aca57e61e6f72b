"""Where the patient of an order is treated: for rooms above."""

from dataclasses import dataclass
from uuid import UUID

from coi.models import Order


@dataclass(frozen=True)
class TreatingSite:
    """The site that treats the patient: its code, name, zone and region (empty where nobody has said it)."""

    code: str
    name: str
    zone: str
    region: str


def treating_site(order: UUID | str) -> TreatingSite:
    """Of an order, by its id. Raises LookupError for no such order."""
    row = Order.objects.select_related("treating_site").filter(id=str(order)).first()
    if row is None:
        raise LookupError(f"no order {order}")
    site = row.treating_site
    return TreatingSite(site.code, site.name, site.zone, site.region)
