"""Pages of investigations: the list, one, a test by its plan, and the opening of one."""

from collections.abc import Callable, Mapping, Sequence
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
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from people.views import person_of
from qc import selectors, services
from qc.forms import investigation_words as words
from qc.forms import texts
from qc.forms.investigations import (
    AttemptForm,
    CauseForm,
    CheckForm,
    ConcludeForm,
    HypothesisForm,
    OutcomeForm,
    PlanForm,
)
from qc.forms.pages import WritingForm
from qc.rules.investigations import (
    Answer,
    Experiment,
    LaboratoryCheck,
    Outcome,
    Support,
    investigation_of,
)
from qc.rules.results import AttemptKind, ResultView
from qc.rules.subjects import SubjectKind
from qc.selectors import InvestigationPage
from qc.views.found import there, unknown
from qc.views.inquiry_shown import InquiryShown, offered
from qc.views.shared import attempt, doing, signing


@never_cache
@require_GET
@login_required
def investigations(request: HttpRequest) -> HttpResponse:
    """Those at the reader's sites, the open ones first, by when they are due."""
    now = timezone.now()
    found = selectors.visible_investigations(person_of(request), now)
    rows = [(it, *words.STATES[it.rules.state], it.is_late(now)) for it in found]
    context = {
        "open": [row for row in rows if row[0].rules.is_open],
        "concluded": [(row[0], words.OUTCOMES[row[0].rules.outcome]) for row in rows if row[0].rules.outcome],
    }
    return render(request, "qc/investigations.html", context)


@never_cache
@require_GET
@login_required
def investigation(request: HttpRequest, code: str) -> HttpResponse:
    """One investigation: what is next, what was found, what was tested, how it ended."""
    return _page(request, _found(request, code))


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def investigate(request: HttpRequest, id: UUID) -> HttpResponse:
    """The investigation of a failing result; where there is none, it is opened here."""
    result, about = _failing(request, id)
    code = _code_of(request, result)
    if code and request.method == "GET":
        return redirect("qc:investigation", code=code)
    form, status, refused = WritingForm(request.POST or None), 200, list[Any]()
    if request.method == "POST":
        status, answer = attempt(
            form,
            lambda: services.open_investigation(result=id, **doing(request, about.site, about.zone, form)),
        )
        if answer is not None and answer.is_done:
            messages.success(request, _("The investigation is open. It has five and twenty working days."))
            return redirect("qc:investigation", code=answer.code)
        refused = _refused(answer)
    context = {
        "result": result,
        "unit": texts.unit(result.unit),
        "verdict": texts.VERDICTS[result.verdict],
        "zone": about.zone,
        "form": form if request.method == "GET" or form.errors else WritingForm(),
        "refused": refused,
    }
    return render(request, "qc/investigate.html", context, status=status)


def _failing(request: HttpRequest, id: UUID) -> tuple[ResultView, Any]:
    """A result of something at one of the reader's sites, and what it is of."""
    result, now = there(selectors.result(id), "result_unknown"), timezone.now()
    page = selectors.subject_page(person_of(request), result.subject, now)
    return result, there(page, "result_unknown").subject


def _code_of(request: HttpRequest, result: ResultView) -> str:
    """The code of the investigation that covers the result's attempt; empty where none does."""
    about = selectors.subject(result.subject, timezone.now())
    if about is None:
        return ""
    attempts = selectors.attempts_at(about, None, result.criterion, timezone.now())
    known = selectors.investigations_at_point(about, result.criterion)
    own = next((it for it in attempts if it.number == result.attempt), None)
    covering = investigation_of(own, known) if own is not None else None
    return covering.code if covering is not None else ""


# -- one step ---------------------------------------------------------------------------------------------------------

Act = Callable[[Mapping[str, Any], Mapping[str, Any]], services.InquiryAnswer]
_ACTS: Mapping[str, tuple[type[WritingForm], Act]] = {
    "start": (WritingForm, lambda asked, about: services.start_investigation(**about)),
    "answer": (
        CheckForm,
        lambda asked, about: services.answer_check(
            check=asked["check"], answer=Answer(asked["answer"]), remark=asked["remark"], **about
        ),
    ),
    "try": (
        HypothesisForm,
        lambda asked, about: services.try_hypothesis(
            check=LaboratoryCheck(asked["check"]),
            experiment=Experiment(asked["experiment"]),
            support=Support(asked["support"]),
            remark=asked["remark"],
            **about,
        ),
    ),
    "cause": (
        CauseForm,
        lambda asked, about: services.name_cause(
            check=LaboratoryCheck(asked["check"]), remark=asked["remark"], **about
        ),
    ),
    "escalate": (WritingForm, lambda asked, about: services.escalate_investigation(**about)),
    "plan": (PlanForm, lambda asked, about: services.authorise_plan(plan=asked["plan"], **about)),
    "propose": (
        OutcomeForm,
        lambda asked, about: services.propose_outcome(outcome=Outcome(asked["outcome"]), **about),
    ),
    "conclude": (
        ConcludeForm,
        lambda asked, about: services.conclude_investigation(outcome=Outcome(asked["outcome"]), **about),
    ),
}
_SIGNED = frozenset({"propose", "conclude"})


