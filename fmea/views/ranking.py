"""How firmly rows hold their ranks, and what one more control on a row would change."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from fmea.forms import pictures
from fmea.forms.addresses import picture_addresses
from fmea.forms.pictures import Shown
from fmea.forms.ranking import WhatIfForm, ranks_shown, spreads, tried, what_if_shown
from fmea.rules.worksheet import Row, Worksheet
from fmea.selectors.evidence import evidence_of
from fmea.selectors.worksheets import AtWork
from fmea.views.found import unknown, whole_of
from fmea.views.pictures import answer
from fmea.views.rows import row_of


@never_cache
@require_GET
@login_required
def ranking(request: HttpRequest, code: str) -> HttpResponse:
    """The rank that each row takes when its ratings are drawn anew from those that the team gave blind."""
    whole, worksheet = _whole(request, code)
    found = spreads(worksheet, whole.sheet.revision)
    modes = {it.code: it.mode for it in worksheet.rows}
    context: dict[str, Any] = {
        "sheet": whole.sheet,
        "rows": ranks_shown(worksheet, found),
        "picture": pictures.ranks(found, modes, Shown(picture_addresses(code))) if found else None,
        "json": reverse("fmea:ranks_json", args=[code]),
        "svg": reverse("fmea:ranks_svg", args=[code]),
    }
    return render(request, "fmea/ranking.html", context)


@never_cache
@require_GET
@login_required
def picture(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The ranks with their intervals."""
    whole, worksheet = _whole(request, code)
    found = spreads(worksheet, whole.sheet.revision)
    shown = Shown(picture_addresses(code), is_interactive=form == "json")
    modes = {it.code: it.mode for it in worksheet.rows}
    return answer(pictures.ranks(found, modes, shown).spec, form)


@never_cache
@require_GET
@login_required
def what_if(request: HttpRequest, code: str, row: str) -> HttpResponse:
    """One row with one more control that somebody thinks of; nothing of it is written down."""
    whole = whole_of(request, code)
    worksheet, found = row_of(whole, row)
    form = WhatIfForm(request.GET or None, initial={"low": 50, "high": 90}, auto_id="try_%s")
    context: dict[str, Any] = {"sheet": whole.sheet, "row": found, "form": form}
    status = 200
    if form.is_bound:
        status = 200 if form.is_valid() else 422
        context |= _tried(worksheet, found, form) if form.is_valid() else {}
    return render(request, "fmea/what_if.html", context, status=status)


def _tried(worksheet: Worksheet, row: Row, form: WhatIfForm) -> dict[str, Any]:
    alone = replace(worksheet, rows=(row,))
    counted = evidence_of(alone, timezone.now())[row.code] if row.evidence else None
    found = tried(worksheet, row, form.control, counted)
    return {"cannot": True} if found is None else {"shown": what_if_shown(row, found)}


def _whole(request: HttpRequest, code: str) -> tuple[AtWork, Worksheet]:
    whole = whole_of(request, code)
    if whole.worksheet is None:
        raise unknown("worksheet_unknown")
    return whole, whole.worksheet
