"""The pictures of a worksheet: as descriptions for browsers that draw, and drawn for those that do not."""

from collections.abc import Callable, Mapping

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from fmea.forms import pictures
from fmea.forms.addresses import picture_addresses
from fmea.forms.pictures import Picture, Shown
from fmea.rules.actions import all_before_after
from fmea.rules.pictures import When
from fmea.rules.worksheet import Worksheet
from fmea.views.found import unknown, whole_of
from qc.rules.charts import Spec
from qc.services.charts import draw_chart

NAMES = ("matrix", "pareto", "acted")


def when_of(request: HttpRequest) -> When:
    """Whose ratings are asked for: those of the rows, unless those after actions are."""
    return When.AFTER if request.GET.get("when") == When.AFTER else When.BEFORE


def picture(worksheet: Worksheet, name: str, when: When, shown: Shown) -> Picture:
    """One of the pictures by its name."""
    lines = all_before_after(worksheet)
    drawn: Mapping[str, Callable[[], Picture]] = {
        "matrix": lambda: pictures.matrix(lines, worksheet.priorities, when, shown),
        "pareto": lambda: pictures.pareto(lines, when, shown),
        "acted": lambda: pictures.acted(lines, shown),
    }
    return drawn[name]()


@never_cache
@require_GET
@login_required
def drawn(request: HttpRequest, code: str, name: str, form: str) -> HttpResponse:
    """One picture of the whole worksheet."""
    worksheet = whole_of(request, code).worksheet
    if worksheet is None:
        raise unknown("worksheet_unknown")
    is_json = form == "json"
    shown = Shown(picture_addresses(code), is_interactive=is_json)
    return answer(picture(worksheet, name, when_of(request), shown).spec, form)


def answer(spec: Spec, form: str) -> HttpResponse:
    """A specification as it is, or drawn."""
    if form == "json":
        return JsonResponse(spec)
    return HttpResponse(draw_chart(spec), content_type="image/svg+xml")
