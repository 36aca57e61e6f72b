"""The matrix, the Pareto, before and after and the map: the worst is never hidden, and colour never speaks alone."""

import json
from dataclasses import replace

import pytest

from cpv.rules.pictures.parts import ON_PAPER, Look
from fmea.rules.actions import before_after
from fmea.rules.pictures import (
    MOST_LANES,
    When,
    acted_picture,
    acted_rows,
    matrix_cells,
    matrix_picture,
    pareto,
    pareto_picture,
    process_map,
    process_picture,
    unplaced,
)
from fmea.rules.pictures.parts import COLOURS, SHAPES, WASHES
from fmea.rules.priority import PRIORITY_2019, ActionPriority
from fmea.rules.worksheet import Score, Step
from tests.cpv.rules.pictures_given import contrast, drawn, layers, rows
from tests.fmea.rules.pictures.given import (
    ACTED,
    DEMONSTRATION,
    LINKS,
    MATRIX,
    PARETO,
    TITLES,
    acted,
    code,
    demonstration,
)

H, M, L = ActionPriority
ROWS = acted()
IN_BROWSER = Look(is_interactive=True)


def cell(severity, occurrence, found=ROWS, when=When.BEFORE):
    return next(
        it
        for it in matrix_cells(found, PRIORITY_2019, when)
        if (it.severity, it.occurrence) == (severity, occurrence)
    )


def with_ratings(row, severity, occurrence, detection):
    """The row with other ratings, and nothing done."""
    given = zip(("severity", "occurrence", "detection"), (severity, occurrence, detection), strict=True)
    scores = replace(row.row.scores, **{name: Score(rating) for name, rating in given})
    return before_after(replace(row.row, scores=scores), (), PRIORITY_2019)


def lowered():
    """The first row with the severity down from 10 to 8."""
    after = replace(ROWS[0].after, severity=Score(8, justification="x"))
    return replace(ROWS[0], after=after, rpn_after=after.rpn)


# --- matrix ----------------------------------------------------------------------------------------------------------


def test_a_cell_has_its_rows_and_the_worst_priority_that_any_of_them_has():
    found = cell(10, 3)
    assert found.codes == ("R01", "R04", "R07", "R17")
    assert (found.priority, found.middle) == (H, M), (
        "R07 is high at detection 7, the table's middle is medium"
    )
    assert cell(10, 1).codes == ()
    assert (cell(10, 1).priority, cell(10, 1).middle) == (None, L)
    assert found.by_detection == ((1, 1, L), (2, 4, L), (5, 6, M), (7, 10, H))


def test_after_the_actions_rows_stand_elsewhere_and_those_without_one_where_they_were():
    after = matrix_cells(ROWS, PRIORITY_2019, When.AFTER)
    assert sum(len(it.codes) for it in after) == len(DEMONSTRATION)
    assert cell(10, 3, when=When.AFTER).codes == ()
    assert cell(10, 1, when=When.AFTER).codes == ("R04", "R07", "R08", "R15", "R17")
    assert cell(7, 4, when=When.AFTER).codes == (code(19),)


def test_a_row_without_a_rating_stands_nowhere_and_is_told():
    bare = with_ratings(ROWS[0], None, 3, 6)
    assert unplaced([bare, ROWS[1]]) == ("R01",)
    assert not any(it.codes for it in matrix_cells([bare], PRIORITY_2019))
    blind = with_ratings(ROWS[0], 10, 3, None)
    found = rows(matrix_picture([cell(10, 3, [blind])], TITLES, MATRIX))[0]
    assert (found["m"], found["l"]) == (1, "-"), "without a detection it has a place and no letter"


def test_every_cell_has_a_letter_and_only_those_with_rows_a_count():
    spec = matrix_picture(matrix_cells(ROWS, PRIORITY_2019), TITLES, MATRIX)
    assert len(rows(spec)) == 100
    assert all(row["l"] in {"H", "M", "L"} for row in rows(spec))
    assert sum(row.get("m", 0) for row in rows(spec)) == len(DEMONSTRATION)
    there = next(row for row in rows(spec) if (row["s"], row["o"]) == (10, 3))
    assert (there["m"], there["l"], there["c"]) == (4, "H", COLOURS[H])
    assert there["t"] == "R01, R04, R07, R17"
    empty = next(row for row in rows(spec) if (row["s"], row["o"]) == (10, 8))
    assert (empty["l"], empty["c"]) == ("H", WASHES[H])
    svg = drawn(spec)
    assert svg.count(f'fill="{WASHES[L]}"') > 10


