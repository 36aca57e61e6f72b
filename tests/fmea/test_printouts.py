"""A printed worksheet: PDF/A, the same bytes each time, every row on it, its symbol read back, its digests its own."""

import copy
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pypdfium2
import pytest

from cpv.rules.programme.report import Cited, LedgerPoint
from fmea.rules.comparing import compare_cells
from fmea.rules.report import Picture, Printed, Printing, Signed, content_of, digest_of_data
from fmea.rules.worksheet_reading import parse
from fmea.services.drawing_worksheets import DrawnWorksheet, draw_worksheet
from tests import paper
from tests.fmea.worksheet_given import CONTENT, LEAD, of_rows

AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
PRINTING = Printing("/risk/printouts/7/", AT, "Rosa Reyes")
ROOT = "5e" * 32
SQUARE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200"><rect width="300" height="200"/></svg>'
)


def printed(document: Any = CONTENT, **more: Any) -> Printed:
    worksheet, faults = parse(document)
    assert worksheet is not None, faults
    about: dict[str, Any] = {
        "site": "PLANT",
        "site_name": "Plant North",
        "zone": "Europe/Berlin",
        "state": "In effect",
        "checkpoint": LedgerPoint(4711, ROOT, AT),
    }
    return Printed(worksheet, Cited("FMEA-CD19", 2, "ab" * 32), **about | more)


def text_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def squeezed(text: str) -> str:
    return re.sub(r"\s|\u200b|\ufffe|\u0002", "", text)


@pytest.fixture(scope="module")
def drawn() -> DrawnWorksheet:
    old = copy.deepcopy(CONTENT)
    old["rows"][0]["severity"]["rating"] = 9
    old["title"] = "Before"
    del old["rows"][3]
    return draw_worksheet(
        printed(
            signatures=(Signed("Bob Brandt", "review", AT), Signed(LEAD, "approval", AT, is_valid=False)),
            residual={"R1": Signed(LEAD, "approval", AT), "R2": Signed(LEAD, "approval", AT, is_valid=False)},
            earlier=Cited("FMEA-CD19", 1, "cd" * 32),
            changes=compare_cells(old, CONTENT),
            said={"identity_mismatch": "another patient's"},
        ),
        PRINTING,
        (
            Picture("Severity and occurrence", SQUARE),
            Picture("Pareto", SQUARE),
            Picture("Steps", SQUARE, True),
        ),
    )


def test_it_is_made_to_be_kept(drawn: DrawnWorksheet) -> None:
    """PDF/A-2b says so of itself, carries its fonts and its colours, and leads nowhere."""
    assert drawn.pdf.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part>" in drawn.pdf
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in drawn.pdf
    assert b"/OutputIntents" in drawn.pdf
    assert b"/JavaScript" not in drawn.pdf
    assert b"/URI" not in drawn.pdf


def test_every_page_says_what_it_is_of_and_where_the_ledger_stood(drawn: DrawnWorksheet) -> None:
    pages = text_of(drawn.pdf)
    for number, page in enumerate(pages, start=1):
        assert f"page {number} of {len(pages)}" in page
        assert "FMEA-CD19, version 2" in page
        assert "4711 entries" in page
        assert squeezed(drawn.digest[:16]) in squeezed(page)
    whole = squeezed("".join(pages))
    assert {drawn.digest, ROOT, "ab" * 32} <= set(re.findall(r"(?=([0-9a-f]{64}))", whole))


def test_all_of_the_worksheet_is_on_it(drawn: DrawnWorksheet) -> None:
    whole = squeezed("".join(text_of(drawn.pdf)))
    for row in CONTENT["rows"]:
        for key in ("function", "mode", "effect", "cause"):
            assert squeezed(row[key]) in whole
    for action in CONTENT["actions"]:
        assert squeezed(action["text"]) in whole
    for scale in CONTENT["scales"].values():
        assert all(squeezed(level["text"]) in whole for level in scale["levels"])
    for said in (
        *(CONTENT["scope"], CONTENT["formality"]["why"], "240→40", "4→2", "High→Low"),
        *(
            "Under way, overdue by 111 days",
            "meant to reach (O 3, D 2)",
            "stop at the stations: another patient's",
        ),
        *(
            "INVALID: the row is not the one that was signed",
            "What differs from version 1",
            "Wrong bag in the shipper",
        ),
        *(
            "From enrolment to infusion",
            "INVALID: the worksheet is not the one that was signed",
            "not signed",
        ),
    ):
        assert squeezed(said) in whole, said


def test_its_symbol_leads_to_the_record_and_tells_a_forgery(drawn: DrawnWorksheet) -> None:
    (mark,) = paper.marks(drawn.pdf)
    assert mark.text == f"/risk/printouts/7/?d={sha256(drawn.content).hexdigest()[:16]}"


def test_the_same_worksheet_is_the_same_bytes() -> None:
    one, other = (draw_worksheet(printed(), PRINTING) for _ in range(2))
    assert one.pdf == other.pdf
    later = replace(PRINTING, at=datetime(2026, 11, 3, 12, tzinfo=UTC), by="Bob Brandt")
    contents = [content_of(printed(), it) for it in (PRINTING, later)]
    assert contents[0] != contents[1]
    assert digest_of_data(contents[0]) == digest_of_data(contents[1])
    assert json.loads(one.content)["kind"] == "fmea_worksheet_print"


def test_what_is_not_filled_in_yet_is_printed_too() -> None:
    bare = {
        "title": "T",
        "product": "CD19",
        "scales": CONTENT["scales"],
        "rows": [{"code": "R1"}, {"code": "R2"}],
    }
    bare["rows"][1] |= {"mode": "x" * 1900, "severity": {"rating": 9}}
    drawn = draw_worksheet(printed(bare, marks=("NOT SIGNED",), checkpoint=None), PRINTING)
    whole = squeezed("".join(text_of(drawn.pdf)))
    assert squeezed("2 rows are not scored on all three scales") in whole
    assert squeezed("1 row of severity 9 or 10 without a decision") in whole
    assert "NOTSIGNED" in whole
    assert "x" * 1900 in whole


def test_many_rows_are_all_there() -> None:
    drawn = draw_worksheet(printed(of_rows(60)), PRINTING)
    pages = text_of(drawn.pdf)
    whole = squeezed("".join(pages))
    assert all(f"R{n}" in whole for n in range(1, 61))
    assert len(pages) < 30
