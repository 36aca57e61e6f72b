"""Label templates: what may be chosen, and what must stand on every label."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from coi.rules import label_templates
from coi.rules.journey import OrderKind
from coi.rules.label_templates import ROOM, STOCK, LineName, built_in, codes_for, parse
from coi.rules.labels import AUTOLOGOUS, NOT_FOR_PEOPLE, label_for
from tests.coi.rules.test_labels import BAG, COLLECTED

SOUND: Mapping[str, Any] = {
    "kind": "product_bag",
    "layout": "bag",
    "width_mm": 100,
    "height_mm": 60,
    "lines": ["container", "use_before"],
    "symbols": ["copy", "identity"],
    "warnings": ["autologous", "do_not_irradiate"],
}
QUADRANTS = {"layout": "four_quadrant", "height_mm": 100}
ISBT = QUADRANTS | {
    "symbols": ["copy", "identity", "din_linear", "product_code", "expiry"],
    "product_code": "A9999000",
}


@pytest.mark.parametrize("kind", [*STOCK, "odd_vessel"])
def test_the_built_in_templates_could_be_documents(kind: str) -> None:
    template = built_in(kind)
    content = {name: getattr(template, name) for name in label_templates.LabelTemplate.__dataclass_fields__}
    assert parse(content) == (template, ())


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"kind": ""}, "kind", "required"),
        ({"kind": "Bag!"}, "kind", "not_a_kind"),
        ({"kind": "k" * 21}, "kind", "not_a_kind"),
        ({"layout": None}, "layout", "required"),
        ({"layout": "poster"}, "layout", "not_choice"),
        ({"layout": "wristband"}, "layout", "not_choice"),
        ({"width_mm": None}, "width_mm", "required"),
        ({"width_mm": "100"}, "width_mm", "wrong_type"),
        ({"width_mm": True}, "width_mm", "wrong_type"),
        ({"width_mm": 30}, "width_mm", "out_of_range"),
        ({"height_mm": 300}, "height_mm", "out_of_range"),
        ({"lines": None}, "lines", "required"),
        ({"lines": "container"}, "lines", "wrong_type"),
        ({"lines": ["container", "name"]}, "lines[1]", "not_choice"),
        ({"lines": ["container", 3]}, "lines[1]", "not_choice"),
        ({"lines": ["container", "container"]}, "lines", "repeated"),
        ({"lines": ["use_before"]}, "lines", "container_required"),
        ({"symbols": ["identity", "copy"]}, "symbols", "copy_first"),
        ({"symbols": ["copy"]}, "symbols", "identity_second"),
        ({"symbols": ["copy", "identity", "message"]}, "symbols", "not_for_this_layout"),
        ({"symbols": ["copy", "identity", "din_linear"]}, "symbols", "not_for_this_layout"),
        (QUADRANTS, "symbols", "not_for_this_layout"),
        ({"symbols": ["copy", "identity", "expiry"]}, "symbols", "not_for_this_layout"),
        (
            ISBT | {"symbols": ["copy", "identity", "din_linear", "expiry", "product_code"]},
            "symbols",
            "not_for_this_layout",
        ),
        (ISBT | {"symbols": ["copy", "identity", "product_code"]}, "symbols", "not_for_this_layout"),
        (ISBT | {"product_code": ""}, "product_code", "required"),
        (ISBT | {"symbols": ["copy", "identity", "din_linear"]}, "product_code", "without_symbol"),
        ({"product_code": "A9999000"}, "product_code", "without_symbol"),
        *(
            (ISBT | {"product_code": code}, "product_code", "not_a_product_code")
            for code in (
                "A999900",
                "A99990000",
                "a9999000",
                "A9999-00",
                "A99990\ud8000",
                "É9999000",
                12345678,
            )
        ),
        (ISBT | {"product_code": None}, "product_code", "not_a_product_code"),
        (ISBT | {"product_code": "A9999099"}, "product_code", "division_missing"),
        (ISBT | {"lines": ["container"]}, "lines", "use_before_required"),
        ({"warnings": ["not_evaluated"]}, "warnings", "autologous_required"),
        ({"warnings": ["autologous", "hot"]}, "warnings[1]", "not_choice"),
        ({"layout": "tube", "height_mm": 30}, "warnings", "too_many"),
        ({"font": "serif"}, "font", "unknown_field"),
    ],
)
def test_every_fault_is_told_at_its_place(change: dict[str, Any], path: str, code: str) -> None:
    template, problems = parse({**SOUND, **change})
    assert template is None
    assert (path, code) in [(problem.path, problem.code) for problem in problems]


@pytest.mark.parametrize("second", ["identity", "message"])
@pytest.mark.parametrize("more", [[], ["product_code"], ["expiry"], ["product_code", "expiry"]])
def test_the_quadrants_take_either_symbol_or_both(second: str, more: list[str]) -> None:
    code = "S12954A0" if "product_code" in more else ""
    symbols = {"symbols": ["copy", second, "din_linear", *more], "product_code": code}
    template, problems = parse({**SOUND, **QUADRANTS, **symbols})
    assert problems == ()
    assert template is not None
    assert template.product_code == code


def test_all_faults_are_told_at_once() -> None:
    _, problems = parse({"kind": "", "layout": "x", "width_mm": 1.5, "height_mm": None, "lines": 1})
    assert {problem.path for problem in problems} >= {"kind", "layout", "width_mm", "height_mm", "lines"}
    assert parse([])[1][0].code == "not_an_object"


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@hypothesis_given(st.fixed_dictionaries({}, optional=dict.fromkeys(SOUND, _ANY)) | _ANY)
def test_anything_is_answered(content: Any) -> None:
    template, problems = parse(content)
    assert (template is None) == bool(problems)


@hypothesis_given(st.fixed_dictionaries({}, optional=dict.fromkeys(SOUND, _ANY)))
def test_what_is_sound_stays_within_its_room(change: dict[str, Any]) -> None:
    template, _ = parse({**SOUND, **change})
    if template is not None:
        room = ROOM[template.layout]
        assert room.width_mm[0] <= template.width_mm <= room.width_mm[1]
        assert LineName.CONTAINER in template.lines


def test_a_label_says_what_its_template_chose() -> None:
    template, _ = parse(SOUND)
    assert template is not None
    label = label_for(BAG, template)
    assert [line.name for line in label.lines] == ["Container", "Use before"]
    assert label.warnings == (AUTOLOGOUS, "DO NOT IRRADIATE")
    assert label_for(replace(BAG, order_kind=OrderKind.ENGINEERING), template).warnings == (NOT_FOR_PEOPLE,)


def test_nothing_takes_the_identity_from_a_label() -> None:
    for facts in (BAG, COLLECTED):
        label = label_for(facts, replace(built_in(facts.kind), lines=(), warnings=()))
        assert (label.identity, label.symbols[0].content) == (BAG.coi_id, BAG.copy_code)


def test_a_sites_own_template_comes_first() -> None:
    assert codes_for("product_bag", "CELLS") == ("LABEL-PRODUCT_BAG-CELLS", "LABEL-PRODUCT_BAG")
