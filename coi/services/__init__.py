"""Every write of `coi`, one function a use case."""

from coi.selectors.finding import Found
from coi.services.acceptance import record_acceptance
from coi.services.alerting import alert_on_stops
from coi.services.aliases import add_alias, retire_alias
from coi.services.batches import hold_batch, record_disposition
from coi.services.cards import print_badges, print_cards, print_wristband, shipper_picture, shipper_zpl
from coi.services.closing import close_journey
from coi.services.containing import contain_broken_ledger
from coi.services.deviations import assign_deviation, close_deviation, place_hold, release_hold
from coi.services.drawing import RESOLUTIONS as LABEL_RESOLUTIONS
from coi.services.drawing_cards import test_card
from coi.services.erasing import Erasure, erase_patient
from coi.services.fates import account_for_label, correct_label_fate
from coi.services.finding import find_journey
from coi.services.labels import RENDER as RENDER_LABEL
from coi.services.labels import reprint_label
from coi.services.lapsing import close_untouched_checks
from coi.services.orders import OrderSites, PatientDetails, create_product, enrol_patient_and_order
from coi.services.printing import PRINT as PRINT_LABEL
from coi.services.printing import (
    LabelFile,
    PrinterSetting,
    ask_print,
    change_printer,
    confirm_print,
    deny_print,
    hand_out_label,
    load_stock,
    move_print,
    print_label,
    register_printer,
)
from coi.services.printing import Stock as LabelStock
from coi.services.reconciliations import (
    Identities,
    approve_reconciliation,
    change_patient_details,
    merge_patients,
    reject_reconciliation,
    show_reconciliation,
)
from coi.services.rendering import LABEL_FAULTS, card_sheet, label_view, render_label
from coi.services.scanners import open_due_scanner_work, record_qualification, try_symbol
from coi.services.scans import StationUnknown, record_scan
from coi.services.stock import (
    read_supplier_label,
    receive_lot,
    register_equipment,
    set_equipment_status,
    set_lot_status,
)
from coi.services.stops import clear_stop
from coi.services.vault import reveal_identity
from coi.services.watching import open_overdue_deviations
from coi.services.weights import correct_weight, record_weight

__all__ = [
    "LABEL_FAULTS",
    "LABEL_RESOLUTIONS",
    "PRINT_LABEL",
    "RENDER_LABEL",
    "Erasure",
    "Found",
    "Identities",
    "LabelFile",
    "LabelStock",
    "OrderSites",
    "PatientDetails",
    "PrinterSetting",
    "StationUnknown",
    "account_for_label",
    "add_alias",
    "alert_on_stops",
    "approve_reconciliation",
    "ask_print",
    "assign_deviation",
    "card_sheet",
    "change_patient_details",
    "change_printer",
    "clear_stop",
    "close_deviation",
    "close_journey",
    "close_untouched_checks",
    "confirm_print",
    "contain_broken_ledger",
    "correct_label_fate",
    "correct_weight",
    "create_product",
    "deny_print",
    "enrol_patient_and_order",
    "erase_patient",
    "find_journey",
    "hand_out_label",
    "hold_batch",
    "label_view",
    "load_stock",
    "merge_patients",
    "move_print",
    "open_due_scanner_work",
    "open_overdue_deviations",
    "place_hold",
    "print_badges",
    "print_cards",
    "print_label",
    "print_wristband",
    "read_supplier_label",
    "receive_lot",
    "record_acceptance",
    "record_disposition",
    "record_qualification",
    "record_scan",
    "record_weight",
    "register_equipment",
    "register_printer",
    "reject_reconciliation",
    "release_hold",
    "render_label",
    "reprint_label",
    "retire_alias",
    "reveal_identity",
    "set_equipment_status",
    "set_lot_status",
    "shipper_picture",
    "shipper_zpl",
    "show_reconciliation",
    "test_card",
    "try_symbol",
]
