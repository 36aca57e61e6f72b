"""Labels: the kept PDF of a copy, and a new copy in its place."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from coi import services
from coi.forms.pages import ReprintForm
from coi.forms.texts import in_words
from coi.selectors.labels import LabelCopyView, label_copies, label_copy, label_file
from coi.services.labels import REPRINT_REASONS
from coi.views.asking import attempt, doing
from ledger.rules.errors import Conflict
from people.views import person_of


def _copy(request: HttpRequest, code: str) -> LabelCopyView:
    found = label_copy(person_of(request), code, timezone.now())
    if found is None:
        raise Http404
    return found


@never_cache
@require_GET
@login_required
def label(request: HttpRequest, code: str) -> HttpResponse:
    """The PDF, as the bytes that were kept when it was drawn."""
    data = label_file(_copy(request, code))
    if data is None:
        with in_words():
            raise Conflict("label_not_rendered")
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{code}.pdf"'
    return response


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def reprint(request: HttpRequest, code: str) -> HttpResponse:
    """Void a copy and issue the next one, with a reason."""
    copy = _copy(request, code)
    form = ReprintForm(request.POST or None, reasons=REPRINT_REASONS)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            about = doing(request, form, copy.site)
            reason = form.cleaned_data["reason"]
            status = attempt(form, lambda: services.reprint_label(copy=code, reason=reason, **about))
        if status == 200:
            messages.success(request, _("The copy is void. The new one is being drawn."))
            return redirect("coi:journey", copy.facts.coi_id)
    others = label_copies(person_of(request), copy.facts.container_code, timezone.now())
    context = {"copy": copy, "copies": others, "form": form}
    return render(request, "coi/label_reprint.html", context, status=status)
