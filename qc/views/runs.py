"""Pages of runs: the list, a new one, one with the charts of its controls."""

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

from coi.selectors import stock
from people import selectors as people
from people.rules.rights import Right
from people.views import person_of
from qc import selectors, services
from qc.forms import texts
from qc.forms.runs import ControlsForm, RunForm, VoidForm
from qc.rules.charts import levey_jennings
from qc.rules.runs import RunState, RunView
from qc.views.found import run_of, sites_of, unknown, zone_of
from qc.views.shared import attempt, doing, drawn


@never_cache
@require_GET
@login_required
def runs(request: HttpRequest) -> HttpResponse:
    """The newest runs, and the beginning of another."""
    person, now = person_of(request), timezone.now()
    found, zones = selectors.visible_runs(person, now), {site.code: site.zone for site in people.sites()}
    context = {
        "runs": [(run, zones[run.site], *texts.RUN_STATES[run.state]) for run in found],
        "sites": sites_of(request, Right.OPEN_RUN),
        "methods": [one for one in selectors.effective_methods(now) if one.method.needs_run],
    }
    return render(request, "qc/runs.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def new_run(request: HttpRequest, site: str, method: str) -> HttpResponse:
    """Begin a run: one field for each thing that the method uses."""
    found = selectors.effective_method(method, timezone.now())
    here = next((one for one in sites_of(request, Right.OPEN_RUN) if one.code == site), None)
    if found is None or here is None or not found.method.needs_run:
        raise unknown("method_not_effective")
    form = RunForm(
        request.POST or None,
        method=found.method,
        devices=stock.devices_at(site, found.method.instruments),
        lots=stock.lots_at(site, found.method.reagents),
    )
    context = {"method": found, "form": form, "site": here}
    if request.method == "GET":
        return render(request, "qc/run_new.html", context)
    status, made = attempt(
        form,
        lambda: services.open_run(
            method=method,
            site=site,
            instruments=form.chosen("device"),
            reagents=form.chosen("lot"),
            **doing(request, here.code, here.zone, form),
        ),
    )
    if made is not None:
        messages.success(request, _("The run has begun."))
        return redirect("qc:run", code=made.code)
    return render(request, "qc/run_new.html", context, status=status)


@never_cache
@require_GET
@login_required
def run(request: HttpRequest, code: str) -> HttpResponse:
    """One run: what was used, what its controls measured, and the charts of these."""
    return _page(request, run_of(request, code))


@never_cache
@require_POST
@login_required
def read_controls(request: HttpRequest, code: str) -> HttpResponse:
    """Record what the controls measured."""
    found = run_of(request, code)
    form = _controls_form(request, found)
    if form is None:
        return redirect("qc:run", code=code)
    status, judged = attempt(
        form,
        lambda: services.read_controls(
            run=UUID(found.id),
            readings=form.readings(),
            **doing(request, found.site, zone_of(found.site), form),
        ),
    )
    if judged is None:
        return _page(request, found, controls=form, status=status)
    if judged.state is RunState.ACCEPTED:
        messages.success(request, _("The controls accept the run: it gives results."))
    else:
        messages.error(request, _("The controls refuse the run: it gives no results."))
    return redirect("qc:run", code=code)


@never_cache
@require_POST
@login_required
def void_run(request: HttpRequest, code: str) -> HttpResponse:
    """Break a run off."""
    found, form = run_of(request, code), VoidForm(request.POST)
    status, voided = attempt(
        form,
        lambda: services.void_run(
            run=UUID(found.id),
            reason=form.cleaned_data["reason"],
            **doing(request, found.site, zone_of(found.site), form),
        ),
    )
    if voided is not None:
        messages.success(request, _("The run is broken off."))
        return redirect("qc:run", code=code)
    return _page(request, found, void=form, status=status)


@never_cache
@require_GET
@login_required
def chart(request: HttpRequest, code: str, lot: str) -> HttpResponse:
    """The Levey-Jennings chart of one control, up to this run."""
    found = run_of(request, code)
    points = selectors.chart_points(found, lot)
    if not points:
        raise unknown("run_unknown")
    name = next((reading.control for reading in found.readings if reading.lot == lot), lot)
    return drawn(levey_jennings(f"{name}, {lot}", points))


def _page(
    request: HttpRequest,
    found: RunView,
    *,
    controls: ControlsForm | None = None,
    void: VoidForm | None = None,
    status: int = 200,
) -> HttpResponse:
    is_analyst = person_of(request).may(Right.READ_CONTROLS, found.site, timezone.now())
    may_act = is_analyst and found.state is RunState.OPEN
    context: dict[str, Any] = {
        "run": found,
        "method": selectors.method_of(found),
        "zone": zone_of(found.site),
        "state": texts.RUN_STATES[found.state],
        "rules": [texts.CONTROL_RULES[rule] for rule in found.breaches],
        "charted": sorted({(reading.control, reading.lot) for reading in found.readings}),
        "controls": (controls or _controls_form(request, found)) if may_act else None,
        "void": (void or VoidForm()) if may_act else None,
        "results": [(one, texts.unit(one.unit)) for one in selectors.results_of_run(found.id)],
    }
    return render(request, "qc/run.html", context, status=status)


def _controls_form(request: HttpRequest, found: RunView) -> ControlsForm | None:
    targets = selectors.targets_of(found)
    if targets is None:
        return None
    unit = texts.unit(targets.targets.unit)
    return ControlsForm(
        request.POST if request.method == "POST" else None, targets=targets.targets, unit=unit
    )
