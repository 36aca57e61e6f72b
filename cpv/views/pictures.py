"""The pictures of a chart: as descriptions for browsers that draw, and drawn for those that do not."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cpv import selectors
from cpv.forms import pictures
from cpv.forms.looking import looking
from cpv.views.addresses import addresses_of
from cpv.views.found import chart_of, zones
from qc.rules.charts import Spec
from qc.views.shared import drawn


@never_cache
@require_GET
@login_required
def control(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The control chart."""
    view, look = chart_of(request, code), looking(request.GET)
    address = addresses_of(code).of_batch
    is_json = form == "json"
    return picture_of(pictures.control(view, look, zones(), address, is_interactive=is_json), form)


@never_cache
@require_GET
@login_required
def ranges(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The moving range."""
    return picture_of(pictures.ranges(chart_of(request, code), looking(request.GET)), form)


@never_cache
@require_GET
@login_required
def spread(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The histogram, of what the numbers of the page are reckoned from."""
    view = chart_of(request, code)
    found = selectors.description_of(view)
    return picture_of(pictures.spread(view, found), form)


def picture_of(spec: Spec, form: str) -> HttpResponse:
    """As a description for a browser that draws, or drawn."""
    return JsonResponse(spec) if form == "json" else drawn(spec)
