"""A report as a page, made at once, and its pictures."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from audit.forms.asking import KeepForm, QuestionForm
from audit.forms.shown import picture_of, shown_question, shown_report
from audit.registry import ReportKind
from audit.rules.questions import Ask, Question
from audit.rules.report import Report
from audit.selectors.scope import kind_open_to, report_for
from audit.views.shared import bundle_address, own_sites, unknown, viewer
from ledger.rules.errors import Invalid, NotFound
from people.rules.authority import Person
from qc.views.shared import drawn

# Over a longer period a report is made by the worker alone: a page must not be waited for.
LONGEST_AT_ONCE = timedelta(days=93)


@never_cache
@require_GET
@login_required
def report(request: HttpRequest, kind: str) -> HttpResponse:
    """What this kind of report says of what is asked; the fields first, as long as something is missing."""
    person, now = viewer(request), timezone.now()
    known = _kind(person, kind, now)
    form = _form(request, known, person, now)
    context: dict[str, Any] = {"kind": known, "form": form, "status": 200}
    if form.is_bound and form.is_valid():
        context |= _answered(form, person, known, now)
    elif form.is_bound:
        context["status"] = 422
    context["query"] = request.GET.urlencode()
    return render(request, "audit/report.html", context, status=context["status"])


@never_cache
@require_GET
@login_required
def picture(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """One picture of the same report, drawn."""
    person, now = viewer(request), timezone.now()
    form = _form(request, _kind(person, kind, now), person, now)
    drawing = picture_of(_made(person, kind, form.question(), now), key) if form.is_valid() else None
    if drawing is None:
        raise unknown("report_unknown")
    return drawn(dict(drawing))


def _kind(person: Person, code: str, now: datetime) -> ReportKind:
    try:
        return kind_open_to(person, code, now)
    except NotFound as error:
        raise unknown(error.code) from error


def _form(request: HttpRequest, kind: ReportKind, person: Person, now: datetime) -> QuestionForm:
    """Bound once everything that must be told was sent, in whatever state; before that the fields are shown."""
    sites = own_sites(person, person.sites_of(kind.right, now))
    is_sent = bool(request.GET) and all(_names(ask) & set(request.GET) for ask in kind.asks)
    return QuestionForm(
        request.GET if is_sent or not kind.asks else None, kind=kind, sites=sites, initial=request.GET.dict()
    )


def _names(ask: Ask) -> set[str]:
    return {"first", "last"} if ask is Ask.PERIOD else {str(ask)}


def _answered(form: QuestionForm, person: Person, kind: ReportKind, now: datetime) -> dict[str, Any]:
    question = form.question()
    keep = KeepForm(initial={"kind": kind.code, "said": dict(question.said())})
    if _is_long(question):
        return {"keep": keep, "is_long": True, "asked": shown_question(question.said())}
    try:
        shown = shown_report(report_for(person, kind.code, question, now))
    except NotFound as error:
        form.miss()
        return {"status": error.http_status}
    except Invalid as error:
        form.take(error)
        return {"status": error.http_status}
    about = {"journey": question.journey, "batch": question.batch}
    one = sum(map(bool, about.values())) == 1
    return {"keep": keep, "shown": shown, "bundle": bundle_address(person, now, **about) if one else ""}


def _is_long(question: Question) -> bool:
    since, until = question.since, question.until
    return since is not None and until is not None and until - since > LONGEST_AT_ONCE


def _made(person: Person, kind: str, question: Question, now: datetime) -> Report:
    try:
        return report_for(person, kind, question, now)
    except NotFound as error:
        raise unknown("report_unknown") from error
