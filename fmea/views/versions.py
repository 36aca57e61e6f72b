"""Versions of a worksheet: who signed which, and two of them compared cell by cell."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from fmea.forms.versions import SHEET, CompareForm, items_shown, priorities_shown
from fmea.rules.comparing import compare_cells, priority_changes
from fmea.rules.worksheet_reading import parse
from fmea.selectors.versions import signatures_of, versions_of
from fmea.selectors.worksheets import AtWork
from fmea.views.found import unknown, whole_of
from people.forms.documents import STATES
from people.rules.documents import DocumentVersionView
from qc.views.found import zone_of


@never_cache
@require_GET
@login_required
def versions(request: HttpRequest, code: str) -> HttpResponse:
    """Every version, and how two of them differ: without a choice the newest one and the sheet."""
    whole = whole_of(request, code)
    found = versions_of(whole.sheet)
    context: dict[str, Any] = {
        "sheet": whole.sheet,
        "zone": zone_of(whole.sheet.site),
        "versions": [(it, STATES[it.state], signatures_of(it)) for it in found],
        **(_compared(request, whole, found) if found else {}),
    }
    return render(request, "fmea/versions.html", context)


def _compared(request: HttpRequest, whole: AtWork, found: tuple[DocumentVersionView, ...]) -> dict[str, Any]:
    asked = {"before": str(found[0].version), "after": SHEET}
    asked |= {key: request.GET[key] for key in asked if request.GET.get(key)}
    form = CompareForm(asked, versions=found, auto_id="compare_%s")
    if not form.is_valid():
        raise unknown("version_unknown")
    contents = {str(it.version): it.content for it in found} | {SHEET: whole.content}
    before, after = contents[asked["before"]], contents[asked["after"]]
    changes = compare_cells(before, after)
    one, other = parse(before)[0], parse(after)[0]
    moved = () if one is None or other is None else priority_changes(one, other)
    return {
        "form": form,
        "items": items_shown(changes, before, after),
        "priorities": priorities_shown(moved, after),
        "cells": sum(len(it.cells) for it in changes),
    }
