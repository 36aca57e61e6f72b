"""What the pages of this room do alike: who does it, where; how faults are shown; how files and pictures are sent."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ledger.rules import Where
from ledger.rules.errors import DomainError
from people.views import actor_of
from people.views.signing import credential_of
from qc.forms.pages import WritingForm
from qc.rules.charts import Spec
from qc.services.charts import draw_chart

T = TypeVar("T")
CSV = "text/csv; charset=utf-8"


def attempt(form: WritingForm, act: Callable[[], T]) -> tuple[int, T | None]:
    """Do what a sent form asks for. Answers with the HTTP status, 200 when it was done, and with what came of it.

    What the form or the service finds wrong is shown at the form; then nothing came of it: None.
    """
    if not form.is_valid():
        return 422, None
    try:
        return 200, act()
    except DomainError as error:
        form.take(error)
        return error.http_status, None


def doing(request: HttpRequest, site: str, zone: str, form: WritingForm) -> dict[str, Any]:
    """What every service takes."""
    return {
        "actor": actor_of(request),
        "where": Where(site=site, zone=zone),
        "now": timezone.now(),
        "request_id": form.cleaned_data["request_id"],
    }


def signing(request: HttpRequest, site: str, zone: str, form: WritingForm) -> dict[str, Any]:
    """What every service takes that signs: what is shown for it was written into the form."""
    return {**doing(request, site, zone, form), "credential": credential_of(request, form.cleaned_data)}


def drawn(spec: Spec) -> HttpResponse:
    """A picture, drawn."""
    return HttpResponse(draw_chart(spec), content_type="image/svg+xml")


def file_response(data: bytes | str, media_type: str, name: str, *, how: str = "attachment") -> HttpResponse:
    """A file under a name, to be kept or, with `how` as "inline", to be looked at."""
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = f'{how}; filename="{name}"'
    return response
