"""Pages of a worksheet as files: the spreadsheet as it stands, one handed in and looked at, printouts that are kept."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from fmea import services
from fmea.forms.file_words import fault_shown
from fmea.forms.files import HandInForm, PrintForm, PrintoutShown, TakeInForm
from fmea.rules.layout_preview import Preview, RowFate
from fmea.rules.report import SHORT
from fmea.rules.worksheet import KIND
from fmea.selectors.printouts import PrintoutView, printout, printout_file, printouts_of
from fmea.selectors.sheets import SheetView
from fmea.selectors.worksheets import AtWork
from fmea.services.importing import file_of, owners_at, plannable
from fmea.services.workbooks import read_workbook, write_workbook
from fmea.views.found import may_edit, sheet_of, unknown, whole_of
from ledger.rules.evidence import SPREADSHEET
from people import selectors as people
from people.rules.rights import Right
from people.views import person_of
from qc.views.found import zone_of
from qc.views.shared import attempt, doing, file_response

# Of a large file so many rows are shown before it is taken in; all of them are counted.
MOST_SHOWN = 200


@never_cache
@require_GET
@login_required
def files(request: HttpRequest, code: str) -> HttpResponse:
    """The worksheet as files. Its list of printouts alone for htmx."""
    return _page(request, sheet_of(request, code))


@never_cache
@require_GET
@login_required
def workbook(request: HttpRequest, code: str) -> HttpResponse:
    """The sheet as it stands, as a spreadsheet."""
    whole = whole_of(request, code)
    return file_response(write_workbook(whole.content), SPREADSHEET, f"{code}-{whole.sheet.revision}.xlsx")


@never_cache
@require_http_methods(["POST"])
@login_required
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for a printout."""
    found = sheet_of(request, code)
    form = _print_form(found, request.POST)
    status, asked = attempt(
        form,
        lambda: services.print_worksheet(
            code=code,
            version=form.cleaned_data["version"],
            **doing(request, found.site, zone_of(found.site), form),
        ),
    )
    if asked is None:
        return _page(request, found, status, printing=form)
    messages.success(request, _("It is being drawn. It comes to the list below."))
    return redirect("fmea:files", code=code)


@never_cache
@require_http_methods(["POST"])
@login_required
def hand_in(request: HttpRequest, code: str) -> HttpResponse:
    """Hand a spreadsheet in; it is kept as it is, and looked at on the next page."""
    found = sheet_of(request, code)
    form = HandInForm(request.POST, request.FILES)
    status, id = attempt(
        form,
        lambda: services.keep_file(
            code=code,
            data=form.cleaned_data["file"],
            **doing(request, found.site, zone_of(found.site), form),
        ),
    )
    if id is None:
        return _page(request, found, status, handing=form)
    return redirect("fmea:import", code=code, id=id)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def look(request: HttpRequest, code: str, id: UUID) -> HttpResponse:
    """What a file would do to the worksheet, cell by cell; and taking it in."""
    whole = whole_of(request, code)
    preview = read_workbook(file_of(code, id), whole.content)
    form = TakeInForm(request.POST or None, initial={"base": whole.sheet.revision})
    status = 200
    if request.method == "POST":
        status, _done = attempt(form, lambda: _take_in(request, whole, id, form))
        if status == 200:
            messages.success(request, _("The file is taken in."))
            return redirect("fmea:sheet", code=code)
        form = TakeInForm(initial={"base": whole.sheet.revision}) if status == 409 else form
    return render(
        request, "fmea/import.html", _shown(request, whole, preview, form, status == 409), status=status
    )


@never_cache
@require_GET
@login_required
def one(request: HttpRequest, code: str, id: UUID) -> HttpResponse:
    """One printout; where its Data Matrix leads: whether the paper is what was drawn here."""
    found = _printout(request, code, id)
    digest = request.GET.get("d", "")
    is_same = len(digest) == SHORT and found.files.get("json", {}).get("sha256", "").startswith(digest)
    context = {"one": PrintoutShown(found, zone_of(found.site)), "is_asked": bool(digest), "is_same": is_same}
    return render(request, "fmea/printout.html", {**context, "sheet": sheet_of(request, code)})


@never_cache
@require_GET
@login_required
def file(request: HttpRequest, code: str, id: UUID, form: str) -> HttpResponse:
    """The very bytes that were drawn."""
    found = _printout(request, code, id)
    data = printout_file(found, form)
    if data is None:
        raise unknown("file_unknown")
    return file_response(data, services.MEDIA_TYPES[form], f"{code}-{found.version or 'unsigned'}.{form}")


def _page(
    request: HttpRequest,
    found: SheetView,
    status: int = 200,
    *,
    handing: HandInForm | None = None,
    printing: PrintForm | None = None,
) -> HttpResponse:
    zone = zone_of(found.site)
    shown = [PrintoutShown(it, zone) for it in printouts_of(found)]
    context: dict[str, Any] = {
        "sheet": found,
        "printouts": shown,
        "is_waiting": any(it.is_waiting for it in shown),
        "may_edit": may_edit(request, found.site),
        "may_print": person_of(request).may(Right.PRINT_WORKSHEET, found.site, timezone.now()),
        "handing": handing or HandInForm(),
        "printing": printing or _print_form(found),
    }
    is_part = getattr(request, "htmx", False) and request.method == "GET"
    return render(request, "fmea/_printouts.html" if is_part else "fmea/files.html", context, status=status)


def _print_form(found: SheetView, data: Any = None) -> PrintForm:
    versions = sorted((it.version for it in people.versions_of(KIND, found.code)), reverse=True)
    form = PrintForm(data, initial={"version": versions[0] if versions else 0})
    signed = [(str(it), _("Version %(number)s") % {"number": it}) for it in versions]
    form.offer("version", [*signed, ("0", _("The sheet as it stands, unsigned"))])
    return form


def _take_in(request: HttpRequest, whole: AtWork, id: UUID, form: TakeInForm) -> None:
    found, base = whole.sheet, form.cleaned_data["base"]
    about = doing(request, found.site, zone_of(found.site), form)
    services.import_sheet(code=found.code, file=id, base=base, **about)


def _shown(
    request: HttpRequest, whole: AtWork, preview: Preview, form: TakeInForm, is_other: bool
) -> dict[str, Any]:
    found = whole.sheet
    planned = plannable(preview.actions, owners_at(found.site, timezone.now()))
    return {
        "sheet": found,
        "preview": preview,
        "faults": [fault_shown(it) for it in (*preview.faults, *preview.left_out)],
        "rows": [row for row in preview.rows if row.changes][:MOST_SHOWN],
        "counts": {str(fate): preview.count(fate) for fate in RowFate},
        "planned": len(planned),
        "unplanned": len(preview.actions) - len(planned),
        "form": form,
        "is_other": is_other,
        "may_edit": may_edit(request, found.site),
        "does_anything": bool(preview.operations or planned),
    }


def _printout(request: HttpRequest, code: str, id: UUID) -> PrintoutView:
    sheet_of(request, code)
    found = printout(id)
    if found is None or found.worksheet != code:
        raise unknown("printout_unknown")
    if not person_of(request).may(Right.PRINT_WORKSHEET, found.site, timezone.now()):
        raise unknown("printout_unknown")
    return found
