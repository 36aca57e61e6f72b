"""A chart beside the raw one: what patients bring, or what neighbours share, taken away."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cpv import selectors
from cpv.forms import beside_words, pictures, words
from cpv.forms.chart_table import told
from cpv.rules.basis import NotComputable
from cpv.rules.programme.beside import Beside, Way, beside
from cpv.selectors import ChartView
from cpv.views.found import chart_of, named, zones
from cpv.views.pictures import picture_of


@never_cache
@require_GET
@login_required
def page(request: HttpRequest, code: str, way: Way) -> HttpResponse:
    """The chart, what it was fitted to, and what it means."""
    view = chart_of(request, code)
    context: dict[str, Any] = {
        **named(view),
        "way": way,
        "ways": [(one, beside_words.TITLES[one], one is way) for one in Way],
        "heading": beside_words.TITLES[way],
        "meaning": beside_words.MEANINGS[way],
    }
    try:
        found = _beside(view, way)
    except NotComputable as reason:
        return render(request, "cpv/beside.html", context | {"why": _why(view, way, reason)})
    context |= {"found": found, "picture": pictures.beside_described(view, found)}
    context["signals"] = [view.points[one.index] for one in found.charted.signals]
    context["notes"] = told(found.notes)
    return render(request, "cpv/beside.html", context)


@never_cache
@require_GET
@login_required
def picture(request: HttpRequest, code: str, way: Way, form: str) -> HttpResponse:
    """The picture. Where there is none, the page says why; here it is not found."""
    view = chart_of(request, code)
    try:
        spec = pictures.beside(view, _beside(view, way), zones(), is_interactive=form == "json")
    except NotComputable:
        return HttpResponse(status=404)
    return picture_of(spec, form)


def _why(view: ChartView, way: Way, reason: NotComputable) -> str:
    """Why there is no such chart; of the names that a reason may have, a parameter's alone says something to people."""
    codes = view.parameter.covariates
    if way is Way.ADJUSTED and not codes:
        return str(beside_words.NO_COVARIATES)
    said = str(words.why(reason.why))
    titles = {one.title for one in view.plan.plan.parameters if one.code in codes}
    return f"{reason.about}: {said}" if reason.about in titles else said


def _beside(view: ChartView, way: Way) -> Beside:
    covariates = selectors.covariates_of(view) if way is Way.ADJUSTED else {}
    return beside(way, view.parameter, view.charted, covariates)
