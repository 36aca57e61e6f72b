"""The risk that is left in the gravest rows: what was decided on it, and the page on which it is signed."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from fmea import services
from fmea.forms import words
from fmea.forms.residuals import DecideForm
from fmea.forms.scoring_words import LEFT
from fmea.rules.cells import Table
from fmea.rules.residual import risk_digest
from fmea.rules.scales import ScaleKind
from fmea.rules.worksheet import RESIDUAL_FROM, Decision
from fmea.selectors.sheets import SheetView, resting
from fmea.selectors.worksheets import ActionView, AtWork, ResidualView, at_work
from fmea.views.found import sheet_of, unknown
from fmea.views.round_shown import RowShown, row_shown, scales_of
from people.rules.rights import Right
from people.views import person_of
from qc.views.found import zone_of
from qc.views.shared import attempt, signing


@dataclass(frozen=True)
class LeftShown:
    """The risk that is left in a row, and the latest decision on it."""

    row: RowShown
    decided: ResidualView | None

    @property
    def ratings(self) -> list[int | None]:
        """On the three scales."""
        return [self.row.rating(kind) for kind in ScaleKind]

    @property
    def is_grave(self) -> bool:
        """Whether somebody has to decide, whatever its priority."""
        return (self.row.rating(ScaleKind.SEVERITY) or 0) >= RESIDUAL_FROM

    @property
    def is_open(self) -> bool:
        """Whether a decision is wanted: there is none, or the row changed since."""
        return self.decided is None or not self.decided.is_current

    @property
    def state(self) -> tuple[str, str, Promise]:
        """Where it stands: mark, tone and words."""
        return LEFT["open" if self.decided is None else "valid" if self.decided.is_current else "changed"]

    @property
    def decision(self) -> str:
        """What was decided."""
        return "" if self.decided is None else words.decision(self.decided.decision)

    @property
    def is_refused(self) -> bool:
        """Whether the risk that is left is not accepted as it is."""
        return self.decided is not None and self.decided.decision is Decision.NOT_ACCEPTED


def left_in(found: AtWork) -> list[LeftShown]:
    """All rows on which somebody has to decide, those that are open first."""
    rows, steps = found.draft.tables[Table.ROWS], found.draft.tables[Table.STEPS]
    shown = [
        LeftShown(RowShown(code, it, _step(steps, it)), found.residuals.get(code))
        for code, it in rows.items()
    ]
    return sorted((it for it in shown if it.is_grave), key=lambda it: not it.is_open)


@never_cache
@require_GET
@login_required
def residuals(request: HttpRequest, code: str) -> HttpResponse:
    """All rows on which somebody has to decide."""
    found = sheet_of(request, code)
    rows = left_in(at_work(found))
    context = {
        "sheet": found,
        "rows": rows,
        "waiting": sum(it.is_open for it in rows),
        "from_severity": RESIDUAL_FROM,
        "may_decide": _may_decide(request, found),
        "zone": zone_of(found.site),
    }
    return render(request, "fmea/residuals.html", context)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@login_required
def residual(request: HttpRequest, code: str, row: str) -> HttpResponse:
    """One row as it is signed over, and what becomes of the risk that is left in it."""
    whole = at_work(sheet_of(request, code))
    values = whole.draft.tables[Table.ROWS].get(row)
    if values is None:
        raise unknown("row_unknown")
    seen = {"seen": risk_digest(code, values)}
    form, status = DecideForm(request.POST or None, initial=seen), 200
    if request.method == "POST":
        status, done = attempt(form, lambda: _decide(request, whole.sheet, row, form))
        if done is not None:
            messages.success(request, _("Signed. The decision holds as long as the row stays as it is."))
            return redirect("fmea:residuals", code=code)
        form.read_again(seen["seen"])
    return render(request, "fmea/residual.html", _context(request, whole, row, form), status=status)


def _decide(request: HttpRequest, found: SheetView, row: str, form: DecideForm) -> object:
    said = {name: form.cleaned_data[name] for name in ("decision", "why", "seen")}
    own = signing(request, found.site, zone_of(found.site), form)
    return services.decide_residual(code=found.code, row=row, **said, **own)


def _context(request: HttpRequest, whole: AtWork, row: str, form: DecideForm) -> dict[str, Any]:
    shown = LeftShown(row_shown(whole.sheet, row), whole.residuals.get(row))
    scales = scales_of(whole.sheet)
    texts = {kind: {it.rating: it.text for it in scales[kind].levels} for kind in ScaleKind}
    ratings = [
        (words.SCALES[kind], rating, texts[kind].get(rating or 0, ""))
        for kind, rating in zip(ScaleKind, shown.ratings, strict=True)
    ]
    actions: list[ActionView] = [it for it in whole.actions if it.row == row]
    is_resting = bool(resting([whole.sheet.code]))
    return {
        "sheet": whole.sheet,
        "left": shown,
        "ratings": ratings,
        "is_rated": all(rating is not None for rating in shown.ratings),
        "actions": [(it, words.STATUSES[it.status][1]) for it in actions],
        "is_resting": is_resting,
        "may_decide": _may_decide(request, whole.sheet),
        "form": form if _may_decide(request, whole.sheet) and not is_resting else None,
        "zone": zone_of(whole.sheet.site),
    }


def _may_decide(request: HttpRequest, found: SheetView) -> bool:
    return person_of(request).may(Right.DECIDE_RESIDUAL, found.site, timezone.now())


def _step(steps: Any, row: Any) -> str:
    code = str(row.get("step", ""))
    return str(steps.get(code, {}).get("title") or code)
