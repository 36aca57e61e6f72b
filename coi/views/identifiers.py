"""The identifiers of a journey that others gave: all of them, with those that no longer count."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from coi import services
from coi.forms.identity import AliasForm, RetireForm
from coi.forms.texts import in_words
from coi.rules.aliases import GIVERS, RetireReason
from coi.selectors import details
from coi.selectors.details import Journey
from coi.views.asking import attempt, doing
from ledger.rules.errors import NotFound
from people.views import person_of


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def identifiers(request: HttpRequest, coi_id: str) -> HttpResponse:
    """Every alias of the journey, and the form that adds one."""
    shown = _shown(request, coi_id)
    form, status = AliasForm(request.POST or None, sites=_sites(shown)), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            asked = form.cleaned_data
            about = {name: asked[name] for name in ("kind", "issuer", "value")}
            context = doing(request, form, shown.treating_site)
            status = attempt(form, lambda: services.add_alias(coi_id=coi_id, **about, **context))
        if status == 200:
            messages.success(request, _("The identifier finds this journey now."))
            return redirect("coi:identifiers", coi_id)
    return render(request, "coi/identifiers.html", _context(request, shown, form), status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def retire(request: HttpRequest, coi_id: str, alias: UUID) -> HttpResponse:
    """End an alias, with what takes its place."""
    shown = _shown(request, coi_id)
    row = next((one for one in shown.aliases if one.id == alias and one.is_current), None)
    if row is None:
        with in_words():
            raise NotFound("alias_unknown")
    form, status = RetireForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            asked = form.cleaned_data
            about = doing(request, form, shown.treating_site)
            reason = RetireReason(asked["reason"])
            status = attempt(
                form,
                lambda: services.retire_alias(
                    alias=alias, reason=reason, text=asked["text"], corrected=asked["corrected"], **about
                ),
            )
        if status == 200:
            messages.success(request, _("The identifier no longer counts. It stays in view."))
            return redirect("coi:identifiers", coi_id)
    context = {"journey": shown, "alias": row, "form": form}
    return render(request, "coi/identifier_retire.html", context, status=status)


def _shown(request: HttpRequest, coi_id: str) -> Journey:
    with in_words():
        return details.journey(person_of(request), coi_id, timezone.now())


def _sites(shown: Journey) -> list[tuple[str, str]]:
    return list({party.code: (party.code, party.name) for party in shown.parties}.values())


def _context(request: HttpRequest, shown: Journey, form: AliasForm) -> dict[str, object]:
    viewer, now = person_of(request), timezone.now()
    sites = {party.party: party.code for party in shown.parties}
    givers = {giver for allowed in GIVERS.values() for giver in allowed}
    return {
        "journey": shown,
        "form": form,
        "may_add": any(viewer.may(giver.right, sites[giver.party], now) for giver in givers),
    }
