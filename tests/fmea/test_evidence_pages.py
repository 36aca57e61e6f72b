"""What really happens beside the scores: counted after the page, for one row and for all; ranks, and what-if."""

from dataclasses import replace

import pytest

from config.demonstration.site import PRODUCT
from fmea.forms.evidence import evidence_shown
from fmea.forms.ranking import spreads, tried
from fmea.rules.cells import Table
from fmea.rules.counting import Seen, evidence_of_rows
from fmea.rules.course import Course
from fmea.rules.editing import SetCell
from fmea.rules.priority import ActionPriority
from fmea.rules.what_if import Acts, Control
from fmea.rules.writing import TypeText
from tests.coi.test_query_counts import statements
from tests.fmea.board import CODE, Board
from tests.fmea.http import text
from tests.fmea.test_pages import more_rows

PAGE = f"/risk/{CODE}/"
ROW = f"{PAGE}rows/R1/"


@pytest.fixture
def lived(board: Board) -> Board:
    """A worksheet of the product that the journeys of the demonstration are of."""
    board.edit(SetCell(Table.HEADER, "", "product", PRODUCT))
    return board


def test_pages_count_after_they_are_there(lived, as_):
    ana = as_("Ana")
    for page, part in ((PAGE, "order/?when=before"), (f"{PAGE}evidence/", "evidence/counted/"), (ROW, "")):
        address = f"{ROW}evidence/" if page == ROW else f"{PAGE}{part}"
        said = text(ana.get(page))
        assert f'hx-get="{address}"' in said
        assert 'role="status"' in said
        text(ana.get(address))


def test_a_row_says_its_prior_what_it_counted_and_that_no_score_changes(lived, as_):
    page = text(as_("Ana").get(f"{ROW}evidence/"))
    for said in ("Counted from", "wrong container", "A score is never changed by itself."):
        assert said in page


def test_all_rows_and_what_nobody_names(lived, as_):
    shown = as_("Ana").get(f"{PAGE}evidence/counted/")
    assert "Refusals that this worksheet does not name" in text(shown)
    assert {it.code for it in shown.context["rows"]} == {"R1", "R2"}


def test_a_row_that_names_nothing_counts_nothing(lived, as_):
    lived.type("R1", "evidence", "")
    page = text(as_("Ana").get(ROW))
    assert "This row names nothing that could be counted" in page
    assert "hx-get" not in page


def test_counting_costs_the_same_however_many_rows_there_are(lived, as_):
    paths = (f"{PAGE}evidence/counted/", f"{PAGE}order/", f"{ROW}evidence/", f"{PAGE}ranking/")
    ana = as_("Ana")
    before = [len(statements(lambda path=path: ana.get(path))[0]) for path in paths]
    more_rows(lived, 20)
    ana = as_("Ana")
    assert [len(statements(lambda path=path: ana.get(path))[0]) for path in paths] == before
    assert max(before) <= 26, before


def test_nothing_counted_denies_nothing(lived):
    worksheet = lived.whole.worksheet
    assert worksheet is not None
    found = evidence_of_rows(replace(worksheet, rows=worksheet.rows[:1]), Seen(), Course.of(None))
    shown = evidence_shown(worksheet.rows[0], found["R1"])
    assert not shown.is_contradicted
    assert str(shown.occurrence.standing) == "nothing counted yet"
    assert not shown.has_trend


# --- ranks, and one more control -------------------------------------------------------------------------------------


def test_ranks_are_drawn_from_blind_scores_and_are_the_same_each_time(lived, as_):
    worksheet = lived.whole.worksheet
    assert worksheet is not None
    found = spreads(worksheet, 1)
    assert found == spreads(worksheet, 1)
    assert {it.mode: it.median for it in found} == {"R1": 1.0, "R2": 2.0}
    page = text(as_("Ana").get(f"{PAGE}ranking/"))
    assert "one rating alone" in page
    assert as_("Ana").get(f"{PAGE}ranks.json").json()["layer"]
    assert as_("Ana").get(f"{PAGE}ranks.svg").content.startswith(b"<svg")


def test_one_more_control_lowers_what_it_acts_on_and_writes_nothing(lived, as_):
    worksheet = lived.whole.worksheet
    assert worksheet is not None
    row = worksheet.row_of["R1"]
    found = tried(worksheet, row, Control(Acts.ON_DETECTION, 0.99, 1.0), None)
    assert found is not None
    assert (found.before, found.after) == (ActionPriority.MEDIUM, ActionPriority.LOW)
    revision = lived.sheet.revision
    page = text(as_("Ana").get(f"{ROW}what-if/", {"acts": "on_detection", "low": 90, "high": 99}))
    assert "Priorities that may follow" in page
    assert lived.sheet.revision == revision


def test_a_range_that_falls_is_refused_and_a_row_without_a_score_is_said(lived, as_):
    ana = as_("Ana")
    asked = {"acts": "on_occurrence", "low": 90, "high": 50}
    assert "This is less than the least." in text(ana.get(f"{ROW}what-if/", asked), 422)
    lived.edit(TypeText(Table.ROWS, "R1", "occurrence.rating", ""))
    assert "This cannot be reckoned" in text(as_("Ana").get(f"{ROW}what-if/", {**asked, "high": 95}))


def test_what_is_counted_is_for_those_who_may_see_the_worksheet(lived, as_):
    julia = as_("Julia")
    for path in ("evidence/", "evidence/counted/", "order/", "ranking/", "ranks.json"):
        text(julia.get(f"{PAGE}{path}"), 404)
    for path in ("evidence/", "evidence/rate.json", "what-if/"):
        text(julia.get(f"{ROW}{path}"), 404)
