"""One chart: where it stands and why, its picture, its limits, what its numbers say, and every one of them."""

import csv
from io import StringIO
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cpv import selectors
from cpv.forms import beside_words, chart_table, description, pictures
from cpv.forms import standing as standings
from cpv.forms.looking import Looking, looking, part_of
from cpv.rules.programme.beside import Way
from cpv.rules.programme.looking import is_transformed
from cpv.rules.programme.plan import SourceKind
from cpv.selectors import ChartView
from cpv.views.addresses import addresses_of
from cpv.views.found import chart_of, looks_after, named, zones
from people.views import person_of
from qc.views.shared import CSV, file_response


@never_cache
@require_GET
@login_required
def chart(request: HttpRequest, code: str) -> HttpResponse:
    """One chart."""
    view, look, zone_of = chart_of(request, code), looking(request.GET), zones()
    now = timezone.now()
    part = part_of(view, look)
    context: dict[str, Any] = {
        **named(view),
        "standing": standings.standing(view, now),
        "picture": pictures.described(view, part),
        "spread": pictures.spread_described(view),
        "phases": chart_table.phases(view),
        "found": description.shown(view, selectors.description_of(view)),
        "rows": chart_table.rows(
            view, chart_table.newest_first(part, look.page), zone_of, addresses_of(code)
        ),
        "zone": zone_of.get(view.plan.document.site, "UTC"),
        "others": [
            (one, standings.stratum(view.parameter, one.stratum))
            for one in selectors.other_strata(person_of(request), view, now)
        ],
        "is_of_scans": view.parameter.source.kind is SourceKind.REFUSED_SCANS,
        "ways": [(way, beside_words.TITLES[way]) for way in Way],
        "may_propose": view.proposed is None and looks_after(request, [view.plan.document.site]),
        "may_exclude": looks_after(request, view.sites | {view.plan.document.site}),
        **_toggles(view, look, part.charted.values.size),
    }
    return render(request, "cpv/chart.html", context)


def _toggles(view: ChartView, look: Looking, points: int) -> dict[str, Any]:
    """What else can be looked at, as the ends of addresses, and what is looked at now."""
    names = [(n, view.limits[n - 1].version) for n in range(1, len(view.limits) + 1)]
    phases = [(n, version, look.query(phase=n)) for n, version in names]
    last = -(-points // chart_table.ON_A_PAGE)
    return {
        "look": look,
        "query": look.query(),
        "is_transformed": is_transformed(view.charted),
        "scale": pictures.unit(view, Looking(is_charted=True)),
        "as_measured": look.query(scale=None),
        "as_charted": look.query(scale="charted"),
        "with_ranges": look.query(ranges=1),
        "without_ranges": look.query(ranges=None),
        "all_phases": look.query(phase=None),
        "one_phase": phases,
        "before": look.query(phase=0) if view.charted.phases and view.charted.phases[0].start else "",
        "points": points,
        "pages": last,
        "newer": look.query(page=look.page - 1) if look.page > 1 else "",
        "older": look.query(page=look.page + 1) if look.page < last else "",
    }


@never_cache
@require_GET
@login_required
def download(request: HttpRequest, code: str) -> HttpResponse:
    """Every point as a file."""
    view = chart_of(request, code)
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(chart_table.COLUMNS)
    writer.writerows(chart_table.csv_rows(view))
    return file_response(text.getvalue(), CSV, f"{view.code}.csv")
