"""A protocol is taken whole or refused with every fault at its path; what is taken can be played."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coi.rules.protocol import MAX_CHILDREN, MAX_STEPS, Does, Scope, parse, problems, topics
from tests.coi.rules.world import PROTOCOL, ROOT

CONTENT = json.loads((ROOT / "config" / "demonstration" / "cd19_protocol.json").read_text())


def of(code: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A step of a protocol by its code."""
    return lambda content: next(step for step in content["steps"] if step["code"] == code)


def broken(change: Callable[[dict[str, Any]], object]) -> set[str]:
    """The faults, as path and code, of the demonstration's protocol with one change."""
    content = deepcopy(CONTENT)
    change(content)
    found, faults = parse(content)
    assert found is None
    return {f"{fault.path} {fault.code}" for fault in faults}


def position(code: str) -> int:
    return [step["code"] for step in CONTENT["steps"]].index(code)


def test_the_demonstration_is_lawful() -> None:
    assert problems(CONTENT) == ()
    assert [step.code for step in PROTOCOL.steps] == [step["code"] for step in CONTENT["steps"]]


@pytest.mark.parametrize(
    ("code", "key", "value", "fault"),
    [
        ("identify", "code", "", "code required"),
        ("identify", "code", "i" * 41, "code too_long"),
        ("identify", "title", 3, "title wrong_type"),
        ("identify", "scope", "galaxy", "scope not_choice"),
        ("identify", "roles", ["emperor"], "roles[0] not_choice"),
        ("identify", "roles", [], "roles required"),
        ("identify", "items", [], "items required"),
        ("identify", "items", ["order", "order"], "items repeated"),
        ("identify", "items", ["order", "container"], "items not_the_items_of_scope_order"),
        ("identify", "is_critical", 1, "is_critical wrong_type"),
        ("identify", "colour", "red", "colour unknown_field"),
        ("identify", "guards", ["accepted_material"], "guards not_for_this_scope"),
        ("identify", "guards", ["moonlight"], "guards[0] not_choice"),
        ("identify", "does", "thaw", "scope not_for_this_effect"),
        ("collect", "scope", "container", "scope not_for_this_effect"),
        ("collect", "makes", None, "makes required"),
        ("label_collection", "items", ["wristband", "container"], "items label_required"),
        ("label_collection", "items", ["label", "container"], "items not_the_items_of_scope_container"),
        ("label_collection", "after", ["close"], "after not_an_earlier_step"),
        ("label_collection", "witness_roles", [], "witness_roles required"),
        ("label_collection", "kinds", [], "kinds required"),
        ("label_collection", "kinds", ["k" * 31], "kinds too_long"),
        ("label_collection", "kinds", "apheresis_bag", "kinds wrong_type"),
        ("send_collection", "receiver", None, "receiver receiver_and_witness_differ"),
        ("send_collection", "witness", "none", "receiver receiver_and_witness_differ"),
        ("freeze", "items", ["container"], "items place_required"),
        ("freeze", "items", ["container", "place", "cassette"], "items only_for_into_cassette"),
        ("into_cassette", "items", ["container"], "items container_and_cassette"),
        ("into_cassette", "items", ["label", "cassette"], "items container_and_cassette"),
        ("into_cassette", "is_repeatable", True, "is_repeatable not_for_into_cassette"),
        ("freeze", "kinds", ["harvest"], "is_by_cassette no_step_into_cassette"),
        ("send_collection", "is_by_cassette", True, "is_by_cassette no_step_into_cassette"),
        ("pool", "items", ["container"], "items not_the_items_of_scope_batch"),
        ("pool", "after", [], "after not_after_start_of_batch"),
        ("pool", "scope", "container", "scope not_for_this_effect"),
        ("thaw", "hold_minutes", 0, "hold_minutes out_of_range"),
        ("thaw", "hold_minutes", None, "hold_minutes hold_incomplete"),
        ("thaw", "hold_until_step", "evaporate", "hold_until_step unknown_step"),
        ("infuse_end", "values_by", "witness", "values_by needs_witness"),
        ("infuse_end", "after", ["thaw_device"], "after not_an_earlier_step"),
        ("infuse_end", "after", ["receive_product"], "is_past not_after_a_guarded_step"),
        ("thaw", "is_past", True, "is_past only_for_infuse"),
        ("select_split", "makes", {"kind": "culture", "count_from": "moi"}, "makes unknown_count"),
        ("select_split", "makes", {"kind": "culture", "count": 13}, "makes.count out_of_range"),
        ("select_split", "makes", {"kind": "culture", "colour": 1}, "makes.colour unknown_field"),
    ],
)
def test_each_fault_is_named_at_its_path(code: str, key: str, value: object, fault: str) -> None:
    def change(content: dict[str, Any]) -> None:
        step = of(code)(content)
        if value is None:
            del step[key]
        else:
            step[key] = value

    assert f"steps[{position(code)}].{fault}" in broken(change)


@pytest.mark.parametrize(
    ("low", "high", "is_lawful"),
    [
        ("1", "4", True),
        ("1", str(MAX_CHILDREN), True),
        ("0", "4", False),
        ("", "4", False),
        ("1", "", False),
        ("1", "13", False),
        ("1", "1e9", False),
    ],
)
def test_a_count_of_containers_has_lawful_ends(low: str, high: str, is_lawful: bool) -> None:
    content = deepcopy(CONTENT)
    value = of("select_split")(content)["values"][0]
    value |= {"low": low, "high": high}
    assert (problems(content) == ()) is is_lawful


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ([{"unit": "kg"}], ""),
        ([{"unit": "g"}], "weight_not_in_kg"),
        ([{}], "weight_not_in_kg"),
        ([{"unit": "kg", "choices": ["light"]}], "weight_not_in_kg"),
        ([{"unit": "kg"}, {"unit": "kg"}], "weight_repeated"),
    ],
)
def test_a_weight_is_one_number_in_kilograms(values: list[dict[str, Any]], fault: str) -> None:
    content = deepcopy(CONTENT)
    of("patient_ready")(content)["values"] = [
        {"name": f"v{n}", "label": "Weight", "is_weight": True, **value} for n, value in enumerate(values)
    ]
    found = {f"{problem.path} {problem.code}" for problem in problems(content)}
    assert found == ({f"steps[{position('patient_ready')}].values {fault}"} if fault else set())


