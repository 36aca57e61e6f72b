"""Printing: the queue of each site, what to do with a label that waits, and the printers."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coi import services
from coi.forms.pages import WritingForm
from coi.forms.printing import ChangeForm, HandOutForm, MoveForm, PrinterForm, PrintForm, StockForm
from coi.forms.printing_texts import explained, size
from coi.forms.texts import ERRORS
from coi.rules.journey import CopyStatus
from coi.rules.labels import STOCK
from coi.rules.printing import PrinterKind, PrinterState
from coi.selectors import printing as selectors
from coi.selectors.labels import LabelCopyView, label_copy
from coi.selectors.printing import JobView, PrinterView, SiteQueue
from coi.views.asking import attempt, doing
from coi.views.files import file_answer, that_fits
from people import selectors as people
from people.rules.rights import Right
from people.views import person_of


@never_cache
@require_GET
@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """What is to be printed at the viewer's sites."""
    return _queue_page(request, None, 200)


def _queue_page(request: HttpRequest, form: WritingForm | None, status: int) -> HttpResponse:
    viewer, now = person_of(request), timezone.now()
    found = selectors.print_queues(viewer, now)
    context = {
        "queues": [_shown(one) for one in found],
        "may_act": viewer.sites_of(Right.CONFIRM_PRINT, now),
        "may_register": viewer.sites_of(Right.REGISTER_PRINTER, now),
        "may_load": viewer.sites_of(Right.LOAD_STOCK, now),
        "form": form,
        "request_id": uuid4,
    }
    return render(request, "coi/label_queue.html", context, status=status)


def _shown(one: SiteQueue) -> dict[str, Any]:
    """A site's queue with sentences, and for each job the printers that it may go to."""

    def told(jobs: tuple[JobView, ...]) -> list[tuple[JobView, str, str, list[PrinterView]]]:
        usable = [printer for printer in one.printers if printer.is_active]
        return [(job, *explained(job), [p for p in usable if job.fits(p)]) for job in jobs]

    return {
        "site": one.site,
        "printers": one.printers,
        "asks": told(one.asks),
        "stuck": told(one.stuck),
        "queued": told(one.queued),
        "recent": one.recent,
    }


@never_cache
@require_POST
@login_required
def act(request: HttpRequest, job: UUID, what: str) -> HttpResponse:
    """Try again or elsewhere, or say whether the label came out."""
    found = selectors.print_job(person_of(request), job, timezone.now())
    if found is None or what not in _ACTS:
        raise Http404
    form = MoveForm(request.POST) if what == "move" else WritingForm(request.POST)
    status = 422
    if form.is_valid():
        status = attempt(form, lambda: _act(request, found, form, what))
    if status != 200:
        return _queue_page(request, form, status)
    if what == "deny":
        return redirect("coi:reprint", found.label)
    messages.success(request, _said()[what])
    return redirect("coi:label_queue")


_ACTS: dict[str, Callable[..., Any]] = {
    "move": services.move_print,
    "confirm": services.confirm_print,
    "deny": services.deny_print,
}


def _said() -> dict[str, str]:
    return {
        "move": _("The label is on its way to the printer."),
        "confirm": _("The label counts as printed. It is scanned back on its container."),
    }


