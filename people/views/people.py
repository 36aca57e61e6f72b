"""Pages about people: the list, one person, what an auditor saw, and a badge that is lost."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from ledger import selectors as ledger
from ledger.rules.errors import NotAllowed
from people import selectors, services
from people.forms import page_address
from people.forms import people as forms
from people.forms.documents import ERRORS
from people.rules.authority import Person
from people.rules.rights import Right
from people.rules.roles import Role
from people.selectors import SessionView
from people.views import desk, person_of
from people.views.documents import attempt
from people.views.giving import ACTS, choices_of, doing_at, providers


def reader_of(request: HttpRequest) -> Person:
    """The reader, if people are theirs to look at anywhere; NotAllowed otherwise."""
    person = person_of(request)
    if not may_read(person):
        raise NotAllowed(
            "role_missing", _("These pages are for administrators, supervisors, quality and auditors.")
        )
    return person


def may_read(person: Person) -> bool:
    """Whether pages about people open for this person at all."""
    return bool(person.sites_of(Right.READ_PEOPLE, timezone.now()))


def may(person: Person, right: Right) -> bool:
    """Whether the right is theirs anywhere: what is shown; services judge at the site."""
    return bool(person.sites_of(right, timezone.now()))


@never_cache
@require_GET
@login_required
def people(request: HttpRequest) -> HttpResponse:
    """The people of the reader's sites, by name or a part of it."""
    reader, form = reader_of(request), forms.FindPersonForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    context = {
        "form": form,
        "text": text,
        "lines": selectors.people_seen_by(reader, timezone.now(), text),
        "is_administrator": may(reader, Right.CREATE_USER),
        "may_revoke": may(reader, Right.REVOKE_BADGE),
    }
    return render(request, "people/people.html", context)


@never_cache
@require_GET
@login_required
def person(request: HttpRequest, user_id: int) -> HttpResponse:
    """One person: rights, badges, training, and what ends soon."""
    reader, now = reader_of(request), timezone.now()
    page = selectors.person_page(reader, user_id, now)
    if page is None:
        raise Http404
    audits = any(grant.role is Role.AUDITOR for grant in page.grants)
    is_administrator = may(reader, Right.CREATE_USER)
    context = {
        "page": page,
        "now": now,
        "links": _links(user_id) if is_administrator else [],
        "has_provider": bool(providers()),
        "is_self": reader.user_id == user_id,
        "is_administrator": is_administrator,
        "sessions": _sessions(user_id, now) if is_administrator and reader.user_id != user_id else [],
        "is_trainer": may(reader, Right.RECORD_TRAINING),
        "ending": [(one, forms.ENDING[one.kind], one.is_over(now)) for one in page.ending],
        "shows_pages": audits and may(reader, Right.READ_PAGES_SEEN),
    }
    return render(request, "people/person.html", context)


def _sessions(user_id: int, now: datetime) -> list[tuple[SessionView, bool]]:
    """Where the person is signed in, each with whether it rests."""
    policy = desk.policy()
    found = selectors.live_sessions(user_id, now - policy.life, now)
    return [(one, one.seen_at is not None and now - one.seen_at >= policy.idle) for one in found]


def _links(user_id: int) -> list[tuple[selectors.LinkLine, str]]:
    """Links that are in force, each with what the provider is called here; its id where it is known no more."""
    names = dict(providers())
    return [(link, names.get(link.provider, link.provider)) for link in selectors.links_of(user_id)]


