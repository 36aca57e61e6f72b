"""Who asks, from where, and how a service's no is shown at a form."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from coi.forms.pages import PageForm, WritingForm
from coi.forms.texts import in_words
from ledger.rules import Where
from ledger.rules.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from people import selectors as people
from people.views import actor_of


def where_at(site: str) -> Where:
    """A desk at a site."""
    view = people.site_by_code(site)
    return Where(site=site, zone=view.zone) if view is not None else Where()


def doing(request: HttpRequest, form: WritingForm, site: str) -> dict[str, Any]:
    """Who, where, when and under which request: what every service takes."""
    return {
        "actor": actor_of(request),
        "where": where_at(site),
        "now": timezone.now(),
        "request_id": form.cleaned_data["request_id"],
    }


def attempt(form: PageForm, act: Callable[[], Any]) -> int:
    """Do it; what the service finds wrong is shown at the form. Answers with the HTTP status, 200 when it was done."""
    try:
        with in_words():
            act()
    except Invalid as error:
        form.take(error)
        return error.http_status
    except (NotAllowed, Conflict, NotFound) as error:
        form.add_error(None, _message(error))
        return error.http_status
    return 200


def _message(error: DomainError) -> str:
    return error.message
