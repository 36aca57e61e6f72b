"""Tables of `coi`. All but `Vault` and `Counter` are projections: only the ledger writes them."""

from coi.models.base import choices
from coi.models.checks import Check, PlaceUse, Scan, StepRecord
from coi.models.containers import Batch, Collection, Container, ContainerParent, Handover, LabelCopy
from coi.models.holds import Deviation, Hold
from coi.models.orders import Alias, Order, Patient, Product
from coi.models.printers import Printer, PrintJob
from coi.models.reconciliations import Reconciliation
from coi.models.scanners import ScannerQualification
from coi.models.stock import Equipment, MaterialLot
from coi.models.vault import Counter, Vault
from coi.models.weights import Weight

__all__ = [
    "Alias",
    "Batch",
    "Check",
    "Collection",
    "Container",
    "ContainerParent",
    "Counter",
    "Deviation",
    "Equipment",
    "Handover",
    "Hold",
    "LabelCopy",
    "MaterialLot",
    "Order",
    "Patient",
    "PlaceUse",
    "PrintJob",
    "Printer",
    "Product",
    "Reconciliation",
    "Scan",
    "ScannerQualification",
    "StepRecord",
    "Vault",
    "Weight",
    "choices",
]
