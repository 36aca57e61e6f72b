"""Finding staff: those who hold or held a role at some sites."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from people.models import User


@dataclass(frozen=True)
class StaffView:
    """A user by name."""

    user_id: int
    username: str
    printed_name: str


def staff_called(
    text: str, sites: Collection[str], *, user_id: int | None = None, most: int = 50
) -> tuple[StaffView, ...]:
    """Users who hold or held a role at these sites: whose username this is, or in whose name every word of it stands.

    `user_id` names one whoever it is called. One statement.
    """
    words = text.split() if "\x00" not in text else []
    if not words and user_id is None:
        return ()
    every = Q()
    for word in words:
        every &= Q(printed_name__icontains=word)
    wanted = Q(username=text.strip().lower()) | every if user_id is None else Q(pk=user_id)
    rows = User.objects.filter(wanted, grants__site__code__in=sorted(sites)).distinct()
    found = rows.order_by("printed_name", "pk").values_list("pk", "username", "printed_name")
    return tuple(StaffView(*row) for row in found[:most])
