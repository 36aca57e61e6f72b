"""What stands above the rows, from a file: planning, team, scales, priorities."""

import pytest

from fmea.rules.layout_cells import Raw
from fmea.rules.layout_preview import preview
from tests.fmea.rules.given import CONTENT
from tests.fmea.rules.layout_given import grids, taken

LETTER = 6


def test_the_header_is_read_and_told() -> None:
    found = grids(CONTENT)
    found["Planning"][0][1] = "Another title"
    found["Planning"][3][1] = "low"
    found["Team"].append(["Cy", None, None])
    found["Scales"][12][2] = "Hardly ever"
    read = preview(found, CONTENT)
    assert {it.column for it in read.header} == {"title", "formality.level", "team", "scales.occurrence"}
    after = taken(read, CONTENT)
    assert after["title"] == "Another title"
    assert after["formality"]["level"] == "low"
    assert after["team"][2] == {"person": "Cy"}
    assert after["scales"]["occurrence"]["levels"][1]["text"] == "Hardly ever"
    assert after["scales"]["severity"] == CONTENT["scales"]["severity"]


@pytest.mark.parametrize(
    ("sheet", "line", "column", "value", "told"),
    [
        ("Scales", 12, 3, 0.5, ("D14", "not_rising")),
        ("Scales", 12, 3, "0,00005", ("D13", "not_decimal_text")),
        ("Scales", 12, 1, 3, ("B13", "not_in_order")),
        ("Scales", 12, 0, "Colour", ("A13", "not_a_choice")),
        ("Planning", 0, 1, None, ("B1", "required")),
        ("Planning", 5, 1, "soon", ("B6", "not_a_day")),
        ("Team", 1, 0, None, ("A2", "required")),
        ("Steps", 2, 0, "PACK", ("A3", "repeated")),
        ("Priorities", 1, 6, "Low", ("A2", "not_monotone")),
        ("Priorities", 1, 1, 9, ("", "priorities_incomplete")),
    ],
)
def test_faults_of_the_header_are_told_at_their_cells(
    sheet: str, line: int, column: int, value: Raw, told: tuple[str, str]
) -> None:
    found = grids(CONTENT)
    found[sheet][line][column] = value
    read = preview(found, CONTENT)
    assert (sheet, *told) in {(it.sheet, it.address, it.code) for it in read.faults}
    assert read.operations == ()


def test_a_table_of_priorities_of_ones_own() -> None:
    found = grids(CONTENT)
    found["Priorities"][1][LETTER] = "High"
    weakest = found["Priorities"][-1]
    assert weakest[LETTER] == "Low"
    for line in found["Priorities"][1:]:
        line[LETTER] = "High"
    after = taken(preview(found, CONTENT), CONTENT)
    assert {letter for row in after["priorities"]["cells"] for cell in row for letter in cell} == {"H"}
    assert preview(grids(after), after).operations == ()


def test_a_meeting_of_bands_that_is_there_twice_is_a_fault() -> None:
    found = grids(CONTENT)
    found["Priorities"].append([*found["Priorities"][1][:LETTER], "Low", None, None, None])
    read = preview(found, CONTENT)
    assert [(it.sheet, it.address, it.code) for it in read.faults] == [("Priorities", "A102", "repeated")]
