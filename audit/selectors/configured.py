"""What was set up at sites at a moment, as the entries until then left it: places, stations, printers, devices."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coi.events import Event as Coi
from ledger.events import Event as Ledger
from ledger.selectors.histories import entries_of_period, rows_as_of
from people.events import Event as People
from people.rules.sites import SiteView

Rows = Mapping[str, Mapping[str, Any]]

_EVENTS = (
    *(People.PLACE_CREATED, People.STATION_REGISTERED, People.STATION_CHANGED),
    *(Coi.PRINTER_REGISTERED, Coi.PRINTER_CHANGED, Coi.STOCK_LOADED),
    *(Coi.SCANNER_QUALIFIED, Coi.SCANNER_FAILED),
    *(Coi.EQUIPMENT_REGISTERED, Coi.EQUIPMENT_STATUS_SET),
)


@dataclass(frozen=True)
class SetUp:
    """Rows as they stood, each with the code of its site, by code. `scanners`: the newest record of each station."""

    stations: tuple[Mapping[str, Any], ...]
    printers: tuple[Mapping[str, Any], ...]
    devices: tuple[Mapping[str, Any], ...]
    scanners: Mapping[str, Mapping[str, Any]]


def set_up(sites: Collection[SiteView], at: datetime) -> SetUp:
    """How the sites were set up at a moment (one statement)."""
    tables = rows_as_of(at, events=_EVENTS)
    codes = {site.id: site.code for site in sites}
    known = frozenset(codes.values())
    places = tables.get("people.place", {})
    stations = [
        {**row, "site": codes[row["site_id"]], "place": places.get(row["place_id"], {}).get("code", "")}
        for row in tables.get("people.station", {}).values()
        if row["site_id"] in codes
    ]
    scanners = sorted(_of("coi.scannerqualification", tables, known), key=lambda row: str(row["at"]))
    return SetUp(
        stations=tuple(sorted(stations, key=_code)),
        printers=tuple(sorted(_of("coi.printer", tables, known), key=_code)),
        devices=tuple(sorted(_of("coi.equipment", tables, known), key=_code)),
        scanners={str(row["station"]): row for row in scanners},
    )


def _of(table: str, tables: Mapping[str, Rows], sites: Collection[str]) -> list[dict[str, Any]]:
    rows = tables.get(table, {}).values()
    return [{**row, "site": row["site_id"]} for row in rows if row["site_id"] in sites]


def _code(row: Mapping[str, Any]) -> tuple[str, str]:
    return str(row["site"]), str(row["code"])


@dataclass(frozen=True)
class Configured:
    """With which software and deciding settings the installation was started, and when that was entered."""

    software: str
    settings: Mapping[str, Any]
    since: datetime


def configured(at: datetime) -> Configured | None:
    """The record of a moment; None where nothing had been recorded by then (one statement)."""
    found = entries_of_period(None, at, events=[Ledger.INSTALLATION_CONFIGURED], streams=["ledger"])
    if not found:
        return None
    last = found[-1]
    return Configured(str(last.facts["software"]), last.facts["settings"], last.occurred_at)
