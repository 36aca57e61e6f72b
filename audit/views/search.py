"""Searching everything that one may see: by identifier, name, words and time."""

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from audit import services
from audit.forms.asking import SearchForm
from audit.forms.words import PROBLEMS, QUESTIONS
from audit.selectors.scope import desk_of
from audit.selectors.search import lines_of
from audit.views.home import address_of
from audit.views.shared import own_sites, viewer
from ledger.rules.errors import Invalid
from people.rules.rights import Right
from people.views import actor_of


@never_cache
@require_GET
@login_required
def search(request: HttpRequest) -> HttpResponse:
    """Things that go by what was written, and the entries with its words, page by page; the newest first."""
    person, now = viewer(request), timezone.now()
    sites = own_sites(person, person.sites_of(Right.READ_TRAIL, now))
    is_asked = any(request.GET.get(name) for name in ("q", "first", "last"))
    form = SearchForm(request.GET if is_asked else None, sites=sites)
    context: dict[str, Any] = {"form": form, "reads_entries": bool(sites)}
    if is_asked and form.is_valid():
        since, until = form.period()
        said = form.cleaned_data
        wanted = services.Wanted(said["q"], since, until, said["site"], said["before"])
        about: dict[str, Any] = {"actor": actor_of(request), "where": desk_of(person, now), "now": now}
        try:
            found = services.search(wanted=wanted, request_id=uuid4(), **about)
        except Invalid as error:
            form.add_error("last", str(PROBLEMS[error.detail["fields"]["until"]]))
        else:
            context |= {
                "found": found,
                "places": [(it, address_of(it), QUESTIONS[it.ask]) for it in found.places],
                "lines": lines_of(found.hits),
                "is_first": wanted.before is None,
                "newest": _address(request),
                "older": _address(request, before=str(found.hits.older)) if found.hits.older else "",
            }
    return render(request, "audit/search.html", context, status=422 if form.errors else 200)


def _address(request: HttpRequest, **more: str) -> str:
    """The same search on another page."""
    asked = {name: request.GET[name] for name in ("q", "first", "last", "site") if request.GET.get(name)}
    return f"?{urlencode(asked | more)}"
