"""Printing labels: which printer, what stands in the way, what may be done with a job, and where bytes may go.

A label copy is sent to a printer once. A printer that speaks over a raw socket does not say whether a label came out,
so a job that was sent is settled by the label being scanned back on its container, or by somebody who looked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

from coi.rules.journey import CopyStatus

Network = IPv4Network | IPv6Network

# Raw printing as print servers number it (9100 and up); nothing else on a machine is reached through a printer.
PORTS = range(9100, 9200)
# Of printers; a label in ZPL is laid out in dots, and for these alone.
RESOLUTIONS = (203, 300, 600)
ZPL_RESOLUTIONS = (203, 300)
SMALLEST_MM, LARGEST_MM = 10, 300
_HOST = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?:\.(?!-)[A-Za-z0-9-]{1,63})*", re.ASCII)


class PrinterKind(StrEnum):
    """What a printer takes: ZPL, or the PDF itself (sent, or printed by hand)."""

    PDF = "pdf"
    ZPL = "zpl"


class PrinterState(StrEnum):
    """Whether a printer is to be used."""

    ACTIVE = "active"
    OUT_OF_SERVICE = "out_of_service"


class JobState(StrEnum):
    """Where the printing of one copy stands. What is waiting or failed was never sent."""

    QUEUED = "queued"
    WAITING = "waiting"
    SENT = "sent"
    PRINTED = "printed"
    FAILED = "failed"


class Trouble(StrEnum):
    """Why a job waits, or what went wrong with it."""

    NO_PRINTER = "no_printer"
    BY_HAND = "by_hand"
    OUT_OF_SERVICE = "out_of_service"
    WRONG_STOCK = "wrong_stock"
    WRONG_KIND = "wrong_kind"
    NOT_DRAWN = "not_drawn"
    ADDRESS_NOT_ALLOWED = "address_not_allowed"
    OFFLINE = "offline"
    INTERRUPTED = "interrupted"
    SILENT = "silent"
    DID_NOT_COME_OUT = "did_not_come_out"


class Shown(StrEnum):
    """What a job comes to for people, who know more than it does: the label was scanned back, or is void."""

    QUEUED = "queued"
    WAITING = "waiting"
    ASKS = "asks"
    PRINTED = "printed"
    FAILED = "failed"
    VOID = "void"


# Nothing of these was ever sent, so that they may still go anywhere.
MOVABLE = frozenset({JobState.QUEUED, JobState.WAITING, JobState.FAILED})


@dataclass(frozen=True)
class PrinterFacts:
    """One printer, as far as it matters to a label."""

    code: str
    kind: PrinterKind
    state: PrinterState
    host: str
    width_mm: int
    height_mm: int
    kinds: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """The label that is to be printed, and the station at which it was asked for."""

    kind: str
    width_mm: int
    height_mm: int
    station: str = ""


def obstacle(printer: PrinterFacts | None, wanted: Wanted) -> Trouble | None:
    """Why this printer cannot print this label now."""
    if printer is None:
        return Trouble.NO_PRINTER
    if printer.state is not PrinterState.ACTIVE:
        return Trouble.OUT_OF_SERVICE
    if (printer.width_mm, printer.height_mm) != (wanted.width_mm, wanted.height_mm):
        return Trouble.WRONG_STOCK
    if printer.kinds and wanted.kind not in printer.kinds:
        return Trouble.WRONG_KIND
    return None if printer.host else Trouble.BY_HAND


def takes_resolution(kind: PrinterKind, dpi: int) -> bool:
    """Whether labels are made for a printer of this resolution; a PDF has none."""
    return dpi in (ZPL_RESOLUTIONS if kind is PrinterKind.ZPL else RESOLUTIONS)


def choose(printers: Sequence[PrinterFacts], wanted: Wanted) -> PrinterFacts | None:
    """The printer of the station (the one that can, if it has several), else the site's only one, else none."""
    own = [printer for printer in printers if wanted.station and wanted.station in printer.stations]
    if own:
        return next((printer for printer in own if obstacle(printer, wanted) is None), own[0])
    active = [printer for printer in printers if printer.state is PrinterState.ACTIVE]
    return active[0] if len(active) == 1 else None


def shown(state: JobState, copy: CopyStatus) -> Shown:
    """What a job comes to, now that its copy is on its container or void."""
    if copy is CopyStatus.APPLIED:
        return Shown.PRINTED
    if copy is CopyStatus.VOID:
        return Shown.VOID
    return Shown.ASKS if state is JobState.SENT else Shown(state)


def may_move(state: JobState, copy: CopyStatus) -> bool:
    """Whether a job may be tried again, sent elsewhere or handed out: nothing was sent, and the copy still counts."""
    return state in MOVABLE and copy in (CopyStatus.ISSUED, CopyStatus.PRINTED)


# --- where bytes may go -----------------------------------------------------------------------------------------------


def is_address(text: str) -> bool:
    """Whether this is an address and no name."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def is_host(text: str) -> bool:
    """Whether this is an address, or has the shape of a name."""
    return is_address(text) or (len(text) <= 253 and _HOST.fullmatch(text) is not None)


def is_allowed(address: str, networks: Sequence[Network]) -> bool:
    """Whether an address lies in one of the networks in which printers stand; all others are refused.

    A name would not do: it may lead somewhere else by the time it is used.
    """
    if not is_address(address):
        return False
    found = ip_address(address)
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if found.is_multicast or found.is_unspecified:
        return False
    return any(found in network for network in networks)
