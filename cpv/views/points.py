"""One point of a chart: what it is, and whether it takes part."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cpv import services
from cpv.forms import chart_table
from cpv.forms.charts import ReasonForm
from cpv.forms.error_words import ERRORS
from cpv.rules.programme.points import PointView
from cpv.selectors import ChartView
from cpv.views.addresses import addresses_of
from cpv.views.found import chart_of, looks_after, named, zones
from ledger.rules.errors import NotFound
from qc.views.shared import attempt, doing


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def point(request: HttpRequest, code: str, id: UUID) -> HttpResponse:
    """Look at a point; leave it out, or take it in again."""
    view, zone_of = chart_of(request, code), zones()
    place, found = _found(view, str(id))
    form = ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status, done = attempt(form, lambda: _change(request, found, form, zone_of[found.site]))
        if done is not None:
            messages.success(request, done)
            return redirect("cpv:chart", code=view.code)
    context = {
        **named(view),
        "row": chart_table.rows(view, [place], zone_of, addresses_of(code))[0],
        "number": place + 1,
        "form": form,
        "may_exclude": looks_after(request, [found.site, view.plan.document.site]),
    }
    return render(request, "cpv/point.html", context, status=status)


def _found(view: ChartView, id: str) -> tuple[int, PointView]:
    for place, found in enumerate(view.points):
        if found.id == id:
            return place, found
    raise NotFound("point_unknown", str(ERRORS["point_unknown"]))


def _change(request: HttpRequest, found: PointView, form: ReasonForm, zone: str) -> str:
    about = {"observation": UUID(found.id), "reason": form.cleaned_data["reason"]}
    if "include" in request.POST:
        services.include_point(**about, **doing(request, found.site, zone, form))
        return _("The point takes part again. The chart was judged anew.")
    services.exclude_point(**about, **doing(request, found.site, zone, form))
    return _("The point is left out, and stays in view. The chart was judged anew.")
