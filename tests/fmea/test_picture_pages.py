"""The pictures of a worksheet: described, drawn, and the same as a table under each."""

import pytest

from fmea.rules.cells import Table
from fmea.rules.writing import TypeText
from tests.fmea.board import CODE
from tests.fmea.http import text

PAGE = f"/risk/{CODE}/"


@pytest.mark.parametrize("name", ["matrix", "pareto", "acted"])
def test_a_picture_is_described_for_browsers_and_drawn_for_others(board, as_, name):
    ana = as_("Ana")
    page = text(ana.get(PAGE, {"picture": name}))
    assert f'data-chart="{PAGE}{name}.json?when=before"' in page
    assert "The same as a table" in page
    spec = ana.get(f"{PAGE}{name}.json").json()
    assert spec["$schema"].endswith("v6.json") or "vega-lite" in spec["$schema"]
    assert f"{PAGE}rows/R1/" in str(spec), "a click leads to the row"
    drawn = ana.get(f"{PAGE}{name}.svg")
    assert drawn["Content-Type"] == "image/svg+xml"
    assert drawn.content.startswith(b"<svg")


def test_what_is_not_known_shows_the_first_picture(board, as_):
    assert as_("Ana").get(PAGE, {"picture": "nothing"}).context["picture_name"] == "matrix"


def test_the_process_is_coloured_by_the_worst_row_of_each_step(board, as_):
    boxes = as_("Ana").get(PAGE).context["boxes"]
    assert [(box.step.code, tone) for box, _line, tone, _word in boxes] == [("PACK", "wait"), ("BED", "good")]
    board.edit(TypeText(Table.ROWS, "R1", "occurrence.rating", "9"))
    boxes = as_("Ana").get(PAGE).context["boxes"]
    assert [tone for _box, _line, tone, _word in boxes] == ["bad", "good"]


def test_a_worksheet_without_a_score_has_no_picture(board, as_):
    board.type("R1", "severity.rating", "")
    board.type("R2", "detection.rating", "")
    assert "The same as a table" not in text(as_("Ana").get(PAGE))


def test_pictures_are_for_those_who_may_see_the_worksheet(board, as_):
    text(as_("Julia").get(f"{PAGE}matrix.json"), 404)
