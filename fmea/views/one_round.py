"""The page of one round: score blind, show the scores, agree, sign; or give it up. A refusal is an answer."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from fmea import services
from fmea.forms.scoring import (
    NOT_RATED,
    AbandonForm,
    AgreeForm,
    AnswerForm,
    ScoreForm,
    SealedForm,
    TeamForm,
)
from fmea.rules.scales import ScaleKind
from fmea.rules.team import BlindScore, Consensus, TeamRefusal, outside_spread
from fmea.selectors.scoring import scoring_round
from fmea.views.found import sheet_of, unknown
from fmea.views.round_shown import RoundShown, lead_names
from people.views import person_of
from qc.views.found import zone_of
from qc.views.shared import attempt, doing, signing

Act = Callable[[], tuple[TeamRefusal, ...]]


@never_cache
@require_GET
@login_required
def page(request: HttpRequest, code: str, id: UUID) -> HttpResponse:
    """One round, and the step that is the reader's to do."""
    return _page(request, _found(request, code, id))


@never_cache
@require_POST
@login_required
def score(request: HttpRequest, code: str, id: UUID) -> HttpResponse:
    """Hand in a blind score."""
    found = _found(request, code, id)
    form = ScoreForm(found.scales, request.POST, auto_id="score_%s")

    def act() -> tuple[TeamRefusal, ...]:
        said = {"ratings": form.ratings, "why": form.cleaned_data["why"]}
        return services.hand_in_score(id=id, **said, **_doing(request, found, form))

    told = _("Your score is handed in. Nobody sees it before the lead shows all of them.")
    return _answered(request, found, ("score", form), act, told)


@never_cache
@require_POST
@login_required
def open_scores(request: HttpRequest, code: str, id: UUID) -> HttpResponse:
    """Show all scores to the team, for good."""
    found, form = _found(request, code, id), TeamForm(request.POST, auto_id="open_%s")

    def act() -> tuple[TeamRefusal, ...]:
        return services.open_scores(id=id, **_doing(request, found, form))

    return _answered(request, found, ("open", form), act, _("All scores are shown. Talk, then agree."))


@never_cache
@require_POST
@login_required
def agree(request: HttpRequest, code: str, id: UUID) -> HttpResponse:
    """Write down what the team agrees on; what nobody had given is asked for twice."""
    found = _found(request, code, id)
    form = AgreeForm(found.scales, request.POST, auto_id="agree_%s")
    if form.is_valid() and not form.cleaned_data["is_meant"]:
        outside = outside_spread(found.view.round, form.ratings)
        if outside:
            form.ask(outside)
            return _page(request, found, ("agree", form), status=422)

    def act() -> tuple[TeamRefusal, ...]:
        said = {"ratings": form.ratings, "why": form.cleaned_data["why"]}
        return services.agree_on_scores(id=id, **said, **_doing(request, found, form))

    told = _("Written down. Each of the team now signs it, or signs why not.")
    return _answered(request, found, ("agree", form), act, told)


@never_cache
@sensitive_post_parameters("password")
@require_POST
@login_required
def answer(request: HttpRequest, code: str, id: UUID) -> HttpResponse:
    """Sign what was agreed on, or why one does not agree."""
    found, form = _found(request, code, id), AnswerForm(request.POST, auto_id="answer_%s")

    def act() -> tuple[TeamRefusal, ...]:
        is_dissent = form.cleaned_data["answer"] == "dissent"
        said = {
            "dissent": form.cleaned_data["dissent"] if is_dissent else "",
            "seen": form.cleaned_data["seen"],
        }
        return services.answer_consensus(id=id, **said, **signing(request, found.view.site, found.zone, form))

    return _answered(request, found, ("answer", form), act, _("Signed."))


@never_cache
@require_POST
@login_required
def abandon(request: HttpRequest, code: str, id: UUID) -> HttpResponse:
    """Give the round up."""
    found, form = _found(request, code, id), AbandonForm(request.POST, auto_id="abandon_%s")

    def act() -> tuple[TeamRefusal, ...]:
        reason = form.cleaned_data["reason"]
        return services.abandon_round(id=id, reason=reason, **_doing(request, found, form))

    return _answered(
        request, found, ("abandon", form), act, _("The round is given up; the sheet stays as it is.")
    )


def _answered(
    request: HttpRequest, found: RoundShown, sent: tuple[str, TeamForm], act: Act, told: str
) -> HttpResponse:
    status, refused = attempt(sent[1], act)
    if refused is not None and not refused:
        messages.success(request, told)
        return redirect("fmea:round", code=found.view.worksheet, id=found.view.id)
    if refused:
        sent[1].take_refusals(refused)
    again = _found(request, found.view.worksheet, found.view.id)
    if isinstance(sent[1], SealedForm):
        sent[1].read_again(again.digest)
    return _page(request, again, sent, status=status)


def _found(request: HttpRequest, code: str, id: UUID) -> RoundShown:
    sheet, view = sheet_of(request, code), scoring_round(id)
    if view is None or view.worksheet != sheet.code:
        raise unknown("round_unknown")
    now = timezone.now()
    return RoundShown(view, sheet, person_of(request), now, zone_of(sheet.site), lead_names([view], now))


def _doing(request: HttpRequest, found: RoundShown, form: TeamForm) -> dict[str, Any]:
    return doing(request, found.view.site, found.zone, form)


def _page(
    request: HttpRequest, found: RoundShown, sent: tuple[str, TeamForm] | None = None, *, status: int = 200
) -> HttpResponse:
    forms = {name: _fresh(name, found) for name in found.offered}
    lost: list[str] = []
    if sent is not None and sent[0] in forms:
        forms[sent[0]] = sent[1]
    elif sent is not None:  # its form is not there any more: somebody else was faster
        lost = [str(it) for found_wrong in sent[1].errors.values() for it in found_wrong]
    context = {"it": found, "view": found.view, "forms": forms, "refused": lost, "zone": found.zone}
    return render(request, "fmea/round.html", context, status=status)


def _fresh(name: str, found: RoundShown) -> TeamForm:
    """The form of a step, with what stands there already."""
    auto_id = f"{name}_%s"
    if name == "score":
        return ScoreForm(found.scales, initial=_initial(found.mine), auto_id=auto_id)
    if name == "agree":
        return AgreeForm(found.scales, initial=_initial(found.view.round.consensus), auto_id=auto_id)
    if name == "answer":
        return AnswerForm(initial={"seen": found.digest}, auto_id=auto_id)
    return (AbandonForm if name == "abandon" else TeamForm)(auto_id=auto_id)


def _initial(given: BlindScore | Consensus | None) -> dict[str, Any]:
    if given is None:
        return {}
    rated = {str(kind): given.ratings.get(kind, NOT_RATED) for kind in ScaleKind}
    return {**rated, "why": given.why}
