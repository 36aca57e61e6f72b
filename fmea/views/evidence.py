"""What really happens, beside what was scored: counted after the page is there, because counting takes its time."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from fmea.forms import pictures
from fmea.forms.evidence import evidence_shown, known_of, unnamed_shown
from fmea.forms.pictures import Picture, Shown
from fmea.forms.ranked import ranked
from fmea.rules.actions import all_before_after
from fmea.rules.counting import RowEvidence
from fmea.rules.worksheet import Worksheet
from fmea.selectors.evidence import evidence_of, unnamed_refusals
from fmea.selectors.worksheets import AtWork
from fmea.views.found import unknown, whole_of
from fmea.views.pictures import answer, when_of
from fmea.views.rows import row_of
from qc.views.found import zone_of


@never_cache
@require_GET
@login_required
def evidence(request: HttpRequest, code: str) -> HttpResponse:
    """All rows beside what was counted; the counts come after the page."""
    return render(request, "fmea/evidence.html", {"sheet": whole_of(request, code).sheet})


@never_cache
@require_GET
@login_required
def counted(request: HttpRequest, code: str) -> HttpResponse:
    """The counts of all rows, and the refusals that no worksheet names: what goes into the page."""
    whole, worksheet = _whole(request, code)
    now = timezone.now()
    found = evidence_of(worksheet, now)
    shown = [evidence_shown(row, found[row.code]) for row in worksheet.rows if row.evidence]
    context = {
        "sheet": whole.sheet,
        "zone": zone_of(whole.sheet.site),
        "at": now,
        "rows": sorted(shown, key=lambda it: not it.is_contradicted),
        "contradicted": sum(it.is_contradicted for it in shown),
        "without": sum(not row.evidence for row in worksheet.rows),
        "unnamed": unnamed_shown(unnamed_refusals([worksheet], now)),
    }
    return render(request, "fmea/_evidence_counted.html", context)


@never_cache
@require_GET
@login_required
def row(request: HttpRequest, code: str, row: str) -> HttpResponse:
    """The counts of one row: what goes into its page."""
    whole = whole_of(request, code)
    found, worksheet = _of_row(whole, row)
    shown = evidence_shown(worksheet.row_of[row], found)
    context = {
        "sheet": whole.sheet,
        "it": shown,
        "zone": zone_of(whole.sheet.site),
        "at": timezone.now(),
        "pictures": [(name, draw()) for name, draw in _pictures(whole, worksheet, found, Shown()).items()],
    }
    return render(request, "fmea/_row_counted.html", context)


@never_cache
@require_GET
@login_required
def picture(request: HttpRequest, code: str, row: str, name: str, form: str) -> HttpResponse:
    """One of the pictures of a row's counts."""
    whole = whole_of(request, code)
    found, worksheet = _of_row(whole, row)
    drawn = _pictures(whole, worksheet, found, Shown(is_interactive=form == "json"))
    if name not in drawn:
        raise unknown("row_unknown")
    return answer(drawn[name]().spec, form)


@never_cache
@require_GET
@login_required
def order(request: HttpRequest, code: str) -> HttpResponse:
    """The rows in their order with what is expected to get through: what takes the place of the uncounted order."""
    whole, worksheet = _whole(request, code)
    when, lines = when_of(request), all_before_after(worksheet)
    known = known_of(worksheet, evidence_of(worksheet, timezone.now()))
    context: dict[str, Any] = {
        "sheet": whole.sheet,
        "rows": ranked(worksheet, lines, when, known),
        "when": when,
        "has_after": any(it.before.ratings != it.after.ratings for it in lines),
        "is_counted": True,
    }
    return render(request, "fmea/_ranked.html", context)


def _whole(request: HttpRequest, code: str) -> tuple[AtWork, Worksheet]:
    whole = whole_of(request, code)
    if whole.worksheet is None:
        raise unknown("worksheet_unknown")
    return whole, whole.worksheet


def _of_row(whole: AtWork, code: str) -> tuple[RowEvidence, Worksheet]:
    """Counts of this row alone: the others are not asked for."""
    worksheet, row = row_of(whole, code)
    alone = replace(worksheet, rows=(row,))
    return evidence_of(alone, timezone.now())[code], alone


def _pictures(
    whole: AtWork, worksheet: Worksheet, found: RowEvidence, shown: Shown
) -> Mapping[str, Callable[[], Picture]]:
    """The pictures that there is something for: the rate beside its score, month by month, and what is missed."""
    scores = worksheet.row_of[found.row].scores
    rate = found.leading.evidence if found.leading is not None else None
    trend, detection = found.trend, found.detection.found
    drawn: dict[str, Callable[[], Picture]] = {}
    if rate is not None:
        drawn["rate"] = lambda: pictures.evidence(rate, scores.occurrence.rating, shown)
    if trend is not None:
        zone = ZoneInfo(zone_of(whole.sheet.site))
        drawn["trend"] = lambda: pictures.trend(trend, zone, shown)
    if detection is not None and detection.evidence.trials:
        drawn["missed"] = lambda: pictures.evidence(
            detection.evidence, scores.detection.rating, shown, is_detection=True
        )
    return drawn
