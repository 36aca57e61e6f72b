"""The page of a worksheet's scales and of its table of priorities."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from fmea import services
from fmea.forms.scales import ScaleForm, TableForm, is_shipped
from fmea.rules.cells import Table
from fmea.rules.editing import SetCell
from fmea.rules.priority import PRIORITY_2019, read_table
from fmea.rules.scales import ScaleKind, read_scale
from fmea.selectors.sheets import SheetView, resting
from fmea.services import Edited
from fmea.views.found import may_edit, sheet_of
from qc.views.found import zone_of
from qc.views.shared import attempt, doing

_TABLE = "table"


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def scales(request: HttpRequest, code: str) -> HttpResponse:
    """Three scales and the table, each saved by itself. What somebody else changed meanwhile is not written over."""
    found = sheet_of(request, code)
    forms = _forms(found)
    status, sent = 200, request.POST.get("part", "")
    if request.method == "POST" and sent in forms:
        form = forms[sent] = _forms(found, request.POST)[sent]
        status, edited = attempt(form, lambda: _save(request, found, form))
        if edited is not None and not edited.conflicts:
            messages.success(
                request, _("Saved. Ratings that were given keep their number, and mean this from now on.")
            )
            return redirect("fmea:scales", code=code)
        if edited is not None:
            status = 409
            form.add_error(
                None, _("Somebody changed this meanwhile: reload the page to see it. Nothing was saved.")
            )
    context: dict[str, Any] = {
        "sheet": found,
        "scales": [forms[str(kind)] for kind in ScaleKind],
        "table": forms[_TABLE],
        "is_shipped": is_shipped(forms[_TABLE].table),
        "may_edit": may_edit(request, found.site),
        "is_resting": bool(resting([found.code])),
    }
    return render(request, "fmea/scales.html", context, status=status)


def _forms(found: SheetView, data: Any = None) -> dict[str, Any]:
    raw = found.header.get("scales", {})
    known = {kind: read_scale(raw.get(str(kind), {}), kind, "", []) for kind in ScaleKind}
    table = found.header.get("priorities")
    read = PRIORITY_2019 if table is None else read_table(table, "", [])
    forms: dict[str, Any] = {
        str(kind): ScaleForm(kind, known[kind], found.revision, data) for kind in ScaleKind
    }
    return {**forms, _TABLE: TableForm(read, found.revision, data)}


def _save(request: HttpRequest, found: SheetView, form: ScaleForm | TableForm) -> Edited:
    column = f"scales.{form.kind}" if isinstance(form, ScaleForm) else "priorities"
    return services.edit_sheet(
        code=found.code,
        asked=[SetCell(Table.HEADER, "", column, form.document())],
        base=form.cleaned_data["base"],
        editor=f"{request.user.get_username()}/scales {form.cleaned_data['request_id']}",
        **doing(request, found.site, zone_of(found.site), form),
    )
