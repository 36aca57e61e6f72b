"""Reports that are kept: asking for one, all that one asked for, one with its files, and where its symbol leads."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from audit import services
from audit.forms.asking import KeepForm
from audit.forms.requested import shown_request
from audit.forms.words import PROBLEMS, error_text
from audit.rules.bundles import KIND as BUNDLE
from audit.rules.content import SHORT
from audit.selectors.requests import RequestView, request_file, requests_of, visible_request
from audit.selectors.scope import desk_of
from audit.views.shared import unknown, viewer
from ledger.rules.errors import DomainError, Invalid
from people.views import actor_of
from qc.views.shared import file_response


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def requests(request: HttpRequest) -> HttpResponse:
    """All that the viewer asked for; one more is asked for. Its list alone for htmx."""
    errors: list[str] = []
    status = 200
    if request.method == "POST":
        try:
            return redirect("audit:request", _ask(request))
        except DomainError as error:
            errors, status = _said(error), error.http_status
    shown = [shown_request(one) for one in requests_of(viewer(request))]
    context = {"requests": shown, "is_waiting": any(one.is_waiting for one in shown), "errors": errors}
    template = "audit/_requests.html" if getattr(request, "htmx", False) else "audit/requests.html"
    return render(request, template, context, status=status)


@never_cache
@require_GET
@login_required
def record(request: HttpRequest, id: UUID) -> HttpResponse:
    """One record; where its Data Matrix leads: whether the paper is what was made here. Its state alone for htmx."""
    found = _found(request, id)
    if found.kind == BUNDLE:
        address, asked = reverse("audit:bundle", args=[id]), request.GET.urlencode()
        return redirect(f"{address}?{asked}" if asked else address)
    if getattr(request, "htmx", False):
        return render(request, "audit/_request.html", {"one": shown_request(found)})
    digest = request.GET.get("d", "")
    is_same = len(digest) == SHORT and found.digest.startswith(digest)
    context = {"one": shown_request(found), "is_asked": "d" in request.GET, "is_same": is_same}
    return render(request, "audit/request.html", context)


@never_cache
@require_GET
@login_required
def file(request: HttpRequest, id: UUID, form: str) -> HttpResponse:
    """The very bytes that were made."""
    found = _found(request, id)
    data = request_file(found, form)
    if data is None:
        raise unknown("request_unknown")
    return file_response(data, services.MEDIA_TYPES[form], services.file_name(found, form))


def _ask(request: HttpRequest) -> UUID:
    form = KeepForm(request.POST)
    if not form.is_valid():
        raise Invalid("fields_invalid", detail={"fields": dict.fromkeys(form.errors, "required")})
    person, now = viewer(request), timezone.now()
    data = form.cleaned_data
    return services.request_report(
        kind=data["kind"],
        question=data["said"],
        actor=actor_of(request),
        where=desk_of(person, now),
        now=now,
        request_id=data["request_id"],
    )


def _said(error: DomainError) -> list[str]:
    fields = error.detail.get("fields", {})
    return [str(PROBLEMS.get(code, code)) for code in dict.fromkeys(fields.values())] or [error_text(error)]


def _found(request: HttpRequest, id: UUID) -> RequestView:
    found = visible_request(viewer(request), id, timezone.now())
    if found is None:
        raise unknown("request_unknown")
    return found
