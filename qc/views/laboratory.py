"""The laboratory's worklist."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from people.rules.rights import Right
from people.views import person_of
from qc import selectors, services
from qc.forms import study_words, texts
from qc.forms.materials import PROPOSALS
from qc.forms.pages import WritingForm
from qc.views.found import there
from qc.views.shared import attempt, doing


@never_cache
@require_GET
@login_required
def worklist(request: HttpRequest) -> HttpResponse:
    """What is to be tested, looked over, judged."""
    return _page(request, WritingForm())


@never_cache
@require_POST
@login_required
def review(request: HttpRequest, id: UUID) -> HttpResponse:
    """Look one result over, and come back to the list."""
    form, found = WritingForm(request.POST), there(selectors.result(id), "result_unknown")
    about = there(selectors.subject(found.subject, timezone.now()), "result_unknown")
    status, reviewed = attempt(
        form,
        lambda: services.review_result(result=id, **doing(request, about.site, about.zone, form)),
    )
    if reviewed is not None:
        messages.success(request, _("You looked the result over."))
        return redirect("qc:worklist")
    return _page(request, form, status)


def _page(request: HttpRequest, form: WritingForm, status: int = 200) -> HttpResponse:
    person, now = person_of(request), timezone.now()
    found = selectors.worklist(person, now)
    shown = [(one, *texts.VERDICTS[one.verdict], texts.unit(one.unit)) for one in found.to_review]
    context = {
        "list": found,
        "to_review": shown,
        "failing": [(one, texts.unit(one.unit)) for one in found.failing],
        "investigations": [(one, one.is_late(now)) for one in found.investigations],
        "pulls": [
            (row, *study_words.PULL_STATES[row.next_pull.state])
            for row in found.pulls
            if row.next_pull is not None
        ],
        "materials": [(one, *PROPOSALS[one.proposal.decision]) for one in found.materials],
        "form": form,
        "is_analyst": bool(person.sites_of(Right.RECORD_RESULT, now)),
        "is_reviewer": bool(person.sites_of(Right.REVIEW_RESULT, now)),
        "request_id": uuid4,
    }
    return render(request, "qc/worklist.html", context, status=status)
