"""Specification documents: sound ones are read, all faults of the others are named."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from people.rules.documents import content_problems
from qc.rules.criteria import Timing
from qc.rules.specification import parse, problems
from tests.qc.rules.criteria_given import changed

SOUND: dict[str, Any] = {
    "name": "S",
    "criteria": [
        {
            "code": "VIABILITY",
            "title": "Viability",
            "sort": "quantity",
            "timing": "release",
            "method": "7-AAD",
            "unit": "%",
            "decimals": 0,
            "low": {"value": "80"},
            "possible_high": "100",
        },
        {
            "code": "STERILITY",
            "title": "Sterility",
            "sort": "quality",
            "timing": "final",
            "method": "Growth",
            "choices": ["no growth", "growth"],
            "accepted": ["no growth"],
        },
    ],
}


def test_the_demonstration_is_sound():
    path = Path(settings.BASE_DIR) / "config" / "demonstration" / "cd19_specification.json"
    content = json.loads(path.read_text())
    specification, faults = parse(content)
    assert faults == ()
    assert content_problems(content) == ()
    assert all(criterion.source for criterion in specification.criteria)
    assert {c.code for c in specification.criteria if c.timing is Timing.FINAL} == {"STERILITY_FINAL"}
    assert specification.criterion("CAR").low.value == 10
    assert specification.criterion("NONE") is None


@pytest.mark.parametrize(
    ("path", "value", "where", "code"),
    [
        ("name", "", "name", "required"),
        ("extra", 1, "extra", "unknown_field"),
        ("criteria", [], "criteria", "out_of_range"),
        ("criteria", "all", "criteria", "out_of_range"),
        ("criteria.0", 5, "criteria[0]", "not_an_object"),
        ("criteria.0.code", "viability", "criteria[0].code", "code_shape"),
        ("criteria.1.code", "VIABILITY", "criteria[1].code", "repeated"),
        ("criteria.0.title", 3, "criteria[0].title", "wrong_type"),
        ("criteria.0.method", ..., "criteria[0].method", "required"),
        ("criteria.0.method", "m" * 101, "criteria[0].method", "too_long"),
        ("criteria.0.timing", "someday", "criteria[0].timing", "not_choice"),
        ("criteria.0.sort", ..., "criteria[0].sort", "required"),
        ("criteria.0.timing", "final", "criteria", "nothing_for_release"),
        ("criteria.0.unit", ..., "criteria[0].unit", "required"),
        ("criteria.0.decimals", 7, "criteria[0].decimals", "out_of_range"),
        ("criteria.0.decimals", True, "criteria[0].decimals", "out_of_range"),
        ("criteria.0.low", ..., "criteria[0].low", "limit_required"),
        ("criteria.0.low.value", 80, "criteria[0].low.value", "not_decimal_text"),
        ("criteria.0.low.value", "8e1", "criteria[0].low.value", "not_decimal_text"),
        ("criteria.0.low.value", "79.5", "criteria[0].decimals", "limit_finer_than_decimals"),
        ("criteria.0.low", {}, "criteria[0].low.value", "required"),
        ("criteria.0.low.is_inclusive", "yes", "criteria[0].low.is_inclusive", "wrong_type"),
        ("criteria.0.low.limit", "80", "criteria[0].low.limit", "unknown_field"),
        ("criteria.0.high", {"value": "79"}, "criteria[0].high", "nothing_can_pass"),
        ("criteria.0.high", {"value": "80", "is_inclusive": False}, "criteria[0].high", "nothing_can_pass"),
        ("criteria.0.choices", ["a", "b"], "criteria[0].choices", "only_for_words"),
        ("criteria.0.accepted", ["a"], "criteria[0].accepted", "not_among_choices"),
        ("criteria.0.possible_high", "Infinity", "criteria[0].possible_high", "not_decimal_text"),
        ("criteria.1.choices", ["growth"], "criteria[1].choices", "two_required"),
        ("criteria.1.choices", ["growth", "growth"], "criteria[1].choices", "repeated"),
        ("criteria.1.choices", [" growth", "x"], "criteria[1].choices", "not_texts"),
        ("criteria.1.accepted", [], "criteria[1].accepted", "required"),
        ("criteria.1.accepted", ["perhaps"], "criteria[1].accepted", "not_among_choices"),
        ("criteria.1.low", {"value": "1"}, "criteria[1].low", "only_for_quantity"),
    ],
)
def test_every_fault_is_named_at_its_place(path: str, value: Any, where: str, code: str):
    assert problems(SOUND) == ()
    found = [(problem.path, problem.code) for problem in problems(changed(SOUND, path, value))]
    assert (where, code) in found


def test_all_faults_are_named_at_once():
    content = changed(SOUND, "criteria.0.unit", ...)
    content["criteria"][1]["accepted"] = []
    content["name"] = ""
    assert len(problems(content)) == 3


@pytest.mark.parametrize("content", [None, [], "x", 1, {"name": "x"}])
def test_what_is_no_document(content: Any):
    assert problems(content)


def test_equal_inclusive_limits_are_one_number():
    content = changed(SOUND, "criteria.0.high", {"value": "80"})
    assert problems(content) == ()
