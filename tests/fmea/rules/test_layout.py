"""A worksheet as sheets of a file, and back: what was written is known again, wherever its columns stand."""

import copy
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fmea.rules.comparing import compare_cells
from fmea.rules.layout import LAYOUTS, WORKSHEET, Kind
from fmea.rules.layout_cells import Unread
from fmea.rules.layout_lines import address
from fmea.rules.layout_preview import RowFate, preview
from fmea.rules.scales import ScaleKind
from fmea.rules.worksheet import ActionStatus, Aim
from fmea.rules.worksheet_reading import problems
from tests.fmea.rules.given import CONTENT, LATE_INFUSION, WRONG_BAG, content
from tests.fmea.rules.layout_given import EMPTY, faults, grids, only, place, taken
from tests.fmea.worksheet_given import CONTENT as WHOLE


def without_scorers(document: Any) -> Any:
    """The document without what no file brings: who scored rows, blind ratings, decisions on what is left."""
    found = copy.deepcopy(document)
    for row in found["rows"]:
        row.pop("residual", None)
        for kind in ScaleKind:
            row.get(kind, {}).pop("by", None)
            row.get(kind, {}).pop("votes", None)
    return found


@pytest.mark.parametrize("document", [CONTENT, WHOLE, EMPTY])
def test_reading_what_was_written_changes_nothing(document: Any) -> None:
    found = preview(grids(document), document)
    assert (found.faults, found.left_out, found.operations, found.actions) == ((), (), (), ())
    assert (found.header, found.steps, found.absent) == ((), (), ())
    assert {it.fate for it in found.rows} <= {RowFate.UNCHANGED}


@pytest.mark.parametrize("document", [CONTENT, WHOLE])
def test_an_export_makes_the_same_worksheet_elsewhere(document: Any) -> None:
    found = preview(grids(document), EMPTY)
    assert compare_cells(without_scorers(document), taken(found, EMPTY)) == ()
    assert {it.heading for it in found.left_out} <= {
        it.heading for it in WORKSHEET.columns if not it.is_taken
    }
    assert found.count(RowFate.ADDED) == len(document["rows"])


TEXT = st.text(st.sampled_from("aé=+;:,[]()'\"_ \t9-"), max_size=12).map(str.strip)
NAMES = st.lists(st.sampled_from(["Ada", "Ben", "Cy"]), unique=True, min_size=1, max_size=3)
DAY = st.dates(date(2000, 1, 1), date(2099, 12, 31)).map(date.isoformat)


