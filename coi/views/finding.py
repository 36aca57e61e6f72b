"""Finding a journey by whatever identifier somebody has."""

from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from coi import services
from coi.forms.identity import FindForm
from ledger.rules import Where
from people.views import actor_of


@never_cache
@require_GET
@login_required
def find(request: HttpRequest) -> HttpResponse:
    """The one journey that goes by what was typed or scanned; none; or several to choose from."""
    text = request.GET.get("q", "")
    form = FindForm(request.GET if text else None)
    found = None
    if text and form.is_valid():
        found = services.find_journey(
            text=form.cleaned_data["q"],
            actor=actor_of(request),
            where=Where(),
            now=timezone.now(),
            request_id=uuid4(),
        )
        if found.one is not None:
            return redirect("coi:journey", found.one.coi_id)
    status = 404 if found is not None and not found.matches else 422 if form.errors else 200
    return render(request, "coi/find.html", {"form": form, "found": found, "text": text}, status=status)
