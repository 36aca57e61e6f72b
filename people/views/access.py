"""Who may do what, as a page: the table that every service asks, for those who look after it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ledger.rules.errors import NotAllowed
from people.forms import RulesForm
from people.forms.rights import DUTIES, MEANS, RIGHTS, ROOMS, SEPARATED
from people.rules.rights import Right
from people.rules.roles import Role
from people.views import person_of


@dataclass(frozen=True)
class Row:
    """One right: what it lets one do, and the roles that have it; `is_everybody`: all of them."""

    what: str | Promise
    roles: tuple[str, ...]
    is_everybody: bool


@require_GET
@login_required
def rules(request: HttpRequest) -> HttpResponse:
    """The table, of all rooms and roles or of those that were asked for, and the duties that are kept apart."""
    if not person_of(request).sites_of(Right.READ_RULES, timezone.now()):
        raise NotAllowed(
            "role_missing", _("Who may do what is read by quality, auditors and administrators.")
        )
    form = RulesForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {"room": "", "role": ""}
    context = {
        "form": form,
        "asked": asked,
        "roles": [role.value for role in Role],
        "rooms": list(_rooms(asked["room"], asked["role"])),
        "means": [MEANS[means] for means in MEANS],
        "duties": [*DUTIES.values(), *SEPARATED.values()],
    }
    return render(request, "people/rules.html", context)


def _rooms(room: str, role: str) -> Iterator[tuple[str | Promise, list[Row]]]:
    """Each room with its rights; those without any that was asked for are left out."""
    for code, title in ROOMS.items():
        rows = [
            Row(RIGHTS[right], tuple(sorted(right.roles)), right.roles == frozenset(Role))
            for right in Right
            if right.room == code and room in ("", code) and (not role or Role(role) in right.roles)
        ]
        if rows:
            yield title, rows
