"""Proposing limits of a chart: looked at first, then written down as a draft that three people sign."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cpv import services
from cpv.forms import charts as forms
from cpv.forms import pictures
from cpv.forms.charts import LimitsForm
from cpv.rules.basis import LONG_TERM_FROM, PRELIMINARY_FROM, NotComputable
from cpv.rules.programme.limit_set import LimitSet
from cpv.selectors import ChartView
from cpv.services.limits import in_range, limits_from
from cpv.views.found import chart_of, looks_after, named, zones
from people.rules.documents import DocumentVersionView
from qc.views.shared import attempt, doing


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def propose(request: HttpRequest, code: str) -> HttpResponse:
    """Choose a baseline, look at the limits that it gives, propose them."""
    view = chart_of(request, code)
    form = LimitsForm(request.POST or None, initial=_start(view))
    status, seen = 200, None
    if request.method == "POST" and "propose" in request.POST:
        status, made = attempt(form, lambda: _propose(request, view, form))
        if made is not None:
            messages.success(
                request, _("The limits are written down. Sign them as their author to have them reviewed.")
            )
            return redirect("people:document", id=made.id)
    elif request.method == "POST":
        status, seen = attempt(form, lambda: _previewed(view, form))
    context: dict[str, Any] = {
        **named(view),
        "form": form,
        "offered": forms.offered(view.points),
        "seen": None if seen is None else forms.preview(seen, pictures.unit_of(view)),
        "may_propose": looks_after(request, [view.plan.document.site]),
        "least": PRELIMINARY_FROM,
        "enough": LONG_TERM_FROM,
    }
    return render(request, "cpv/limits_new.html", context, status=status)


def _start(view: ChartView) -> dict[str, str]:
    """From what the newest limits came on, if there are enough results since, else all."""
    since = view.charted.phases[-1].start if view.charted.phases else 0
    fresh = [point for point in view.points[since:] if point.value and not point.is_excluded]
    return {"first": fresh[0].subject} if since and len(fresh) >= LONG_TERM_FROM else {}


def _previewed(view: ChartView, form: LimitsForm) -> LimitSet:
    points = in_range(view.points, form.baseline())
    try:
        return limits_from(view, points, form.cleaned_data["justification"].strip())
    except NotComputable as error:
        raise forms.not_computable(error) from None


def _propose(request: HttpRequest, view: ChartView, form: LimitsForm) -> DocumentVersionView:
    site = view.plan.document.site
    about = {"baseline": form.baseline(), "justification": form.cleaned_data["justification"]}
    try:
        return services.propose_limits(chart=view.code, **about, **doing(request, site, zones()[site], form))
    except NotComputable as error:
        raise forms.not_computable(error) from None
