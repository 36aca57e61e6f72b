"""Charts of the process in a browser: the image gives way to one that tells, leads and zooms, under our own policy."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory

from cpv.rules.attributes import Kind, attribute_chart, attribute_limits
from cpv.rules.comparability import Margin, Verdict, quality_range, tolerance_comparison, tost
from cpv.rules.pictures import (
    Drawn,
    GroupWords,
    Look,
    Ranges,
    comparison_picture,
    control_chart,
    equivalence_picture,
    histogram,
    moving_range_chart,
    refused_share_chart,
)
from cpv.rules.programme.charting import InEffect, charted
from cpv.rules.programme.plan import Bounds
from qc.rules.charts import Spec
from tests.cpv.rules.pictures_given import DAYS, TITLES, WORDS, labels, limits

pytestmark = pytest.mark.browser

HOUSE = "http://veintrace.test"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A chart</title>
<link rel="stylesheet" href="/static/veintrace.css"><script type="module" src="/static/process.js"></script></head>
<body><main><figure class="chart" data-chart="/spec.json" data-reset="Show all">
<img src="/chart.svg" alt="Days of all batches"><figcaption>Under it</figcaption></figure></main></body></html>"""
IMAGE = '<svg xmlns="http://www.w3.org/2000/svg" width="860" height="300"></svg>'
SORTS = {".js": "text/javascript", ".css": "text/css"}


def policy() -> str:
    """What every page of the house is sent with."""
    answer = CSPMiddleware(lambda _request: HttpResponse())(RequestFactory().get("/"))
    return str(answer["Content-Security-Policy"])


def others() -> dict[str, Spec]:
    """The pictures beside the control chart."""
    values = np.round(np.random.default_rng(3).normal(10, 0.5, 40), 2)
    chart = charted(DAYS, values, [InEffect(0, limits())], [5])
    counts, sizes = [3, 4, 2, 5, 60, 3], [100, 120, 90, 110, 100, 10]
    shares = attribute_chart(attribute_limits(Kind.P, counts[:4], sizes[:4], laney=True), counts, sizes)
    before, after = ({f"{name}{n}": value for n, value in enumerate(values[part])} for name, part in PARTS)
    lots = (list(before.values()), list(after.values()))
    ranges = Ranges(quality_range(*lots), tolerance_comparison(*lots))
    words = GroupWords("vorher", "nachher", "charge", "wert", "bereich", "toleranz")
    verdicts = {verdict: str(verdict) for verdict in Verdict}
    drawn = Drawn(Bounds(8.0, 500.0), chart.bands[0])
    return {
        "moving range": moving_range_chart(chart, TITLES, WORDS),
        "histogram": histogram(values, TITLES, WORDS, drawn),
        "shares": refused_share_chart(shares, sizes, labels(6), TITLES, WORDS),
        "lots": comparison_picture((before, after), ranges, TITLES, words),
        "equivalence": equivalence_picture([("eins", tost(*lots, Margin.within(1.0)))], verdicts, TITLES),
    }


PARTS = (("B", slice(0, 30)), ("A", slice(30, 40)))
OTHERS = others()


def spec_of(count: int) -> str:
    """A chart whose last batch but one is far beyond its limit."""
    values = np.round(np.random.default_rng(3).normal(10, 0.5, count), 2)
    values[-2] = 14.5
    chart = charted(DAYS, values, [InEffect(0, limits())])
    look = Look(is_interactive=True)
    return json.dumps(control_chart(chart, labels(count), TITLES, WORDS, look=look))


