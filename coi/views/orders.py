"""Enrolment: where a COI id is issued."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from coi import services
from coi.forms.barcodes import code128
from coi.forms.pages import EnrolmentForm
from coi.forms.texts import in_words
from coi.rules.journey import OrderKind, Phase
from coi.selectors import details
from coi.selectors.products import products
from coi.views.asking import attempt, doing
from ledger.rules.errors import NotAllowed
from people import selectors as people
from people.rules.rights import Right
from people.rules.sites import OrganisationKind
from people.views import person_of


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
@sensitive_post_parameters("family_name", "given_name", "born_on", "mrn", "mrn_again", "wristband")
def new_order(request: HttpRequest) -> HttpResponse:
    """Enrol a patient and place the order."""
    mine = person_of(request).sites_of(Right.ENROL_PATIENT_AND_ORDER, timezone.now())
    if not mine:
        with in_words():
            raise NotAllowed("role_missing")
    form = EnrolmentForm(request.POST or None, choices=_choices(mine))
    status = 200
    if request.method == "POST":
        status, coi_id = _place(request, form) if form.is_valid() else (422, "")
        if coi_id:
            return redirect("coi:order_placed", coi_id)
    return render(request, "coi/order_new.html", {"form": form}, status=status)


def _choices(mine: frozenset[str]) -> dict[str, list[tuple[str, str]]]:
    """Who may be chosen for what: the coordinator's own sites treat, any hospital collects."""
    kinds: dict[str, list[tuple[str, str]]] = {}
    for site in people.sites():
        kinds.setdefault(site.organisation_kind, []).append((site.code, site.name))
    hospitals = kinds.get(OrganisationKind.HOSPITAL, [])
    return {
        "product": products(),
        "treating": [pair for pair in hospitals if pair[0] in mine],
        "collection": hospitals,
        "courier": kinds.get(OrganisationKind.COURIER, []),
        "manufacturer": kinds.get(OrganisationKind.MANUFACTURER, []),
    }


def _place(request: HttpRequest, form: EnrolmentForm) -> tuple[int, str]:
    asked = form.cleaned_data
    sites = services.OrderSites(
        asked["treating"], asked["collection"], asked["courier"], asked["manufacturer"]
    )
    patient = services.PatientDetails(
        asked["family_name"], asked["given_name"], asked["born_on"], asked["mrn"]
    )
    issued: list[str] = []
    status = attempt(
        form,
        lambda: issued.append(
            services.enrol_patient_and_order(
                patient=patient,
                wristband=asked["wristband"],
                product=asked["product"],
                sites=sites,
                kind=OrderKind(asked["kind"]),
                phase=Phase(asked["phase"]),
                **doing(request, form, sites.treating),
            )
        ),
    )
    return status, issued[0] if issued else ""


@never_cache
@require_GET
@login_required
def order_placed(request: HttpRequest, coi_id: str) -> HttpResponse:
    """The order sheet: the COI id and its code, and what to do next."""
    with in_words():
        shown = details.journey(person_of(request), coi_id, timezone.now())
    context = {"journey": shown, "barcode": code128(f"&/{coi_id}"), "now": timezone.now()}
    return render(request, "coi/order_placed.html", context)
