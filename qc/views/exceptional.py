"""The page of the dossier of an exceptional release: what is missing, its parts with their forms, the decision."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from people.views import person_of
from qc import selectors, services
from qc.forms.exceptional import (
    AcceptanceForm,
    ConsentForm,
    CriteriaForm,
    DecisionForm,
    DossierForm,
    NoticeForm,
    RequestForm,
    StatementForm,
    SupplyForm,
)
from qc.forms.pages import WritingForm
from qc.rules.exceptional import ExceptionalDossier, Part, against_part
from qc.rules.investigations import Who
from qc.selectors import DossierView
from qc.services import DossierAnswer
from qc.views import dossier_page
from qc.views.found import there
from qc.views.shared import attempt, doing, file_response, signing

_PARTS: dict[str, tuple[Part, type[DossierForm]]] = {
    "supply": (Part.CRITERIA, SupplyForm),
    "criteria": (Part.CRITERIA, CriteriaForm),
    "risk": (Part.RISK, StatementForm),
    "alternatives": (Part.ALTERNATIVES, StatementForm),
    "request": (Part.REQUEST, RequestForm),
    "acceptance": (Part.ACCEPTANCE, AcceptanceForm),
    "consent": (Part.CONSENT, ConsentForm),
    "notice": (Part.NOTICE, NoticeForm),
    "follow_up": (Part.FOLLOW_UP, StatementForm),
}
_SERVICES: dict[str, Callable[..., DossierAnswer]] = {
    "supply": services.change_supply,
    "criteria": services.name_criteria,
    "risk": services.write_risk,
    "alternatives": services.write_alternatives,
    "request": services.record_request,
    "acceptance": services.record_acceptance,
    "consent": services.record_consent,
    "notice": services.write_notice,
    "follow_up": services.follow_up_dossier,
}
DECISION, OPEN = "decision", "open"
WRITES = (*_PARTS, DECISION)


@never_cache
@require_GET
@login_required
def dossier(request: HttpRequest, code: str, dossier: str = "") -> HttpResponse:
    """The dossier of a batch: the newest, or one that was before it."""
    return _page(request, _view(request, code, dossier))


@never_cache
@require_GET
@login_required
def by_code(request: HttpRequest, dossier: str) -> HttpResponse:
    """Where work and notices about a dossier lead: its page, for whoever may see it."""
    kept = there(selectors.dossier(dossier), "dossier_unknown")
    _view(request, kept.batch, dossier)
    return redirect("qc:one_dossier", code=kept.batch, dossier=dossier)


@never_cache
@require_GET
@login_required
def file(request: HttpRequest, code: str, dossier: str, part: str) -> HttpResponse:
    """The file that shows the physician's request or acceptance."""
    view = _view(request, code, dossier)
    data = selectors.dossier_file(view.kept, part) if view.kept is not None else None
    return file_response(there(data, "dossier_unknown"), "application/pdf", f"{dossier}-{part}.pdf")


@never_cache
@require_POST
@login_required
def open_dossier(request: HttpRequest, code: str) -> HttpResponse:
    """Open a dossier of the batch."""
    view = _view(request, code)
    form = _opening(view, request)
    if form is None:
        return _page(request, view, status=422)
    status, answer = attempt(
        form,
        lambda: services.open_dossier(
            batch=view.batch.code, **doing(request, *_place(request, view), form), **form.asked()
        ),
    )
    if answer is not None:
        messages.success(request, _("The dossier is open."))
        return redirect("qc:dossier", code=view.batch.code)
    return _page(request, view, forms={OPEN: form}, status=status)


@never_cache
@sensitive_post_parameters("password")
@require_POST
@login_required
def write(request: HttpRequest, code: str, dossier: str, what: str) -> HttpResponse:
    """Write a part, or decide. A refusal is an answer: the page says all its reasons."""
    view = _view(request, code, dossier)
    form = _form(view, what, request)
    status, answer = attempt(form, lambda: _write(request, view, form, what))
    if answer is not None and answer.is_done:
        messages.success(request, _("Signed.") if what == DECISION else _("Written down."))
        return redirect("qc:dossier", code=view.batch.code)
    fresh = _view(request, code, dossier)
    if answer is not None:
        return _page(request, fresh, refused=answer)
    return _page(request, fresh, forms={what: form}, status=status)


