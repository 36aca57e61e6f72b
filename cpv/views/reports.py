"""Reports: those that were drawn with their files, the form for the next, and where the symbol of one leads."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from cpv import selectors, services
from cpv.forms.reports import ReportForm, shown
from cpv.rules.programme.report_content import SHORT
from cpv.rules.programme.report_state import ReportState, last_quarter, last_year
from cpv.selectors import PlanView, ReportView
from cpv.views.found import zones
from ledger.rules.errors import NotFound
from people.rules.rights import Right
from people.views import person_of
from qc.views.shared import attempt, doing, file_response

_YEAR = "year"


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def reports(request: HttpRequest) -> HttpResponse:
    """Every report on the plans of the viewer's sites; one more is asked for. Its list alone for htmx."""
    if getattr(request, "htmx", False) and request.method == "GET":
        return render(request, "cpv/_reports.html", _listed(request))
    plans = _plans(request)
    form = ReportForm(request.POST or None, plans=plans, initial=_start(request, plans))
    status = 200
    if request.method == "POST":
        status, asked = attempt(form, lambda: _ask(request, form, plans))
        if asked is not None:
            messages.success(request, _("The report is being drawn. It comes to the list below."))
            return redirect("cpv:reports")
    context = {
        **_listed(request),
        "form": form,
        "may_ask": bool(plans),
        "has_plan": bool(selectors.effective_plans(timezone.now())),
        "is_year": request.GET.get("period") == _YEAR,
    }
    return render(request, "cpv/reports.html", context, status=status)


@never_cache
@require_GET
@login_required
def report(request: HttpRequest, id: UUID) -> HttpResponse:
    """One report; where its Data Matrix leads: whether the paper is what was drawn here. The record alone for htmx."""
    found = _found(request, id)
    if getattr(request, "htmx", False):
        return render(request, "cpv/_report.html", {"one": shown(found)})
    digest = request.GET.get("d", "")
    is_same = len(digest) == SHORT and found.digest.startswith(digest)
    context = {"one": shown(found), "is_asked": "d" in request.GET, "is_same": is_same}
    return render(request, "cpv/report.html", context)


@never_cache
@require_GET
@login_required
def file(request: HttpRequest, id: UUID, form: str) -> HttpResponse:
    """The very bytes that were drawn."""
    found = _found(request, id)
    data = selectors.report_file(found, form)
    if data is None:
        raise _unknown()
    one = shown(found)
    return file_response(data, services.MEDIA_TYPES[form], f"{found.plan}-{one.first}-{one.last}.{form}")


def _sites_of(request: HttpRequest, right: Right) -> frozenset[str]:
    """The sites at which the right is the viewer's."""
    return person_of(request).sites_of(right, timezone.now())


def _plans(request: HttpRequest) -> list[PlanView]:
    own = _sites_of(request, Right.DRAW_REPORT)
    return [one for one in selectors.effective_plans(timezone.now()) if one.document.site in own]


def _listed(request: HttpRequest) -> dict[str, object]:
    found = selectors.reports(_sites_of(request, Right.READ_REPORTS))
    is_waiting = any(one.state is ReportState.ASKED for one in found)
    return {"reports": [shown(one) for one in found], "is_waiting": is_waiting}


def _start(request: HttpRequest, plans: list[PlanView]) -> dict[str, object]:
    """The quarter that is over, or the year where that was asked for."""
    today = timezone.now().date()
    days = last_year(today) if request.GET.get("period") == _YEAR else last_quarter(today)
    wanted = request.GET.get("plan", "")
    chosen = wanted if wanted in {one.code for one in plans} else (plans[0].code if plans else "")
    return {"plan": chosen, "first": days.first, "last": days.last}


def _ask(request: HttpRequest, form: ReportForm, plans: list[PlanView]) -> UUID:
    plan = next(one for one in plans if one.code == form.cleaned_data["plan"])
    zone = zones()[plan.document.site]
    since, until = form.days().between(zone)
    about = doing(request, plan.document.site, zone, form)
    return services.draw_report(plan=plan.code, since=since, until=until, **about)


def _found(request: HttpRequest, id: UUID) -> ReportView:
    found = selectors.report(id)
    if found is None or found.site not in _sites_of(request, Right.READ_REPORTS):
        raise _unknown()
    return found


def _unknown() -> NotFound:
    return NotFound("report_unknown", _("There is no such report, or it is not yours to see."))
