"""Pages of plates: handed in on the page of their run, looked at, recorded as a result or discarded."""

from itertools import zip_longest
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ledger.rules.errors import DomainError
from people.rules.rights import Right
from people.views import person_of
from qc import selectors, services
from qc.forms import plates as words
from qc.forms import texts
from qc.forms.pages import WritingForm
from qc.forms.plates import PlateForm, RecordPlateForm
from qc.rules.importing import ImportState
from qc.rules.imports.plates import PREPARATIONS, plate_template
from qc.rules.methods import Calculation, Computed
from qc.rules.plate_charts import lysis_chart, plate_chart
from qc.rules.plates import PlateView
from qc.rules.results import ResultView
from qc.rules.runs import RunState, RunView
from qc.views.found import run_of, there, unknown, zone_of
from qc.views.shared import CSV, attempt, doing, drawn, file_response


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def plates(request: HttpRequest, code: str) -> HttpResponse:
    """The plates of a run, and where another one is handed in."""
    run, how = _run(request, code)
    form, status = PlateForm(request.POST or None, request.FILES or None), 200
    if request.method == "POST":
        status, made = attempt(form, lambda: _hand_in(request, run, form))
        if made is not None:
            return redirect("qc:plate", code=code, id=made.id)
    is_open = run.state in (RunState.OPEN, RunState.ACCEPTED)
    context = {
        "run": run,
        "zone": zone_of(run.site),
        "plates": [(one, texts.IMPORT_STATES[one.state]) for one in selectors.plates_of(code)],
        "form": form if is_open and _is_analyst(request, run.site) else None,
        "calculation": words.CALCULATIONS[how.calculation],
        "preparations": [(str(one), words.PREPARATIONS[one]) for one in PREPARATIONS[how.calculation]],
        "about_doses": words.DOSES[how.calculation],
    }
    return render(request, "qc/plates.html", context, status=status)


def _hand_in(request: HttpRequest, run: RunView, form: PlateForm) -> PlateView:
    file, about = form.cleaned_data["file"], doing(request, run.site, zone_of(run.site), form)
    return services.hand_in_plate(run=UUID(run.id), data=file.read(), name=file.name, **about)


@require_GET
@login_required
def blank(request: HttpRequest, code: str) -> HttpResponse:
    """A file to fill in."""
    _found, how = _run(request, code)
    return file_response(plate_template(how.calculation), CSV, "plate.csv")


@never_cache
@require_GET
@login_required
def plate(request: HttpRequest, code: str, id: UUID) -> HttpResponse:
    """What a plate says and comes to."""
    return _page(request, _plate(request, code, id))


@never_cache
@require_POST
@login_required
def record(request: HttpRequest, code: str, id: UUID) -> HttpResponse:
    """Record the result that a plate comes to."""
    found, refused = _plate(request, code, id), list[str]()
    form = _record_form(request, found, request.POST)

    def act() -> ResultView:
        about = doing(request, found.site, zone_of(found.site), form)
        try:
            return services.record_plate(id=id, asked=form.asked, **about)
        except DomainError as error:
            refused.extend(words.refusal_texts(error.detail.get("refusals", ())))
            raise

    status, done = attempt(form, act)
    if done is not None:
        messages.success(request, _("The result is recorded. Another person looks it over."))
        return redirect("qc:subject", kind=done.subject.kind, code=done.subject.code)
    return _page(request, _plate(request, code, id), form=form, refused=refused, status=status)


@never_cache
@require_POST
@login_required
def discard(request: HttpRequest, code: str, id: UUID) -> HttpResponse:
    """Say that nothing is going to be recorded of a plate."""
    found, form = _plate(request, code, id), WritingForm(request.POST)
    status, discarded = attempt(
        form,
        lambda: services.discard_plate(id=id, **doing(request, found.site, zone_of(found.site), form)),
    )
    if discarded is not None:
        messages.success(request, _("The plate is discarded; it stays as evidence."))
        return redirect("qc:plates", code=code)
    return _page(request, _plate(request, code, id), discarding=form, status=status)


@never_cache
@require_GET
@login_required
def chart(request: HttpRequest, code: str, id: UUID) -> HttpResponse:
    """The responses of a plate and the curves through them."""
    looked = services.look_at_plate(_plate(request, code, id))
    evaluated = there(looked.evaluated, "plate_unknown")
    name, title = looked.view.name, str(words.CALCULATIONS[looked.how.calculation])
    if looked.how.calculation is Calculation.SPECIFIC_LYSIS:
        spec = lysis_chart(f"{title}: {name}", looked.file)
    else:
        spec = plate_chart(f"{title}: {name}", looked.file, evaluated)
    return drawn(spec)


def _page(
    request: HttpRequest,
    found: PlateView,
    *,
    form: RecordPlateForm | None = None,
    discarding: WritingForm | None = None,
    refused: Any = (),
    status: int = 200,
) -> HttpResponse:
    looked = services.look_at_plate(found)
    evaluated = looked.evaluated
    may_act = found.state is ImportState.READ and _is_analyst(request, found.site)
    numbers = found.numbers or (evaluated.numbers if evaluated is not None else None) or {}
    context = {
        "plate": found,
        "state": texts.IMPORT_STATES[found.state],
        "zone": zone_of(found.site),
        "calculation": words.CALCULATIONS[looked.how.calculation],
        "looked": looked,
        "rows": [
            (row, list(zip_longest(looked.file.header, row.cells, fillvalue=""))) for row in looked.file.rows
        ],
        "faults": [words.fault_line(fault) for fault in looked.file.faults],
        "refusals": [words.refusal_text(code) for code in (evaluated.refusals if evaluated else ())],
        "refused": refused,
        "numbers": words.number_lines(numbers),
        "unit": texts.unit(found.result.unit) if found.result is not None else "",
        "form": (form or _record_form(request, found)) if may_act and looked.is_ready else None,
        "discarding": (discarding or WritingForm()) if may_act else None,
    }
    return render(request, "qc/plate.html", context, status=status)


def _record_form(request: HttpRequest, found: PlateView, data: Any = None) -> RecordPlateForm:
    """The form, with the tests by this method that wait at this site."""
    now, evaluated = timezone.now(), services.look_at_plate(found).evaluated
    run, _how = _run(request, found.run)
    tests = selectors.tests_by(person_of(request), run.method, run.site, now)
    initial = {"seen": evaluated.digest if evaluated is not None else ""}
    return RecordPlateForm(data, tests=tests, zone=zone_of(found.site), now=now, initial=initial)


def _run(request: HttpRequest, code: str) -> tuple[RunView, Computed]:
    """A run whose method computes its result."""
    found = run_of(request, code)
    method = selectors.method_of(found)
    if method is None or method.method.computed is None:
        raise unknown("run_unknown")
    return found, method.method.computed


def _plate(request: HttpRequest, code: str, id: UUID) -> PlateView:
    return there(selectors.visible_plate(person_of(request), code, id, timezone.now()), "plate_unknown")


def _is_analyst(request: HttpRequest, site: str) -> bool:
    return person_of(request).may(Right.RECORD_PLATE, site, timezone.now())
