"""Refused scans as shares of all scans of a week, beside the chart of their percentages."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cpv import selectors
from cpv.forms import numbers, pictures, words
from cpv.rules.basis import NotComputable
from cpv.rules.programme.plan import SourceKind
from cpv.rules.programme.shares import Shares, shares
from cpv.selectors import ChartView
from cpv.views.found import chart_of, named, zones
from cpv.views.pictures import picture_of
from ledger.rules.errors import NotFound

# As far back as weeks are counted.
BACK = timedelta(days=400)


@never_cache
@require_GET
@login_required
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The weeks as a picture and as a table, the newest first."""
    view = _chart_of(request, code)
    context = {**named(view), "heading": _("By how many scans there were")}
    try:
        found = _shares(view)
    except NotComputable as reason:
        return render(request, "cpv/shares.html", context | {"why": words.why(reason.why)})
    context |= {"found": found, "rows": _rows(found)}
    return render(request, "cpv/shares.html", context)


def _rows(found: Shares) -> list[dict[str, Any]]:
    """The weeks, the newest first, in words."""
    chart = found.chart
    return [
        {
            "week": week,
            "share": numbers.share(week.refused / week.scans),
            "limits": [_("none") if limit is None else numbers.share(limit) for limit in chart.limits_at(n)],
            "is_beyond": bool(chart.beyond[n]),
        }
        for n, week in reversed(list(enumerate(found.weeks)))
    ]


@never_cache
@require_GET
@login_required
def picture(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The picture. Where there is none, the page says why; here it is not found."""
    try:
        spec = pictures.shares(_shares(_chart_of(request, code)), is_interactive=form == "json")
    except NotComputable:
        return HttpResponse(status=404)
    return picture_of(spec, form)


def _chart_of(request: HttpRequest, code: str) -> ChartView:
    view = chart_of(request, code)
    if view.parameter.source.kind is not SourceKind.REFUSED_SCANS:
        raise NotFound("chart_unknown", _("This chart is not one of refused scans."))
    return view


def _shares(view: ChartView) -> Shares:
    """Of the site of the chart; one that parts no sites counts all of them."""
    now, sites = timezone.now(), list(view.stratum) or list(zones())
    return shares(selectors.scans_of_weeks(sites, now - BACK, now), now)
