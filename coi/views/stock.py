"""Receiving a supplier's lot at a desk, by its own label where it has one."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from coi import services
from coi.forms.identity import LotForm
from coi.forms.texts import in_words
from coi.rules.stock import label_expiry
from coi.views.asking import attempt, doing
from ledger.rules.errors import Invalid, NotAllowed
from people import selectors as people
from people.rules.rights import Right
from people.views import person_of


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def receive_lot(request: HttpRequest) -> HttpResponse:
    """Take a lot into stock, in quarantine. The label is read first, and shown; what it says is compared."""
    mine = person_of(request).sites_of(Right.RECEIVE_LOT, timezone.now())
    if not mine:
        with in_words():
            raise NotAllowed("role_missing")
    sites = [(site.code, site.name) for site in people.sites() if site.code in mine]
    if request.POST.get("read") is not None:
        return _read_label(request, sites)
    form, status = LotForm(request.POST or None, sites=sites), 200
    if request.method == "POST":
        status = _receive(request, form) if form.is_valid() else 422
        if status == 200:
            messages.success(request, _("The lot is in stock, in quarantine until quality has approved it."))
            return redirect("coi:receive_lot")
    return render(request, "coi/lot_new.html", {"form": form}, status=status)


def _read_label(request: HttpRequest, sites: list[tuple[str, str]]) -> HttpResponse:
    """What the scanner read, element by element. The lot number is left to be read from the material by eye."""
    given = {name: request.POST.get(name, "") for name in ("site", "supplier_label", "material", "code")}
    form = LotForm(initial=given, sites=sites)
    read: tuple[Any, ...] = ()
    status = 200
    try:
        found = services.read_supplier_label(given["supplier_label"].encode("utf-8", "surrogatepass"))
    except Invalid as error:
        form = LotForm(request.POST, sites=sites)
        form.is_valid()
        form.errors.clear()
        form.take(error)
        status = error.http_status
    else:
        read = found.elements
        form.initial["expires_on"] = label_expiry(found, timezone.now().date())
    return render(request, "coi/lot_new.html", {"form": form, "read": read}, status=status)


def _receive(request: HttpRequest, form: LotForm) -> int:
    asked = form.cleaned_data
    zone = ZoneInfo(people.zone_of(asked["site"]))
    return attempt(
        form,
        lambda: services.receive_lot(
            code=asked["code"],
            material=asked["material"],
            lot_no=asked["lot_no"],
            expires_at=_end_of(asked["expires_on"], zone),
            site=asked["site"],
            supplier_label=asked["supplier_label"].encode("utf-8", "surrogatepass"),
            **doing(request, form, asked["site"]),
        ),
    )


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    """The last second of a day at the site."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=zone)
