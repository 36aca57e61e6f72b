"""Bundles: asking for one, where it stands with what its reader does next, and its ZIP."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from audit import services
from audit.forms.bundle_asking import BundleForm
from audit.forms.requested import shown_request
from audit.forms.words import error_text
from audit.rules.bundles import file_name
from audit.rules.content import SHORT
from audit.selectors.bundles import BundleView
from audit.selectors.installed import log_key_fingerprints
from audit.selectors.requests import request as request_by_id
from audit.selectors.scope import desk_of
from audit.views.shared import own_sites, unknown, viewer
from ledger.rules.errors import DomainError, Invalid, NotAllowed, NotFound
from people.rules.rights import Right
from people.views import actor_of
from qc.views.shared import file_response

_ZIP = "application/zip"


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a bundle; the fields hold what a report was about, where one led here."""
    person, now = viewer(request), timezone.now()
    sites = own_sites(person, person.sites_of(Right.ASK_BUNDLE, now))
    if not sites:
        raise unknown("bundle_unknown")
    if request.method == "GET":
        form = BundleForm(sites=sites, initial=request.GET.dict())
        return render(request, "audit/bundle_new.html", {"form": form})
    form = BundleForm(request.POST, request.FILES, sites=sites)
    if form.is_valid():
        try:
            return redirect("audit:bundle", _ask(request, form))
        except Invalid as error:
            form.take(error)
        except DomainError as error:
            form.add_error(None, error_text(error))
    return render(request, "audit/bundle_new.html", {"form": form}, status=422)


@never_cache
@require_GET
@login_required
def record(request: HttpRequest, id: UUID) -> HttpResponse:
    """One bundle. The symbol of the report in it leads here too. Its state alone for htmx."""
    found, row = _found(request, id), request_by_id(id)
    if row is None:
        raise unknown("bundle_unknown")
    one = shown_request(row)
    if getattr(request, "htmx", False):
        return render(request, "audit/_request.html", {"one": one})
    digest = request.GET.get("d", "")
    context = {
        "one": one,
        "name": file_name(found.question),
        "is_kept": bool(found.kept),
        "keys": log_key_fingerprints(),
        "is_asked": "d" in request.GET,
        "is_same": len(digest) == SHORT and found.file.get("report", "").startswith(digest),
    }
    return render(request, "audit/bundle.html", context)


@never_cache
@require_GET
@login_required
def file(request: HttpRequest, id: UUID) -> HttpResponse:
    """The very bytes that were made."""
    found = _found(request, id)
    try:
        data = services.bundle_bytes(id=id, actor=actor_of(request), now=timezone.now())
    except NotFound as error:
        raise unknown(error.code) from error
    return file_response(data, _ZIP, file_name(found.question))


def _ask(request: HttpRequest, form: BundleForm) -> UUID:
    now = timezone.now()
    return services.ask_for_bundle(
        question=form.question(),
        kept=form.kept,
        actor=actor_of(request),
        where=desk_of(viewer(request), now),
        now=now,
        request_id=form.cleaned_data["request_id"],
    )


def _found(request: HttpRequest, id: UUID) -> BundleView:
    try:
        return services.bundle_for(id=id, actor=actor_of(request), now=timezone.now())
    except (NotFound, NotAllowed) as error:
        raise unknown("bundle_unknown") from error