def some(**fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    """An object with any of these fields; none is empty."""
    made = st.fixed_dictionaries({}, optional=fields)
    return made.map(lambda it: {key: value for key, value in it.items() if value not in ("", [], {})})


def scores(**more: Any) -> st.SearchStrategy[dict[str, Any]]:
    return some(rating=st.integers(1, 10), why=TEXT, look_again=DAY, **more)


CONTROL = st.builds(
    lambda text, links: {"text": f"{text}.", **({"links": links} if links else {})},
    TEXT,
    st.lists(
        st.sampled_from(
            [
                {"kind": "interlock", "ref": "expired"},
                {"kind": "criterion", "ref": "DOSE"},
                {"kind": "chart", "ref": "CD3"},
            ]
        ),
        max_size=2,
    ),
)
EVIDENCE = st.sampled_from([*WRONG_BAG["evidence"], *LATE_INFUSION["evidence"]])
ROW = some(
    step=st.sampled_from(["PACK", "BED"]),
    function=TEXT,
    effect=TEXT,
    cause=TEXT,
    prevention_controls=st.lists(CONTROL, max_size=3),
    detection_controls=st.lists(CONTROL, max_size=3),
    severity=scores(justification=TEXT),
    occurrence=scores(),
    detection=scores(),
    evidence=st.lists(EVIDENCE, max_size=2),
    no_action_why=TEXT,
)
DONE = some(
    text=TEXT,
    aim=st.sampled_from([it.value for it in Aim]),
    owner=TEXT,
    due=DAY,
    status=st.sampled_from([it.value for it in ActionStatus]),
    evidence=st.lists(st.sampled_from(["VAL-1", "VAL-2"]), unique=True, max_size=2),
    done_on=DAY,
    verified_by=TEXT,
    dropped_why=TEXT,
    after=some(severity=scores(by=NAMES, justification=TEXT), detection=scores(by=NAMES)),
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    rows = [{**it, "code": f"R{n}", "mode": f"m{n}"} for n, it in enumerate(draw(st.lists(ROW, max_size=4)))]
    found = [draw(DONE) for _ in range(draw(st.integers(0, 4)) if rows else 0)]
    at = [draw(st.sampled_from(rows))["code"] for _ in found]
    order = sorted(range(len(found)), key=lambda n: at[n])
    actions = [{**found[n], "code": f"A{place}", "row": at[n]} for place, n in enumerate(order)]
    return {key: it for key, it in content(rows=rows, actions=actions).items() if it != []}


@settings(max_examples=60)
@given(documents())
def test_every_worksheet_comes_back(document: dict[str, Any]) -> None:
    assert problems(document) == ()
    same = preview(grids(document), document)
    assert (same.faults, same.operations, same.actions, same.left_out) == ((), (), (), ())
    assert compare_cells(document, taken(preview(grids(document), EMPTY), EMPTY)) == ()


@given(st.randoms(use_true_random=False), st.integers(0, 5))
def test_columns_may_stand_anywhere_and_headings_be_written_otherwise(random: Any, above: int) -> None:
    found = grids(WHOLE)
    order = list(range(len(WORKSHEET.columns)))
    random.shuffle(order)
    lines = [[line[n] for n in order] for line in found["Worksheet"]]
    lines[0] = [f"  {str(it).upper().replace(' ', chr(10))} " for it in lines[0]]
    read = preview({"Any": [["A title"], *[[] for _ in range(above)], *lines]}, WHOLE)
    assert (read.faults, read.operations) == ((), ())


def test_headings_that_are_not_known_or_twice_there_are_refused_by_name() -> None:
    found = preview(only(["Row", "Failure mode", "Colour", "Mode"], ["R1", "x", "red", "y"]), CONTENT)
    assert [(it.address, it.code, it.params["given"]) for it in found.faults] == [
        ("C1", "unknown_heading", "Colour"),
        ("D1", "heading_twice", "Failure mode"),
    ]
    assert found.operations == ()
    assert faults(preview(only(["a", "b"], ["c", "d"]), CONTENT)) == [("", "no_headings")]
    stray = preview(only(["Row", "S"], ["R1", 10, "x"]), CONTENT)
    assert faults(stray) == [("C2", "no_heading_above")]


def test_what_is_reckoned_is_written_and_never_read() -> None:
    found = grids(WHOLE)
    first = found["Worksheet"][1]
    told = {name: first[place(name)] for name in ("RPN", "AP", "RPN after", "AP after")}
    assert told == {"RPN": 180, "AP": "Medium", "RPN after": 40, "AP after": "Low"}
    first[place("RPN")] = Unread.FORMULA
    first[place("AP")] = "High"
    assert preview(found, WHOLE).operations == preview(found, WHOLE).faults == ()


def test_headings_are_told_apart() -> None:
    for layout in LAYOUTS:
        names = [name.casefold() for it in layout.columns for name in (it.heading, *it.also)]
        assert len(names) == len(set(names))
        assert all(it.choices for it in layout.columns if it.kind is Kind.CHOICE)


@pytest.mark.parametrize(
    ("row", "column", "found"),
    [(13, 2, "C14"), (0, 25, "Z1"), (0, 26, "AA1"), (9, 701, "ZZ10"), (0, 702, "AAA1")],
)
def test_addresses(row: int, column: int, found: str) -> None:
    assert address(row, column) == found
