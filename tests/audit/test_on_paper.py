"""What stands on the pages of a report, and what does not: said once, with nothing empty and no row alone."""

from dataclasses import replace

import pytest

from audit.forms.shown import shown_report
from audit.rules.report import Column, ColumnKind, Picture, Report, Table
from audit.services.rendering import rendered
from tests.audit.report_given import DRAWING, a_report
from tests.audit.test_rendering import pages_of

NONE = "No month of the period has a value."
MONTHS = Table("months", "Months", (Column("month", "Month", ColumnKind.CODE),), (("2026-09",),), empty="-")
PICTURE = Picture("trend", "Vein to vein", "Days.", {"title": "Drawn"}, MONTHS, nothing=NONE)
ROWS = 40  # one more than have room on the first page
CODES = Table("codes", "Codes", MONTHS.columns, tuple((f"ROW-{n}",) for n in range(ROWS)), empty="-")


def a_page(**more: object) -> Report:
    about = {"title": "Journey CHA999926000007", "question": {"journey": "CHA999926000007"}, "found": ()}
    return replace(
        a_report(CODES, PICTURE), **(about | {"subjects": (("user", "2"), ("batch", "B1"))} | more)
    )


@pytest.fixture(scope="module")
def pages() -> list[str]:
    return pages_of(rendered(a_page(), DRAWING)["pdf"])


def test_no_row_stands_alone_on_a_page(pages: list[str]) -> None:
    rows = [page.count("ROW-") for page in pages]
    assert sum(rows) == ROWS
    assert min(n for n in rows if n) > 1, rows


def test_the_head_does_not_say_again_what_the_title_says(pages: list[str]) -> None:
    assert all(page.count("CHA999926000007") == 1 for page in pages[1:])
    assert "batch B1" in pages[0]
    assert "user 2" not in pages[0], "entries name people by numbers"


def test_where_there_is_nothing_to_draw_a_sentence_says_so(pages: list[str]) -> None:
    assert NONE in "".join(pages)
    assert "2026-09" not in "".join(pages)
    (_codes, shown) = shown_report(a_page()).sections
    assert (shown.is_picture, shown.table and shown.table.empty) == (False, NONE)
