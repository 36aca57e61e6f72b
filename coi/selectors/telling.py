"""Who has to be told what concerns a patient: for rooms above, which open work items and send notices."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from coi.models import Order
from people import selectors as people
from people.rules.roles import Role


@dataclass(frozen=True)
class Addressee:
    """A role at a site, with the ids and printed names of those who hold it now: perhaps nobody yet."""

    role: Role
    site: str
    zone: str
    holders: tuple[tuple[int, str], ...] = ()


def who_to_tell(order: UUID | str, at: datetime) -> tuple[Addressee, ...]:
    """The physicians of the site that treats the patient of an order (by its id), and the sponsor at the manufacturer.

    Where the treating site has no physician, its coordinators too, so that somebody is. Raises LookupError for no such
    order. Word given to a role reaches those who are granted it later as well.
    """
    row = Order.objects.select_related("treating_site", "manufacturing_site").filter(id=str(order)).first()
    if row is None:
        raise LookupError(f"no order {order}")
    treating = (row.treating_site_id, row.treating_site.zone)
    physicians = _addressee(Role.PHYSICIAN, *treating, at)
    stand_in = () if physicians.holders else (_addressee(Role.COORDINATOR, *treating, at),)
    sponsor = _addressee(Role.SPONSOR, row.manufacturing_site_id, row.manufacturing_site.zone, at)
    return (physicians, *stand_in, sponsor)


def _addressee(role: Role, site: str, zone: str, at: datetime) -> Addressee:
    found = people.people_with_role(role, site, at)
    return Addressee(role, site, zone, tuple((one.user_id, one.printed_name) for one in found))
