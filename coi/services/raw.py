"""The raw bytes of a scan, kept in the vault."""

from coi.rules.requests import ScanRequest
from coi.rules.vault import VaultKind
from coi.services import vault


def keep(scan: ScanRequest) -> str:
    """Put the raw bytes of a request into the vault; their salted digest goes into the entry."""
    content = [barcode.hex() for barcode in scan.barcodes]
    return vault.keep_json(kind=VaultKind.SCAN, id=scan.scan_id, content=content)
