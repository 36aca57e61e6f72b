"""Pages about sites: what each needs to be qualified for, and is."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from ledger.rules.errors import NotAllowed
from people import selectors, services
from people.forms import people as forms
from people.forms.documents import ERRORS
from people.rules.authority import Person
from people.rules.qualifications import Work
from people.rules.rights import Right
from people.rules.sites import SiteView
from people.views.documents import attempt
from people.views.giving import Act, doing_at
from people.views.people import reader_of


def _sites_of(reader: Person) -> list[SiteView]:
    own = reader.sites_of(Right.READ_PEOPLE, timezone.now())
    return [site for site in selectors.sites() if site.code in own]


def _site_or_404(reader: Person, code: str) -> SiteView:
    found = next((site for site in _sites_of(reader) if site.code == code), None)
    if found is None:
        raise Http404
    return found


@never_cache
@require_GET
@login_required
def sites(request: HttpRequest) -> HttpResponse:
    """The reader's sites, and which of them lack a programme or soon will."""
    reader, now = reader_of(request), timezone.now()
    own = _sites_of(reader)
    asked = selectors.requirements([site.code for site in own], now)
    ending = [it for it in selectors.expiring(now) if it.user_id is None]
    lines = [
        (
            site,
            [it for it in asked[site.code] if not it.is_met],
            [it for it in ending if it.site == site.code],
        )
        for site in own
    ]
    return render(request, "people/sites.html", {"lines": lines})


@never_cache
@require_GET
@login_required
def site(request: HttpRequest, code: str) -> HttpResponse:
    """One site: what is asked of it, what it holds, and whose rights and training end soon."""
    reader, now = reader_of(request), timezone.now()
    found = _site_or_404(reader, code)
    context = {
        "site": found,
        "now": now,
        "requirements": [(it, forms.WORK[it.work]) for it in selectors.requirements([code], now)[code]],
        "qualifications": [(it, it.valid_until <= now) for it in selectors.qualifications(code)],
        "ending": [
            (one, forms.ENDING[one.kind], one.is_over(now)) for one in selectors.expiring(now, site=code)
        ],
        "may_write": reader.may(Right.RECORD_SITE_QUALIFICATION, code, now),
    }
    return render(request, "people/site.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def act(request: HttpRequest, code: str, what: str) -> HttpResponse:
    """One thing that is recorded about a site, on a page of its own."""
    reader, one = reader_of(request), ACTS[what]
    found, status = _site_or_404(reader, code), 200
    if not reader.may(one.right, code, timezone.now()):
        raise NotAllowed("role_missing", str(ERRORS["role_missing"]))
    form = one.form(request, reader)
    if request.method == "POST":
        status = attempt(form, lambda: one.do(request, found, form)) if form.is_valid() else 422
        if status == 200:
            messages.success(request, str(one.done))
            return redirect("people:site", code)
    context = {"site": found, "act": one, "form": form, "back": reverse("people:site", args=[code])}
    return render(request, "people/act.html", context, status=status)


def _qualify(request: HttpRequest, at: SiteView, form: forms.QualificationForm) -> object:
    asked = form.cleaned_data
    return services.record_site_qualification(
        site=at.code,
        programme=asked["programme"],
        valid_from=forms.starts(asked["since"], at.zone),
        valid_until=forms.ends(asked["until"], at.zone),
        evidence=forms.evidence_of(asked),
        **doing_at(request, form, at.code),
    )


def _require(request: HttpRequest, at: SiteView, form: forms.RequireForm) -> object:
    asked = form.cleaned_data
    about = {"site": at.code, "programme": asked["programme"], "work": Work(asked["work"])}
    return services.require_programme(**about, **doing_at(request, form, at.code))


def _end(request: HttpRequest, at: SiteView, form: forms.EndingForm) -> object:
    asked = form.cleaned_data
    services.end_site_qualification(
        qualification=asked["about"], reason=asked["reason"], **doing_at(request, form, at.code)
    )
    return None


def _waive(request: HttpRequest, at: SiteView, form: forms.EndingForm) -> object:
    asked = form.cleaned_data
    services.waive_programme(
        requirement=asked["about"], reason=asked["reason"], **doing_at(request, form, at.code)
    )
    return None


def _plain(kind: type[forms.PeopleForm]) -> Callable[[HttpRequest, Person], forms.PeopleForm]:
    return lambda request, _reader: kind(request.POST or None, request.FILES or None)


def _ending(request: HttpRequest, _reader: Person) -> forms.PeopleForm:
    return forms.EndingForm(request.POST or None, initial={"about": request.GET.get("about", "")})


ACTS: Mapping[str, Any] = {
    "qualify": Act(
        Right.RECORD_SITE_QUALIFICATION,
        _("Record a qualification"),
        _(
            "From the day after its last day, work that asks for it is refused. You are warned 30 days before."
        ),
        _plain(forms.QualificationForm),
        _qualify,
        _("Record the qualification"),
        _("The qualification is recorded."),
    ),
    "require": Act(
        Right.REQUIRE_PROGRAMME,
        _("Require a programme"),
        _("From this moment, the work is refused at this site unless it is qualified in the programme."),
        _plain(forms.RequireForm),
        _require,
        _("Require it"),
        _("The programme is required from now on."),
    ),
    "end": Act(
        Right.END_SITE_QUALIFICATION,
        _("End a qualification"),
        _("Work that asks for it is refused from this moment."),
        _ending,
        _end,
        _("End the qualification"),
        _("The qualification has ended."),
        is_ending=True,
    ),
    "waive": Act(
        Right.WAIVE_PROGRAMME,
        _("Require a programme no more"),
        _("The work goes on without it from this moment."),
        _ending,
        _waive,
        _("Require it no more"),
        _("The programme is not required any more."),
        is_ending=True,
    ),
}
