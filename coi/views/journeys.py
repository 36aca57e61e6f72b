"""The list of journeys, and one journey with everything about it."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from coi import services
from coi.forms import presenters, words
from coi.forms.barcodes import code128
from coi.forms.pages import CloseForm, JourneyFilter, WritingForm
from coi.forms.retention_words import kept_shown
from coi.forms.texts import in_words
from coi.forms.weights import WeightForm
from coi.rules.drawing import Drawing, Node, draw
from coi.rules.journey import JourneyEnd
from coi.selectors import details, timeline
from coi.selectors.details import Journey
from coi.selectors.journeys import JourneyState, journeys
from coi.services.closing import may_close
from coi.views.asking import attempt, doing
from ledger.rules.errors import Invalid
from people.rules.rights import Right
from people.views import person_of

_TONES = {"unlabelled": "wait", "available": "good", "thawed": "wait", "infused": "done"}


@never_cache
@require_GET
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Every journey that is the viewer's to see, and what it waits for."""
    viewer, now = person_of(request), timezone.now()
    form = JourneyFilter(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    # what the form would not take is looked for all the same, and found nowhere
    text, state = str(asked.get("q", request.GET.get("q", ""))).strip(), str(asked.get("state", ""))
    # somebody who looks for a code wants it found, open or closed
    chosen = JourneyState(state) if state else (JourneyState.ALL if text else JourneyState.OPEN)
    found = journeys(viewer, now, text=text, state=chosen, page=asked.get("page") or 1)
    htmx: Any = getattr(request, "htmx", None)
    is_fragment = bool(htmx) and not htmx.boosted
    template = "coi/_journeys.html" if is_fragment else "coi/journeys.html"
    context = {
        "form": form,
        "found": found,
        "now": now,
        "text": text,
        "state": state,
        "may_order": bool(viewer.sites_of(Right.ENROL_PATIENT_AND_ORDER, now)),
        "is_someone": bool(viewer.sites_of(Right.SEE_JOURNEYS, now)),
    }
    return render(request, template, context)


@never_cache
@require_GET
@login_required
def journey(request: HttpRequest, coi_id: str) -> HttpResponse:
    """One journey."""
    return page(request, coi_id)


@never_cache
@require_POST
@login_required
def reveal(request: HttpRequest, coi_id: str) -> HttpResponse:
    """Name, birth date and hospital number of the patient, for the treating site; the look is recorded."""
    form = WritingForm(request.POST)
    if not form.is_valid():
        raise Invalid("fields_invalid")
    viewer = person_of(request)
    shown = details.journey(viewer, coi_id, timezone.now())
    with in_words():
        identity = services.reveal_identity(coi_id=coi_id, **doing(request, form, shown.treating_site))
    return page(request, coi_id, identity=identity)


@never_cache
@require_POST
@login_required
def close(request: HttpRequest, coi_id: str) -> HttpResponse:
    """End a journey of which nothing is left, without an infusion."""
    with in_words():
        shown = details.journey(person_of(request), coi_id, timezone.now())
    form, status = CloseForm(request.POST), 422
    if form.is_valid():
        end, about = JourneyEnd(form.cleaned_data["end"]), doing(request, form, shown.treating_site)
        status = attempt(form, lambda: services.close_journey(coi_id=coi_id, end=end, **about))
    if status != 200:
        return page(request, coi_id, closing=form, status=status)
    messages.success(request, _("The journey is closed."))
    return redirect("coi:journey", coi_id)


def page(
    request: HttpRequest,
    coi_id: str,
    *,
    identity: dict[str, str] | None = None,
    weighing: WeightForm | None = None,
    closing: CloseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a journey, with the identity that was just looked at or a weight that was not taken."""
    viewer, now = person_of(request), timezone.now()
    with in_words():
        shown = details.journey(viewer, coi_id, now)
        told = timeline.timeline(viewer, coi_id, now)
    lines = [
        (
            entry,
            presenters.say(entry.event, entry.facts, told.titles),
            presenters.tone(entry.event, entry.facts),
            told.stations.get(entry.station, entry.station),
        )
        for entry in reversed(told.entries)
    ]
    may_reveal = shown.has_patient and viewer.may(Right.REVEAL_IDENTITY, shown.treating_site, now)
    context = {
        "journey": shown,
        "now": now,
        "lines": lines,
        "drawing": _drawing(shown),
        "barcode": code128(f"&/{coi_id}"),
        "identity": identity,
        "treats": shown.has_patient and viewer.may(Right.SEE_TREATMENT, shown.treating_site, now),
        "may_reveal": may_reveal and identity is None,
        "reveal_request": uuid4(),
        "may_reconcile": shown.has_patient
        and viewer.may(Right.CHANGE_PATIENT_DETAILS, shown.treating_site, now),
        "reprint_sites": viewer.sites_of(Right.REPRINT_LABEL, now),
        "may_weigh": shown.has_patient and viewer.may(Right.RECORD_WEIGHT, shown.treating_site, now),
        "weighing": weighing or WeightForm(zone=shown.zone, now=now),
        "may_close": shown.is_empty and may_close(viewer, shown.sites, now),
        "kept": kept_shown(shown.kept),
        "may_erase": shown.has_patient and viewer.may(Right.ERASE_PATIENT, shown.treating_site, now),
        "closing": closing or CloseForm(auto_id="close_%s"),
    }
    return render(request, "coi/journey.html", context, status=status)


def _drawing(shown: Journey) -> Drawing:
    """The family tree of the containers."""
    nodes = [
        Node(
            id=container.code,
            title=container.code.rpartition("-")[2],
            subtitle=words.thing(container.kind),
            status=words.hold_state("held")
            if container.is_held
            else words.container_status(container.status),
            tone="held" if container.is_held else _TONES.get(container.status, "over"),
        )
        for container in shown.containers
    ]
    pairs = [(container.code, parent) for container in shown.containers for parent in container.parents]
    return draw(nodes, pairs)
