"""Starting material: the decision on a collection, made on the page of its results."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from ledger.rules.errors import NotFound
from people.rules.credentials import PasswordCredential
from people.views import person_of
from qc import selectors, services
from qc.forms import texts
from qc.forms.materials import DecisionForm
from qc.rules.subjects import SubjectKind
from qc.services import MaterialAttempt
from qc.views.results import found_page, subject_response
from qc.views.shared import attempt, doing


@never_cache
@sensitive_post_parameters("password")
@require_POST
@login_required
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """Decide with a signature. A refusal is an answer: the page says all its reasons."""
    view = selectors.visible_material(person_of(request), code, timezone.now())
    if view is None:
        raise NotFound("material_not_judged", str(texts.ERRORS["material_not_judged"]))
    form, status, outcome = DecisionForm(request.POST, auto_id="material_%s"), 422, list[MaterialAttempt]()
    if form.is_valid():
        about = doing(request, view.collection.site, view.collection.zone, form)
        about |= {"din": code, "deciding": form.deciding}
        about["credential"] = PasswordCredential(request.user.get_username(), form.cleaned_data["password"])
        status = attempt(form, lambda: outcome.append(services.decide_material(**about)))
    if outcome and outcome[0].is_done:
        messages.success(request, _("You decided on the starting material, and signed it."))
        return redirect("qc:subject", kind=SubjectKind.COLLECTION, code=code)
    if outcome:
        form.take_refusals(outcome[0].refusals)
    page = found_page(request, SubjectKind.COLLECTION, code)
    return subject_response(request, page, decision=form, status=status)
