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

from people.views import person_of
from qc import selectors, services
from qc.forms.materials import DecisionForm
from qc.rules.subjects import SubjectKind
from qc.views.found import there
from qc.views.results import found_page, subject_response
from qc.views.shared import attempt, signing


@never_cache
@sensitive_post_parameters("password")
@require_POST
@login_required
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """Decide with a signature. A refusal is an answer: the page says all its reasons."""
    found = selectors.visible_material(person_of(request), code, timezone.now())
    collection = there(found, "material_not_judged").collection
    form = DecisionForm(request.POST, auto_id="material_%s")
    status, outcome = attempt(
        form,
        lambda: services.decide_material(
            din=code, deciding=form.deciding, **signing(request, collection.site, collection.zone, form)
        ),
    )
    if outcome is not None and outcome.is_done:
        messages.success(request, _("You decided on the starting material, and signed it."))
        return redirect("qc:subject", kind=SubjectKind.COLLECTION, code=code)
    if outcome is not None:
        form.take_refusals(outcome.refusals)
    page = found_page(request, SubjectKind.COLLECTION, code)
    return subject_response(request, page, decision=form, status=status)
