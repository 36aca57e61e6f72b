"""Every form of a report says the same, to the last cell, in the same bytes each time, and nothing of it runs."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pypdfium2
import pytest
from openpyxl import load_workbook
from PIL import Image

from audit.rules.comma_separated import guarded, without_guard
from audit.rules.paging import printed
from audit.rules.report import Cell, Column, ColumnKind, Fact, Facts, Picture, Table
from audit.rules.writing import for_people, for_programs
from audit.services.rendering import MOST_CELLS, forms, rendered
from coi.services import drawing
from ledger.rules.errors import Invalid
from tests import paper
from tests.audit.report_given import AT, DRAWING, FORMULAS, LONG, a_report, facts, nothing, steps, wide

REPORT = a_report()


@pytest.fixture(scope="module")
def made() -> Mapping[str, bytes]:
    return rendered(REPORT, DRAWING)


def pages_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def squeezed(text: str) -> str:
    return re.sub(r"\s|\u200b|\ufffe|\u0002", "", text)


def tables() -> Iterator[tuple[str, Table]]:
    for section in REPORT.sections:
        if isinstance(section, Table):
            yield section.key, section
        elif isinstance(section, Picture):
            yield section.key, section.table


def files_of(archive: bytes) -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as book:
        return {
            name[3:-4]: list(csv.DictReader(io.StringIO(book.read(name).decode(), newline="")))
            for name in book.namelist()
        }


@pytest.mark.requirement("URS-COPY-01")
def test_json_says_everything_and_every_other_form_names_its_digest(made: Mapping[str, bytes]) -> None:
    content = json.loads(made["json"])
    assert content["format"] == 1
    assert (content["title"], content["question"]) == (REPORT.title, dict(REPORT.question))
    assert [one["text"] for one in content["found"]] == [one.text for one in REPORT.found]
    told = {section["key"]: section.get("table", section) for section in content["sections"]}
    for key, table in tables():
        for row, found in zip(table.rows, told[key]["rows"], strict=True):
            names = [column.key for column in table.columns]
            assert found == dict(zip(names, map(for_json, row), strict=True))
    assert [it["value"] for it in told["summary"]["facts"]] == [for_json(it.value) for it in facts.facts]
    digest = sha256(made["json"]).hexdigest()
    assert all(digest in squeezed(page) for page in pages_of(made["pdf"]))
    assert digest in {row["value"] for row in files_of(made["csv"])["report"]}
    book = load_workbook(io.BytesIO(made["xlsx"]))
    assert digest in {row[2].value for row in book["Report"]}


def for_json(cell: Cell) -> Any:
    return cell if cell is None or isinstance(cell, bool | int) else for_programs(cell)


@pytest.mark.requirement("URS-COPY-01")
def test_every_cell_is_in_the_csv_and_comes_back_as_it_was(made: Mapping[str, bytes]) -> None:
    files = files_of(made["csv"])
    assert list(files) == [
        *("report", "found", "contents"),
        *("summary", "steps", "growth", "nothing", "wide"),
    ]
    for key, table in tables():
        for row, found in zip(table.rows, files[key], strict=True):
            cells = dict(zip([it.key for it in table.columns], row, strict=True))
            assert {name: without_guard(text) for name, text in found.items()} == {
                name: for_programs(cell) for name, cell in cells.items()
            }
    assert [row["value"] for row in files["summary"]] == [
        guarded(it.value) if isinstance(it.value, str) else for_programs(it.value) for it in facts.facts
    ]
    assert [row["text"] for row in files["found"]] == [one.text for one in REPORT.found]
    assert files["contents"][3]["empty"] == "There was no near miss."


@pytest.mark.parametrize("text", FORMULAS)
def test_what_looks_like_a_formula_is_text_and_comes_back(made: Mapping[str, bytes], text: str) -> None:
    assert guarded(text).startswith("'")
    assert without_guard(guarded(text)) == text
    cells = [cell for row in load_workbook(io.BytesIO(made["xlsx"]))["Steps"] for cell in row]
    (cell,) = [cell for cell in cells if cell.value == text]
    assert cell.data_type == "s"


@pytest.mark.parametrize("text", ["plain", "'quoted", "a=b", "", "3 - 2"])
def test_other_text_is_written_as_it_is(text: str) -> None:
    assert guarded(text) == without_guard(text) == text


@pytest.mark.requirement("URS-COPY-01")
def test_every_cell_is_in_the_spreadsheet_with_its_type(made: Mapping[str, bytes]) -> None:
    book = load_workbook(io.BytesIO(made["xlsx"]))
    titles = {section.key: section.title for section in REPORT.sections}
    for key, table in tables():
        sheet = book[titles[key]]
        assert sheet.freeze_panes == "A2"
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        expected = [[in_a_spreadsheet(cell) for cell in row] for row in table.rows]
        assert rows == expected
    assert book["Steps"]["A1"].value == "When (UTC)"
    assert isinstance(book["Steps"]["A2"].value, datetime)
    assert isinstance(book["Steps"]["H2"].value, bool)


def in_a_spreadsheet(cell: Cell) -> Any:
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).replace(tzinfo=None)
    if isinstance(cell, Decimal):
        return float(cell)
    if isinstance(cell, str):
        return cell.replace("\r\n", "\n")  # as XML keeps the ends of lines
    return datetime.combine(cell, time()) if isinstance(cell, date) else cell


@pytest.mark.requirement("URS-COPY-01")
def test_every_cell_is_on_paper_in_the_time_of_its_site(made: Mapping[str, bytes]) -> None:
    whole = squeezed("".join(pages_of(made["pdf"])))
    for _key, table in tables():
        kinds = [column.kind for column in table.columns]
        for row in table.rows:
            for cell, kind in zip(row, kinds, strict=True):
                if kind is not ColumnKind.LINK and cell != LONG:
                    text = printed(cell, kind, table.zone_of(row)).replace("\uff1d", "[U+FF1D]")
                    assert squeezed(text) in whole, (kind, cell)
    for fact in facts.facts:
        assert squeezed(for_people(fact.value, facts.zone)) in whole
    for text in (
        REPORT.title,
        REPORT.about,
        nothing.empty,
        *REPORT.left_out,
        *(it.text for it in REPORT.found),
    ):
        assert squeezed(text) in whole
    assert "2026-11-0310:30:15CET" in whole
    assert "2026-11-0304:31:15EST" in whole


def test_a_text_longer_than_a_page_has_room_for_is_whole() -> None:
    table = replace(steps, rows=(steps.rows[-1],))
    whole = squeezed("".join(pages_of(rendered(a_report(table), DRAWING)["pdf"])))
    words = LONG.split()
    # It may run over the foot of a page: what stands there comes between two of its lines.
    assert {word: whole.count(word) >= words.count(word) for word in words} == dict.fromkeys(words, True)


def test_each_page_says_its_number_and_the_checkpoint_and_leads_to_the_record(
    made: Mapping[str, bytes],
) -> None:
    texts = pages_of(made["pdf"])
    assert len(texts) >= 5
    digest = sha256(made["json"]).hexdigest()
    for number, text in enumerate(texts, start=1):
        assert f"page {number} of {len(texts)}" in text
        assert "4711 entries" in text
        assert "5e" * 32 in squeezed(text)
    marks = [mark.text for mark in paper.marks(made["pdf"])]
    assert marks == [f"/audit/requests/{DRAWING.id}/?d={digest[:16]}"] * len(texts)


def sizes_of(pdf: bytes) -> set[tuple[float, float]]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return {page.get_size() for page in document}
    finally:
        document.close()


def test_heads_are_repeated_and_where_a_table_lies_across_in_parts_all_pages_do(
    made: Mapping[str, bytes],
) -> None:
    ((width, height),) = sizes_of(made["pdf"])
    assert width > height
    ((width, height),) = sizes_of(rendered(a_report(nothing), DRAWING)["pdf"])
    assert width < height
    texts = pages_of(made["pdf"])
    parts = [text for text in texts if "BATCH-2026-0000" in text]
    assert len(parts) >= 2, "the first column stands in each part"
    carried = [text for text in texts if "BATCH-2026-0039" in text and "BATCH-2026-0000" not in text]
    assert carried, "a part goes over the foot of a page"
    assert all("Batch" in text.split("BATCH-2026")[0] for text in carried)


def test_a_code_is_never_broken(made: Mapping[str, bytes]) -> None:
    texts = "\n".join(pages_of(made["pdf"]))
    for row in (*steps.rows, *wide.rows):
        code = row[2] if len(row) == len(steps.columns) else row[0]
        assert str(code) in texts


def test_a_report_too_large_for_paper_is_refused_before_anything_is_made() -> None:
    columns = (Column("number", "Number", ColumnKind.NUMBER), Column("text", "Text"))
    many = Table("many", "Many", columns, tuple((n, "") for n in range(MOST_CELLS // 2 + 1)), empty="")
    with pytest.raises(Invalid, match="file_too_large"):
        next(forms(replace(a_report(), sections=(many,)), DRAWING))
    just = replace(many, rows=many.rows[1:])
    assert next(forms(replace(a_report(), sections=(just,)), DRAWING))[0] == "json"


def test_the_same_report_is_the_same_bytes(made: Mapping[str, bytes]) -> None:
    again = rendered(REPORT, DRAWING)
    assert {form: again[form] == data for form, data in made.items()} == dict.fromkeys(made, True)
    later = rendered(REPORT, replace(DRAWING, at=AT.replace(hour=12)))
    assert all(later[form] != data for form, data in made.items())


def test_a_character_without_a_letter_is_named_by_its_number() -> None:
    table = Table("names", "Names", (Column("name", "Name"),), (("\u738b and \U0001f600",),), empty="-")
    made = rendered(a_report(table), DRAWING)
    assert squeezed("[U+738B] and [U+1F600]") in squeezed("".join(pages_of(made["pdf"])))
    assert json.loads(made["json"])["sections"][0]["rows"][0]["name"] == "\u738b and \U0001f600"


def test_a_report_without_rows_says_what_that_means() -> None:
    report = replace(a_report(nothing, Facts("none", "Nothing", ())), found=(), left_out=(), checkpoint=None)
    whole = squeezed("".join(pages_of(rendered(report, DRAWING)["pdf"])))
    assert squeezed("There was no near miss.") in whole
    assert squeezed("Nothing was found missing, and nothing out of the ordinary.") in whole
    assert squeezed("no checkpoint yet") in whole


def test_a_foot_that_reads_otherwise_than_was_meant_is_no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the symbol on the pages led to another record than the one that is kept."""
    honest = drawing.drawn_symbol
    monkeypatch.setattr(drawing, "drawn_symbol", lambda it: honest(replace(it, content=it.content + "0")))
    with pytest.raises(drawing.NotReadBack):
        rendered(a_report(nothing), DRAWING)


