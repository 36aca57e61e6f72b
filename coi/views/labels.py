"""Labels: a copy to look at, a new copy in its place, what became of each, and whether those of a batch add up."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from coi import services
from coi.forms.pages import ReprintForm
from coi.forms.printing import FateForm
from coi.forms.texts import ERRORS, in_words
from coi.rules.journey import CopyStatus, Fate
from coi.rules.labels_reconciliation import (
    Account,
    account_of,
    against_accounting,
    against_correcting,
    reconcile,
)
from coi.selectors.batches import visible_batch
from coi.selectors.details import journey
from coi.selectors.labels import (
    LabelCopyView,
    LedgerLine,
    label_copies,
    label_copy,
    label_ledger,
    ledger_line,
)
from coi.services.drawing import PictureForm
from coi.services.fates import CORRECTION_REASONS, FATE_REASONS, FATES
from coi.services.labels import REPRINT_REASONS
from coi.views.asking import attempt, doing
from coi.views.files import file_answer, that_fits
from ledger.rules.errors import Conflict
from people.views import person_of


def _copy(request: HttpRequest, code: str) -> LabelCopyView:
    found = label_copy(person_of(request), code, timezone.now())
    if found is None:
        raise Http404
    return found


@never_cache
@require_GET
@login_required
def label(request: HttpRequest, code: str, form: PictureForm) -> HttpResponse:
    """A copy's label to be looked at: a specimen as PDF, PNG or SVG, from which nothing is scanned."""
    copy = _copy(request, code)
    with in_words():
        if not copy.file:
            raise Conflict("label_void" if copy.status is CopyStatus.VOID else "label_not_rendered")
    with that_fits():
        data = services.label_view(copy, form)
    return file_answer(data, form, f"{code}-view.{form}")


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def reprint(request: HttpRequest, code: str) -> HttpResponse:
    """Void a copy and issue the next one, with a reason."""
    copy = _copy(request, code)
    known = copy.void_reason if copy.status is CopyStatus.VOID else ""
    form = ReprintForm(request.POST or None, reasons=REPRINT_REASONS, initial={"reason": known})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            about = doing(request, form, copy.site)
            reason = form.cleaned_data["reason"]
            status = attempt(form, lambda: services.reprint_label(copy=code, reason=reason, **about))
        if status == 200:
            messages.success(request, _("The copy is void. The new one is being drawn."))
            return _after_reprint(request, code)
    all_of_it = label_copies(person_of(request), copy.facts.container_code, timezone.now())
    others = [other for other in all_of_it if other.facts.kind == copy.facts.kind]
    is_replaced = any(other.facts.copy_number > copy.facts.copy_number for other in others)
    context = {"copy": copy, "copies": others, "form": form, "is_replaced": is_replaced}
    return render(request, "coi/label_reprint.html", context, status=status)


def _after_reprint(request: HttpRequest, code: str) -> HttpResponse:
    """On to what became of the old copy, where there is a piece of paper to account for."""
    line = _line(request, code)
    if against_accounting(line.copy) is None:
        return redirect("coi:account_label", code)
    return redirect("coi:journey", line.coi_id)


# --- the label ledger ------------------------------------------------------------------------------------------------


def _line(request: HttpRequest, code: str) -> LedgerLine:
    found = ledger_line(person_of(request), code, timezone.now())
    if found is None:
        raise Http404
    return found


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def account(request: HttpRequest, code: str) -> HttpResponse:
    """Say what became of a copy; say otherwise, once something was said."""
    line = _line(request, code)
    is_correction = line.copy.fate is not Fate.UNKNOWN
    reasons = CORRECTION_REASONS if is_correction else FATE_REASONS
    problem = (against_correcting if is_correction else against_accounting)(line.copy)
    form = FateForm(request.POST or None, fates=FATES, reasons=reasons)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            status = attempt(form, lambda: _say(request, line, form, is_correction))
        if status == 200:
            messages.success(request, _("It is recorded what became of this copy."))
            return _to_ledger(line)
    context = {
        "line": line,
        "form": form,
        "is_correction": is_correction,
        "problem": ERRORS[str(problem)] if problem is not None else "",
    }
    return render(request, "coi/label_account.html", context, status=status)


def _say(request: HttpRequest, line: LedgerLine, form: FateForm, is_correction: bool) -> None:
    said = services.correct_label_fate if is_correction else services.account_for_label
    said(
        copy=line.copy.code,
        fate=Fate(form.cleaned_data["fate"]),
        reason=form.cleaned_data["reason"],
        **doing(request, form, line.site),
    )


def _to_ledger(line: LedgerLine) -> HttpResponse:
    if line.batch:
        return redirect("coi:label_reconciliation", line.batch)
    return redirect("coi:label_ledger", line.coi_id)


@never_cache
@require_GET
@login_required
def ledger(request: HttpRequest, coi_id: str) -> HttpResponse:
    """Every copy of every label of a journey."""
    lines = label_ledger(person_of(request), coi_id, timezone.now())
    if not lines:
        with in_words():
            journey(person_of(request), coi_id, timezone.now())
    return _ledger_page(request, lines, {"coi_id": coi_id, "batch": ""})


@never_cache
@require_GET
@login_required
def reconciliation(request: HttpRequest, code: str) -> HttpResponse:
    """Whether the labels of a batch add up, and what to do where they do not."""
    found = visible_batch(person_of(request), code, timezone.now())
    if found is None:
        raise Http404
    lines = [
        line for line in label_ledger(person_of(request), found.coi_id, timezone.now()) if line.batch == code
    ]
    return _ledger_page(request, lines, {"coi_id": found.coi_id, "batch": code})


def _ledger_page(request: HttpRequest, lines: list[LedgerLine], about: dict[str, str]) -> HttpResponse:
    accounts = [account for account in Account if account is not Account.OPEN]
    added = reconcile([line.copy for line in lines])
    sums = [
        (
            line,
            [(account, line.counts.get(account, 0)) for account in accounts],
            line.counts.get(Account.OPEN, 0),
        )
        for line in added.lines
    ]
    shown = [(line, account_of(line.copy)) for line in lines]
    context = {"lines": shown, "accounts": accounts, "sums": sums, "added": added, **about}
    return render(request, "coi/label_ledger.html", context)
