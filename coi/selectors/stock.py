"""Material lots and equipment as values, for rooms above."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from coi.models import Equipment, MaterialLot
from coi.rules.stock import StockStatus

MOST = 50


@dataclass(frozen=True)
class StockView:
    """A material lot (its kind is the material) or a device; `good_until` is its expiry or when calibration is due."""

    id: str
    code: str
    kind: str
    name: str
    status: StockStatus
    good_until: datetime
    site: str


def lots(codes: Collection[str]) -> dict[str, StockView]:
    """The lots of these codes, by code; unknown ones are not there (one statement)."""
    return {row.code: _lot(row) for row in MaterialLot.objects.filter(code__in=_sound(codes))}


def lots_at(site: str, materials: Collection[str]) -> tuple[StockView, ...]:
    """Lots of these materials at a site, by code."""
    rows = MaterialLot.objects.filter(site__code=site, material__in=materials).order_by("material", "code")
    return tuple(_lot(row) for row in rows)


def lots_called(text: str, sites: Collection[str]) -> tuple[StockView, ...]:
    """Lots at these sites by their id, their code or their supplier's number, by code (one statement)."""
    if "\x00" in text:
        return ()
    called = Q(code=text) | Q(lot_no=text)
    with suppress(ValueError):
        called |= Q(pk=UUID(text))
    rows = MaterialLot.objects.filter(called, site__code__in=sorted(sites)).order_by("code")
    return tuple(_lot(row) for row in rows[:MOST])


def devices(codes: Collection[str]) -> dict[str, StockView]:
    """The devices of these codes, by code; unknown ones are not there (one statement)."""
    return {row.code: _device(row) for row in Equipment.objects.filter(code__in=_sound(codes))}


def devices_at(site: str, kinds: Collection[str]) -> tuple[StockView, ...]:
    """Devices of these kinds at a site, by code."""
    rows = Equipment.objects.filter(site__code=site, kind__in=kinds).order_by("kind", "code")
    return tuple(_device(row) for row in rows)


def _sound(codes: Collection[str]) -> list[str]:
    return [code for code in codes if "\x00" not in code]


def _lot(row: MaterialLot) -> StockView:
    status, site = StockStatus(row.status), row.site_id
    return StockView(str(row.id), row.code, row.material, row.lot_no, status, row.expires_at, site)


def _device(row: Equipment) -> StockView:
    status, site = StockStatus(row.status), row.site_id
    return StockView(str(row.id), row.code, row.kind, row.name, status, row.calibration_due_at, site)
