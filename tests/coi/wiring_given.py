"""Requests of every kind, and what their entries say."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from coi import services as coi
from coi.models import Collection
from coi.rules.outcome import RefusalCode
from coi.rules.requests import ScanRequest
from coi.rules.stock import StockStatus
from config.demonstration.player import Player
from config.demonstration.site import PLANT
from ledger import selectors as ledger
from people.rules import codes
from tests import given
from tests.furnished import Journeys

GS = "\x1d"
STAFF = "='A999900395A"
STAFF_GS1 = "8017950600013435000028"
PATIENT_GS1 = "8018950600013435000028"
SUPPLIED = f"]d201095060001343521728123110LOT42A{GS}21BAG01"


def facts(answer: dict[str, Any]) -> dict[str, Any]:
    """The facts of the entry of an answer."""
    entry = ledger.entry_for_request(UUID(answer["scan_id"]))
    assert entry is not None
    return entry.facts


def identify(j: Journeys, *barcodes: str, player: Player | None = None) -> dict[str, Any]:
    """Order and wristband at the chair."""
    return (player or j.fresh).scan("NCHAIR", j.demo.member("Nora"), *barcodes, step="identify")


def request(j: Journeys, station: str, badge: str, *barcodes: str, **more: Any) -> ScanRequest:
    """A request with any badge."""
    raw = tuple(code.encode() for code in barcodes)
    return ScanRequest(uuid4(), j.demo.tokens[station], badge.encode(), raw, **more)


def received(j: Journeys, label: str = SUPPLIED, **more: Any) -> str:
    """A vector's lot comes into stock by its own label, and is approved."""
    code = codes.make("M", "GS1VECTOR")
    about = {
        "code": code,
        "material": "vector",
        "lot_no": "LOT42A",
        "expires_at": datetime(2028, 12, 31, 22, 59, 59, tzinfo=UTC),
        "site": PLANT,
        "supplier_label": label.encode(),
    }
    coi.receive_lot(**about | given.doing(j.cultured, "Alice") | more)
    coi.set_lot_status(
        code=code, status=StockStatus.APPROVED, reason="certificate", **given.doing(j.cultured, "Amir")
    )
    return code


def transduce(j: Journeys, lot: str, who: str = "Alice", **more: Any) -> dict[str, Any]:
    """The vector is added."""
    p = j.cultured
    device = [] if "check" in more else [j.demo.devices["incubator", PLANT]]
    values = {} if "check" in more else {"moi": "3.0"}
    scans = (p.label("culture"), lot, *device)
    return p.scan("HOOD", j.demo.member(who), *scans, step="transduce", values=values, **more)


Code = RefusalCode


def din_of(p: Player) -> str:
    """The donation number of a journey."""
    return Collection.objects.get(order__coi_id=p.coi_id).din
