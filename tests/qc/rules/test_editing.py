"""Documents changed place by place: nothing changes but what was written."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qc.forms.examples import example, example_names
from qc.rules.editing import (
    Field,
    FieldKind,
    Written,
    changed,
    field_of,
    moved,
    shown,
    steps,
    value_at,
    with_value,
    without,
)
from qc.rules.specification import parse
from qc.rules.specification_fields import (
    fields_in,
    group_fields,
    header_fields,
    sections_of,
    written_into,
)

LIMIT = Field("low", FieldKind.LIMIT)


def reopened(content):
    """The content after every field of every form was sent back as it was shown."""
    content = copy.deepcopy(content)
    for n, criterion in enumerate(content["criteria"]):
        fields = fields_in(sections_of(criterion, content))
        back = {field.path: shown(criterion, field) for field in fields}
        content = with_value(content, f"criteria[{n}]", written_into(criterion, fields, back))
    fields = (*header_fields(), *(one for group in group_fields(content) for one in group))
    return written_into(content, fields, {field.path: shown(content, field) for field in fields})


@pytest.mark.parametrize("name", example_names())
def test_an_example_that_is_opened_and_saved_is_the_same(name):
    content = example(name)
    assert reopened(content) == content
    assert list(reopened(content)) == list(content)


@pytest.mark.parametrize("name", example_names())
def test_every_example_is_made_again_by_typing_it(name):
    """All that an example says can be said with the fields of the forms: nothing needs the text of the document."""
    content = example(name)
    made = {"name": "", "criteria": []}
    typed = {field.path: shown(content, field) for field in header_fields()}
    made = written_into(made, header_fields(), typed)
    made["criteria"] = [{} for _criterion in content["criteria"]]
    # Some fields show only when others say so: each round is a press of the button that shows them.
    for n, criterion in enumerate(content["criteria"]):
        for _round in range(5):
            one = made["criteria"][n]
            fields = fields_in(sections_of(one, made))
            typed = {field.path: shown(criterion, field) for field in fields}
            made = with_value(made, f"criteria[{n}]", written_into(one, fields, typed))
    for _round in range(3):
        fields = tuple(one for group in group_fields(made) for one in group)
        made = written_into(made, fields, {field.path: shown(content, field) for field in fields})
    assert parse(made) == parse(content)
    assert made == content


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**6) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(
    (
        *("code", "title", "sort", "timing", "method", "unit", "decimals", "low", "high", "choices"),
        *("accepted", "source", "final", "dose", "replicates", "may_be_not_tested", "effect", "odd"),
    )
)
DOSES = st.fixed_dictionaries(
    {"kind": st.sampled_from(("flat", "capped", "weight_band", "components", "none"))},
    optional={"bands": JSON, "components": JSON, "cap": JSON, "low": JSON, "odd": JSON},
)
CRITERIA = st.dictionaries(KEYS, JSON, max_size=6) | st.fixed_dictionaries(
    {"sort": st.sampled_from(("quantity", "quality", "report"))}, optional={"dose": DOSES, "low": JSON}
)


@given(st.lists(CRITERIA, max_size=3), st.dictionaries(st.text(max_size=8), JSON, max_size=3), JSON)
def test_any_content_that_is_opened_and_saved_is_the_same(criteria, more, groups):
    content = {**more, "criteria": criteria, "any_of": groups}
    assert reopened(content) == content


def test_a_field_that_no_form_knows_stays_when_another_is_changed():
    content = {"code": "A", "odd": {"x": 1}, "low": {"value": "1", "is_inclusive": False, "odd": 2}}
    made = changed(content, LIMIT, Written("2", is_inclusive=False))
    assert made == {"code": "A", "odd": {"x": 1}, "low": {"value": "2", "is_inclusive": False, "odd": 2}}


@pytest.mark.parametrize(
    ("content", "field", "written", "wanted"),
    [
        ({}, LIMIT, Written("0.5"), {"low": {"value": "0.5", "is_inclusive": True}}),
        ({}, LIMIT, Written("", is_inclusive=False), {}),
        ({"low": {"value": "1"}}, LIMIT, Written("1"), {"low": {"value": "1"}}),
        (
            {"low": {"value": "1"}},
            LIMIT,
            Written("1", is_inclusive=False),
            {"low": {"value": "1", "is_inclusive": False}},
        ),
        ({"low": {"value": "1"}, "unit": "%"}, LIMIT, Written(" "), {"unit": "%"}),
        ({}, Field("decimals", FieldKind.WHOLE), Written(" 2 "), {"decimals": 2}),
        ({"decimals": 2}, Field("decimals", FieldKind.WHOLE), Written("two"), {"decimals": "two"}),
        ({"decimals": "two"}, Field("decimals", FieldKind.WHOLE), Written("2"), {"decimals": 2}),
        ({}, Field("choices", FieldKind.LINES), Written("a\r\n b \n\n"), {"choices": ["a", "b"]}),
        (
            {"choices": ["a", "b"]},
            Field("choices", FieldKind.LINES),
            Written("a\r\nb"),
            {"choices": ["a", "b"]},
        ),
        ({}, Field("title"), Written("one\nline"), {"title": "oneline"}),
        ({}, Field("source", FieldKind.LONG), Written("two\nlines"), {"source": "two\nlines"}),
        ({"x": {"y": "1"}}, Field("x.y"), Written(""), {}),
        (
            {"m": ["b", "odd"]},
            Field("m", FieldKind.MANY, ("a", "b")),
            Written(chosen=("a", "b", "odd")),
            {"m": ["b", "odd", "a"]},
        ),
        (
            {"m": ["b", "a"]},
            Field("m", FieldKind.MANY, ("a", "b")),
            Written(chosen=("a", "b")),
            {"m": ["b", "a"]},
        ),
        ({"m": ["a"]}, Field("m", FieldKind.MANY, ("a",)), Written(), {}),
    ],
)
def test_what_is_written_stands_at_its_place(content, field, written, wanted):
    assert changed(content, field, written) == wanted


def test_a_row_is_begun_by_writing_into_it_and_ended_by_emptying_it():
    one = {"sort": "quantity", "dose": {"kind": "weight_band"}}
    fields = fields_in(sections_of(one, {}))
    assert [f.path for f in fields if f.path.endswith("upto_kg")] == [
        "dose.bands[0].upto_kg",
        "dose.bands[1].upto_kg",
    ]
    made = written_into(one, fields, {"dose.bands[1].upto_kg": Written("50")})
    assert made["dose"]["bands"] == [{"upto_kg": "50"}]
    fields = fields_in(sections_of(made, {}))
    assert written_into(made, fields, {"dose.bands[0].upto_kg": Written("")})["dose"]["bands"] == []


def test_what_another_sort_left_behind_stays_in_view():
    paths = {
        f.path for f in fields_in(sections_of({"sort": "quality", "unit": "%", "low": {"value": "1"}}, {}))
    }
    assert {"unit", "low", "choices", "accepted"} <= paths
    assert "high" not in paths
    assert "high" in {f.path for f in fields_in(sections_of({"sort": "quantity"}, {}))}
    assert "accepted" not in {f.path for f in fields_in(sections_of({"sort": "quantity"}, {}))}


@pytest.mark.parametrize(
    ("sort", "more", "content", "there", "absent"),
    [
        ("quantity", {"timing": "interim"}, {}, {"final", "not_before_hours"}, set()),
        ("quantity", {"timing": "final"}, {}, {"not_before_hours"}, {"final"}),
        ("quantity", {"timing": "release"}, {}, set(), {"final", "not_before_hours"}),
        ("quantity", {}, {"subject": "collection"}, {"effect"}, set()),
        ("quantity", {}, {"subject": "batch"}, set(), {"effect"}),
        ("quantity", {"dose": {"kind": "capped"}}, {}, {"dose.cap.high", "dose.low"}, {"low", "basis"}),
        ("report", {}, {}, {"choices", "unit", "replicates.count"}, {"accepted", "low", "dose.kind"}),
        (
            "quantity",
            {"dose": {"kind": "components"}},
            {},
            {"dose.total.low", "dose.ratio.low"},
            {"dose.low"},
        ),
    ],
)
def test_a_criterion_shows_the_fields_of_its_sort_and_timing(sort, more, content, there, absent):
    paths = {field.path for field in fields_in(sections_of({"sort": sort, **more}, content))}
    assert there <= paths
    assert not absent & paths


FIELDS = (
    Field("low", FieldKind.LIMIT),
    Field("dose.bands[0].upto_kg"),
    Field("dose.cap.high"),
    Field("choices"),
)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("low", "low"),
        ("low.value", "low"),
        ("dose.bands", "dose.bands[0].upto_kg"),
        ("dose.cap", "dose.cap.high"),
        ("choices[1]", "choices"),
        ("lower", None),
        ("", None),
    ],
)
def test_a_fault_is_shown_at_the_field_that_it_is_about(path, wanted):
    found = field_of(path, FIELDS)
    assert (found.path if found else None) == wanted


def test_paths_are_read_step_by_step():
    assert steps("any_of[12].criteria") == ("any_of", 12, "criteria")
    assert value_at({"a": [{"b": 1}]}, "a[0].b") == 1
    assert value_at({"a": [{"b": 1}]}, "a[1].b") is None
    assert value_at({"a": "text"}, "a.b") is None
    assert without({"a": [1, 2, 3]}, "a[1]") == {"a": [1, 3]}
    assert without({"a": {"b": {"c": 1}}, "d": 2}, "a.b.c") == {"d": 2}
    assert without({"a": 1}, "b.c") == {"a": 1}


@pytest.mark.parametrize(
    ("index", "by", "wanted"), [(0, 1, "bac"), (2, -1, "acb"), (0, -1, "abc"), (2, 1, "abc"), (3, -1, "abc")]
)
def test_an_item_moves_one_place_and_never_out_of_the_list(index, by, wanted):
    assert "".join(moved("abc", index, by)) == wanted
