"""What the pages of this room do alike: who looks, which sites are theirs, and how an error is put into words."""

from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from audit.forms.words import error_text
from ledger.rules.errors import NotFound
from people import selectors as people
from people.rules.authority import Person
from people.rules.rights import Right
from people.rules.sites import SiteView
from people.views import person_of


def own_sites(person: Person, codes: frozenset[str]) -> list[SiteView]:
    """These sites by name."""
    return sorted((one for one in people.sites() if one.code in codes), key=lambda one: one.name)


def viewer(request: HttpRequest) -> Person:
    """Who looks."""
    return person_of(request)


def bundle_address(person: Person, now: datetime, **about: str) -> str:
    """Where a bundle about this is asked for; empty for whoever may ask for none."""
    if not person.sites_of(Right.ASK_BUNDLE, now):
        return ""
    address, asked = reverse("audit:bundle_new"), urlencode({name: it for name, it in about.items() if it})
    return f"{address}?{asked}" if asked else address


def unknown(code: str) -> NotFound:
    """It is not there, or not theirs: the two are not told apart."""
    return NotFound(code, error_text(NotFound(code)))
