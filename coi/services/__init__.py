"""Every write of `coi`, one function a use case."""

from coi.services.batches import record_disposition
from coi.services.containing import contain_broken_ledger
from coi.services.deviations import assign_deviation, close_deviation, place_hold, release_hold
from coi.services.labels import RENDER as RENDER_LABEL
from coi.services.labels import reprint_label
from coi.services.lapsing import close_untouched_checks
from coi.services.orders import OrderSites, PatientDetails, add_alias, create_product, enrol_patient_and_order
from coi.services.rendering import card_sheet, render_label
from coi.services.scans import StationUnknown, record_scan
from coi.services.stock import receive_lot, register_equipment, set_equipment_status, set_lot_status
from coi.services.stops import clear_stop
from coi.services.vault import erase_patient, reveal_identity
from coi.services.watching import open_overdue_deviations

__all__ = [
    "RENDER_LABEL",
    "OrderSites",
    "PatientDetails",
    "StationUnknown",
    "add_alias",
    "assign_deviation",
    "card_sheet",
    "clear_stop",
    "close_deviation",
    "close_untouched_checks",
    "contain_broken_ledger",
    "create_product",
    "enrol_patient_and_order",
    "erase_patient",
    "open_overdue_deviations",
    "place_hold",
    "receive_lot",
    "record_disposition",
    "record_scan",
    "register_equipment",
    "release_hold",
    "render_label",
    "reprint_label",
    "reveal_identity",
    "set_equipment_status",
    "set_lot_status",
]
