"""Material lots and equipment: received in quarantine, approved by quality, blocked when in doubt."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from coi.events import Event
from coi.models import Equipment, MaterialLot
from coi.rules.identifiers import Identifier, read
from coi.rules.stock import StockStatus, expected_elements, label_expiry, supplier_lot
from coi.services.recording import writing
from ledger.rules import Actor, Subject, Where, derive, new, put
from ledger.rules.errors import Invalid, NotFound
from people import selectors as people
from people.rules import codes
from people.rules.rights import Right
from people.services import require
from people.services.recording import Doing, record

_RIGHTS = {
    Event.LOT_RECEIVED: Right.RECEIVE_LOT,
    Event.LOT_STATUS_SET: Right.SET_LOT_STATUS,
    Event.EQUIPMENT_REGISTERED: Right.REGISTER_EQUIPMENT,
    Event.EQUIPMENT_STATUS_SET: Right.SET_EQUIPMENT_STATUS,
}


def receive_lot(
    *,
    code: str,
    material: str,
    lot_no: str,
    expires_at: datetime,
    site: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
    supplier_label: bytes = b"",
) -> str:
    """Take a supplier's lot into stock, in quarantine. `code` is the short code (type M) stuck on it.

    With the supplier's GS1 label, as scanned, the lot is found by that label too. What somebody read on the material,
    lot number and expiry, has to agree with what the scanner read: a scanner that runs fields together is found here.
    """
    _need_code(code, codes.CodeType.MATERIAL_LOT)
    values = {"material": material, "lot_no": lot_no, "site_id": site, "expires_at": expires_at}
    if supplier_label:
        values |= _from_label(supplier_label, lot_no, expires_at, site)
    _receive("coi.materiallot", Event.LOT_RECEIVED, code, values, Doing(actor, where, now, request_id))
    return code


def register_equipment(
    *,
    code: str,
    kind: str,
    name: str,
    calibration_due_at: datetime,
    site: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> str:
    """Register a device (short code of type E) or a shipper (type H), not yet approved for use."""
    _need_code(code, codes.CodeType.SHIPPER if kind == "shipper" else codes.CodeType.EQUIPMENT)
    values = {"kind": kind, "name": name, "site_id": site, "calibration_due_at": calibration_due_at}
    _receive("coi.equipment", Event.EQUIPMENT_REGISTERED, code, values, Doing(actor, where, now, request_id))
    return code


def set_lot_status(
    *,
    code: str,
    status: StockStatus,
    reason: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> None:
    """Approve or block a lot. Raises NotFound, NotAllowed, Invalid (no reason)."""
    lot = MaterialLot.objects.filter(code=code).first()
    if lot is None:
        raise NotFound("lot_unknown")
    _set_status(Event.LOT_STATUS_SET, lot, status, reason, Doing(actor, where, now, request_id))


def set_equipment_status(
    *,
    code: str,
    status: StockStatus,
    reason: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> None:
    """Approve or block a device. Raises NotFound, NotAllowed, Invalid (no reason)."""
    device = Equipment.objects.filter(code=code).first()
    if device is None:
        raise NotFound("equipment_unknown")
    _set_status(Event.EQUIPMENT_STATUS_SET, device, status, reason, Doing(actor, where, now, request_id))


def read_supplier_label(label: bytes) -> Identifier:
    """A supplier's label with GTIN and batch number; Invalid when it is none."""
    found = read(label)
    if not isinstance(found, Identifier) or supplier_lot(found) is None:
        raise Invalid("fields_invalid", detail={"fields": {"supplier_label": "not_a_supplier_label"}})
    return found


def _from_label(label: bytes, lot_no: str, expires_at: datetime, site: str) -> dict[str, Any]:
    """The columns that the label gives, once it agrees with what was read on the material."""
    found = read_supplier_label(label)
    gtin, batch = supplier_lot(found) or ("", "")
    local = expires_at.astimezone(ZoneInfo(people.zone_of(site))).date()
    wrong = {}
    if batch != lot_no:
        wrong["lot_no"] = "lot_differs"
    if label_expiry(found, local) not in (None, local):
        wrong["expires_at"] = "expiry_differs"
    if wrong:
        raise Invalid("fields_invalid", detail={"fields": wrong})
    return {"gtin": gtin, "elements": expected_elements(found)}


def _need_code(code: str, wanted: codes.CodeType) -> None:
    if not codes.is_code(code, wanted):
        raise Invalid("fields_invalid", detail={"fields": {"code": f"not_a_code_of_type_{wanted}"}})


def _receive(table: str, event: Event, code: str, values: dict[str, Any], doing: Doing) -> None:
    site = values["site_id"]
    require(actor=doing.actor, right=_RIGHTS[event], site=site, now=doing.now)
    row = new(table, derive(doing.request_id, table), code=code, status=str(StockStatus.QUARANTINE), **values)
    with writing():
        record(
            doing,
            event=event,
            stream="stock",
            facts={"code": code, "site": site},
            changes=[row],
            subjects=[Subject(table.removeprefix("coi."), code)],
        )


def _set_status(
    event: Event, row: MaterialLot | Equipment, status: StockStatus, reason: str, doing: Doing
) -> None:
    if not reason.strip():
        raise Invalid("fields_invalid", detail={"fields": {"reason": "text_required"}})
    require(actor=doing.actor, right=_RIGHTS[event], site=row.site_id, now=doing.now)
    table = row._meta.label_lower
    with writing():
        record(
            doing,
            event=event,
            stream="stock",
            facts={"code": row.code, "status": str(status), "was": row.status},
            changes=[put(table, row.id, status=str(status))],
            subjects=[Subject(table.removeprefix("coi."), row.code)],
            reason=reason,
        )
