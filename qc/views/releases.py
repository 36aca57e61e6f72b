"""Pages around a release: the audit trail looked over, and duties after a result that failed late."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from people.forms.alterations import Told
from people.rules.rights import Right
from people.views import person_of
from qc import services
from qc.forms import investigation_words, release_words
from qc.forms.releases import DutyForm, TrailFilter, TrailForm
from qc.forms.trail_shown import ShownTrail, shown_to
from qc.rules.late_failures import Duty
from qc.rules.trail import Trail, TrailEntry
from qc.selectors import BatchView
from qc.views.batches import batch_response
from qc.views.found import batch_of, unknown
from qc.views.reasons import duty_key
from qc.views.shared import attempt, doing, signing


@dataclass(frozen=True)
class TrailRow:
    """An entry as the page shows it: what it altered, and the field for a comment, or the comments that were made."""

    entry: TrailEntry
    kind: str
    words: str
    is_unseen: bool
    altered: tuple[Told, ...]
    field: BoundField | None
    said: tuple[tuple[str, str], ...]


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@login_required
def trail(request: HttpRequest, code: str) -> HttpResponse:
    """What is out of the ordinary in the journey of a batch, and the form that signs that it was looked over."""
    view = batch_of(request, code)
    if request.method != "POST":
        return _trail_page(request, view)
    form = TrailForm(request.POST, numbers=_unseen_numbers(view))
    status, refused = attempt(
        form,
        lambda: services.review_trail(
            batch=view.batch.code,
            **{name: form.cleaned_data[name] for name in ("upto", "remark")},
            comments=form.comments(),
            **signing(request, view.batch.site, view.zone, form),
        ),
    )
    if refused is not None and not refused:
        messages.success(request, _("You signed that you looked the audit trail over."))
        return redirect("qc:batch", code=view.batch.code)
    for refusal in refused or ():
        messages.error(request, str(release_words.TRAIL_REFUSALS[refusal]))
        form.renew()
        status = 409
    return _trail_page(request, batch_of(request, code), form, status)


def _unseen_numbers(view: BatchView) -> list[int]:
    unseen = (view.case.trail or Trail()).unreviewed(view.case.dossier.producers)
    return [entry.sequence for entry in unseen]


def _trail_page(
    request: HttpRequest, view: BatchView, form: TrailForm | None = None, status: int = 200
) -> HttpResponse:
    found, producers = view.case.trail or Trail(), view.case.dossier.producers
    numbers = _unseen_numbers(view)
    asked = TrailFilter(request.GET, people=[entry.by for entry in found.entries], zone=view.zone)
    person = person_of(request)
    may_review = person.may(Right.REVIEW_TRAIL, view.batch.site, timezone.now())
    may_review = may_review and person.user_id not in producers and not found.is_reviewed(producers)
    sending = form or TrailForm(initial={"upto": found.last}, numbers=numbers)
    shown = shown_to(person, view, timezone.now())
    rows = _trail_rows(view, shown, sending if may_review and not asked.is_narrow else None)
    context = {
        "view": view,
        "rows": [row for row in rows if asked.takes(row.entry)],
        "all": len(rows),
        "asked": asked,
        "trail": shown.trail,
        "unseen": len(numbers),
        "is_reviewed": found.is_reviewed(producers),
        "form": sending,
        "may_review": may_review,
    }
    return render(request, "qc/trail.html", context, status=status)


def _trail_rows(view: BatchView, shown: ShownTrail, form: TrailForm | None) -> list[TrailRow]:
    unseen = set(_unseen_numbers(view))
    return [
        TrailRow(
            entry=it.entry,
            kind=str(release_words.TRAIL_KINDS[it.entry.kind]),
            words=it.words,
            is_unseen=it.entry.sequence in unseen,
            altered=it.altered,
            field=form.comment(it.entry.sequence) if form is not None else None,
            said=tuple(
                (review.reviewer, review.comments[it.entry.sequence])
                for review in shown.trail.reviews
                if it.entry.sequence in review.comments
            ),
        )
        for it in shown.entries
    ]


@never_cache
@require_POST
@login_required
def duty(request: HttpRequest, code: str, failure: UUID, duty: str) -> HttpResponse:
    """Record that a duty after a late failure was done. What was sent in vain stands at its form again."""
    view, key = batch_of(request, code), duty_key(str(failure), duty)
    form = DutyForm(request.POST, auto_id=f"{key}_%s", zone=view.zone)
    if duty not in set(Duty) or str(failure) not in {found.id for found in view.failures}:
        raise unknown("late_failure_unknown")
    if not form.is_valid():
        return batch_response(request, view, forms={key: form}, status=422)
    given = {name: form.cleaned_data[name] for name in ("done_at", "reference")}
    about = {"failure": failure, "duty": Duty(duty), **doing(request, view.batch.site, view.zone, form)}
    refused = services.record_duty(**about, **given)
    if not refused:
        messages.success(request, _("Recorded as done."))
        return redirect("qc:batch", code=view.batch.code)
    for refusal in refused:
        messages.error(request, str(investigation_words.TASK_REFUSALS[refusal]))
    form.renew()
    return batch_response(request, batch_of(request, code), forms={key: form})
