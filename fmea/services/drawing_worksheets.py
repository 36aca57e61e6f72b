"""Draw a worksheet: PDF/A by Typst with its pictures, its symbol read back, every page with the ledger's checkpoint."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from coi.rules.labels import Symbol, Symbology
from coi.services import drawing
from fmea.rules.report import Picture, Printed, Printing, address_of, content_of, digest_of_data
from ledger.rules import canonical

_TEMPLATE = "fmea/worksheet.typ"
# The coarsest that a worksheet is printed or scanned at: what reads so reads at any finer one.
_READ_AT = drawing.RESOLUTIONS[:1]


@dataclass(frozen=True)
class DrawnWorksheet:
    """A drawn worksheet. `content`: canonical JSON of all that it says; `digest`: the SHA-256 of that."""

    pdf: bytes
    content: bytes
    digest: str


def draw_worksheet(found: Printed, printing: Printing, pictures: Sequence[Picture] = ()) -> DrawnWorksheet:
    """Draw a worksheet. Raises one of `qc.services.drawing_documents.DOCUMENT_FAULTS`."""
    content = content_of(found, printing)
    data = canonical(content)
    digest = sha256(data).hexdigest()
    symbol = Symbol(Symbology.DATA_MATRIX, address_of(printing.path, digest), "")
    shown: dict[str, Any] = {
        "document": json.loads(data),
        "digest": digest,
        "digest_of_data": digest_of_data(content),
        "pictures": [asdict(it) for it in pictures],
        "symbol": drawing.drawn_symbol(symbol),
    }
    pdf = drawing.draw_sheet(drawing.Sheet(_TEMPLATE, shown, (symbol,), resolutions=_READ_AT), printing.at)
    return DrawnWorksheet(pdf, data, digest)
