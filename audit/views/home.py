"""The start page: by question, or by one identifier, scanned or typed; and the page of each question."""

from urllib.parse import urlencode
from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from audit import services
from audit.forms.asking import a_week
from audit.forms.words import QUESTIONS
from audit.registry import ReportKind
from audit.rules.questions import Ask
from audit.selectors.places import Place, place_of
from audit.selectors.scope import desk_of, kinds_open_to
from audit.views.shared import bundle_address, unknown, viewer
from people.views import actor_of

# What a bundle can be about.
PROVED = (Ask.JOURNEY, Ask.BATCH, Ask.PERIOD)


@never_cache
@require_GET
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """What is it about? What was scanned leads on at once where it is one thing."""
    text, found = request.GET.get("q", ""), None
    person, now = viewer(request), timezone.now()
    if text.strip():
        found = services.find_places(
            text=text, actor=actor_of(request), where=desk_of(person, now), now=now, request_id=uuid4()
        )
        if found.one is not None:
            return redirect(address_of(found.one))
    kinds = kinds_open_to(person, now)
    questions = [
        (title, ask, [kind for kind in kinds if _answers(kind, ask)]) for ask, title in QUESTIONS.items()
    ]
    others = [kind for kind in kinds if not any(_answers(kind, ask) for ask in QUESTIONS)]
    context = {
        "questions": questions,
        "others": others,
        "bundle": bundle_address(person, now),
        "proved": PROVED,
        "text": text,
        "found": found,
        "places": [(place, address_of(place), QUESTIONS[place.ask]) for place in found.places]
        if found
        else [],
    }
    return render(request, "audit/home.html", context, status=404 if found and not found.places else 200)


@never_cache
@require_GET
@login_required
def about(request: HttpRequest, ask: str, key: str) -> HttpResponse:
    """The reports that answer for one thing."""
    person, now = viewer(request), timezone.now()
    place = place_of(person, Ask(ask), key, now) if ask in frozenset(Ask) else None
    if place is None:
        raise unknown("place_unknown")
    kinds = [kind for kind in kinds_open_to(person, now) if _answers(kind, place.ask)]
    bundle = bundle_address(person, now, **{place.ask: place.key}) if place.ask in PROVED else ""
    return render(
        request,
        "audit/about.html",
        {
            "place": place,
            "question": QUESTIONS[place.ask],
            "kinds": [_offered(kind, place) for kind in kinds],
            "bundle": bundle,
        },
    )


@never_cache
@require_GET
@login_required
def week(request: HttpRequest) -> HttpResponse:
    """The reports that answer for the last seven days."""
    person, now = viewer(request), timezone.now()
    kinds = [kind for kind in kinds_open_to(person, now) if kind.asks == {Ask.PERIOD}]
    said = {name: str(day) for name, day in a_week(now.date()).items()}
    days = urlencode(said)
    offered = [(kind, f"{reverse('audit:report', args=[kind.code])}?{days}") for kind in kinds]
    context = {"question": QUESTIONS[Ask.PERIOD], "kinds": offered}
    return render(request, "audit/about.html", context | {"bundle": bundle_address(person, now, **said)})


def address_of(place: Place) -> str:
    """The page of the question about this."""
    return reverse("audit:about", args=[place.ask, place.key])


def _answers(kind: ReportKind, ask: Ask) -> bool:
    """Whether the kind says something about one such thing; a week is answered by what asks for a period alone."""
    return kind.asks == {Ask.PERIOD} if ask is Ask.PERIOD else ask in kind.asks or ask in kind.may


def _offered(kind: ReportKind, place: Place) -> tuple[ReportKind, str]:
    return kind, f"{reverse('audit:report', args=[kind.code])}?{place.ask}={place.key}"