@never_cache
@require_GET
@login_required
def pages_seen(request: HttpRequest, user_id: int) -> HttpResponse:
    """What somebody saw as an auditor, the newest first; for administrators and quality."""
    reader = reader_of(request)
    if not may(reader, Right.READ_PAGES_SEEN):
        raise NotAllowed("role_missing", _("What an auditor saw is for administrators and quality."))
    page = selectors.person_page(reader, user_id, timezone.now())
    if page is None:
        raise Http404
    seen = [(entry, page_address(entry.facts)) for entry in selectors.pages_seen(user_id)]
    context = {"page": page, "seen": seen, "most": selectors.MOST_PAGES}
    return render(request, "people/pages_seen.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def new_person(request: HttpRequest) -> HttpResponse:
    """Make an account; its activation code is shown this once."""
    reader = reader_of(request)
    if not may(reader, Right.CREATE_USER):
        raise NotAllowed("role_missing", _("Administrators make accounts."))
    form = forms.NewPersonForm(request.POST or None, sites=choices_of(reader, Right.CREATE_USER))
    made, status = None, 200
    if request.method == "POST":
        made, status = _make(request, form) if form.is_valid() else (None, 422)
    if made is not None:
        name = form.cleaned_data["printed_name"]
        return render(request, "people/activation.html", {"made": made, "name": name})
    return render(request, "people/person_new.html", {"form": form}, status=status)


def _make(request: HttpRequest, form: forms.NewPersonForm) -> tuple[services.NewUser | None, int]:
    asked, found = form.cleaned_data, []
    about = {name: asked[name] for name in ("username", "printed_name", "email", "site")}
    status = attempt(
        form, lambda: found.append(services.create_user(**about, **doing_at(request, form, asked["site"])))
    )
    return (found[0] if found else None), status


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def act(request: HttpRequest, user_id: int, what: str) -> HttpResponse:
    """One thing that is done for a person, on a page of its own: given, tested or ended."""
    reader, one = reader_of(request), ACTS[what]
    page = selectors.person_page(reader, user_id, timezone.now())
    if page is None:
        raise Http404
    if not may(reader, one.right):
        raise NotAllowed("role_missing", str(ERRORS["role_missing"]))
    form, status, made = one.form(request, reader), 200, None
    if isinstance(form, forms.SiteForm):
        form.begin_at([grant.site for grant in page.grants if grant.is_in_force])
    if request.method == "POST" and form.is_valid():
        found: list[object] = []
        status = attempt(form, lambda: found.append(one.do(request, user_id, form)))
        if status == 200 and isinstance(found[0], services.NewUser):
            made = {"made": found[0], "name": page.account.printed_name}
            return render(request, "people/activation.html", made)
        if status == 200:
            messages.success(request, str(one.done))
            return redirect("people:person", user_id)
    elif request.method == "POST":
        status = 422
    context = {"page": page, "act": one, "form": form, "back": reverse("people:person", args=[user_id])}
    return render(request, "people/act.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def revoke_badge(request: HttpRequest) -> HttpResponse:
    """A badge is lost: scan or type it, and it is worth nothing from this moment."""
    reader = reader_of(request)
    if not may(reader, Right.REVOKE_BADGE):
        raise NotAllowed("role_missing", _("Administrators and supervisors revoke badges."))
    form = forms.RevokeBadgeForm(request.POST or None, initial={"code": request.GET.get("code", "")})
    status = 200
    if request.method == "POST":
        status = attempt(form, lambda: _revoke(request, form)) if form.is_valid() else 422
        if status == 200:
            messages.success(request, _("The badge is worth nothing from this moment."))
            return redirect("people:badge_revoke")
    return render(request, "people/badge_revoke.html", {"form": form}, status=status)


def _revoke(request: HttpRequest, form: forms.RevokeBadgeForm) -> None:
    code, reason = form.cleaned_data["code"], form.cleaned_data["reason"]
    services.revoke_badge(code=code, reason=reason, **doing_at(request, form, selectors.site_of_badge(code)))


@never_cache
@require_GET
@login_required
def evidence(request: HttpRequest, id: UUID) -> HttpResponse:
    """A file that shows a training or a qualification of one of the reader's sites."""
    reader = reader_of(request)
    sites = reader.sites_of(Right.READ_PEOPLE, timezone.now())
    kept = ledger.evidence(id)
    data = ledger.evidence_bytes(id) if kept and selectors.is_evidence_here(id, sites) else None
    if kept is None or data is None:
        raise Http404
    response = HttpResponse(data, content_type=kept.media_type)
    ending = kept.media_type.rpartition("/")[2]
    response["Content-Disposition"] = f'attachment; filename="evidence-{id}.{ending}"'
    return response
