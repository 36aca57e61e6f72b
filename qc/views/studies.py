"""Pages of studies: the list, a new one, one with its plan, pulls, results and what they come to."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ledger.rules.errors import NotFound
from people import selectors as people
from people.rules.credentials import PasswordCredential
from people.rules.roles import Role
from people.rules.sites import SiteView
from people.views import person_of
from qc import selectors, services
from qc.forms import studies as shown
from qc.forms import study_words, texts
from qc.forms.pages import WritingForm
from qc.forms.studies import AbandonForm, BeginForm, ConcludeForm, PullForm
from qc.rules.stability import StudyView, bounds_of, observations
from qc.rules.study_charts import study_chart
from qc.rules.subjects import StudyKind
from qc.selectors import StudyPage
from qc.services.charts import draw_chart
from qc.views.shared import attempt, doing
from qc.views.validations import validation_response
from qc.views.validations import visible as found_study

_STUDIERS = frozenset({Role.ANALYST, Role.QC_REVIEWER})


@never_cache
@require_GET
@login_required
def studies(request: HttpRequest) -> HttpResponse:
    """The studies of the viewer's sites: what runs, by its next pull, then what is over."""
    rows = selectors.visible_studies(person_of(request), timezone.now())
    listed = [
        (
            row,
            study_words.KINDS[row.study.kind],
            study_words.STATES[row.study.state],
            (*study_words.PULL_STATES[row.next_pull.state], study_words.PULL_TONES[row.next_pull.state])
            if row.next_pull is not None
            else None,
        )
        for row in rows
    ]
    context = {"studies": listed, "may_begin": bool(_sites(request))}
    return render(request, "qc/studies.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a study by a plan in effect."""
    sites = _sites(request)
    plans = selectors.study_plans(timezone.now())
    form = BeginForm(request.POST or None, plans=plans, sites=sites)
    made: list[StudyView] = []
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        here = next(site for site in sites if site.code == form.cleaned_data["site"])
        about = {**form.asked, **doing(request, here.code, here.zone, form)}
        status = attempt(form, lambda: made.append(services.begin_study(**about)))
    if made:
        messages.success(request, _("The study has begun."))
        return redirect("qc:study", code=made[0].code)
    return render(request, "qc/study_new.html", {"form": form, "plans": plans}, status=status)


@never_cache
@require_GET
@login_required
def study(request: HttpRequest, code: str) -> HttpResponse:
    """One study."""
    return _page(request, found_study(request, code))


@never_cache
@require_POST
@login_required
def pull(request: HttpRequest, code: str) -> HttpResponse:
    """Record that containers were taken out of their condition."""
    found = found_study(request, code)
    page = _of_time(found)
    form, outcome, status = (
        PullForm(request.POST, page=page, auto_id="pull_%s"),
        list[services.PullAttempt](),
        422,
    )
    if form.is_valid():
        about = {"study": code, "pull": form.pull, **doing(request, found.site, found.zone, form)}
        status = attempt(form, lambda: outcome.append(services.record_pull(**about)))
    if outcome and outcome[0].is_done:
        messages.success(request, _("The pull is recorded. Now its results."))
        return redirect("qc:study", code=code)
    if outcome:
        form.take_refusals(outcome[0].refusals)
    return _page(request, found, status=status, pull=form)


@never_cache
@sensitive_post_parameters("password")
@require_POST
@login_required
def conclude(request: HttpRequest, code: str) -> HttpResponse:
    """Sign what the study comes to."""
    found = found_study(request, code)
    is_of_time = found.kind is not StudyKind.VALIDATION
    form = ConcludeForm(request.POST, may_lack=is_of_time, auto_id="conclude_%s")
    outcome, status = list[services.ConclusionAttempt](), 422
    if form.is_valid():
        about = {"study": code, "reason": form.cleaned_data.get("reason", "")}
        about |= doing(request, found.site, found.zone, form)
        about["credential"] = PasswordCredential(request.user.get_username(), form.cleaned_data["password"])
        status = attempt(form, lambda: outcome.append(services.conclude_study(**about)))
    if outcome and outcome[0].is_done:
        messages.success(request, _("You concluded the study, and signed it."))
        return redirect("qc:study", code=code)
    if outcome:
        form.take_refusals(outcome[0].refusals)
    return _page(request, found, status=status, conclude=form)


@never_cache
@require_POST
@login_required
def abandon(request: HttpRequest, code: str) -> HttpResponse:
    """Give a study up."""
    found, form, status = found_study(request, code), AbandonForm(request.POST, auto_id="abandon_%s"), 422
    if form.is_valid():
        about = {"study": code, "reason": form.cleaned_data["reason"]}
        about |= doing(request, found.site, found.zone, form)
        status = attempt(form, lambda: services.abandon_study(**about))
    if status == 200:
        messages.success(request, _("The study is given up."))
        return redirect("qc:study", code=code)
    return _page(request, found, status=status, abandon=form)


@never_cache
@require_GET
@login_required
def chart(request: HttpRequest, code: str, condition: str, criterion: str) -> HttpResponse:
    """The picture of one criterion under one condition."""
    page = _of_time(found_study(request, code))
    own = [it for it in page.results if (it.condition, it.criterion) == (condition, criterion)]
    numbers = observations([it for it in own if it.number is not None])
    wanted = page.criteria.get(criterion)
    if not numbers or wanted is None:
        raise _unknown()
    found = next(it for it in page.assessed if (it.condition, it.criterion) == (condition, criterion))
    unit = str(study_words.UNITS[page.document.plan.unit])
    axes, until = (unit, texts.unit(wanted.unit)), page.document.plan.points[-1].at
    spec = study_chart(
        f"{wanted.title}, {condition}", axes, numbers, bounds_of(wanted), found.supported, until=until
    )
    return HttpResponse(draw_chart(spec), content_type="image/svg+xml")


def _of_time(found: StudyView) -> StudyPage:
    page = selectors.study_page(found, timezone.now())
    if page is None:
        raise _unknown()
    return page


def _unknown() -> NotFound:
    return NotFound("study_unknown", str(texts.ERRORS["study_unknown"]))


def _sites(request: HttpRequest) -> list[SiteView]:
    own = person_of(request).sites(_STUDIERS, timezone.now())
    return [site for site in people.sites() if site.code in own]


def _page(request: HttpRequest, found: StudyView, *, status: int = 200, **forms: WritingForm) -> HttpResponse:
    if found.kind is StudyKind.VALIDATION:
        return validation_response(request, found, status=status, **forms)
    page = _of_time(found)
    context: dict[str, Any] = {
        "page": page,
        "study": found,
        "kind": study_words.KINDS[found.kind],
        "state": study_words.STATES[found.state],
        "unit": study_words.UNITS[page.document.plan.unit],
        "extrapolation": study_words.EXTRAPOLATIONS[page.document.plan.extrapolation],
        "table": shown.table(page),
        "assessed": shown.assessed_shown(page),
        "conclusions": shown.conclusions(page),
        "unit_of": texts.unit,
        "zone": found.zone,
        **_forms(request, page, forms),
    }
    return render(request, "qc/study.html", context, status=status)


def _forms(request: HttpRequest, page: StudyPage, given: dict[str, WritingForm]) -> dict[str, Any]:
    """Which forms to offer; the services judge for themselves."""
    roles = person_of(request).roles(page.study.site, timezone.now())
    is_analyst, is_reviewer = Role.ANALYST in roles, Role.QC_REVIEWER in roles
    made: dict[str, tuple[bool, Callable[[], WritingForm]]] = {
        "pull": (is_analyst, lambda: _pull_form(page)),
        "conclude": (is_reviewer, lambda: ConcludeForm(may_lack=True, auto_id="conclude_%s")),
        "abandon": (is_reviewer, lambda: AbandonForm(auto_id="abandon_%s")),
    }
    is_running = page.study.is_running
    return {
        name: (given.get(name) or make()) if may and is_running else None
        for name, (may, make) in made.items()
    }


def _pull_form(page: StudyPage) -> PullForm:
    at = shown.initial_time(timezone.now(), page.study)
    return PullForm(page=page, initial={"at": at}, auto_id="pull_%s")
