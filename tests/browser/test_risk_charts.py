"""Pictures of risks in a browser: drawn under our own policy without a complaint, as narrow as a telephone is."""

import json
from dataclasses import replace

import pytest

from cpv.rules.pictures.parts import Look
from fmea.rules.pictures import (
    acted_picture,
    acted_rows,
    evidence_picture,
    firmest_first,
    matrix_cells,
    matrix_picture,
    pareto,
    pareto_picture,
    rank_picture,
    trend_picture,
    what_if_picture,
)
from fmea.rules.priority import PRIORITY_2019
from fmea.rules.what_if import Acts, Control, Scores, add_control
from qc.rules.charts import Spec
from tests.browser.test_process_charts import HOUSE, Shown
from tests.fmea.rules.pictures import given

pytestmark = pytest.mark.browser

TITLES = replace(given.TITLES, title="")
LOOK = Look(1020, 280, is_interactive=True)


def pictures() -> dict[str, Spec]:
    """All that a page draws."""
    rows, months = given.acted(), given.trend()
    control = Control(Acts.ON_OCCURRENCE, 0.5, 0.95)
    outlook = add_control(control, Scores(10, 4, 6), given.bands(), PRIORITY_2019.priority)
    cells, links = matrix_cells(rows, PRIORITY_2019), given.LINKS
    ranked, misses = firmest_first(given.spreads()), given.evidence(0, 40, "detection")
    return {
        "matrix": matrix_picture(cells, TITLES, given.MATRIX, links, LOOK),
        "pareto": pareto_picture(pareto(rows), TITLES, given.PARETO, links, LOOK),
        "acted": acted_picture(acted_rows(rows), TITLES, given.ACTED, links, LOOK),
        "trend": trend_picture(months, given.month_labels(months), TITLES, given.TREND, LOOK),
        "evidence": evidence_picture(given.evidence(), 3, TITLES, given.EVIDENCE, LOOK),
        "detection": evidence_picture(misses, 5, TITLES, given.EVIDENCE, LOOK),
        "ranks": rank_picture(ranked, {}, TITLES, given.RANKS, addresses=links, look=LOOK),
        "what if": what_if_picture(outlook, TITLES, given.WHAT_IF, LOOK),
    }


PICTURES = pictures()


@pytest.mark.parametrize("name", PICTURES)
def test_each_is_drawn_without_a_complaint_and_fits_a_telephone(page, bundle, name):
    page.set_viewport_size({"width": 390, "height": 800})
    shown = Shown(page, json.dumps(PICTURES[name]))
    assert shown.drawn().evaluate("it => it.tagName") == "svg"
    room = page.locator(".chart-view")
    assert room.evaluate("it => it.scrollWidth <= it.clientWidth"), "nothing to scroll sideways"
    assert shown.complaints == []


def test_a_cell_of_the_matrix_tells_of_its_rows_and_leads_to_the_only_one(page, bundle):
    shown = Shown(page, json.dumps(PICTURES["matrix"]))
    shown.drawn()
    cell = page.locator(".chart-view path[fill='#b3261e']").last
    cell.hover(position={"x": 8, "y": 8})
    told = page.locator(".vg-tooltip.visible")
    told.wait_for()
    assert all(words in told.inner_text() for words in ("R20", "zeilen", "2-4: M"))
    cell.click(position={"x": 8, "y": 8})
    page.wait_for_url(f"{HOUSE}/rows/R20/")
