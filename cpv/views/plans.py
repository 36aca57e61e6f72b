"""Pages of plans: which are in effect, what each watches, and what it costs before it is switched on."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cpv import selectors
from cpv.forms import error_words, plan_words
from cpv.rules.programme.plan import KIND
from ledger.rules.errors import NotFound
from people.forms.documents import STATES
from people.rules.documents import DocumentState
from people.views import person_of
from people.views.documents import kinds_open_to


@never_cache
@require_GET
@login_required
def plans(request: HttpRequest) -> HttpResponse:
    """Every plan: those in effect first, then those on their way."""
    now = timezone.now()
    rows = [
        (
            row,
            plan_words.number(row.expected),
            STATES[row.document.state],
            row.draft and STATES[row.draft.state],
        )
        for row in selectors.plan_rows(now)
    ]
    return render(request, "cpv/plans.html", {"rows": rows, "kind": KIND, "may_write": _may_write(request)})


@never_cache
@require_GET
@login_required
def plan(request: HttpRequest, code: str, version: int | None = None) -> HttpResponse:
    """One version of a plan, a draft too: its parameters in words, and what it costs in a year."""
    now = timezone.now()
    page = selectors.plan_page(code, version, now)
    if page is None:
        raise NotFound("plan_unknown", str(error_words.ERRORS["plan_unknown"]))
    context = {
        "page": page,
        "document": page.document,
        "state": STATES[page.document.state],
        "is_effective": page.document.state is DocumentState.EFFECTIVE,
        "parameters": plan_words.parameters_shown(page.plan, page.charts, page.cost),
        "cost": plan_words.cost_shown(page.cost, page.plan),
        "choices": [plan_words.alternative_shown(it, page.plan) for it in page.alternatives],
        "versions": [(it, STATES[it.state]) for it in page.versions],
        "may_write": _may_write(request),
        "kind": KIND,
    }
    return render(request, "cpv/plan.html", context)


def _may_write(request: HttpRequest) -> bool:
    kinds = kinds_open_to(person_of(request), timezone.now())
    return any(kind.kind == KIND for kind in kinds)
