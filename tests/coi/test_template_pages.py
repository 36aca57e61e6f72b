"""Label templates on the pages of controlled documents: their picture, and their faults in words."""

import ast
import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
import zxingcpp
from PIL import Image, ImageChops

import coi.rules.label_templates
import coi.rules.protocol
from coi.rules.label_templates import DOCUMENT_KIND, STOCK, LineName, WarningName, built_in, codes_for
from coi.rules.labels import Label, label_for
from coi.rules.specimens import specimen_facts
from coi.services import drawing
from coi.services.previewing import SPECIMEN, preview_template
from people import registry
from people.forms.documents import FAULTS
from people.registry import NotDrawable
from qc.rules import criterion_reading, dose_reading, reading, specification, specification_reading
from tests.coi.doors import signed_in
from tests.furnished import Journeys

BAG = json.loads(json.dumps(asdict(built_in("product_bag"))))
NEW = f"/documents/new/{DOCUMENT_KIND}/"


def specimen_label(kind: str) -> Label:
    return label_for(specimen_facts(kind), built_in(kind))


@pytest.mark.parametrize("kind", STOCK)
def test_a_preview_shows_the_label_and_none_of_its_symbols_can_be_read(kind: str) -> None:
    picture = preview_template(codes_for(kind, "")[1], asdict(built_in(kind)))
    page = Image.open(io.BytesIO(picture))
    stock = STOCK[kind]
    assert abs(page.width / page.height - stock.width_mm / stock.height_mm) < 0.02
    assert drawing.read_page(picture) == []
    for scale in (1, 2, 3):
        larger = page.resize((page.width * scale, page.height * scale))
        assert zxingcpp.read_barcodes(larger) == []
    marked, bare = (
        Image.open(io.BytesIO(drawing.draw_picture(specimen_label(kind), specimen=words))).convert("L")
        for words in (SPECIMEN, " ")
    )
    assert page.convert("L").tobytes() == marked.tobytes()
    across = ImageChops.difference(marked, bare).getbbox()
    assert across is not None, "the word across it is missing"
    assert across[2] - across[0] > page.width / 3


def test_what_would_draw_no_label_has_no_preview_and_says_why() -> None:
    code = codes_for("product_bag", "PLANT")[0]
    assert preview_template(code, BAG)
    with pytest.raises(NotDrawable, match="does not fit the kind"):
        preview_template(code, BAG | {"kind": "sample"})
    with pytest.raises(NotDrawable, match="does not fit the kind"):
        preview_template("LABEL-PRODUCT_BAGS", BAG)
    with pytest.raises(NotDrawable, match="not sound"):
        preview_template(code, BAG | {"symbols": []})
    full = BAG | {"lines": list(LineName), "warnings": list(WarningName), "height_mm": 60, "width_mm": 95}
    with pytest.raises(NotDrawable, match="does not fit its size"):
        preview_template(
            code,
            full
            | {
                "layout": "tube",
                "width_mm": 60,
                "height_mm": 30,
                "lines": ["din", "batch", "container", "made"],
                "warnings": ["autologous"],
            },
        )


COUNT = f"count_not_from_1_to_{coi.rules.protocol.MAX_CHILDREN}"
SAID = {
    "protocol": (
        (coi.rules.protocol,),
        {"not_the_items_of_scope_order", "not_the_items_of_scope_container", COUNT},
        28,
    ),
    DOCUMENT_KIND: ((coi.rules.label_templates,), {"not_a_kind"}, 13),
    "specification": (
        (specification, criterion_reading, dose_reading, specification_reading, reading),
        {"nothing_for_release"},
        50,
    ),
}


def codes_in(module: ModuleType) -> Iterator[str]:
    """The codes of a validator: what a fault is called with, and the last of three in its tables of checks."""
    for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ("Problem", "fault"):
            codes: list[ast.expr] = node.args[1:2]
        elif isinstance(node, ast.Tuple) and len(node.elts) == 3 and isinstance(node.elts[0], ast.Constant):
            codes = node.elts[2:]
        else:
            continue
        yield from (
            code.value for code in codes if isinstance(code, ast.Constant) and isinstance(code.value, str)
        )


@pytest.mark.parametrize("kind", SAID)
def test_every_fault_of_a_kind_has_words(kind: str) -> None:
    modules, written_otherwise, least = SAID[kind]
    found = {code for module in modules for code in codes_in(module)}
    assert len(found) >= least, f"this looks at the wrong place: {sorted(found)}"
    shown = registry.document_kind(kind)
    assert shown is not None
    found |= written_otherwise
    assert sorted(found - set(FAULTS) - set(shown.shown.faults)) == []
    assert all((shown.shown.title, shown.shown.about, shown.shown.code_help))


def test_a_template_is_drafted_with_its_picture_and_its_faults_are_told(journeys: Journeys) -> None:
    amir = signed_in(journeys.demo.member("Amir"))
    assert b"&quot;product_bag&quot;" in amir.get(NEW).content
    site = journeys.demo.member("Amir").site
    about = {
        "site": site,
        "code": codes_for("product_bag", site)[0],
        "title": "Bags",
        "request_id": str(uuid4()),
    }
    wrong = BAG | {"symbols": ["identity"], "lines": ["container", "nonsense"]}
    page = amir.post(NEW, about | {"content": json.dumps(wrong)})
    assert page.status_code == 422
    text = page.content.decode()
    assert "<code>lines[1]</code>: “nonsense” is not one of: din, batch, container, use_before, made." in text
    wrong = BAG | {"symbols": ["identity"], "warnings": []}
    text = amir.post(NEW, about | {"content": json.dumps(wrong)}).content.decode()
    assert "<code>symbols</code>: The first symbol is that of the copy" in text
    assert "<code>warnings</code>: The warning “autologous” is on every label" in text
    answer = amir.post(NEW, about | {"content": json.dumps(BAG)})
    assert answer.status_code == 302
    picture: Any = amir.get(answer["Location"] + "preview.png")
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/png")
    assert b"preview.png" in amir.get(answer["Location"]).content
