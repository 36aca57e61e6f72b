"""Printers: registered and changed by administrators and supervisors; whoever works there says what is loaded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from coi.events import Event
from coi.models import Printer, PrintJob
from coi.rules.journey import CopyStatus
from coi.rules.printing import (
    LARGEST_MM,
    MOVABLE,
    PORTS,
    RESOLUTIONS,
    SMALLEST_MM,
    JobState,
    PrinterKind,
    PrinterState,
    Trouble,
    is_address,
    is_allowed,
    is_host,
    takes_resolution,
)
from coi.services.printing.jobs import printer_by_code
from coi.services.printing.recording import ask_for
from coi.services.recording import answered_once, repeated, writing
from ledger.rules import Actor, EntryRef, Subject, Where, derive, new, put
from people import selectors as people
from people.rules.fields import code_problem, text_problem
from people.rules.rights import Right
from people.services import require
from people.services.recording import Doing, record, refuse_bad, site_id

# What has to do with the printer itself is tried again at once when the printer changes.
_OF_THE_PRINTER = frozenset(Trouble) - {Trouble.NO_PRINTER, Trouble.DID_NOT_COME_OUT}


@dataclass(frozen=True)
class Stock:
    """The labels that are loaded: their size, and the kinds of containers that they are for (all when empty)."""

    width_mm: int
    height_mm: int
    kinds: Sequence[str] = ()


@dataclass(frozen=True)
class PrinterSetting:
    """What a printer is and how it is reached; `stations` print their labels on it."""

    name: str
    kind: PrinterKind
    dpi: int
    host: str = ""
    port: int = PORTS.start
    stations: Sequence[str] = ()


@answered_once
def register_printer(
    *,
    code: str,
    site: str,
    setting: PrinterSetting,
    stock: Stock,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> UUID:
    """Add a printer to a site. Returns its id.

    Raises NotFound (site), NotAllowed, Invalid (fields; an address that is not in the networks of printers), Conflict
    (the code is taken).
    """
    doing = Doing(actor, where, now, request_id)
    row = derive(request_id, "printer")
    require(actor=actor, right=Right.REGISTER_PRINTER, site=site, now=now)
    site_id(site)
    if repeated(request_id, Event.PRINTER_REGISTERED, printer=code):
        return row
    refuse_bad(code=code_problem(code), **_problems(site, setting), **_stock_problems(stock))
    values = {**_columns(setting), **_stock_columns(stock), "state": str(PrinterState.ACTIVE)}
    with writing():
        record(
            doing,
            event=Event.PRINTER_REGISTERED,
            stream=f"site:{site}",
            facts={"printer": code, "site": site, **_told(setting, stock)},
            changes=[new("coi.printer", row, code=code, site_id=site, **values)],
            subjects=[Subject("printer", code)],
        )
    return row


@answered_once
def change_printer(
    *,
    code: str,
    setting: PrinterSetting,
    state: PrinterState,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> None:
    """Change what a printer is, how it is reached, or whether it is used; what waited for it is tried again.

    Raises NotFound, NotAllowed, Invalid (fields).
    """
    printer, doing = printer_by_code(code), Doing(actor, where, now, request_id)
    require(actor=actor, right=Right.CHANGE_PRINTER, site=printer.site_id, now=now)
    if repeated(request_id, Event.PRINTER_CHANGED, printer=code):
        return
    refuse_bad(**_problems(printer.site_id, setting))
    facts = {"printer": code, "state": str(state), **_told(setting, None)}
    changed = put("coi.printer", printer.id, state=str(state), **_columns(setting))
    with writing():
        entry = record(
            doing,
            event=Event.PRINTER_CHANGED,
            stream=f"site:{printer.site_id}",
            facts=facts,
            changes=[changed],
            subjects=[Subject("printer", code)],
        )
        _try_again(entry, printer, doing)


@answered_once
def load_stock(
    *, code: str, stock: Stock, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> None:
    """Say which labels are loaded now; what waited for it is tried again. Raises NotFound, NotAllowed, Invalid."""
    printer, doing = printer_by_code(code), Doing(actor, where, now, request_id)
    require(actor=actor, right=Right.LOAD_STOCK, site=printer.site_id, now=now)
    if repeated(request_id, Event.STOCK_LOADED, printer=code):
        return
    refuse_bad(**_stock_problems(stock))
    with writing():
        entry = record(
            doing,
            event=Event.STOCK_LOADED,
            stream=f"site:{printer.site_id}",
            facts={
                "printer": code,
                "stock": f"{stock.width_mm} x {stock.height_mm} mm",
                "kinds": list(stock.kinds),
            },
            changes=[put("coi.printer", printer.id, **_stock_columns(stock))],
            subjects=[Subject("printer", code)],
        )
        _try_again(entry, printer, doing)


def _try_again(entry: EntryRef, printer: Printer, doing: Doing) -> None:
    """Whatever waits for this printer was waiting for this, perhaps."""
    waiting = PrintJob.objects.filter(
        printer=printer,
        state__in=[state.value for state in MOVABLE - {JobState.QUEUED}],
        trouble__in=[trouble.value for trouble in _OF_THE_PRINTER],
        copy__status__in=[CopyStatus.ISSUED.value, CopyStatus.PRINTED.value],
    )
    for job in waiting.order_by("id"):
        ask_for(entry, job.id, job.turn, doing)


def _columns(setting: PrinterSetting) -> dict[str, Any]:
    return {
        "name": setting.name,
        "kind": str(setting.kind),
        "dpi": setting.dpi,
        "host": setting.host,
        "port": setting.port,
        "stations": sorted(setting.stations),
    }


def _stock_columns(stock: Stock) -> dict[str, Any]:
    return {"width_mm": stock.width_mm, "height_mm": stock.height_mm, "kinds": sorted(stock.kinds)}


def _told(setting: PrinterSetting, stock: Stock | None) -> dict[str, Any]:
    loaded = {"stock": f"{stock.width_mm} x {stock.height_mm} mm"} if stock is not None else {}
    return {
        "kind": str(setting.kind),
        "address": f"{setting.host}:{setting.port}" if setting.host else "",
        **loaded,
    }


def _problems(site: str, setting: PrinterSetting) -> Mapping[str, str | None]:
    here = {station.code for station in people.stations([site])}
    return {
        "name": text_problem(setting.name, 100),
        "dpi": _dpi_problem(setting),
        "host": _host_problem(setting),
        "port": None if setting.port in PORTS else "port_not_allowed",
        "stations": None if here.issuperset(setting.stations) else "not_choice",
    }


def _dpi_problem(setting: PrinterSetting) -> str | None:
    if setting.dpi not in RESOLUTIONS:
        return "not_choice"
    return None if takes_resolution(setting.kind, setting.dpi) else "dpi_of_no_zpl"


def _host_problem(setting: PrinterSetting) -> str | None:
    """An address must be one of a printer's; a name is held against the same networks whenever it is used."""
    host = setting.host
    if not host:
        return "text_required" if setting.kind is PrinterKind.ZPL else None
    if not is_host(host):
        return "host_shape"
    if is_address(host) and not is_allowed(host, settings.PRINTER_NETWORKS):
        return "address_not_allowed"
    return None


def _stock_problems(stock: Stock) -> Mapping[str, str | None]:
    sizes = {"width_mm": stock.width_mm, "height_mm": stock.height_mm}
    return {
        name: None if SMALLEST_MM <= size <= LARGEST_MM else "size_not_possible"
        for name, size in sizes.items()
    }
