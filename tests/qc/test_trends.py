"""The trend of one attribute over batches."""

from django.urls import reverse

from config.demonstration.site import PRODUCT
from tests.qc.test_run_pages import as_  # noqa: F401  (a fixture)


def test_an_attribute_is_drawn_with_its_numbers_beside_it(lab, as_):  # noqa: F811
    lab.record("ENDOTOXIN", "<0.05")
    ana = as_("Ana")
    address = reverse("qc:trend", args=[PRODUCT, "ENDOTOXIN"])
    assert address in ana.get(reverse("qc:trends")).content.decode()
    shown = ana.get(address).content.decode()
    assert lab.batch in shown
    assert "&lt;0.05 EU/mL" in shown
    chart = ana.get(reverse("qc:trend_chart", args=[PRODUCT, "ENDOTOXIN"]))
    assert chart.content.startswith(b"<svg")
    for wrong in ("APPEARANCE", "NONE"):
        assert ana.get(reverse("qc:trend", args=[PRODUCT, wrong])).status_code == 404
    assert lab.batch not in as_("Olga").get(address).content.decode(), "batches of other sites are not shown"