@never_cache
@sensitive_post_parameters("password")
@require_POST
@login_required
def act(request: HttpRequest, code: str, what: str) -> HttpResponse:
    """One step of an investigation. A refusal is an answer: the page says all its reasons."""
    page = _found(request, code)
    if what not in _ACTS:
        raise unknown("investigation_unknown")
    form = _form(request, page, what)
    status, answer = attempt(form, lambda: _take(request, page, form, what))
    if answer is not None and answer.is_done:
        messages.success(request, _said()[what])
        return redirect("qc:investigation", code=code)
    if answer is not None:
        return _page(request, _found(request, code), refused=_refused(answer))
    return _page(request, page, bound={_key(form, what): form}, status=status)


def _key(form: WritingForm, what: str) -> str:
    return f"answer_{form.data.get('check', '')}" if what == "answer" else what


def _form(request: HttpRequest, page: InvestigationPage, what: str) -> WritingForm:
    about = _ACTS[what][0]
    more: dict[str, Any] = {"auto_id": f"{request.POST.get('check') if what == 'answer' else what}_%s"}
    if about is CauseForm:
        more["found"] = [check for check in LaboratoryCheck if page.view.rules.is_faulty(check)]
    if about is PlanForm:
        more["plans"] = InquiryShown(page, person_of(request), timezone.now()).imaginable
    return about(request.POST, **more)


def _take(
    request: HttpRequest, page: InvestigationPage, form: WritingForm, what: str
) -> services.InquiryAnswer:
    named = signing if what in _SIGNED else doing
    about = {"code": page.view.code, **named(request, page.view.site, page.view.zone, form)}
    asked = dict(form.cleaned_data)
    if isinstance(form, PlanForm):
        asked["plan"] = form.plan
    return _ACTS[what][1](asked, about)


def _said() -> dict[str, str]:
    return {
        "start": _("The laboratory has taken it up."),
        "answer": _("The answer is recorded."),
        "try": _("The experiment is recorded."),
        "cause": _("The result is assigned to this error."),
        "escalate": _("It goes on in production."),
        "plan": _("The tests are authorised."),
        "propose": _("You signed the outcome. Somebody of quality assurance signs after you."),
        "conclude": _("The investigation is concluded."),
    }


# -- a planned test ---------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def planned_test(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Record a test that the plan of an investigation asks for."""
    page = _found(request, code)
    known = {it.value: it for it in AttemptKind}
    plan = page.view.rules.plan(known[kind]) if kind in known else None
    if plan is None or page.criterion is None:
        raise unknown("investigation_unknown")
    form = AttemptForm(
        request.POST or None,
        criterion=page.criterion,
        subject=offered(page, plan.kind),
        runs=selectors.runs_for(page.criterion.method, page.view.site),
        now=timezone.now(),
    )
    status, refused = 200, list[Any]()
    if request.method == "POST":
        status, answer = attempt(form, lambda: _record(request, page, plan.kind, form))
        if answer is not None and answer.is_done:
            messages.success(request, _("The test is recorded. Another person looks it over."))
            return redirect("qc:investigation", code=code)
        refused = _refused(answer)
        if refused:
            form.renew()
    context = {
        "view": page.view,
        "criterion": page.criterion,
        "kind": words.ATTEMPTS[plan.kind],
        "limits": texts.limits(page.criterion),
        "form": form,
        "refused": refused,
    }
    return render(request, "qc/planned_test.html", context, status=status)


def _record(
    request: HttpRequest, page: InvestigationPage, kind: AttemptKind, form: AttemptForm
) -> services.AttemptAnswer:
    return services.record_attempt(
        investigation=page.view.code,
        kind=kind,
        found=services.Found(**form.found),
        **doing(request, page.view.site, page.view.zone, form),
    )


def _refused(answer: services.InquiryAnswer | services.AttemptAnswer | None) -> list[Any]:
    """Why it was refused, in words."""
    return [words.REFUSALS[code] for code in answer.refusals] if answer is not None else []


def _found(request: HttpRequest, code: str) -> InvestigationPage:
    page = selectors.investigation_page(person_of(request), code, timezone.now())
    return there(page, "investigation_unknown")


def _page(
    request: HttpRequest,
    page: InvestigationPage,
    *,
    bound: Mapping[str, WritingForm] | None = None,
    refused: Sequence[Any] = (),
    status: int = 200,
) -> HttpResponse:
    shown = InquiryShown(page, person_of(request), timezone.now(), bound)
    context = {
        "shown": shown,
        "view": page.view,
        "it": page.view.rules,
        "zone": page.view.zone,
        "title": page.criterion.title if page.criterion is not None else page.view.rules.criterion,
        "limits": texts.limits(page.criterion) if page.criterion is not None else "",
        "is_batch": page.view.subject.kind is SubjectKind.BATCH,
        "forms": shown.forms,
        "refused": refused,
    }
    return render(request, "qc/investigation.html", context, status=status)
