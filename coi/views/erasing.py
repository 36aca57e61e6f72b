"""Erasing who the patient of a journey was, where the law asks for it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from coi import services
from coi.forms.identity import EraseForm
from coi.forms.retention_words import kept_shown, still_kept
from coi.forms.texts import in_words
from coi.selectors import details
from coi.views.asking import attempt, doing
from ledger.rules.errors import NotAllowed
from people.rules.rights import Right
from people.views import person_of
from people.views.signing import credential_of


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@login_required
def erase(request: HttpRequest, coi_id: str) -> HttpResponse:
    """What would be erased and how long it is kept; then the erasure, signed. A refusal is an answer with its rules."""
    viewer, now = person_of(request), timezone.now()
    with in_words():
        shown = details.journey(viewer, coi_id, now)
        patient, site = shown.patient, shown.treating_site
        if patient is None or not viewer.may(Right.ERASE_PATIENT, site, now):
            raise NotAllowed("role_missing")
    form, status = EraseForm(request.POST or None), 200
    done: list[services.Erasure] = []
    if request.method == "POST":
        is_valid = form.is_valid()
        status = attempt(form, lambda: done.append(_erase(request, form, patient, site))) if is_valid else 422
        if done and done[0].is_done:
            messages.success(request, _("The patient's identity is erased. The record stays."))
            return redirect("coi:journey", coi_id)
    context = {
        "journey": shown,
        "kept": kept_shown(shown.kept),
        "form": EraseForm() if done else form,
        "refused": still_kept(done[0].kept) if done else (),
    }
    return render(request, "coi/erase.html", context, status=status)


def _erase(request: HttpRequest, form: EraseForm, patient: UUID, site: str) -> services.Erasure:
    return services.erase_patient(
        patient=patient,
        reason=form.cleaned_data["reason"],
        credential=credential_of(request, form.cleaned_data),
        **doing(request, form, site),
    )