def _act(request: HttpRequest, job: JobView, form: WritingForm, what: str) -> None:
    more = {"printer": form.cleaned_data["printer"]} if what == "move" else {}
    _ACTS[what](job=UUID(job.id), **more, **doing(request, form, job.site))


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Print a label that was not asked for at a printer yet."""
    copy = _copy(request, code)
    usable = _usable(request)
    form, status = PrintForm(request.POST or None, printers=_choices(usable)), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            chosen = next(p for p in usable if p.code == form.cleaned_data["printer"])
            about = doing(request, form, chosen.site)
            status = attempt(form, lambda: services.ask_print(copy=code, printer=chosen.code, **about))
        if status == 200:
            messages.success(request, _said()["move"])
            return redirect("coi:label_queue")
    return _print_page(request, copy, {"form": form}, status)


@never_cache
@require_POST
@login_required
def hand_out(request: HttpRequest, code: str) -> HttpResponse:
    """The file of a label that waits to be applied, to be printed by whoever asks: once, and recorded."""
    copy, form = _copy(request, code), HandOutForm(request.POST, auto_id="file_%s")
    handed: list[bytes] = []

    def act() -> None:
        kind, _dash, dpi = form.cleaned_data["file"].partition("-")
        file = services.LabelFile(PrinterKind(kind), *([int(dpi)] if dpi else []))
        about = doing(request, form, copy.custodian)
        with that_fits():
            handed.append(services.hand_out_label(copy=code, file=file, **about))

    status = attempt(form, act) if form.is_valid() else 422
    if status != 200:
        return _print_page(request, copy, {"file_form": form}, status)
    name = form.cleaned_data["file"]
    return file_answer(handed[0], name[:3], f"{code}{name[3:]}.{name[:3]}", is_download=True)


def _copy(request: HttpRequest, code: str) -> LabelCopyView:
    found = label_copy(person_of(request), code, timezone.now())
    if found is None:
        raise Http404
    return found


def _usable(request: HttpRequest) -> list[PrinterView]:
    """The printers at which the viewer may have a label printed."""
    viewer, now = person_of(request), timezone.now()
    sites = viewer.sites_of(Right.ASK_PRINT, now)
    return [p for p in selectors.printers_at(viewer, now) if p.is_active and p.site in sites]


def _choices(printers: list[PrinterView]) -> list[tuple[str, str]]:
    return [(p.code, f"{p.title}, {size(p.width_mm, p.height_mm)}") for p in printers]


def _print_page(
    request: HttpRequest, copy: LabelCopyView, forms: dict[str, WritingForm], status: int
) -> HttpResponse:
    """Where a copy may be printed, and as what it may be handed out; or why neither."""
    usable, job = _usable(request), selectors.print_job_of(copy)
    problem = _against_printing(copy, job)
    may_hand_out = copy.custodian in person_of(request).sites_of(Right.HAND_OUT_LABEL, timezone.now())
    context = {
        "copy": copy,
        "form": PrintForm(printers=_choices(usable)),
        "file_form": HandOutForm(auto_id="file_%s"),
        "printers": usable if job is None else [],
        "may_hand_out": may_hand_out,
        "job": job,
        "problem": ERRORS[problem] if problem else "",
        **forms,
    }
    return render(request, "coi/label_print.html", context, status=status)


def _against_printing(copy: LabelCopyView, job: JobView | None) -> str:
    if copy.status in (CopyStatus.VOID, CopyStatus.APPLIED):
        return "label_void" if copy.status is CopyStatus.VOID else "label_applied"
    if not copy.file:
        return "label_not_rendered"
    return "" if job is None or job.may_move else "print_over"


# --- printers --------------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def new_printer(request: HttpRequest, site: str) -> HttpResponse:
    """Register a printer at a site."""
    if site not in person_of(request).sites_of(Right.REGISTER_PRINTER, timezone.now()):
        raise Http404
    form = PrinterForm(request.POST or None, kinds=STOCK, stations=_stations(site))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            status = attempt(form, lambda: _register(request, site, form))
        if status == 200:
            messages.success(request, _("The printer is registered."))
            return redirect("coi:label_queue")
    context = {"form": form, "site": people.site_by_code(site)}
    return render(request, "coi/printer_new.html", context, status=status)


def _register(request: HttpRequest, site: str, form: PrinterForm) -> None:
    services.register_printer(
        code=form.cleaned_data["code"],
        site=site,
        setting=_setting(form),
        stock=_stock(form),
        **doing(request, form, site),
    )


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def printer(request: HttpRequest, code: str, what: str = "") -> HttpResponse:
    """One printer: which labels are loaded, and, for those who look after it, how it is reached."""
    viewer, now = person_of(request), timezone.now()
    found = selectors.printer(viewer, code, now)
    if found is None:
        raise Http404
    posted = request.POST if request.method == "POST" else None
    if posted is not None and what not in ("stock", "setting"):
        raise Http404
    forms: dict[str, WritingForm] = {
        "stock": StockForm(posted if what == "stock" else None, kinds=STOCK, initial=vars(found), prefix="s"),
        "setting": ChangeForm(
            posted if what == "setting" else None,
            stations=_stations(found.site),
            initial=vars(found),
            prefix="c",
        ),
    }
    status = 200
    if posted is not None:
        form, status = forms[what], 422
        if form.is_valid():
            status = attempt(form, lambda: _change(request, found, form, what))
        if status == 200:
            messages.success(request, _("The printer is changed; what waited for it is tried again."))
            return redirect("coi:printer", found.code)
    context = {
        "printer": found,
        "forms": forms,
        "may_load": viewer.may(Right.LOAD_STOCK, found.site, now),
        "may_change": viewer.may(Right.CHANGE_PRINTER, found.site, now),
    }
    return render(request, "coi/printer.html", context, status=status)


def _change(request: HttpRequest, found: PrinterView, form: WritingForm, what: str) -> None:
    about = doing(request, form, found.site)
    if what == "stock":
        services.load_stock(code=found.code, stock=_stock(form), **about)
        return
    state = PrinterState(form.cleaned_data["state"])
    services.change_printer(code=found.code, setting=_setting(form), state=state, **about)


def _setting(form: WritingForm) -> services.PrinterSetting:
    asked = form.cleaned_data
    return services.PrinterSetting(
        name=asked["name"],
        kind=PrinterKind(asked["kind"]),
        dpi=asked["dpi"],
        host=asked["host"],
        port=asked["port"],
        stations=tuple(asked["stations"]),
    )


def _stock(form: WritingForm) -> services.LabelStock:
    asked = form.cleaned_data
    return services.LabelStock(asked["width_mm"], asked["height_mm"], tuple(asked["kinds"]))


def _stations(site: str) -> list[tuple[str, str]]:
    return [(station.code, station.name) for station in people.stations([site]) if station.is_active]
