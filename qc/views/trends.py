"""Pages of trends: one attribute over batches, with its limits."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from people.views import person_of
from qc import selectors
from qc.forms import texts
from qc.rules import charts
from qc.selectors import Trend
from qc.views.found import there
from qc.views.shared import drawn


@never_cache
@require_GET
@login_required
def trends(request: HttpRequest) -> HttpResponse:
    """Every attribute that can be drawn."""
    found = selectors.charted_criteria(timezone.now())
    shown = [(one, texts.limits(one.criterion)) for one in found]
    return render(request, "qc/trends.html", {"criteria": shown})


@never_cache
@require_GET
@login_required
def trend(request: HttpRequest, document: str, criterion: str) -> HttpResponse:
    """One attribute: its picture, and the same as a table, the newest first."""
    found = _trend(request, document, criterion)
    unit = texts.unit(found.charted.criterion.unit)
    rows = [
        (result, found.zones[result.subject.code], *texts.VERDICTS[result.verdict])
        for result in reversed(found.results)
    ]
    context = {"trend": found, "unit": unit, "limits": texts.limits(found.charted.criterion), "rows": rows}
    return render(request, "qc/trend.html", context)


@never_cache
@require_GET
@login_required
def chart(request: HttpRequest, document: str, criterion: str) -> HttpResponse:
    """The picture."""
    found = _trend(request, document, criterion)
    one = found.charted.criterion
    return drawn(charts.trend(one.title, texts.unit(one.unit), found.points, one.low, one.high))


def _trend(request: HttpRequest, document: str, criterion: str) -> Trend:
    found = selectors.trend(person_of(request), document, criterion, timezone.now())
    return there(found, "criterion_unknown")
