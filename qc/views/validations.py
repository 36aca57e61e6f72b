"""Pages of validation studies: measurements handed in, what they come to, the report."""

from collections.abc import Callable
from typing import Any

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
from qc.forms import study_words, validations
from qc.forms.answers import in_words
from qc.forms.pages import WritingForm
from qc.forms.studies import AbandonForm, ConcludeForm, MeasurementsForm
from qc.rules.stability import StudyView
from qc.rules.subjects import StudyKind
from qc.rules.validation_study.file import FileFault, columns_of
from qc.selectors import ValidationPage
from qc.views.found import study_of, there
from qc.views.shared import CSV, attempt, doing, file_response


@never_cache
@require_POST
@login_required
def hand_in(request: HttpRequest, code: str) -> HttpResponse:
    """Hand a file of measurements in: all of it is taken, or its faults are told row by row."""
    found = study_of(request, code)
    form = MeasurementsForm(request.POST, request.FILES, auto_id="measure_%s")
    status, answer = attempt(
        form,
        lambda: services.hand_in_measurements(
            study=code,
            data=form.cleaned_data["file"].read(),
            **doing(request, found.site, found.zone, form),
        ),
    )
    if answer is not None and answer.is_done:
        messages.success(request, _("All measurements are taken, and held against the plan."))
        return redirect("qc:study", code=code)
    faults = answer.faults if answer is not None else ()
    return validation_response(request, found, status=422 if faults else status, faults=faults, measure=form)


@never_cache
@require_GET
@login_required
def template(request: HttpRequest, code: str) -> HttpResponse:
    """The header of a file for this study."""
    page = _page(study_of(request, code))
    return file_response(validations.template(page.plan), CSV, f"{code}.csv")


@never_cache
@require_GET
@login_required
def report(request: HttpRequest, code: str) -> HttpResponse:
    """The report as it was signed; before that, a preview."""
    found = study_of(request, code)
    page = _page(found)
    data = selectors.study_report(page.signatures[-1]) if page.signatures else None
    with in_words():
        data = data if data is not None else services.preview_report(study=found, now=timezone.now())
    return file_response(data, "application/pdf", f"{code}.pdf", how="inline")


def validation_response(
    request: HttpRequest,
    found: StudyView,
    *,
    status: int = 200,
    faults: tuple[FileFault, ...] = (),
    **forms: WritingForm,
) -> HttpResponse:
    """The page of a validation study."""
    page = _page(found)
    context: dict[str, Any] = {
        "study": found,
        "plan": page.plan,
        "kind": study_words.KINDS[found.kind],
        "state": study_words.STATES[found.state],
        "signatures": page.signatures,
        "report": validations.report_shown(found),
        "claims": validations.claims_shown(page.plan),
        "columns": columns_of(page.plan),
        "measured_at": validations.measured_at(found),
        "faults": [validations.fault_line(it) for it in faults],
        "zone": found.zone,
        **forms_offered(request, found, forms, "measure", lambda: MeasurementsForm(auto_id="measure_%s")),
    }
    return render(request, "qc/validation.html", context, status=status)


def forms_offered(
    request: HttpRequest,
    found: StudyView,
    given: dict[str, WritingForm],
    name: str,
    make: Callable[[], WritingForm],
) -> dict[str, WritingForm | None]:
    """Which forms of a study to offer: that of the analysts, made so, its end; the services judge for themselves."""
    viewer, now = person_of(request), timezone.now()
    is_reviewer = viewer.may(Right.CONCLUDE_STUDY, found.site, now)
    is_of_time = found.kind is not StudyKind.VALIDATION
    made: dict[str, tuple[bool, Callable[[], WritingForm]]] = {
        name: (viewer.may(Right.HAND_IN_MEASUREMENTS, found.site, now), make),
        "conclude": (
            is_reviewer and (is_of_time or bool(found.measured)),
            lambda: ConcludeForm(may_lack=is_of_time, auto_id="conclude_%s"),
        ),
        "abandon": (
            viewer.may(Right.ABANDON_STUDY, found.site, now),
            lambda: AbandonForm(auto_id="abandon_%s"),
        ),
    }
    return {
        name: (given.get(name) or make()) if may and found.is_running else None
        for name, (may, make) in made.items()
    }


def _page(found: StudyView) -> ValidationPage:
    return there(selectors.validation_page(found), "study_unknown")
