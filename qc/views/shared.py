"""What the pages of this room do alike: who does it, where; and how what a service finds wrong is shown."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from ledger.rules import Where
from ledger.rules.errors import DomainError
from people.views import actor_of
from qc.forms.pages import WritingForm


def attempt(form: WritingForm, act: Callable[[], Any]) -> int:
    """Do it; what the service finds wrong is shown at the form. Answers with the HTTP status, 200 when it was done."""
    try:
        act()
    except DomainError as error:
        form.take(error)
        return error.http_status
    return 200


def doing(request: HttpRequest, site: str, zone: str, form: WritingForm) -> dict[str, Any]:
    """What every service takes."""
    return {
        "actor": actor_of(request),
        "where": Where(site=site, zone=zone),
        "now": timezone.now(),
        "request_id": form.cleaned_data["request_id"],
    }
