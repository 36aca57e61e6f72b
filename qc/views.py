"""Pages of `qc`: the release board, one batch, its results, its signatures."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coi.rules.labels_reconciliation import reconcile
from ledger.rules import Where
from ledger.rules.errors import DomainError, NotFound
from people.rules.credentials import PasswordCredential
from people.rules.roles import Role
from people.views import actor_of, person_of
from qc import selectors, services
from qc.forms import texts
from qc.forms.pages import CorrectionForm, RejectForm, ResultForm, SignForm, WritingForm
from qc.rules.blockers import Blocker
from qc.rules.criteria import Timing
from qc.rules.record import record_bytes
from qc.rules.results import CorrectionReason, RejectionReason
from qc.rules.subjects import SubjectKind, SubjectRef
from qc.selectors import BatchView, Line

_FORMS: dict[str, type[WritingForm]] = {
    "submit": WritingForm,
    "review": SignForm,
    "release": SignForm,
    "reject": RejectForm,
}


@dataclass(frozen=True)
class Reason:
    """A blocker as the page shows it."""

    text: str
    href: str


@dataclass(frozen=True)
class LineShown:
    """One criterion with its result, in words."""

    line: Line
    limits: str
    unit: str
    timing: str
    mark: str
    verdict: str
    may_record: bool
    may_correct: bool
    may_review: bool


@never_cache
@require_GET
@login_required
def board(request: HttpRequest) -> HttpResponse:
    """The release board: exceptions first."""
    found = selectors.release_board(person_of(request), timezone.now())
    groups = [
        (_("Needs somebody"), "exceptions", found.exceptions),
        (_("Ready to be reviewed and released"), "ready", found.ready),
        (_("Waiting for steps and results"), "waiting", found.waiting),
    ]
    shown = [
        (title, key, [(row, _reasons(row.blockers, row.batch.coi_id, row.batch.code)) for row in rows])
        for title, key, rows in groups
        if rows
    ]
    return render(request, "qc/board.html", {"groups": shown, "decided": found.decided})


@never_cache
@require_GET
@login_required
def batch(request: HttpRequest, code: str) -> HttpResponse:
    """One batch: what blocks it, its results, its signatures."""
    return _page(request, _view(request, code))


@never_cache
@require_GET
@login_required
def record(request: HttpRequest, code: str) -> HttpResponse:
    """The batch record: the very bytes that were signed if it is decided, else as it stands now."""
    view = _view(request, code)
    signed = selectors.decided_record(view)
    content = signed if signed is not None else record_bytes(view.record)
    response = HttpResponse(content, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{view.batch.code}.json"'
    return response


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def result(request: HttpRequest, code: str, criterion: str) -> HttpResponse:
    """Record the result of a criterion, or correct the one that is there."""
    view = _view(request, code)
    line = next((line for line in view.lines if line.criterion.code == criterion), None)
    if line is None:
        raise NotFound("result_unknown", str(texts.ERRORS["result_unknown"]))
    form, status = _result_form(request, view, line), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            status = _attempt(form, lambda: _write_result(request, view, line, form))
        if status == 200:
            messages.success(request, _("The result is recorded. Another person looks it over."))
            return redirect("qc:batch", code=view.batch.code)
    context = {
        "view": view,
        "line": line,
        "form": form,
        "limits": texts.limits(line.criterion),
        "timing": texts.TIMINGS[line.criterion.timing],
    }
    return render(request, "qc/result.html", context, status=status)


@never_cache
@require_POST
@login_required
def review_result(request: HttpRequest, code: str, id: UUID) -> HttpResponse:
    """Look one result over."""
    view, form = _view(request, code), WritingForm(request.POST)
    status = 422
    if form.is_valid():
        status = _attempt(form, lambda: services.review_result(result=id, **_doing(request, view, form)))
    if status == 200:
        messages.success(request, _("You looked the result over."))
        return redirect("qc:batch", code=view.batch.code)
    return _page(request, view, forms={"looked": form}, status=status)


@never_cache
@sensitive_post_parameters("password")
@require_POST
@login_required
def decide(request: HttpRequest, code: str, what: str) -> HttpResponse:
    """Submit, review, release or reject. A refusal is an answer: the page says all its reasons."""
    view, form = _view(request, code), _FORMS[what](request.POST)
    outcome: list[services.Attempt] = []
    status = 422
    if form.is_valid():
        status = _attempt(form, lambda: outcome.append(_decide(request, view, form, what)))
    if outcome and outcome[0].is_done:
        messages.success(request, _said()[what])
        return redirect("qc:batch", code=view.batch.code)
    refused = outcome[0].blockers if outcome else ()
    fresh = _view(request, code)
    if outcome:
        return _page(request, fresh, refused=refused)
    return _page(request, fresh, forms={what: form}, status=status)


def _said() -> dict[str, str]:
    return {
        "submit": _("The batch is with quality now."),
        "review": _("You signed the review."),
        "release": _("The batch is released."),
        "reject": _("The batch is rejected."),
    }


def _decide(request: HttpRequest, view: BatchView, form: WritingForm, what: str) -> services.Attempt:
    about: dict[str, Any] = {"batch": view.batch.code, **_doing(request, view, form)}
    if what == "submit":
        return services.submit_for_review(**about)
    about["credential"] = PasswordCredential(request.user.get_username(), form.cleaned_data["password"])
    if what == "review":
        return services.review_batch(**about)
    if what == "release":
        return services.release_batch(**about)
    return services.reject_batch(reason=RejectionReason(form.cleaned_data["reason"]), **about)


def _attempt(form: WritingForm, act: Callable[[], Any]) -> int:
    """Do it; what the service finds wrong is shown at the form. Answers with the HTTP status, 200 when it was done."""
    try:
        act()
    except DomainError as error:
        form.take(error)
        return error.http_status
    return 200


def _view(request: HttpRequest, code: str) -> BatchView:
    view = selectors.batch_view(person_of(request), code, timezone.now())
    if view is None:
        raise NotFound("batch_unknown", str(texts.ERRORS["batch_unknown"]))
    return view


def _doing(request: HttpRequest, view: BatchView, form: WritingForm) -> dict[str, Any]:
    return {
        "actor": actor_of(request),
        "where": Where(site=view.batch.site, zone=view.zone),
        "now": timezone.now(),
        "request_id": form.cleaned_data["request_id"],
    }


def _result_form(request: HttpRequest, view: BatchView, line: Line) -> ResultForm:
    about: dict[str, Any] = {
        "criterion": line.criterion,
        "containers": view.case.dossier.containers,
        "runs": selectors.runs_for(line.criterion.method, view.batch.site),
        "zone": view.zone,
        "now": timezone.now(),
    }
    if line.result is None:
        return ResultForm(request.POST or None, **about)
    tested_at = line.result.tested_at.astimezone(ZoneInfo(view.zone)).replace(tzinfo=None)
    old = {"container": line.result.container, "value": line.result.value, "tested_at": tested_at}
    old["run"] = line.result.run
    return CorrectionForm(request.POST or None, initial=old, **about)


def _write_result(request: HttpRequest, view: BatchView, line: Line, form: ResultForm) -> None:
    asked = form.cleaned_data
    found = services.Found(**{name: asked[name] for name in ("container", "value", "tested_at", "run")})
    about: dict[str, Any] = {"found": found, **_doing(request, view, form)}
    if line.result is None:
        subject = SubjectRef(SubjectKind.BATCH, view.batch.code)
        services.record_result(subject=subject, criterion=line.criterion.code, **about)
        return
    services.correct_result(
        result=UUID(line.result.id),
        reason=CorrectionReason(asked["reason"]),
        reference=asked["reference"],
        **about,
    )


def _page(
    request: HttpRequest,
    view: BatchView,
    *,
    forms: dict[str, WritingForm] | None = None,
    refused: tuple[Blocker, ...] | None = None,
    status: int = 200,
) -> HttpResponse:
    person = person_of(request)
    roles = person.roles(view.batch.site, timezone.now())
    given = forms or {}
    context = {
        "view": view,
        "lines": [_line(line, view, roles, person.user_id) for line in view.lines],
        "reasons": _reasons(view.blockers, view.batch.coi_id, view.batch.code),
        "refused": None if refused is None else _reasons(refused, view.batch.coi_id, view.batch.code),
        "forms": {what: given.get(what) or form(auto_id=f"{what}_%s") for what, form in _FORMS.items()},
        "looked": given.get("looked"),
        "review_id": uuid4,
        "may": _may(view, roles),
        "labels": reconcile(view.case.dossier.labels),
    }
    return render(request, "qc/batch.html", context, status=status)


def _may(view: BatchView, roles: frozenset[Role]) -> dict[str, bool]:
    """Which forms to offer; the services judge for themselves."""
    is_open, disposition = not view.is_decided, view.batch.disposition
    return {
        "submit": disposition == "testing" and bool(roles & {Role.ANALYST, Role.QC_REVIEWER}),
        "review": is_open and Role.QA_REVIEWER in roles,
        "decide": is_open and Role.QA_RELEASER in roles,
    }


def _line(line: Line, view: BatchView, roles: frozenset[Role], user_id: int) -> LineShown:
    criterion, found = line.criterion, line.result
    is_rejected = view.batch.disposition == "rejected"
    takes = not is_rejected and (not view.is_decided or criterion.timing is Timing.FINAL)
    is_analyst, is_reviewer = Role.ANALYST in roles, Role.QC_REVIEWER in roles
    mark, verdict = texts.VERDICTS[found.verdict] if found is not None else ("", "")
    is_waiting = found is not None and not found.is_reviewed and found.analyst_id != user_id
    return LineShown(
        line=line,
        limits=texts.limits(criterion),
        unit=texts.unit(criterion.unit),
        timing=str(texts.TIMINGS[criterion.timing]),
        mark=mark,
        verdict=str(verdict),
        may_record=takes and is_analyst and found is None,
        may_correct=takes and is_analyst and found is not None,
        may_review=is_reviewer and is_waiting,
    )


def _reasons(blockers: tuple[Blocker, ...], coi_id: str, code: str) -> list[Reason]:
    return [Reason(texts.blocker_text(blocker), _href(blocker, coi_id, code)) for blocker in blockers]


def _href(blocker: Blocker, coi_id: str, code: str) -> str:
    """Where somebody can do something about it."""
    kind, key = blocker.target.kind, blocker.target.key
    if kind == "criterion":
        return f"{reverse('qc:batch', args=[code])}#{key}"
    if kind == "deviation":
        return reverse("coi:deviation", args=[key])
    if kind == "hold":
        return f"{reverse('coi:holds')}"
    if kind == "label":
        return reverse("coi:account_label", args=[key])
    if kind == "container":
        return reverse("coi:journey", args=[coi_id])
    return reverse("qc:batch", args=[code])
