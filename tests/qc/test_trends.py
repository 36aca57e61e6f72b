"""The trend of one attribute over batches."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.urls import reverse

from config.demonstration.site import PRODUCT
from qc.rules.charts import HEIGHT, TrendPoint, trend
from qc.services.charts import draw_chart
from tests.qc.studies_given import plan


def test_an_attribute_is_drawn_with_its_numbers_beside_it(lab, as_):
    lab.record("ENDOTOXIN", "<0.05")
    ana = as_("Ana")
    address = reverse("qc:trend", args=[PRODUCT, "ENDOTOXIN"])
    assert address in ana.get(reverse("qc:trends")).content.decode()
    shown = ana.get(address).content.decode()
    assert lab.batch in shown
    assert "&lt;0.05 EU/mL" in shown
    tested = lab.results["ENDOTOXIN"].tested_at.astimezone(ZoneInfo("Europe/Amsterdam"))
    assert f"{tested:%Y-%m-%d %H:%M} CET</time>" in shown, "in the zone of the site that made it"
    chart = ana.get(reverse("qc:trend_chart", args=[PRODUCT, "ENDOTOXIN"]))
    assert chart.content.startswith(b"<svg")
    for wrong in ("APPEARANCE", "NONE"):
        assert ana.get(reverse("qc:trend", args=[PRODUCT, wrong])).status_code == 404
    assert lab.batch not in as_("Olga").get(address).content.decode(), "batches of other sites are not shown"


def test_what_is_measured_in_a_study_is_no_trend_over_batches(lab, as_):
    plan(lab)
    ana, address = as_("Ana"), reverse("qc:trend", args=["BENCH", "VIABILITY"])
    assert ana.get(address).status_code == 404
    assert address not in ana.get(reverse("qc:trends")).content.decode()


def test_the_lowest_and_the_highest_point_are_drawn_whole():
    at = datetime(2026, 3, 1, tzinfo=UTC)
    points = [TrendPoint(f"B{n}", at, Decimal(n)) for n in (70, 80, 100)]
    drawn = draw_chart(trend("Viability", "%", points)).decode()
    heights = [float(y) for y in re.findall(r'"point" transform="translate\([\d.]+,([\d.]+)\)', drawn)]
    assert len(heights) == 3
    assert 5 < min(heights) < max(heights) < HEIGHT - 5
