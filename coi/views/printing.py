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
from coi.forms.printing import ChangeForm, MoveForm, PrinterForm, PrintForm, StockForm
from coi.forms.printing_texts import explained, size
from coi.rules.labels import STOCK
from coi.rules.printing import PrinterKind, PrinterState
from coi.selectors import printing as selectors
from coi.selectors.labels import label_copy
from coi.selectors.printing import JobView, PrinterView, SiteQueue
from coi.services.labels import REPRINTERS
from coi.services.printing.printers import KEEPERS, LOADERS
from coi.views.asking import attempt, doing
from people import selectors as people
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
        "may_act": viewer.sites(REPRINTERS, now),
        "may_register": viewer.sites(KEEPERS, now),
        "may_load": viewer.sites(LOADERS, now),
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
    """Try again or elsewhere, hand out the PDF, or say whether the label came out."""
    found = selectors.print_job(person_of(request), job, timezone.now())
    if found is None or what not in _ACTS:
        raise Http404
    form = MoveForm(request.POST) if what == "move" else WritingForm(request.POST)
    status = 422
    if form.is_valid():
        status = attempt(form, lambda: _act(request, found, form, what))
    if status != 200:
        return _queue_page(request, form, status)
    if what == "hand_out":
        return redirect("coi:label", found.label)
    if what == "deny":
        return redirect("coi:reprint", found.label)
    messages.success(request, _said()[what])
    return redirect("coi:label_queue")


_ACTS: dict[str, Callable[..., Any]] = {
    "move": services.move_print,
    "hand_out": services.hand_out_print,
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
    viewer, now = person_of(request), timezone.now()
    copy = label_copy(viewer, code, now)
    if copy is None:
        raise Http404
    sites = viewer.sites(REPRINTERS, now)
    usable = [p for p in selectors.printers_at(viewer, now) if p.is_active and p.site in sites]
    choices = [(p.code, f"{p.name} ({size(p.width_mm, p.height_mm)})") for p in usable]
    form, status = PrintForm(request.POST or None, printers=choices), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            chosen = next(p for p in usable if p.code == form.cleaned_data["printer"])
            about = doing(request, form, chosen.site)
            status = attempt(form, lambda: services.ask_print(copy=code, printer=chosen.code, **about))
        if status == 200:
            messages.success(request, _said()["move"])
            return redirect("coi:label_queue")
    context = {"copy": copy, "form": form, "printers": usable}
    return render(request, "coi/label_print.html", context, status=status)


# --- printers --------------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def new_printer(request: HttpRequest, site: str) -> HttpResponse:
    """Register a printer at a site."""
    if site not in person_of(request).sites(KEEPERS, timezone.now()):
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
        form, status = forms.get(what), 422
        if form is not None and form.is_valid():
            status = attempt(form, lambda: _change(request, found, form, what))
        if status == 200:
            messages.success(request, _("The printer is changed; what waited for it is tried again."))
            return redirect("coi:printer", found.code)
    context = {
        "printer": found,
        "forms": forms,
        "may_load": found.site in viewer.sites(LOADERS, now),
        "may_change": found.site in viewer.sites(KEEPERS, now),
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