def test_a_cell_leads_to_its_row_or_to_its_rows_and_nowhere_on_paper():
    cells = matrix_cells(ROWS, PRIORITY_2019)
    links = {row["t"]: row.get("u") for row in rows(browser(cells)) if "t" in row}
    assert links["R20"] == "/rows/R20/"
    assert links["R01, R04, R07, R17"] == "/rows/?severity=10&occurrence=3"
    assert not any("u" in row for row in rows(matrix_picture(cells, TITLES, MATRIX, LINKS, ON_PAPER)))


def browser(cells):
    return matrix_picture(cells, TITLES, MATRIX, LINKS, IN_BROWSER)


def test_many_codes_in_a_cell_are_cut_and_counted():
    many = [replace(ROWS[0], row=replace(ROWS[0].row, code=f"X{n}")) for n in range(2000)]
    found = next(row for row in rows(browser(matrix_cells(many, PRIORITY_2019))) if "t" in row)
    assert found["m"] == 2000
    assert found["t"].endswith("X11 … +1988")


def test_the_line_of_signed_decisions_lies_below_severity_nine():
    spec = matrix_picture(matrix_cells(ROWS, PRIORITY_2019), TITLES, MATRIX)
    line = next(it for it in layers(spec) if it["mark"]["type"] == "rule")
    assert line["encoding"]["y"]["value"] == spec["height"] * 2 / 10


@pytest.mark.parametrize("priority", list(ActionPriority))
def test_letters_are_legible_on_their_grounds(priority):
    assert contrast([COLOURS[priority], "#ffffff"]) >= 4.5
    assert contrast([COLOURS[priority], WASHES[priority]]) >= 4.5
    assert len({SHAPES[it] for it in ActionPriority}) == 3


# --- Pareto ----------------------------------------------------------------------------------------------------------


def test_rows_are_in_the_order_of_the_number_of_equal_ones_the_worse_priority_first():
    found = pareto(ROWS)
    assert [it.rpn for it in found.rows] == sorted((it.rpn for it in found.rows), reverse=True)
    assert [it.code for it in found.rows if it.rpn == 180] == ["R11", "R01", "R17"]
    assert [(it.priority, it.ratings[0]) for it in found.rows if it.rpn == 120] == [
        (M, 10),
        (M, 8),
        (M, 5),
        (L, 6),
    ]
    assert found.counts == {H: 4, M: 10, L: 6}
    assert pareto(ROWS, When.AFTER).counts == {H: 1, M: 0, L: 19}


def test_a_row_that_lacks_a_rating_has_no_bar_and_is_told():
    found = pareto([with_ratings(ROWS[0], 10, None, 6), ROWS[1]])
    assert (found.unrated, [it.code for it in found.rows]) == (("R01",), ["R02"])
    assert sum(found.counts.values()) == 1


def test_bars_begin_at_nothing_and_no_share_of_a_sum_is_drawn():
    spec = pareto_picture(pareto(ROWS), TITLES, PARETO, LINKS, IN_BROWSER)
    counts, bars = spec["vconcat"]
    assert [(row["l"], row["n"]) for row in rows(counts)] == [("H", "4"), ("M", "10"), ("L", "6")]
    assert [row["v"] for row in rows(bars)] == [it.rpn for it in pareto(ROWS).rows]
    assert rows(bars)[0]["r"] == "10 · 4 · 6 = 240"
    assert rows(bars)[0]["u"] == "/rows/R02/"
    marks = {layer["mark"]["type"] for layer in layers(spec)}
    assert "line" not in marks
    bar = next(it for it in layers(bars) if it["mark"]["type"] == "rect")
    assert bar["encoding"]["x"]["scale"]["domain"] == [0, 240]
    assert bar["encoding"]["x2"] == {"datum": 0}
    svg = drawn(spec)
    assert all(f">{it}<" in svg for it in ("H", "M", "L"))


