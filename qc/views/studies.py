"""Pages of studies: the list, a new one, one with its plan, pulls, results and what they come to."""

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

from people.rules.rights import Right
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
from qc.views.found import sites_of, study_of, there, unknown, zone_of
from qc.views.shared import attempt, doing, drawn, signing
from qc.views.validations import forms_offered, validation_response


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
            study_words.PULL_STATES[row.next_pull.state] if row.next_pull is not None else None,
        )
        for row in rows
    ]
    context = {"studies": listed, "may_begin": bool(sites_of(request, Right.BEGIN_STUDY))}
    return render(request, "qc/studies.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a study by a plan in effect."""
    sites = sites_of(request, Right.BEGIN_STUDY)
    plans = selectors.study_plans(timezone.now())
    form = BeginForm(request.POST or None, plans=plans, sites=sites)
    status = 200
    if request.method == "POST":
        status, made = attempt(form, lambda: _begin(request, form))
        if made is not None:
            messages.success(request, _("The study has begun."))
            return redirect("qc:study", code=made.code)
    return render(request, "qc/study_new.html", {"form": form, "plans": plans}, status=status)


def _begin(request: HttpRequest, form: BeginForm) -> StudyView:
    asked = form.asked
    return services.begin_study(**asked, **doing(request, asked["site"], zone_of(asked["site"]), form))


@never_cache
@require_GET
@login_required
def study(request: HttpRequest, code: str) -> HttpResponse:
    """One study."""
    return _page(request, study_of(request, code))


@never_cache
@require_POST
@login_required
def pull(request: HttpRequest, code: str) -> HttpResponse:
    """Record that containers were taken out of their condition."""
    found = study_of(request, code)
    form = PullForm(request.POST, page=_of_time(found), auto_id="pull_%s")
    status, outcome = attempt(
        form,
        lambda: services.record_pull(
            study=code, pull=form.pull, **doing(request, found.site, found.zone, form)
        ),
    )
    if outcome is not None and outcome.is_done:
        messages.success(request, _("The pull is recorded. Now its results."))
        return redirect("qc:study", code=code)
    if outcome is not None:
        form.take_refusals(outcome.refusals)
    return _page(request, found, status=status, pull=form)


@never_cache
@sensitive_post_parameters("password")
@require_POST
@login_required
def conclude(request: HttpRequest, code: str) -> HttpResponse:
    """Sign what the study comes to."""
    found = study_of(request, code)
    is_of_time = found.kind is not StudyKind.VALIDATION
    form = ConcludeForm(request.POST, may_lack=is_of_time, auto_id="conclude_%s")
    status, outcome = attempt(
        form,
        lambda: services.conclude_study(
            study=code,
            reason=form.cleaned_data.get("reason", ""),
            **signing(request, found.site, found.zone, form),
        ),
    )
    if outcome is not None and outcome.is_done:
        messages.success(request, _("You concluded the study, and signed it."))
        return redirect("qc:study", code=code)
    if outcome is not None:
        form.take_refusals(outcome.refusals)
    return _page(request, found, status=status, conclude=form)


@never_cache
@require_POST
@login_required
def abandon(request: HttpRequest, code: str) -> HttpResponse:
    """Give a study up."""
    found, form = study_of(request, code), AbandonForm(request.POST, auto_id="abandon_%s")
    status, ended = attempt(
        form,
        lambda: services.abandon_study(
            study=code, reason=form.cleaned_data["reason"], **doing(request, found.site, found.zone, form)
        ),
    )
    if ended is not None:
        messages.success(request, _("The study is given up."))
        return redirect("qc:study", code=code)
    return _page(request, found, status=status, abandon=form)


@never_cache
@require_GET
@login_required
def chart(request: HttpRequest, code: str, condition: str, criterion: str) -> HttpResponse:
    """The picture of one criterion under one condition."""
    page = _of_time(study_of(request, code))
    own = [it for it in page.results if (it.condition, it.criterion) == (condition, criterion)]
    numbers = observations([it for it in own if it.number is not None])
    wanted = page.criteria.get(criterion)
    if not numbers or wanted is None:
        raise unknown("study_unknown")
    found = next(it for it in page.assessed if (it.condition, it.criterion) == (condition, criterion))
    unit = str(study_words.UNITS[page.document.plan.unit])
    axes, until = (unit, texts.unit(wanted.unit)), page.document.plan.points[-1].at
    spec = study_chart(
        f"{wanted.title}, {condition}", axes, numbers, bounds_of(wanted), found.supported, until=until
    )
    return drawn(spec)


def _of_time(found: StudyView) -> StudyPage:
    return there(selectors.study_page(found, timezone.now()), "study_unknown")


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
        **forms_offered(request, found, forms, "pull", lambda: _pull_form(page)),
    }
    return render(request, "qc/study.html", context, status=status)


def _pull_form(page: StudyPage) -> PullForm:
    return PullForm(page=page, initial={"at": timezone.now()}, auto_id="pull_%s")
