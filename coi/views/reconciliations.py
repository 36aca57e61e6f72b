"""Changing who a patient is: asking for it, looking at it, deciding it with a signature."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coi import services
from coi.forms.identity import DecideForm, DetailsForm, MergeForm
from coi.forms.pages import WritingForm
from coi.forms.texts import in_words
from coi.rules.reconciliations import ReconciliationKind
from coi.selectors import details
from coi.selectors import reconciliations as selectors
from coi.selectors.details import Journey
from coi.services import Identities
from coi.views.asking import attempt, doing
from ledger.rules.errors import Invalid, NotAllowed
from people.rules.rights import Right
from people.views import person_of
from people.views.signing import credential_of


@never_cache
@require_GET
@login_required
def reconciliations(request: HttpRequest) -> HttpResponse:
    """Those of the viewer's sites."""
    rows = selectors.reconciliations(person_of(request), timezone.now())
    return render(request, "coi/reconciliations.html", {"rows": rows})


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
@sensitive_post_parameters("family_name", "given_name", "born_on", "mrn", "mrn_again")
def reconcile(request: HttpRequest, coi_id: str) -> HttpResponse:
    """Ask for a change of the patient's details, or to merge two patients."""
    viewer, now = person_of(request), timezone.now()
    with in_words():
        shown = details.journey(viewer, coi_id, now)
        if not (shown.has_patient and viewer.may(Right.CHANGE_PATIENT_DETAILS, shown.treating_site, now)):
            raise NotAllowed("role_missing")
    is_merge = "give_up" in request.POST
    change = DetailsForm(None if is_merge else request.POST or None)
    merge = MergeForm(request.POST if is_merge else None, auto_id="merge_%s")
    status, codes = 200, []
    if request.method == "POST":
        form = merge if is_merge else change
        status = 422
        if form.is_valid():
            ask = _merge if is_merge else _change
            status = attempt(form, lambda: codes.append(ask(request, form, shown)))
        if codes:
            messages.success(request, _("Asked for. Somebody else has to decide it."))
            return redirect("coi:reconciliation", codes[0])
    context = {"journey": shown, "change": change, "merge": merge}
    return render(request, "coi/reconcile.html", context, status=status)


def _change(request: HttpRequest, form: WritingForm, shown: Journey) -> str:
    asked = form.cleaned_data
    return services.change_patient_details(
        coi_id=shown.coi_id,
        details=services.PatientDetails(
            asked["family_name"], asked["given_name"], asked["born_on"], asked["mrn"]
        ),
        kind=ReconciliationKind(asked["kind"]),
        reason=asked["reason"],
        **doing(request, form, shown.treating_site),
    )


def _merge(request: HttpRequest, form: WritingForm, shown: Journey) -> str:
    other = form.cleaned_data["give_up"]
    return services.merge_patients(
        keep=shown.coi_id,
        give_up=other.removeprefix("&/"),
        reason=form.cleaned_data["merge_reason"],
        **doing(request, form, shown.treating_site),
    )


@never_cache
@require_GET
@login_required
def reconciliation(request: HttpRequest, code: str) -> HttpResponse:
    """One request, without the identities."""
    return _page(request, code)


@never_cache
@require_POST
@login_required
def show(request: HttpRequest, code: str) -> HttpResponse:
    """The identities before and after; the look is recorded."""
    form = WritingForm(request.POST)
    if not form.is_valid():
        raise Invalid("fields_invalid")
    with in_words():
        row = selectors.reconciliation(person_of(request), code, timezone.now())
        identities = services.show_reconciliation(code=code, **doing(request, form, row.site))
    return _page(request, code, identities=identities)


@never_cache
@require_POST
@login_required
@sensitive_post_parameters("password")
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """Approve or reject, with a signature."""
    with in_words():
        row = selectors.reconciliation(person_of(request), code, timezone.now())
    form = DecideForm(request.POST)
    if not form.is_valid():
        return _page(request, code, form=form, status=422)
    asked, about = form.cleaned_data, doing(request, form, row.site)
    about |= {"code": code, "credential": credential_of(request, asked)}
    if request.POST.get("decision") == "reject":
        status = attempt(form, lambda: services.reject_reconciliation(text=asked["text"], **about))
    else:
        status = attempt(form, lambda: services.approve_reconciliation(**about))
    if status != 200:
        return _page(request, code, form=form, status=status)
    messages.success(request, _("Decided and signed."))
    return redirect("coi:reconciliation", code)


def _page(
    request: HttpRequest,
    code: str,
    *,
    form: DecideForm | None = None,
    identities: Identities | None = None,
    status: int = 200,
) -> HttpResponse:
    with in_words():
        row = selectors.reconciliation(person_of(request), code, timezone.now())
    context = {"row": row, "form": form or DecideForm(), "identities": identities, "look": WritingForm()}
    return render(request, "coi/reconciliation.html", context, status=status)
