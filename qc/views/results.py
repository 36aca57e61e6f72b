"""Pages of results, whatever they are about: recorded, corrected, looked over."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from people.rules.rights import Right
from people.rules.roles import Role
from people.views import person_of
from qc import selectors, services
from qc.forms import texts
from qc.forms.materials import DecisionForm, material_shown
from qc.forms.pages import WritingForm
from qc.forms.results import CorrectionForm, ResultForm, initial_of
from qc.rules.results import CorrectionReason, ResultView
from qc.rules.subjects import SubjectKind, SubjectRef
from qc.selectors import Line, SubjectPage
from qc.views.found import there, unknown
from qc.views.lines import lines_shown
from qc.views.shared import attempt, doing


@never_cache
@require_GET
@login_required
def subject(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """What a collection, a material lot or a container of a study was found to be. Batch and study have their own."""
    if kind == SubjectKind.BATCH:
        return redirect("qc:batch", code=code)
    if kind == SubjectKind.STUDY and not request.GET.get("point"):
        return redirect("qc:study", code=code)
    return subject_response(request, found_page(request, kind, code))


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def result(request: HttpRequest, kind: str, code: str, criterion: str) -> HttpResponse:
    """Record the result of a criterion, or correct the one that is there."""
    page = found_page(request, kind, code)
    line = there(page.line(criterion), "result_unknown")
    form, status = _result_form(request, page, line), 200
    if request.method == "POST":
        status, written = attempt(form, lambda: _write(request, page, line, form))
        if written is not None:
            messages.success(request, _("The result is recorded. Another person looks it over."))
            return redirect(_address(page))
    context = {
        "page": page,
        "back": _address(page),
        "line": line,
        "form": form,
        "is_correction": isinstance(form, CorrectionForm),
        "limits": texts.limits(line.criterion),
        "timing": texts.TIMINGS[line.criterion.timing],
    }
    return render(request, "qc/result.html", context, status=status)


@never_cache
@require_POST
@login_required
def review(request: HttpRequest, id: UUID) -> HttpResponse:
    """Look one result over, and go back to what it is about."""
    known = there(selectors.result(id), "result_unknown")
    page = found_page(request, str(known.subject.kind), known.subject.code, known.subject.point)
    form, about = WritingForm(request.POST), page.subject
    status, reviewed = attempt(
        form,
        lambda: services.review_result(result=id, **doing(request, about.site, about.zone, form)),
    )
    if reviewed is not None:
        messages.success(request, _("You looked the result over."))
        return redirect(_address(page))
    return subject_response(request, page, form, status=status)


def found_page(request: HttpRequest, kind: str, code: str, point: str = "") -> SubjectPage:
    """The page of what is named; what is not the viewer's to see is not found."""
    known = {member.value: member for member in SubjectKind}
    asked = request.GET.get("point", point)
    found = (
        selectors.subject_page(person_of(request), SubjectRef(known[kind], code, asked), timezone.now())
        if kind in known
        else None
    )
    return there(found, "subject_unknown")


def _address(page: SubjectPage) -> str:
    ref = page.subject.ref
    if ref.kind is SubjectKind.BATCH:
        return reverse("qc:batch", args=[ref.code])
    address = reverse("qc:subject", args=[str(ref.kind), ref.code])
    return f"{address}?point={ref.point}" if ref.point else address


def _result_form(request: HttpRequest, page: SubjectPage, line: Line) -> ResultForm:
    about: dict[str, Any] = {
        "criterion": line.criterion,
        "subject": page.subject,
        "runs": selectors.runs_for(line.criterion.method, page.subject.site),
        "now": timezone.now(),
    }
    # A form that comes back is what it was when it was filled in, whatever was recorded meanwhile.
    is_correction = "corrects" in request.POST if request.method == "POST" else line.result is not None
    if not is_correction:
        return ResultForm(request.POST or None, **about)
    initial = initial_of(line.result) if line.result is not None else {}
    return CorrectionForm(request.POST or None, initial=initial, **about)


def _write(request: HttpRequest, page: SubjectPage, line: Line, form: ResultForm) -> ResultView:
    asked = form.cleaned_data
    found = services.Found(**form.found)
    about: dict[str, Any] = {"found": found, **doing(request, page.subject.site, page.subject.zone, form)}
    if not isinstance(form, CorrectionForm):
        return services.record_result(subject=page.subject.ref, criterion=line.criterion.code, **about)
    old = there(selectors.result(asked["corrects"]), "result_unknown")
    if (old.subject, old.criterion) != (page.subject.ref, line.criterion.code):
        raise unknown("result_unknown")
    return services.correct_result(
        result=asked["corrects"],
        reason=CorrectionReason(asked["reason"]),
        reference=asked["reference"],
        **about,
    )


def subject_response(
    request: HttpRequest,
    page: SubjectPage,
    form: WritingForm | None = None,
    *,
    decision: DecisionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The results of a subject; of a collection also what they come to, and the decision."""
    person, now = person_of(request), timezone.now()
    subject = page.subject
    roles = person.roles(subject.site, now)
    context = {
        "page": page,
        "kind": texts.SUBJECTS[subject.ref.kind],
        "lines": lines_shown(page.lines, subject.disposition, roles, person.user_id),
        "zone": subject.zone,
        "looked": form,
        "review_id": uuid4,
        **_of_material(page, roles, decision, now),
    }
    return render(request, "qc/subject.html", context, status=status)


def _of_material(
    page: SubjectPage, roles: frozenset[Role], decision: DecisionForm | None, now: datetime
) -> dict[str, Any]:
    """What is proposed, and the form for those who may decide while nobody has."""
    is_material = page.subject.ref.kind is SubjectKind.COLLECTION
    view = selectors.material_view(page.subject.ref.code, now) if is_material else None
    if view is None:
        return {"material": None, "decision": None}
    may_decide = bool(roles & Right.DECIDE_MATERIAL.roles) and not view.judged.is_judged
    return {
        "material": material_shown(view),
        "decision": (decision or DecisionForm.of(view.proposal)) if may_decide else decision,
    }
