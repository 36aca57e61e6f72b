"""Pages of `people`: waiting work and the trail of entries; signing in, accounts and documents are beside it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ledger.rules import Actor, ActorKind, AuthMethod, Where
from ledger.rules.errors import Invalid, NotAllowed
from people import selectors, services
from people.forms import DoneForm, TrailForm
from people.forms.actors import SHOWN_BY, actor_text
from people.registry import ends_by_itself
from people.rules.authority import Person

# Where a request keeps the person that its page has asked for, for what is decided around the page.
_PERSON = "people.person"


def person_of(request: HttpRequest) -> Person:
    """The person of the session with what they may do now."""
    user_id = request.user.pk
    person = None if user_id is None else selectors.person(user_id, timezone.now())
    if person is None:
        raise NotAllowed("role_missing")
    keep_person(request, person)
    return person


def keep_person(request: HttpRequest, person: Person) -> None:
    """Remember for the rest of this request who asks, for `person_around`."""
    request.META[_PERSON] = person


def person_around(request: HttpRequest) -> Person | None:
    """The person of the session as the page found them, read anew only where it did not ask; None for nobody."""
    kept = request.META.get(_PERSON)
    if isinstance(kept, Person):
        return kept
    person = None if request.user.pk is None else selectors.person(request.user.pk, timezone.now())
    if person is not None:
        keep_person(request, person)
    return person


def actor_of(request: HttpRequest) -> Actor:
    """The person of the session, as entries name them; for pages behind `login_required`."""
    person = person_of(request)
    return Actor(ActorKind.PERSON, person.printed_name, person.user_id, AuthMethod.PASSWORD)


@require_GET
@login_required
def work(request: HttpRequest) -> HttpResponse:
    """What waits for the person, and the newest notices."""
    now = timezone.now()
    person = person_of(request)
    items = [
        (item, item.is_late(now), None if ends_by_itself(item.cause) else DoneForm(initial={"item": item.id}))
        for item in selectors.work_for(person, now)
    ]
    return render(
        request, "people/work.html", {"items": items, "notices": selectors.notices_for(person, now)}
    )


@require_POST
@login_required
def work_done(request: HttpRequest) -> HttpResponse:
    """Mark work as done."""
    form = DoneForm(request.POST)
    if not form.is_valid():
        raise Invalid("fields_invalid", detail={"fields": form.errors.get_json_data()})
    services.close_work_item(
        id=str(form.cleaned_data["item"]),
        actor=actor_of(request),
        where=Where(),
        now=timezone.now(),
        request_id=form.cleaned_data["request_id"],
    )
    return redirect("people:work")


@require_GET
@login_required
def entries(request: HttpRequest) -> HttpResponse:
    """The trail: who did what, when, where and why; for auditors, quality and supervisors."""
    form = TrailForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {"kind": "", "key": ""}
    lines = selectors.trail(person_of(request), timezone.now(), kind=asked["kind"], key=asked["key"])
    if lines is None:
        raise NotAllowed("role_missing", _("The trail is for auditors, quality and supervisors."))
    shown = [(it, actor_text(it.actor_kind, it.actor), SHOWN_BY[it.auth]) for it in lines]
    context = {"form": form, "lines": lines, "shown": shown, "most": selectors.NEWEST_ENTRIES}
    return render(request, "people/entries.html", context)