def divided(content: dict[str, Any]) -> None:
    """A dose of two components, each a batch from its own kind of container."""
    content["components"] = ["CD8", "CD4"]
    of("start_batch")(content).update(kinds=["cd8", "cd4"], component_of={"cd8": "CD8", "cd4": "CD4"})
    of("thaw")(content)["guards"] = ["released", "infusible", "all_components"]


def test_a_dose_may_have_components() -> None:
    content = deepcopy(CONTENT)
    divided(content)
    found, faults = parse(content)
    assert faults == ()
    assert found is not None
    assert found.components == ("CD8", "CD4")
    start = found.step("start_batch")
    assert start is not None
    assert start.component_of == {"cd8": "CD8", "cd4": "CD4"}
    assert PROTOCOL.components == ()


@pytest.mark.parametrize(
    ("step", "fields", "components", "fault"),
    [
        ("", {}, ["CD8"], "protocol.components out_of_range"),
        ("", {}, ["A", "B", "C", "D", "E"], "protocol.components out_of_range"),
        ("", {}, ["CD8", "CD8"], "protocol.components repeated"),
        ("", {}, ["CD8", "c" * 21], "protocol.components too_long"),
        ("", {}, ["CD8", ""], "protocol.components not_texts"),
        ("", {}, "CD8", "protocol.components wrong_type"),
        ("", {}, ["CD8", "CD4", "NK"], "protocol.components component_not_made"),
        ("start_batch", {"component_of": {"cd8": "CD8"}}, None, "component_of not_for_every_kind"),
        (
            "start_batch",
            {"component_of": {"cd8": "CD8", "cd4": "NK"}},
            None,
            "component_of unknown_component",
        ),
        ("start_batch", {"component_of": {"cd8": "CD8", "cd4": 4}}, None, "component_of not_texts"),
        ("start_batch", {"component_of": ["cd8"]}, None, "component_of wrong_type"),
        ("thaw", {"component_of": {"product_bag": "CD8"}}, None, "component_of only_for_start_batch"),
        ("thaw", {}, [], "guards no_components"),
        ("identify", {"guards": ["all_components"]}, None, "guards not_for_this_scope"),
    ],
)
def test_every_batch_of_such_a_dose_is_one_of_them(
    step: str, fields: dict[str, Any], components: Any, fault: str
) -> None:
    def change(content: dict[str, Any]) -> None:
        divided(content)
        if step:
            of(step)(content).update(fields)
        if components is not None:
            content["components"] = components

    at = "" if fault.startswith("protocol") else f"steps[{position(step)}]."
    assert f"{at}{fault}" in broken(change)


def test_a_protocol_says_which_training_it_asks_for() -> None:
    assert topics(CONTENT) == {step["training"] for step in CONTENT["steps"] if step.get("training")}
    assert "apheresis" in topics(CONTENT)
    assert topics({}) == topics({**CONTENT, "steps": []}) == frozenset()


def test_all_faults_are_told_at_once() -> None:
    def change(content: dict[str, Any]) -> None:
        content["name"] = ""
        content["witness_gap_s"] = 601
        content["late_hours"] = 721
        content["steps"][0]["scope"] = "x"
        content["steps"][1]["values"] = [{"name": "a", "label": "A", "low": "two"}]

    assert broken(change) >= {
        "protocol.name required",
        "protocol.witness_gap_s out_of_range",
        "protocol.late_hours out_of_range",
        "steps[0].scope not_choice",
        "steps[1].values[0].low not_decimal_text",
    }


def test_steps_are_counted_and_told_apart() -> None:
    assert "protocol.steps out_of_range" in broken(lambda c: c.update(steps=[]))
    many = [dict(CONTENT["steps"][0], code=f"s{n}") for n in range(MAX_STEPS + 1)]
    assert "protocol.steps out_of_range" in broken(lambda c: c.update(steps=many))
    assert "steps[1].code repeated" in broken(lambda c: c["steps"].insert(1, deepcopy(c["steps"][0])))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_no_document_breaks_the_reader(content: Any) -> None:
    assert problems(content)


@given(st.data())
def test_no_change_of_one_field_breaks_the_reader(data: st.DataObject) -> None:
    content = deepcopy(CONTENT)
    step = data.draw(st.sampled_from(content["steps"]))
    step[data.draw(st.sampled_from(sorted(step)))] = data.draw(JSON)
    found, faults = parse(content)
    assert (found is None) is bool(faults)


def test_batches_begin_before_steps_of_a_batch() -> None:
    started = False
    for step in PROTOCOL.steps:
        started = started or step.does is Does.START_BATCH
        assert started or step.scope is not Scope.BATCH


@pytest.mark.parametrize(("hours", "read"), [(None, 72), (0, 0), (720, 720)])
def test_a_protocol_says_how_late_a_step_may_be_recorded(hours: int | None, read: int) -> None:
    content = deepcopy(CONTENT)
    if hours is not None:
        content["late_hours"] = hours
    parsed, faults = parse(content)
    assert faults == ()
    assert parsed is not None
    assert parsed.late_hours == read
