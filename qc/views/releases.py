"""Pages around a release: the audit trail looked over, and duties after a result that failed late."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from people import selectors as people
from people.rules.roles import QA
from people.views import person_of
from qc import services
from qc.forms import investigation_words, release_words
from qc.forms.releases import DutyForm, TrailForm
from qc.rules.late_failures import Duty
from qc.rules.trail import Trail
from qc.selectors import BatchView
from qc.views.batches import batch_response
from qc.views.found import batch_of, unknown
from qc.views.reasons import duty_key
from qc.views.shared import attempt, doing


@never_cache
@login_required
def trail(request: HttpRequest, code: str) -> HttpResponse:
    """What is out of the ordinary in the journey of a batch, and the form that says that it was looked over."""
    view = batch_of(request, code)
    if request.method != "POST":
        return _trail_page(request, view)
    form = TrailForm(request.POST)
    status, refused = attempt(
        form,
        lambda: services.review_trail(
            batch=view.batch.code,
            **{name: form.cleaned_data[name] for name in ("upto", "remark")},
            **doing(request, view.batch.site, view.zone, form),
        ),
    )
    if refused is not None and not refused:
        messages.success(request, _("You looked the audit trail over."))
        return redirect("qc:batch", code=view.batch.code)
    for refusal in refused or ():
        messages.error(request, str(release_words.TRAIL_REFUSALS[refusal]))
        status = 409
    return _trail_page(request, batch_of(request, code), form, status)


def _trail_page(
    request: HttpRequest, view: BatchView, form: TrailForm | None = None, status: int = 200
) -> HttpResponse:
    found, producers = view.case.trail or Trail(), view.case.dossier.producers
    unseen = set(found.unreviewed(producers))
    words = {line.id: line.words for line in people.lines_of([entry.entry for entry in found.entries])}
    rows = [
        (entry, release_words.TRAIL_KINDS[entry.kind], words.get(entry.entry, ""), entry in unseen)
        for entry in found.entries
    ]
    person = person_of(request)
    is_quality = person.has_role(QA, view.batch.site, timezone.now())
    context = {
        "view": view,
        "rows": rows,
        "trail": found,
        "unseen": len(unseen),
        "is_reviewed": found.is_reviewed(producers),
        "form": form or TrailForm(initial={"upto": found.last}),
        "may_review": is_quality and person.user_id not in producers,
    }
    return render(request, "qc/trail.html", context, status=status)


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
