"""The pictures of risks with their words: what is read aloud, what stands under them, and the table beside each."""

from zoneinfo import ZoneInfo

from fmea.forms import pictures
from fmea.forms.pictures import Shown
from fmea.rules.pictures import When
from fmea.rules.priority import PRIORITY_2019
from fmea.rules.what_if import Acts, Control, Scores, add_control
from tests.cpv.rules.pictures_given import drawn
from tests.fmea.rules.pictures import given

ROWS = given.acted()
MODES = {it.row.code: it.row.mode for it in ROWS}
SHOWN = Shown(given.LINKS)
VIENNA = ZoneInfo("Europe/Vienna")


def all_pictures():
    control = Control(Acts.ON_OCCURRENCE, 0.5, 0.95)
    outlook = add_control(control, Scores(10, 4, 6), given.bands(), PRIORITY_2019.priority)
    return {
        "matrix": pictures.matrix(ROWS, PRIORITY_2019, shown=SHOWN),
        "matrix after": pictures.matrix(ROWS, PRIORITY_2019, When.AFTER, SHOWN),
        "pareto": pictures.pareto(ROWS, shown=SHOWN),
        "acted": pictures.acted(ROWS, SHOWN),
        "trend": pictures.trend(given.trend(), VIENNA),
        "evidence": pictures.evidence(given.evidence(), 3),
        "detection": pictures.evidence(given.evidence(3, 40, "detection"), 5, is_detection=True),
        "ranks": pictures.ranks(given.spreads(), MODES, SHOWN),
        "what if": pictures.what_if(outlook),
        "process": pictures.process(given.demonstration().steps, ROWS, addresses=given.LINKS),
    }


def test_every_picture_is_read_aloud_explained_and_a_table():
    for name, picture in all_pictures().items():
        drawn(picture.spec)
        assert picture.spec["description"] == picture.described, name
        assert picture.caption.endswith("."), name
        heads = len(picture.table.heads) - picture.table.has_links
        assert picture.table.rows, name
        assert {len(row.cells) for row in picture.table.rows} == {heads}, name


def test_the_table_of_the_matrix_leads_to_every_row():
    table = pictures.matrix(ROWS, PRIORITY_2019, shown=SHOWN).table
    links = [link for row in table.rows for link in row.links]
    assert sorted(links) == sorted((it.row.code, f"/rows/{it.row.code}/") for it in ROWS)
    first = table.rows[0]
    assert (first.cells, [code for code, _ in first.links]) == (("10", "4", "H (high)"), ["R02"])


def test_the_months_are_those_of_the_zone_and_the_contradiction_is_told():
    picture = pictures.trend(given.trend(), VIENNA)
    newest = picture.table.rows[0].cells
    assert (newest[0], newest[1], newest[2], newest[5]) == ("2025-12", "2", "205", "contradicted")
    assert "Score 4: contradicted: it happens more often" in picture.described
    assert [row.cells[3] for row in picture.table.rows if row.cells[2] == "0"] == ["nothing could fail"]


def test_without_counts_nothing_is_suggested():
    picture = pictures.evidence(given.evidence(0, 0), 3)
    assert "suggested" not in picture.described
    assert "nothing counted yet" in picture.described
    assert not any("suggested" in row.cells[3] for row in picture.table.rows)
