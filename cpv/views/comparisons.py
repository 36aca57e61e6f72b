"""Pages of comparisons before and after a change: the list, one with its plan, its results once they were opened."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cpv.forms import comparison_charts as charts
from cpv.forms import comparison_words as words
from cpv.forms import comparisons as shown
from cpv.forms.comparisons import OpenForm
from cpv.selectors import comparisons as selectors
from cpv.selectors.comparisons import ComparisonPage, ComparisonView
from cpv.services.comparisons import open_comparison
from ledger.rules.errors import NotFound
from people.rules.rights import Right
from people.views import person_of
from qc.rules.charts import Spec
from qc.views.shared import attempt, doing, drawn


@never_cache
@require_GET
@login_required
def comparisons(request: HttpRequest) -> HttpResponse:
    """Every comparison at the viewer's sites."""
    rows = selectors.visible_comparisons(person_of(request), timezone.now())
    listed = [(row, words.STANDINGS[row.standing]) for row in rows]
    return render(request, "cpv/comparisons.html", {"comparisons": listed})


@never_cache
@require_GET
@login_required
def comparison(request: HttpRequest, code: str) -> HttpResponse:
    """One comparison: plan, power, how much is there; its results for whoever has opened them."""
    return _page(request, _view(request, code))


@never_cache
@require_POST
@login_required
def opened(request: HttpRequest, code: str) -> HttpResponse:
    """Open a comparison, which is recorded."""
    view, form = _view(request, code), OpenForm(request.POST, auto_id="open_%s")
    status, answer = attempt(
        form,
        lambda: open_comparison(
            document=code,
            reason=form.cleaned_data["reason"],
            **doing(request, view.version.site, view.zone, form),
        ),
    )
    if answer is not None and answer.is_done:
        messages.success(request, _("You opened the comparison; that is on record."))
        return redirect("cpv:comparison", code=code)
    if answer is not None:
        form.take_refusals(answer.refusals)
    return _page(request, view, status=status, form=form)


@never_cache
@require_GET
@login_required
def chart(request: HttpRequest, code: str) -> HttpResponse:
    """The intervals of all tests beside their margins."""
    return _drawn(charts.intervals(_opened(request, code)))


@never_cache
@require_GET
@login_required
def lots_chart(request: HttpRequest, code: str, attribute: str) -> HttpResponse:
    """The lots of one attribute."""
    return _drawn(charts.lots(_opened(request, code), attribute))


def _page(
    request: HttpRequest, view: ComparisonView, *, status: int = 200, form: OpenForm | None = None
) -> HttpResponse:
    now, viewer = timezone.now(), person_of(request)
    page = selectors.comparison_page(view, viewer, now)
    may_open = (
        view.is_locked and viewer.may(Right.OPEN_COMPARISON, view.version.site, now) and view.data.after > 0
    )
    context: dict[str, Any] = {
        "page": page,
        "view": view,
        "plan": view.plan,
        "standing": words.STANDINGS[view.standing],
        "parted_by": words.PARTED_BY[view.plan.parting.by],
        "planned": shown.planned_lines(page),
        "together": shown.together_shown(page),
        "lines": shown.lines_shown(page),
        "whole": None if page.result is None else words.WHOLES[page.result.whole],
        "has_intervals": charts.has_intervals(page.result),
        "shape": "" if view.plan.monitoring is None else words.SHAPES[view.plan.monitoring.shape],
        "looks": shown.looks_shown(view),
        "form": OpenForm(auto_id="open_%s") if form is None and may_open and page.look is None else form,
    }
    return render(request, "cpv/comparison.html", context, status=status)


def _opened(request: HttpRequest, code: str) -> ComparisonPage:
    """The page of a comparison; its pictures are not there for whoever has not opened it."""
    return selectors.comparison_page(_view(request, code), person_of(request), timezone.now())


def _drawn(spec: Spec | None) -> HttpResponse:
    if spec is None:
        raise _unknown()
    return drawn(spec)


def _view(request: HttpRequest, code: str) -> ComparisonView:
    found = selectors.visible_comparison(person_of(request), code, timezone.now())
    if found is None:
        raise _unknown()
    return found


def _unknown() -> NotFound:
    return NotFound(
        "comparison_unknown", _("There is no such comparison, or it is not yours to see, or not opened yet.")
    )
