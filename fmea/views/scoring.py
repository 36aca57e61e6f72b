"""Rounds of scoring of a worksheet: which wait for whom, what came of the others, and the beginning of new ones."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from fmea import services
from fmea.forms.error_words import error_text
from fmea.forms.scoring import BeginForm
from fmea.rules.cells import Table, value_in
from fmea.rules.scales import ScaleKind
from fmea.selectors.scoring import rounds_of, scoring_round
from fmea.selectors.sheets import SheetView, resting, visible_sheet, whole_draft
from fmea.views.found import sheet_of, unknown
from fmea.views.round_shown import RoundShown, lead_names
from ledger.rules import derive
from ledger.rules.errors import Conflict, NotFound
from people import selectors as people
from people.rules.rights import Right
from people.views import person_of
from qc.views.found import zone_of
from qc.views.shared import attempt, doing

# More rows than this are not offered at once: the reader says which.
MOST_OFFERED = 200
MOST_OVER = 100
Rows = Mapping[str, Mapping[str, Any]]


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def rounds(request: HttpRequest, code: str) -> HttpResponse:
    """The rounds of a worksheet, and a form to begin others."""
    found, viewer, now = sheet_of(request, code), person_of(request), timezone.now()
    rows, known = whole_draft(found).tables[Table.ROWS], rounds_of(found)
    may_begin, status = viewer.may(Right.BEGIN_ROUND, found.site, now), 200
    form = _form(request, found, rows) if may_begin or request.method == "POST" else None
    if request.method == "POST" and form is not None:
        status, refused = attempt(form, lambda: _begin(request, found, form))
        if refused is not None:
            return _told(request, code, len(form.cleaned_data["rows"]), refused)
    zone, leading = zone_of(found.site), lead_names(known, now)
    shown = [_line(RoundShown(it, found, viewer, now, zone, leading), rows) for it in known]
    open_rows = {it.row for it in known if not it.is_over}
    asked = request.GET.get("q", "").strip()
    offered = [it for it in _offered(rows, asked) if it["code"] not in open_rows]
    context = {
        "sheet": found,
        "open": sorted(
            (it for it in shown if not it["round"].view.is_over), key=lambda it: not it["waits_for_me"]
        ),
        "over": [it for it in shown if it["round"].view.is_over][:MOST_OVER],
        "form": form if may_begin else None,
        "offered": offered[:MOST_OFFERED],
        "is_cut": len(offered) > MOST_OFFERED,
        "asked": asked,
        "chosen": set(form["rows"].value() or ()) if form is not None else set(),
        "is_resting": bool(resting([code])),
        "zone": zone,
    }
    return render(request, "fmea/rounds.html", context, status=status)


@never_cache
@require_GET
@login_required
def by_id(request: HttpRequest, id: UUID) -> HttpResponse:
    """The page of a round, for whoever knows its id alone."""
    view = scoring_round(id)
    if view is None or visible_sheet(person_of(request), view.worksheet, timezone.now()) is None:
        raise unknown("round_unknown")
    return redirect("fmea:round", code=view.worksheet, id=id)


def _form(request: HttpRequest, found: SheetView, rows: Rows) -> BeginForm:
    able = people.people_with_roles(Right.BE_GIVEN_WORK.roles, found.site, timezone.now())
    named = {it.get("person") for it in found.header.get("team") or () if isinstance(it, Mapping)}
    initial = {
        "team": [it.user_id for it in able if it.printed_name in named],
        "rows": request.GET.getlist("row"),
    }
    form = BeginForm(request.POST or None, initial=initial)
    form.offer("rows", [(code, code) for code in rows])
    form.offer("team", [(str(it.user_id), it.printed_name) for it in able])
    return form


def _begin(request: HttpRequest, found: SheetView, form: BeginForm) -> dict[str, str]:
    """A round for each row that was chosen. Answers with the rows that have none now, and why."""
    refused, common = {}, doing(request, found.site, zone_of(found.site), form)
    for row in form.cleaned_data["rows"]:
        own = {**common, "request_id": derive(common["request_id"], f"row {row}")}
        try:
            services.begin_round(code=found.code, row=row, team=form.cleaned_data["team"], **own)
        except (Conflict, NotFound) as error:
            refused[row] = error_text(error)
    return refused


def _told(request: HttpRequest, code: str, asked: int, refused: Mapping[str, str]) -> HttpResponse:
    begun = asked - len(refused)
    if begun:
        said = ngettext(
            "%(n)d row is scored now: each of the team finds it under My work.",
            "%(n)d rows are scored now: each of the team finds them under My work.",
            begun,
        )
        messages.success(request, said % {"n": begun})
    for row, why in refused.items():
        messages.error(request, _("%(row)s: %(why)s") % {"row": row, "why": why})
    return redirect("fmea:rounds", code=code)


def _line(shown: RoundShown, rows: Rows) -> dict[str, Any]:
    one, row = shown.view.round, rows.get(shown.view.row, {})
    consensus = one.consensus
    return {
        "round": shown,
        "title": row.get("mode") or shown.view.row,
        "cause": row.get("cause", ""),
        "waits_for_me": not shown.view.is_over and shown.me in one.waits_for,
        "agreed": [] if consensus is None else [consensus.ratings.get(kind) for kind in ScaleKind],
    }


def _offered(rows: Rows, asked: str) -> Sequence[dict[str, Any]]:
    """The rows that hold what was asked for, those without a rating first."""
    found = [
        {
            "code": code,
            "mode": row.get("mode", ""),
            "cause": row.get("cause", ""),
            "ratings": [value_in(row, f"{kind}.rating") for kind in ScaleKind],
        }
        for code, row in rows.items()
        if asked.casefold() in f"{code} {row.get('mode', '')} {row.get('cause', '')}".casefold()
    ]
    return sorted(found, key=lambda it: None not in it["ratings"])