class Shown:
    """A page with one chart, and what its console said."""

    def __init__(self, page: Any, spec: str) -> None:
        self.page, self.spec, self.complaints = page, spec, list[str]()
        page.on(
            "console", lambda it: self.complaints.append(it.text) if it.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.route("**/*", self._answer)
        page.goto(f"{HOUSE}/")

    def _answer(self, route: Any) -> None:
        path = route.request.url.removeprefix(HOUSE)
        if path.startswith("/static/"):
            file = settings.BASE_DIR / path[1:]
            route.fulfill(body=file.read_bytes(), content_type=SORTS[file.suffix])
        elif path == "/spec.json":
            route.fulfill(body=self.spec, content_type="application/json", status=200 if self.spec else 503)
        elif path == "/chart.svg":
            route.fulfill(body=IMAGE, content_type="image/svg+xml")
        else:
            body = PAGE if path == "/" else f"<title>{path}</title>"
            route.fulfill(
                body=body, headers={"Content-Security-Policy": policy(), "Content-Type": "text/html"}
            )

    def drawn(self) -> Any:
        """The chart, once it stands in the place of the image."""
        self.page.get_by_role("img", name="Days of all batches").and_(self.page.locator("div")).wait_for()
        return self.page.locator(".chart-view > *").first


@pytest.fixture
def show(page: Any, bundle: None) -> Callable[[str], Shown]:
    """Open a page with this description."""
    return lambda spec: Shown(page, spec)


def test_the_image_gives_way_and_nothing_breaks_the_policy(show):
    shown = show(spec_of(40))
    assert shown.drawn().evaluate("it => it.tagName") == "svg"
    assert not shown.page.locator("figure > img").is_visible()
    assert shown.page.get_by_text("obere 13").is_visible()
    assert "unsafe" not in policy()
    assert shown.complaints == []


def test_a_point_tells_of_itself_and_leads_to_its_batch(show):
    shown = show(spec_of(40))
    shown.drawn()
    diamond = shown.page.locator(".chart-view path[fill='#b3261e'][stroke='#b3261e']").first
    diamond.hover()
    told = shown.page.locator(".vg-tooltip.visible")
    told.wait_for()
    assert all(words in told.inner_text() for words in ("B-39", "14.5", "grund", "jenseits"))
    assert told.evaluate("it => getComputedStyle(it).position") == "fixed", "our own sheet places it"
    diamond.click()
    shown.page.wait_for_url(f"{HOUSE}/batches/B-39/")


def test_a_stretch_is_chosen_in_the_strip_and_given_up_by_a_button(show):
    shown = show(spec_of(40))
    place = shown.drawn().bounding_box()
    button = shown.page.get_by_role("button", name="Show all")
    assert not button.is_visible()
    y = place["y"] + place["height"] - 30
    shown.page.mouse.move(place["x"] + 0.4 * place["width"], y)
    shown.page.mouse.down()
    shown.page.mouse.move(place["x"] + 0.5 * place["width"], y, steps=4)
    shown.page.mouse.up()
    button.wait_for()
    shown.page.get_by_text("2026-01-30").wait_for(state="detached")
    button.click()
    button.wait_for(state="hidden")
    assert shown.complaints == []


@pytest.mark.parametrize("name", OTHERS)
def test_every_other_picture_is_drawn_without_a_complaint(show, name):
    shown = show(json.dumps(OTHERS[name]))
    assert shown.drawn().evaluate("it => it.tagName") == "svg"
    assert shown.page.locator(".chart-view path").count() > 3
    assert shown.complaints == []


def test_thousands_of_batches_are_drawn_on_a_canvas(show):
    shown = show(spec_of(2500))
    assert shown.drawn().evaluate("it => it.tagName") == "CANVAS"
    assert shown.complaints == []


def test_it_is_as_wide_as_its_room(show):
    shown = show(spec_of(40))
    shown.drawn()
    for width in (1200, 700, 390):
        shown.page.set_viewport_size({"width": width, "height": 800})
        wide = "() => { const room = document.querySelector('.chart-view'), it = room.firstElementChild;"
        wide += " return it && Math.abs(it.getBoundingClientRect().width - room.clientWidth) < 60 }"
        shown.page.wait_for_function(wide)
    assert shown.complaints == []


def test_where_the_description_does_not_come_the_image_stays(show):
    shown = show("")
    shown.page.wait_for_load_state("networkidle")
    assert shown.page.locator("figure > img").is_visible()
    assert shown.page.locator(".chart-view").count() == 0
    assert all("503" in text for text in shown.complaints), shown.complaints


def test_where_the_description_cannot_be_drawn_the_image_stays(show):
    shown = show('{"mark": "no such mark", "encoding": {"x": {"field": 1}}}')
    shown.page.wait_for_load_state("networkidle")
    shown.page.locator(".chart-view").wait_for(state="detached")
    assert shown.page.locator("figure > img").is_visible()
