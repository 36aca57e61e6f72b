"""Specifications in words, and what a version changed."""

import copy
import json
from uuid import uuid4

from django.urls import reverse

from config.demonstration import site
from config.demonstration.site import PRODUCT
from people import selectors as people
from qc.forms.examples import example_names
from tests.qc.test_run_pages import as_  # noqa: F401  (a fixture)


def test_a_specification_is_read_in_words_and_compared(lab, as_):  # noqa: F811
    bob = as_("Bob")
    first = people.versions_of("specification", PRODUCT)[0]
    content = copy.deepcopy(json.loads(json.dumps(first.content)))
    car = next(it for it in content["criteria"] if it["code"] == "CAR")
    car["low"]["value"] = "5"
    lab.player.demo.now = lab.player.now
    author = lab.player.demo.doing("second draft", lab.member("Amir").actor)
    from people import services

    second = services.draft_document(
        kind="specification",
        code=PRODUCT,
        title="Second",
        content=content,
        site=site.PLANT,
        reason="lower",
        **author,
    )
    assert (
        reverse("qc:specification", args=[second.id])
        in bob.get(reverse("qc:specifications")).content.decode()
    )
    shown = bob.get(reverse("qc:specification", args=[second.id])).content.decode()
    assert "What changed from version 1" in shown
    assert "looser" in shown
    assert "≥ 5 %" in shown
    assert "What changed" not in bob.get(reverse("qc:specification", args=[first.id])).content.decode()
    assert bob.get(reverse("qc:specification", args=[uuid4()])).status_code == 404
    protocol = people.versions_of("protocol", PRODUCT)[0]
    assert bob.get(reverse("qc:specification", args=[protocol.id])).status_code == 404


def test_every_example_has_a_page(lab, as_):  # noqa: F811
    bob = as_("Bob")
    for name in example_names():
        address = reverse("qc:specification_example", args=[name])
        assert "Source" in bob.get(address).content.decode()
        assert bob.get(f"{address}?format=json").json()["criteria"]
    assert bob.get(reverse("qc:specification_example", args=["none"])).status_code == 404
