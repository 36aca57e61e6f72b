"""Content as text: one form, every fault found, nothing mended; and comparison line by line."""

import json
import time

import pytest
from hypothesis import given

from people.rules.documents_text import MAX_COMPARED, LineKind, difference, pretty, read
from tests.people.rules.test_documents import JSON


@given(JSON)
def test_what_is_written_out_reads_as_the_same(value):
    content = {"x": value}
    assert read(pretty(content)) == (content, ())
    assert difference(content, read(pretty(content))[0]) == ()


def test_the_order_of_keys_makes_no_other_text():
    assert pretty({"b": 1, "a": 2}) == pretty({"a": 2, "b": 1})


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", [("", "not_json")]),
        ("{", [("", "not_json")]),
        ("[]", [("", "not_an_object")]),
        ("null", [("", "not_an_object")]),
        ('{"a": 1, "a": 2}', [("", "repeated_key")]),
        ('{"a": [0.5]}', [("a[0]", "float_not_exact")]),
        ('{"a": 1e400}', [("a", "float_not_exact")]),
        ('{"a": NaN, "b": -Infinity}', [("a", "float_not_exact"), ("b", "float_not_exact")]),
        ('{"a": %s}' % ("9" * 9000), [("a", "integer_too_large")]),
        ('{"a": "\\u0000", "b": "\\ud800"}', [("a", "text_not_storable"), ("b", "text_not_storable")]),
        ('{"\\u0000": 1}', [("", "key_not_text")]),
        ("[" * 90_000, [("", "too_deep")]),
        ('{"a": ' + "[" * 40 + "]" * 40 + "}", [("a" + "[0]" * 32, "too_deep")]),
    ],
)
def test_every_fault_of_a_text_has_its_place(text, faults):
    _, problems = read(text)
    assert [(problem.path, problem.code) for problem in problems] == faults


def test_a_difference_shows_what_came_and_went_with_a_little_around_it():
    before = {"list": [str(n) for n in range(30)], "size": 1}
    after = before | {"size": 2}
    lines = difference(before, after)
    changed = [(line.kind, line.text) for line in lines if line.kind not in (LineKind.SAME, LineKind.GAP)]
    assert changed == [(LineKind.REMOVED, '  "size": 1'), (LineKind.ADDED, '  "size": 2')]
    assert lines[0].kind is LineKind.GAP
    assert len(lines) == 7


def test_what_is_too_long_is_not_compared_and_what_is_not_is_quick():
    assert difference({"x": list(range(MAX_COMPARED))}, {}) is None
    worst = [[n * step % 97 for n in range(MAX_COMPARED - 4)] for step in (5, 7)]
    begun = time.perf_counter()
    assert difference({"x": worst[0]}, {"x": worst[1]})
    assert time.perf_counter() - begun < 5
    assert json.loads(pretty({"x": worst[0]})) == {"x": worst[0]}
