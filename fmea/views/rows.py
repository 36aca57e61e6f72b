"""One row of a worksheet for reading."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from fmea.forms import words
from fmea.forms.addresses import Places
from fmea.forms.rows import history, row_page
from fmea.rules.actions import before_after
from fmea.rules.cells import Cell, Table
from fmea.rules.unready import needs_residual
from fmea.rules.worksheet import Row, Worksheet
from fmea.selectors.worksheets import AtWork
from fmea.views.found import may_edit, unknown, whole_of
from people import selectors as people
from qc.views.found import zone_of


@never_cache
@require_GET
@login_required
def row(request: HttpRequest, code: str, row: str) -> HttpResponse:
    """One row: what it says, who scored it and why, what was done, what was decided, what happened to it."""
    whole = whole_of(request, code)
    worksheet, found = row_of(whole, row)
    now, zone = timezone.now(), zone_of(whole.sheet.site)
    line = before_after(found, worksheet.actions_of.get(row, ()), worksheet.priorities)
    decided = whole.residuals.get(row)
    is_editor = may_edit(request, whole.sheet.site)
    codes = [it.code for it in worksheet.rows]
    place = codes.index(row)
    context: dict[str, Any] = {
        "sheet": whole.sheet,
        "zone": zone,
        "shown": row_page(worksheet, line, now.astimezone(ZoneInfo(zone)).date()),
        "decided": decided,
        "decision": words.DECISIONS[decided.decision] if decided is not None else None,
        "needs_residual": needs_residual(found),
        "may_edit": is_editor,
        "edit_url": Places.of(code, may_edit=is_editor).of_cell(Cell(Table.ROWS, row, "mode")),
        "before": codes[place - 1] if place else "",
        "after": codes[place + 1] if place + 1 < len(codes) else "",
        "lines": _history(code, row),
    }
    return render(request, "fmea/row.html", context)


def _history(code: str, row: str) -> Any:
    own = people.lines_about("worksheet_row", f"{code}:{row}")
    return history((own, people.lines_about("worksheet", code)), row)


def row_of(whole: AtWork, code: str) -> tuple[Worksheet, Row]:
    """The worksheet and one of its rows. Raises NotFound."""
    found = whole.worksheet.row_of.get(code) if whole.worksheet is not None else None
    if whole.worksheet is None or found is None:
        raise unknown("row_unknown")
    return whole.worksheet, found
