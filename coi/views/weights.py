"""The patient's weight, on the page of the journey."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from coi import services
from coi.forms.texts import in_words
from coi.forms.weights import WeightCorrectionForm, WeightForm
from coi.rules.weights import WeightCorrection, WeightSource
from coi.selectors import details
from coi.views import journeys
from coi.views.asking import attempt, doing
from ledger.rules.errors import NotFound
from people.views import person_of


@never_cache
@require_POST
@login_required
def weigh(request: HttpRequest, coi_id: str) -> HttpResponse:
    """Record what the patient weighs."""
    now = timezone.now()
    with in_words():
        shown = details.journey(person_of(request), coi_id, now)
    form, status = WeightForm(request.POST, zone=shown.zone, now=now), 422
    if form.is_valid():
        about = {**_asked(form), **doing(request, form, shown.treating_site)}
        status = attempt(form, lambda: services.record_weight(coi_id=coi_id, **about))
    if status != 200:
        return journeys.page(request, coi_id, weighing=form, status=status)
    messages.success(request, _("The weight is recorded."))
    return redirect("coi:journey", coi_id)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def correct(request: HttpRequest, coi_id: str, weight: UUID) -> HttpResponse:
    """Put another weight in the place of a wrong one."""
    now = timezone.now()
    with in_words():
        shown = details.journey(person_of(request), coi_id, now)
        old = next((one for one in shown.weights if one.id == str(weight) and one.is_current), None)
        if old is None:
            raise NotFound("weight_unknown")
    known = {"source": old.source}
    form = WeightCorrectionForm(request.POST or None, zone=shown.zone, now=old.measured_at, initial=known)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            reason = WeightCorrection(form.cleaned_data["reason"])
            about = {**_asked(form), **doing(request, form, shown.treating_site)}
            status = attempt(form, lambda: services.correct_weight(weight=weight, reason=reason, **about))
        if status == 200:
            messages.success(request, _("The weight is corrected. The one before stays in view."))
            return redirect("coi:journey", coi_id)
    context = {"journey": shown, "weight": old, "form": form}
    return render(request, "coi/weight_correct.html", context, status=status)


def _asked(form: WeightForm) -> dict[str, Any]:
    given = form.cleaned_data
    return {
        "kg": given["kg"],
        "measured_at": given["measured_at"],
        "source": WeightSource(given["source"]),
    }