def _write(request: HttpRequest, view: DossierView, form: WritingForm, what: str) -> DossierAnswer:
    dossier = view.kept.code if view.kept is not None else ""
    place, given = _place(request, view), form.cleaned_data
    if isinstance(form, DossierForm):
        return _SERVICES[what](dossier=dossier, **doing(request, *place, form), **form.asked())
    return services.decide_dossier(
        dossier=dossier,
        is_approved=given["verdict"] == "approve",
        reason=given["reason"],
        **signing(request, *place, form),
    )


def _place(request: HttpRequest, view: DossierView) -> tuple[str, str]:
    """The site that made the batch, or where the patient is treated: where the person is somebody; and its zone."""
    batch, treating = view.batch, view.treating
    is_here = bool(person_of(request).roles(batch.site, timezone.now()))
    return (batch.site, batch.zone) if is_here else (treating.code, treating.zone)


def _view(request: HttpRequest, code: str, dossier: str = "") -> DossierView:
    found = selectors.dossier_view(person_of(request), code, timezone.now(), dossier)
    return there(found, "dossier_unknown")


# --- forms ------------------------------------------------------------------------------------------------------------


def _opening(view: DossierView, request: HttpRequest | None = None) -> SupplyForm | None:
    """How the product is to be supplied; None where no law is laid down."""
    if view.region is None:
        return None
    data = request.POST if request is not None else None
    return SupplyForm(data, zone=view.batch.zone, kept=None, region=view.region, auto_id="open_%s")


def _form(view: DossierView, what: str, request: HttpRequest | None = None) -> WritingForm:
    """The form of a part, with what was sent or as it stands."""
    data, files = (request.POST, request.FILES) if request is not None else (None, None)
    auto_id = f"{what}_%s"
    if what == DECISION or view.kept is None:
        return DecisionForm(data, auto_id=auto_id)
    more: dict[str, Any] = {}
    if what == "supply":
        more["region"] = view.kept.region
    if what == "criteria":
        more["offered"] = [(it.criterion.code, it.criterion.title) for it in view.lines if it.is_failing]
    return _PARTS[what][1](data, files, zone=view.batch.zone, kept=view.kept, auto_id=auto_id, **more)


def _may_write(view: DossierView, value: ExceptionalDossier, what: str, who: Who) -> bool:
    """Whether to offer the form; the services judge for themselves."""
    if what == "criteria" and not view.facts.failing:
        return False
    part = Part.DECISION if what == DECISION else _PARTS[what][0]
    return not against_part(value, part, who)


def _page(
    request: HttpRequest,
    view: DossierView,
    *,
    forms: dict[str, Any] | None = None,
    refused: DossierAnswer | None = None,
    status: int = 200,
) -> HttpResponse:
    who, given = Who(person_of(request).user_id, view.roles), forms or {}
    offered: dict[str, WritingForm] = {}
    if view.lifting is not None:
        value = view.lifting.dossier
        offered = {
            what: given.get(what) or _form(view, what)
            for what in WRITES
            if _may_write(view, value, what, who)
        }
    opening = given.get(OPEN) or (_opening(view) if dossier_page.may_open(view) else None)
    # A form that was sent by somebody to whom it is not offered still says what was wrong.
    strays = [form for what, form in given.items() if what not in offered and form is not opening]
    context = {
        "view": view,
        "criteria": dossier_page.criteria_shown(view),
        "page": dossier_page.shown(view, offered, who, timezone.now()),
        "opening": opening,
        "errors": [error for form in strays for error in form.non_field_errors()],
        "refused": dossier_page.refusals(refused, view) if refused is not None else (),
        "zone": view.batch.zone,
    }
    return render(request, "qc/dossier.html", context, status=status)
