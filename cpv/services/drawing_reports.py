"""Draw a report: PDF/A by Typst with its charts, its symbol read back; a spreadsheet; the same content as JSON."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from coi.rules.labels import Symbol, Symbology
from coi.services import drawing
from cpv.rules.programme.report import Report
from cpv.rules.programme.report_content import Drawing, address_of, content_of, digest_of_data
from cpv.rules.programme.report_pictures import picture_of
from cpv.rules.programme.report_tables import tables
from ledger.rules import canonical
from qc.services.charts import draw_chart
from qc.services.drawing_documents import workbook

_TEMPLATE = "cpv/report.typ"
# The coarsest that a report is printed or scanned at: what reads so reads at any finer one.
_READ_AT = drawing.RESOLUTIONS[:1]
# How far the drawing is, from 0 to 1.
Told = Callable[[float], None]
# Of the whole work, what the pictures are.
_PICTURES = 0.7


@dataclass(frozen=True)
class DrawnReport:
    """The files of a report by form; `digest` is that of the JSON."""

    files: Mapping[str, bytes]
    digest: str
    digest_of_data: str
    content: Mapping[str, Any]


def draw(found: Report, about: Drawing, told: Told) -> DrawnReport:
    """Draw a report in its three forms. Raises one of `qc.services.drawing_documents.DOCUMENT_FAULTS`."""
    content = content_of(found, about)
    data = canonical(content)
    digest, of_data = sha256(data).hexdigest(), digest_of_data(content)
    plain = json.loads(data)
    pictures = []
    for number, section in enumerate(found.sections, start=1):
        pictures.append(draw_chart(picture_of(section, found.sources.zone)).decode())
        told(_PICTURES * number / len(found.sections))
    sheet = workbook(tables(plain, digest, of_data))
    told(_PICTURES + 0.1)
    pdf = _pdf({"document": plain, "digest": digest, "digest_of_data": of_data, "pictures": pictures}, about)
    return DrawnReport({"pdf": pdf, "xlsx": sheet, "json": data}, digest, of_data, plain)


def _pdf(shown: dict[str, Any], about: Drawing) -> bytes:
    symbol = Symbol(Symbology.DATA_MATRIX, address_of(about.id, shown["digest"]), "")
    for chart in shown["document"]["charts"]:
        del chart["points"]  # those are in the spreadsheet; the page has their picture
    content = shown | {"symbol": drawing.drawn_symbol(symbol)}
    return drawing.draw_sheet(drawing.Sheet(_TEMPLATE, content, (symbol,), resolutions=_READ_AT), about.at)
