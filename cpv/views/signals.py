"""Pages of signals: what waits for an answer, one signal with all that is known of it, taking it on, closing it."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cpv import selectors, services
from cpv.forms import error_words
from cpv.forms.signals import AnswerForm, CloseForm
from cpv.rules.programme.answering import Decision, SignalRefusal, SignalState
from cpv.rules.programme.points import SignalView
from cpv.views.found import zones
from cpv.views.signal_shown import SignalRow, SignalShown, shown_on_its_page
from ledger.rules.errors import NotFound
from people.rules.rights import Right
from people.views import person_of
from qc.views.found import zone_of
from qc.views.shared import attempt, doing

# So long a signal that was closed stays in the list.
LATELY = timedelta(days=90)


@never_cache
@require_GET
@login_required
def signals(request: HttpRequest) -> HttpResponse:
    """What waits for an answer at the viewer's sites, theirs first; and what was closed lately."""
    viewer, now = person_of(request), timezone.now()
    known, zone_of_site = {plan.code: plan for plan in selectors.effective_plans(now)}, zones()

    def row(one: SignalView) -> SignalRow:
        plan = known.get(one.plan)
        parameter = plan.plan.parameter(one.parameter) if plan is not None else None
        return SignalRow(one, parameter, zone_of_site.get(one.site, "UTC"), viewer, now)

    found = [row(one) for one in selectors.signals_open_to(viewer, now)]
    closed = selectors.signals_answered(viewer, now, now - LATELY)
    context = {
        "open": sorted(found, key=lambda it: not it.is_mine),
        "overdue": sum(it.is_overdue for it in found),
        "closed": [row(one) for one in closed],
        "days": LATELY.days,
        "is_cut": len(found) >= selectors.MOST,
    }
    return render(request, "cpv/signals.html", context)


@never_cache
@require_GET
@login_required
def signal(request: HttpRequest, id: UUID) -> HttpResponse:
    """One signal: what it says, its picture, who answers for it until when, what was done, what to do next."""
    return _page(request, _found(request, id))


@never_cache
@require_POST
@login_required
def acknowledge(request: HttpRequest, id: UUID) -> HttpResponse:
    """Take a signal on."""
    found, form = _found(request, id), AnswerForm(request.POST, auto_id="take_%s")
    return _answered(
        request,
        found,
        form,
        lambda: services.acknowledge_signal(signal=id, **_doing(request, found, form)),
        _("This signal is yours now. Look into it, and close it when you know what it was."),
    )


@never_cache
@require_POST
@login_required
def close(request: HttpRequest, id: UUID) -> HttpResponse:
    """Close a signal. A refusal is an answer: the page says its reasons, and keeps what was written."""
    found, form = _found(request, id), CloseForm(request.POST, auto_id="close_%s")
    return _answered(
        request,
        found,
        form,
        lambda: services.close_signal(
            signal=id,
            decision=Decision(form.cleaned_data["decision"]),
            cause=form.cleaned_data["cause"],
            deviation=form.cleaned_data["deviation"],
            **_doing(request, found, form),
        ),
        _("The signal is closed. The chart keeps it in view with your answer."),
    )


def _answered(
    request: HttpRequest,
    found: SignalView,
    form: AnswerForm,
    act: Callable[[], tuple[SignalRefusal, ...]],
    said: str,
) -> HttpResponse:
    status, refused = attempt(form, act)
    if refused is not None and not refused:
        messages.success(request, said)
        return redirect("cpv:signal", id=found.id)
    if refused:
        form.take_refusals(refused)
    return _page(request, _found(request, UUID(found.id)), form, refused or (), status=status)


def _doing(request: HttpRequest, found: SignalView, form: AnswerForm) -> dict[str, Any]:
    return doing(request, found.site, zone_of(found.site), form)


def _found(request: HttpRequest, id: UUID) -> SignalView:
    found = selectors.visible_signal(person_of(request), id, timezone.now())
    if found is None:
        raise NotFound("signal_unknown", str(error_words.ERRORS["signal_unknown"]))
    return found


def _page(
    request: HttpRequest,
    found: SignalView,
    failed: AnswerForm | None = None,
    refused: Sequence[SignalRefusal] = (),
    *,
    status: int = 200,
) -> HttpResponse:
    viewer, now = person_of(request), timezone.now()
    shown = shown_on_its_page(found, zone_of(found.site), viewer, now)
    may_answer = not viewer.sites_of(Right.CLOSE_SIGNAL, now).isdisjoint(
        selectors.answering_sites(found, now)
    )
    forms = _forms(shown, failed) if may_answer else {}
    context = {
        "shown": shown,
        "it": found,
        "zone": shown.zone,
        "forms": forms,
        "may_answer": may_answer,
        # what was refused and has no form any more, since somebody else was faster
        "refused": [shown.refusal(code) for code in refused]
        if failed and failed not in forms.values()
        else (),
    }
    return render(request, "cpv/signal.html", context, status=status)


def _forms(shown: SignalShown, failed: AnswerForm | None) -> dict[str, AnswerForm]:
    """The form of the reader's next step; the one that was just refused says why and holds what was written."""
    if shown.signal.state is SignalState.RAISED:
        return {"take": failed or AnswerForm(auto_id="take_%s")}
    if shown.signal.state is SignalState.ACKNOWLEDGED and shown.is_mine:
        is_close = isinstance(failed, CloseForm)
        return {"close": failed if failed and is_close else CloseForm(auto_id="close_%s")}
    return {}
