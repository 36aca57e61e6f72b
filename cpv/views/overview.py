"""The list of charts: is the process in control, and where not."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cpv import selectors
from cpv.forms import overview as shown
from cpv.forms.overview import OverviewFilter
from cpv.rules.programme.plan import KIND
from cpv.rules.programme.sparkline import HEIGHT, WIDTH
from cpv.views.found import zones
from people.rules.rights import Right
from people.views import person_of


@never_cache
@require_GET
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Every chart that is the viewer's to see, the most urgent first."""
    viewer, now = person_of(request), timezone.now()
    rows = selectors.overview(viewer, now)
    form = OverviewFilter(request.GET)
    form.offer(rows)
    wanted = form.wanted()
    found, others = shown.chosen(rows, wanted), shown.chosen(rows, wanted, with_state=False)
    page = Paginator(found, shown.ON_A_PAGE).get_page(wanted.get("page"))
    kept = {name: value for name, value in wanted.items() if name != "page"}
    context = {
        "form": form,
        "sentence": shown.sentence(rows) if rows else "",
        "is_signalling": any(row.counted.signals for row in rows),
        "rows": shown.shown(list(page), zones()),
        "page": page,
        "tallies": shown.tallies(others),
        "total": len(others),
        "state": wanted.get("state", ""),
        "without_state": urlencode({name: value for name, value in kept.items() if name != "state"}),
        "with_all": urlencode(kept),
        "has_plan": bool(rows) or bool(selectors.effective_plans(now)),
        "may_plan": bool(viewer.sites_of(Right.WRITE_PLAN, now)),
        "plan_kind": KIND,
        "width": WIDTH,
        "height": HEIGHT,
    }
    return render(request, "cpv/overview.html", context)