def test_of_very_many_rows_the_first_are_drawn():
    many = [replace(ROWS[0], row=replace(ROWS[0].row, code=f"X{n}")) for n in range(2000)]
    spec = pareto_picture(pareto(many), TITLES, replace(PARETO, more="und mehr"))
    assert len(rows(spec["vconcat"][1])) == MOST_LANES
    assert rows(spec["vconcat"][0])[1]["n"] == "2000", "counts are of all of them"
    assert "und mehr" in drawn(spec)


# --- before and after ------------------------------------------------------------------------------------------------


def test_rows_are_sorted_by_the_number_before():
    found = acted_rows([*ROWS, with_ratings(ROWS[0], None, 1, 1)])
    assert [it.rpn_before for it in found] == sorted((it.rpn_before for it in ROWS), reverse=True)


def test_both_ends_have_number_letter_and_shape():
    spec = acted_picture(acted_rows(ROWS), TITLES, ACTED, LINKS, IN_BROWSER)
    first = rows(spec)[0]
    assert (first["v"], first["w"], first["i"], first["I"]) == (240, 40, "240 H", "L 40")
    assert (first["s"], first["S"]) == ("diamond", "circle")
    assert first["p"] == "10·4·6 = 240 H"
    assert first["u"] == "/rows/R02/"
    still = next(row for row in rows(spec) if row["b"] == "R20")
    assert still["d"] == 0
    svg = drawn(spec)
    assert (svg.count(">224 H<"), svg.count(">240 H<")) == (1, 1), "each end is told once"
    assert ">L 40<" in svg


def test_a_lowered_severity_is_told_and_a_kept_one_is_not():
    spec = acted_picture([lowered(), ROWS[1]], TITLES, ACTED)
    assert [row["r"] for row in rows(spec)] == ["▼ schwere gesenkt S 10 → 8", ""]
    assert "schwere gesenkt" in drawn(spec)


# --- map -------------------------------------------------------------------------------------------------------------


def test_a_step_has_the_worst_of_its_rows():
    sheet = demonstration()
    boxes = process_map(sheet.steps, ROWS)
    assert [it.number for it in boxes] == list(range(1, 19))
    bedside = next(it for it in boxes if it.step.title == "Bedside")
    assert (bedside.priority, bedside.modes, bedside.rows) == (M, 2, 2)
    assert bedside.counts == ((M, 1), (L, 1))
    assert bedside.worst_row.code == "R17"
    after = process_map(sheet.steps, ROWS, When.AFTER)
    assert {it.priority for it in after} == {L, H}


def test_the_worst_row_is_the_gravest_of_those_with_the_worst_priority():
    sheet = demonstration()
    both = [with_ratings(ROWS[0], 8, 4, 5), with_ratings(ROWS[3], 10, 2, 5)]
    same = [replace(it, row=replace(it.row, step="S01", code=f"X{n}")) for n, it in enumerate(both)]
    assert process_map(sheet.steps, same)[0].worst_row.code == "X1", "severity before the number"


def test_a_step_without_rows_and_rows_without_ratings_have_no_colour():
    bare = with_ratings(ROWS[0], 10, None, 6)
    boxes = process_map((*demonstration().steps[:1], Step("NEW", "Neu")), [bare])
    assert [(it.priority, it.rows, it.unrated, it.worst_row) for it in boxes] == [
        (None, 1, 1, None),
        (None, 0, 0, None),
    ]
    spec = process_picture(boxes, ["eins", "keine"], TITLES)
    assert [row["l"] for row in rows(spec)] == ["-", ""]
    drawn(spec)


@pytest.mark.parametrize(("width", "a_line"), [(1020, 5), (330, 1)])
def test_boxes_wrap_as_the_width_asks(width, a_line):
    boxes = process_map(demonstration().steps, ROWS)
    spec = process_picture(boxes, [""] * len(boxes), TITLES, Look(width))
    tops = [row["a"] for row in rows(spec)]
    assert tops.count(tops[0]) == a_line
    assert "g" not in rows(spec)[0], "nothing leads to the first step"
    assert all("g" in row for row in rows(spec)[1:])
    assert "18  IT" in json.dumps(spec)


def test_a_worksheet_without_rows_is_no_fault():
    drawn(matrix_picture(matrix_cells([], PRIORITY_2019), TITLES, MATRIX))
    drawn(pareto_picture(pareto([]), TITLES, PARETO))
    drawn(acted_picture([], TITLES, ACTED))
    drawn(process_picture([], [], TITLES))