def test_a_page_without_its_symbol_is_no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """The feet alone are as they should be, and the file has other pages."""
    honest = drawing._compile

    def other_pages(template: str, inputs: dict[str, str], **wanted: Any) -> list[bytes]:
        made = honest(template, inputs, **wanted)
        return made if template != "coi/pages.typ" else [_blank() for _ in made]

    monkeypatch.setattr(drawing, "_compile", other_pages)
    with pytest.raises(drawing.NotReadBack):
        rendered(a_report(nothing), DRAWING)


def _blank() -> bytes:
    file = io.BytesIO()
    Image.new("L", (400, 300), 255).save(file, "PNG")
    return file.getvalue()


def test_what_a_figure_means_stands_in_every_form() -> None:
    told = Facts("figures", "Figures", (Fact("rate", "Rate", 3, ColumnKind.NUMBER, "7 of 2,333 scans."),))
    made = rendered(a_report(told), DRAWING)
    assert squeezed("7 of 2,333 scans.") in squeezed("".join(pages_of(made["pdf"])))
    assert json.loads(made["json"])["sections"][0]["facts"][0]["about"] == "7 of 2,333 scans."
    assert files_of(made["csv"])["figures"][0]["about"] == "7 of 2,333 scans."
    assert load_workbook(io.BytesIO(made["xlsx"]))["Figures"]["D2"].value == "7 of 2,333 scans."


def test_no_table_has_two_columns_of_one_key() -> None:
    with pytest.raises(ValueError, match="two columns"):
        Table("t", "T", (Column("a", "A"), Column("a", "B")), (), empty="")
