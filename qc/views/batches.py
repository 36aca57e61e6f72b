"""Pages of batches: the release board, one batch, its results, its signatures."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from coi.forms.retention_words import kept_shown
from coi.rules.labels_reconciliation import reconcile
from people.rules.rights import Right
from people.rules.roles import Role
from people.views import person_of
from qc import selectors, services
from qc.forms import release_words
from qc.forms.pages import RejectForm, SignForm, WritingForm
from qc.forms.releases import ConditionalForm
from qc.rules.blockers import Blocker, against_submission
from qc.rules.case import BlockerCode
from qc.rules.exceptional import LIFTABLE
from qc.rules.record import record_bytes
from qc.rules.releases import Way, overdue
from qc.rules.results import RejectionReason
from qc.selectors import BatchView, BoardRow
from qc.views.found import batch_of
from qc.views.lines import lines_shown, signals_shown
from qc.views.reasons import Reason, failures_shown, reasons_shown
from qc.views.shared import attempt, doing, file_response, signing

_FORMS: dict[str, type[WritingForm]] = {
    "submit": WritingForm,
    "review": SignForm,
    "release": SignForm,
    "conditional": ConditionalForm,
    "exceptional": ConditionalForm,
    "complete": SignForm,
    "reject": RejectForm,
}


@never_cache
@require_GET
@login_required
def board(request: HttpRequest) -> HttpResponse:
    """The release board: exceptions first."""
    found = selectors.release_board(person_of(request), timezone.now())
    groups = [
        (_("Needs somebody"), "exceptions", found.exceptions),
        (_("Ready to be reviewed and released"), "ready", found.ready),
        (_("Released, and a result is still to come"), "conditional", found.conditional),
        (_("Waiting for steps and results"), "waiting", found.waiting),
    ]
    shown = [(title, key, [_board_row(row) for row in rows]) for title, key, rows in groups if rows]
    return render(request, "qc/board.html", {"groups": shown, "decided": found.decided})


def _board_row(row: BoardRow) -> tuple[BoardRow, list[Reason], tuple[str, ...]]:
    return row, reasons_shown(row.blockers, row.batch), signals_shown(row.noted)


@never_cache
@require_GET
@login_required
def batch(request: HttpRequest, code: str) -> HttpResponse:
    """One batch: what blocks it, its results, its signatures."""
    return batch_response(request, batch_of(request, code))


@never_cache
@require_GET
@login_required
def record(request: HttpRequest, code: str) -> HttpResponse:
    """The batch record: the very bytes that were signed if it is decided, else as it stands now."""
    view = batch_of(request, code)
    signed = selectors.decided_record(view)
    content = signed if signed is not None else record_bytes(view.record)
    return file_response(content, "application/json", f"{view.batch.code}.json")


@never_cache
@sensitive_post_parameters("password")
@require_POST
@login_required
def decide(request: HttpRequest, code: str, what: str) -> HttpResponse:
    """Submit, review, release or reject. A refusal is an answer: the page says all its reasons."""
    view = batch_of(request, code)
    form = _form(what, view, request.POST)
    status, outcome = attempt(form, lambda: _decide(request, view, form, what))
    if outcome is not None and outcome.is_done:
        messages.success(request, _said()[what])
        return redirect("qc:batch", code=view.batch.code)
    fresh = batch_of(request, code)
    if outcome is not None:
        return batch_response(request, fresh, refused=outcome.blockers)
    return batch_response(request, fresh, forms={what: form}, status=status)


def _said() -> dict[str, str]:
    return {
        "submit": _("The batch is with quality now."),
        "review": _("You signed the review."),
        "release": _("The batch is released."),
        "conditional": _("The batch is released conditionally. What is pending is watched."),
        "exceptional": _("The batch is released exceptionally, by its dossier."),
        "complete": _("The release is complete."),
        "reject": _("The batch is rejected."),
    }


def _decide(request: HttpRequest, view: BatchView, form: WritingForm, what: str) -> services.Attempt:
    batch, place = view.batch.code, (view.batch.site, view.zone)
    if what == "submit":
        return services.submit_for_review(batch=batch, **doing(request, *place, form))
    about: dict[str, Any] = {"batch": batch, **signing(request, *place, form)}
    if what == "review":
        return services.review_batch(**about)
    if what == "release":
        return services.release_batch(**about)
    if what == "complete":
        return services.complete_release(**about)
    if isinstance(form, ConditionalForm):
        way = Way(what)
        return services.release_batch(way=way, expected=form.expected(view.zone), **about)
    return services.reject_batch(reason=RejectionReason(form.cleaned_data["reason"]), **about)


def _form(what: str, view: BatchView, data: QueryDict | None = None) -> WritingForm:
    more = {"pending": view.ways.pending} if what in ("conditional", "exceptional") else {}
    return _FORMS[what](data, auto_id=f"{what}_%s", **more)


def batch_response(
    request: HttpRequest,
    view: BatchView,
    *,
    forms: Mapping[str, WritingForm] = {},
    refused: tuple[Blocker, ...] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a batch; `forms` come back as they were sent, a duty's by its `duty_key`."""
    person = person_of(request)
    roles = person.roles(view.batch.site, timezone.now())
    lined = {line.criterion.code for line in view.lines}
    context = {
        "view": view,
        "lines": lines_shown(view.lines, view.batch.disposition, roles, person.user_id, view.noted),
        "noted": signals_shown(it for it in view.noted if it.criterion not in lined),
        "reasons": reasons_shown(view.blockers, view.batch),
        "refused": None if refused is None else reasons_shown(refused, view.batch),
        "overdue": overdue(view.ways.pending, timezone.now()),
        "passed_sum": sum(one.passed for one in view.passed),
        "checked_sum": sum(one.checked for one in view.passed),
        "passed": [(one, release_words.CHECKS[one.code]) for one in view.passed],
        "forms": {what: forms.get(what) or _form(what, view) for what in _FORMS},
        "failures": failures_shown(view, forms),
        "dossier": _dossier_shown(view),
        "unseen": view.case.trail.unreviewed(view.case.dossier.producers) if view.case.trail else (),
        "review_id": uuid4,
        "may": _may(view, roles),
        "labels": reconcile(view.case.dossier.labels),
        "kept": kept_shown([selectors.record_kept(view, timezone.now())]),
    }
    return render(request, "qc/batch.html", context, status=status)


