"""A chart beside the raw one: what patients bring, or what neighbours share, taken away."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cpv import selectors
from cpv.forms import beside_words, pictures, words
from cpv.forms.standing import stratum
from cpv.rules.basis import NotComputable
from cpv.rules.programme.beside import Beside, Way, beside
from cpv.selectors import ChartView
from cpv.views.found import chart_of, zones
from qc.services.charts import draw_chart


@never_cache
@require_GET
@login_required
def page(request: HttpRequest, code: str, way: Way) -> HttpResponse:
    """The chart, what it was fitted to, and what it means."""
    view = chart_of(request, code)
    context: dict[str, Any] = {
        "view": view,
        "title": view.parameter.title,
        "stratum": stratum(view.parameter, view.stratum),
        "way": way,
        "ways": [(one, beside_words.TITLES[one], one is way) for one in Way],
        "heading": beside_words.TITLES[way],
        "meaning": beside_words.MEANINGS[way],
    }
    try:
        found = _beside(view, way)
    except NotComputable as reason:
        why = words.WHYS.get(reason.why, reason.why)
        return render(request, "cpv/beside.html", context | {"why": why, "about": reason.about})
    context |= {"found": found, "picture": pictures.beside_described(view, found)}
    context["signals"] = [view.points[one.index] for one in found.charted.signals]
    context["notes"] = [words.NOTES[note] for note in found.notes if note in words.NOTES]
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
    if form == "json":
        return JsonResponse(spec)
    return HttpResponse(draw_chart(spec), content_type="image/svg+xml")


def _beside(view: ChartView, way: Way) -> Beside:
    covariates = selectors.covariates_of(view) if way is Way.ADJUSTED else {}
    return beside(way, view.parameter, view.charted, covariates)
