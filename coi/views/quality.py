"""Holds, deviations and near misses."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coi import services
from coi.forms.answers import render_refusals
from coi.forms.pages import AssignForm, CloseDeviationForm, PlaceHoldForm, ReleaseHoldForm
from coi.forms.texts import in_words
from coi.rules.deviations import Cause, DeviationOutcome
from coi.selectors import quality
from coi.selectors.quality import DeviationView
from coi.views.asking import attempt, doing
from ledger.rules.errors import NotFound
from people.rules.rights import Right
from people.views import person_of
from people.views.signing import credential_of


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def holds(request: HttpRequest) -> HttpResponse:
    """Containers on hold; a form to place one."""
    viewer, now = person_of(request), timezone.now()
    form = PlaceHoldForm(request.POST or None, initial={"container": request.GET.get("container", "")})
    status = 200
    if request.method == "POST":
        status = _place(request, form) if form.is_valid() else 422
        if status == 200:
            messages.success(request, _("The hold was placed."))
            return redirect("coi:holds")
    only_open = request.GET.get("all") != "1"
    context = {
        "rows": quality.holds(viewer, now, only_open=only_open),
        "only_open": only_open,
        "form": form,
        "may_hold": bool(viewer.sites_of(Right.PLACE_HOLD, now)),
        "quality_sites": viewer.sites_of(Right.RELEASE_HOLD, now),
        "now": now,
    }
    return render(request, "coi/holds.html", context, status=status)


def _place(request: HttpRequest, form: PlaceHoldForm) -> int:
    asked, viewer, now = form.cleaned_data, person_of(request), timezone.now()
    site = next(iter(sorted(viewer.sites_of(Right.PLACE_HOLD, now))), "")
    return attempt(
        form,
        lambda: services.place_hold(
            container=asked["container"].strip(),
            reason_code=asked["reason"],
            text=asked["text"],
            **doing(request, form, site),
        ),
    )


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def release_hold(request: HttpRequest, id: UUID) -> HttpResponse:
    """End a hold that belongs to no deviation."""
    viewer, now = person_of(request), timezone.now()
    row = next((hold for hold in quality.holds(viewer, now) if hold.id == id), None)
    if row is None:
        with in_words():
            raise NotFound("hold_unknown")
    form, status = ReleaseHoldForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            text = form.cleaned_data["text"]
            about = doing(request, form, row.custodian)
            status = attempt(form, lambda: services.release_hold(hold=id, text=text, **about))
        if status == 200:
            messages.success(request, _("The hold was released."))
            return redirect("coi:holds")
    return render(request, "coi/hold_release.html", {"hold": row, "form": form}, status=status)


@never_cache
@require_GET
@login_required
def deviations(request: HttpRequest) -> HttpResponse:
    """Deviations, by when they are due."""
    only_open = request.GET.get("all") != "1"
    now = timezone.now()
    rows = quality.deviations(person_of(request), now, only_open=only_open)
    return render(request, "coi/deviations.html", {"rows": rows, "only_open": only_open, "now": now})


@never_cache
@require_GET
@login_required
def deviation(request: HttpRequest, code: str) -> HttpResponse:
    """One deviation: what happened, what it holds, and the forms to assign and to close it."""
    return _deviation_page(request, code)


@never_cache
@require_POST
@login_required
def assign(request: HttpRequest, code: str) -> HttpResponse:
    """Give a deviation its owner."""
    shown = _shown(request, code)
    form = AssignForm(request.POST, owners=shown.owners)
    if not form.is_valid():
        return _deviation_page(request, code, assign_form=form, status=422)
    owner = form.cleaned_data["owner"]
    about = doing(request, form, shown.row.site)
    name = dict(shown.owners)[owner]
    status = attempt(
        form, lambda: services.assign_deviation(code=code, owner_id=owner, owner_name=name, **about)
    )
    if status != 200:
        return _deviation_page(request, code, assign_form=form, status=status)
    messages.success(request, _("The deviation has an owner."))
    return redirect("coi:deviation", code)


@never_cache
@require_POST
@login_required
@sensitive_post_parameters("password")
def close(request: HttpRequest, code: str) -> HttpResponse:
    """Close a deviation with cause, disposition and signature."""
    shown = _shown(request, code)
    form = CloseDeviationForm(request.POST)
    if not form.is_valid():
        return _deviation_page(request, code, close_form=form, status=422)
    asked, about = form.cleaned_data, doing(request, form, shown.row.site)
    status = attempt(
        form,
        lambda: services.close_deviation(
            code=code,
            cause=Cause(asked["cause"]),
            cause_text=asked["cause_text"],
            outcome=DeviationOutcome(asked["outcome"]),
            outcome_text=asked["outcome_text"],
            credential=credential_of(request, asked),
            **about,
        ),
    )
    if status != 200:
        return _deviation_page(request, code, close_form=form, status=status)
    messages.success(request, _("The deviation is closed and signed."))
    return redirect("coi:deviation", code)


def _shown(request: HttpRequest, code: str) -> DeviationView:
    with in_words():
        return quality.deviation(person_of(request), code, timezone.now())


def _deviation_page(
    request: HttpRequest,
    code: str,
    *,
    assign_form: AssignForm | None = None,
    close_form: CloseDeviationForm | None = None,
    status: int = 200,
) -> HttpResponse:
    shown, viewer = _shown(request, code), person_of(request)
    context = {
        "deviation": shown,
        "refusals": render_refusals(shown.refusals, shown.row.zone, shown.titles),
        "assign_form": assign_form or AssignForm(owners=shown.owners),
        "close_form": close_form or CloseDeviationForm(),
        "may_decide": viewer.may(Right.CLOSE_DEVIATION, shown.row.site, timezone.now()),
        "request_id": uuid4(),
        "now": timezone.now(),
    }
    return render(request, "coi/deviation.html", context, status=status)


@never_cache
@require_GET
@login_required
def near_misses(request: HttpRequest) -> HttpResponse:
    """Scans that were stopped and would have been mix-ups."""
    now = timezone.now()
    rows = quality.near_misses(person_of(request), now)
    return render(request, "coi/near_misses.html", {"rows": rows, "now": now})