def _dossier_shown(view: BatchView) -> tuple[str, str] | None:
    """Mark and words of where the dossier stands; None where there is none and none is needed."""
    if view.lifting is not None:
        mark, said = release_words.DOSSIER_STATES[view.lifting.state]
        return mark, str(said)
    is_failing = any(blocker.code in LIFTABLE for blocker in view.blockers)
    return ("◷", _("none yet")) if is_failing and not view.is_decided else None


def _may(view: BatchView, roles: frozenset[Role]) -> dict[str, bool]:
    """Which forms to offer; the services judge for themselves."""
    is_open, is_pending = not view.is_decided, bool(view.ways.pending)
    is_releaser = bool(roles & Right.RELEASE_BATCH.roles)
    codes = {blocker.code for blocker in view.blockers}
    is_failing, is_unread = BlockerCode.FAILING_RESULT in codes, BlockerCode.TRAIL_UNREVIEWED in codes
    reviews = (is_open or view.is_conditional) and bool(roles & Right.REVIEW_BATCH.roles)
    return {
        "submit": bool(roles & Right.SUBMIT_FOR_REVIEW.roles) and not against_submission(view.case),
        "read_trail": reviews and is_unread,
        "review": reviews and not is_unread,
        "release": is_open and is_releaser and not is_pending,
        "conditional": is_open and is_releaser and is_pending,
        "exceptional": is_open and is_releaser and view.lifting is not None,
        "complete": view.is_conditional and is_releaser and not is_pending and not is_failing,
        "decide": is_open and is_releaser,
        "duties": bool(roles & Right.RECORD_DUTY.roles),
    }
