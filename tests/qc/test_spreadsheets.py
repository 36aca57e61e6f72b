"""Spreadsheets: what somebody typed is never a formula, and never more than text."""

import io

import pytest
from openpyxl import load_workbook

from qc.rules.certificates import SiteTexts
from qc.rules.document_words import DocumentKind
from qc.services.drawing_documents import spreadsheet
from tests.qc.rules.test_certificates import certificate


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x","y")', "-3"]
)
def test_a_formula_stays_a_text(text):
    data = spreadsheet(certificate(kind=DocumentKind.RFI, texts=SiteTexts(storage=text)))
    sheet = load_workbook(io.BytesIO(data))["Document"]
    (cell,) = [row[1] for row in sheet.iter_rows() if row[0].value == "Storage"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_a_plain_text_is_not_marked_and_a_control_character_is_replaced():
    data = spreadsheet(certificate(kind=DocumentKind.RFI, texts=SiteTexts("cold", "a\x07b")))
    rows = {row[0].value: row[1] for row in load_workbook(io.BytesIO(data))["Document"].iter_rows()}
    assert not rows["Storage"].quotePrefix
    assert rows["Handling"].value == "a\ufffdb"
