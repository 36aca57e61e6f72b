"""Mapping documents: those that come with the product are sound, all faults of others are named."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.rules.documents import content_problems
from qc.rules.imports import ImportKind, default_content, parse, problems
from tests.qc.rules.imports.imported import content


@pytest.mark.parametrize("kind", list(ImportKind))
def test_the_mappings_of_the_product_are_sound(kind: ImportKind):
    mapping, faults = parse(default_content(kind))
    assert faults == ()
    assert mapping.kind is kind
    assert content_problems(default_content(kind)) == ()
    assert len(mapping.digest) == 64


M0 = "measures__0__"
CASES: list[tuple[str, dict[str, Any], str, str]] = [
    ("csv", {"kind": "xls"}, "kind", "not_choice"),
    ("csv", {"kind": ...}, "kind", "required"),
    ("csv", {"title": ""}, "title", "required"),
    ("csv", {"extra": 1}, "extra", "unknown_field"),
    ("csv", {"encoding": "latin-1"}, "encoding", "not_choice"),
    ("csv", {"delimiter": ","}, "delimiter", "not_choice"),
    ("csv", {"decimal": "."}, "decimal", "not_choice"),
    ("csv", {"needs_final_line_end": "yes"}, "needs_final_line_end", "wrong_type"),
    ("csv", {"header": ...}, "header", "required"),
    ("csv", {"header": "Sample"}, "header", "header_is_no_column"),
    ("csv", {"columns": []}, "columns", "not_an_object"),
    ("csv", {"columns__value": ...}, "columns.value", "required"),
    ("csv", {"columns__value": 5}, "columns.value", "wrong_type"),
    ("csv", {"columns__well": "well"}, "columns.well", "not_for_this_kind"),
    ("csv", {"columns__colour": "x"}, "columns.colour", "unknown_field"),
    ("csv", {"columns__comment": "unit"}, "columns", "column_used_twice"),
    ("csv", {"columns__comment": " unit"}, "columns", "not_texts"),
    ("csv", {"ignored": ["unit"]}, "columns", "column_used_twice"),
    ("csv", {"ignored": [1]}, "ignored", "not_texts"),
    ("csv", {"measures": [{"criterion": "A", "unit": "%"}]}, "measures", "measures_count"),
    ("csv", {"measures": "all"}, "measures", "out_of_range"),
    ("csv", {"measures": [5]}, "measures[0]", "not_an_object"),
    ("csv", {"words__perhaps": ["x"]}, "words.perhaps", "unknown_field"),
    ("csv", {"words__not_detected": ["not tested"]}, "words", "repeated"),
    ("csv", {"units": {"EU": "EU"}}, "units.EU", "unit_unknown"),
    ("csv", {"replicates": 100}, "replicates", "out_of_range"),
    ("csv", {"reference_copies": 0}, "reference_copies", "out_of_range"),
    ("csv", {"acceptance": {"cv_high": "5"}}, "acceptance.cv_high", "not_for_this_kind"),
    ("csv", {"acceptance": {"needs_blank": True}}, "acceptance.needs_blank", "blank_rule_missing"),
    ("csv", {"growth": default_content(ImportKind.BACTEC)["growth"]}, "growth", "not_for_this_kind"),
    ("csv", {"controls": [{"role": "task", "text": "x", "sort": "blank"}]},
     "controls[0].role", "column_not_named"),
    ("flow_cytometry", {"measures": []}, "measures", "measures_count"),
    ("flow_cytometry", {M0 + "column": ...}, "measures[0].column", "required"),
    ("flow_cytometry", {M0 + "target": "x"}, "measures[0].target", "not_for_this_kind"),
    ("flow_cytometry", {M0 + "unit": ...}, "measures[0].unit", "required"),
    ("flow_cytometry", {M0 + "unit": "percent"}, "measures[0].unit", "unit_unknown"),
    ("flow_cytometry", {M0 + "criterion": "viability"}, "measures[0].criterion", "code_shape"),
    ("flow_cytometry", {M0 + "criterion": "CD3"}, "measures", "repeated"),
    ("flow_cytometry", {M0 + "column": "Sample"}, "columns", "column_used_twice"),
    ("flow_cytometry", {M0 + "part": "presence"}, "measures[0].part", "not_for_this_kind"),
    ("flow_cytometry", {M0 + "possible_low": "5", M0 + "possible_high": "4"},
     "measures[0].possible_high", "nothing_can_pass"),
    ("flow_cytometry", {M0 + "possible_low": 5}, "measures[0].possible_low", "not_decimal_text"),
    ("flow_cytometry", {M0 + "dilution": "to_apply"}, "measures[0].dilution", "dilution_column_missing"),
    ("flow_cytometry", {"controls__2__level": ""}, "controls[2].level", "required"),
    ("flow_cytometry", {"controls__1__text": "Mean"}, "controls[1].text", "repeated"),
    ("flow_cytometry", {"controls__1__sort": "standard"}, "controls[1].sort", "not_for_this_kind"),
    ("cell_counter", {M0 + "factor": "0.00001"}, "measures[0].factor", "factor_wrong"),
    ("cell_counter", {M0 + "factor": ...}, "measures[0].factor", "factor_wrong"),
    ("cell_counter", {M0 + "report_unit": "%"}, "measures[0].report_unit", "no_conversion"),
    ("cell_counter", {"measures__1__factor": "2"}, "measures[1].factor", "factor_wrong"),
    ("qpcr", {M0 + "target": ...}, "measures[0].target", "required"),
    ("qpcr", {M0 + "target": "ALB"}, "measures", "repeated"),
    ("qpcr", {M0 + "ratio": ...}, "measures[0].ratio", "required"),
    ("qpcr", {M0 + "ratio": "vcn"}, "measures[0].ratio", "code_shape"),
    ("qpcr", {"measures__1__ratio": "VCN"}, "measures[1].ratio", "only_for_vector"),
    ("qpcr", {"measures__1__part": "result"}, "measures[0].part", "one_reference"),
    ("qpcr", {M0 + "part": "result", M0 + "ratio": ...}, "measures[1].part", "vector_required"),
    ("qpcr", {"measures__1__unit": "{copies}/uL"}, "measures[0].report_unit", "units_differ"),
    ("qpcr", {"measures__2__says_detected": ...}, "measures[2].says_detected", "required"),
    ("qpcr", {"columns__quantity": ...}, "columns.quantity", "required"),
    ("qpcr", {"acceptance__curve": ...}, "acceptance.curve", "curve_required"),
    ("qpcr", {"acceptance__curve": "read"}, "columns.slope", "required"),
    ("qpcr", {"acceptance__slope_low": ...}, "acceptance.slope_low", "required"),
    ("qpcr", {"acceptance__r_squared_low": ...}, "acceptance.r_squared_low", "required"),
    ("qpcr", {"acceptance__slope_low": "-3.0"}, "acceptance.slope_high", "nothing_can_pass"),
    ("qpcr", {"acceptance__standards_least": 2}, "acceptance.standards_least", "out_of_range"),
    ("qpcr", {"controls__0": ...}, "acceptance.curve", "standard_rule_missing"),
    ("qpcr", {"controls__1": ...}, "acceptance.needs_blank", "blank_rule_missing"),
    ("ddpcr", {"acceptance__droplets_least": ...}, "acceptance.droplets_least", "required"),
    ("ddpcr", {"acceptance__blank_high": ...}, "acceptance.blank_high", "required"),
    ("lal", {"measures": []}, "measures", "measures_count"),
    ("lal", {"acceptance__recovery_low": ...}, "acceptance.recovery_low", "required"),
    ("lal", {"acceptance__recovery_low": "49.9"}, "acceptance.recovery_low", "wider_than_pharmacopoeia"),
    ("lal", {"acceptance__recovery_high": "200.1"}, "acceptance.recovery_high", "wider_than_pharmacopoeia"),
    ("lal", {"acceptance__recovery_low": "150", "acceptance__recovery_high": "149"},
     "acceptance.recovery_high", "nothing_can_pass"),
    ("lal", {"acceptance__cv_high": ...}, "acceptance.cv_high", "limit_and_column"),
    ("lal", {"columns__cv": ...}, "acceptance.cv_high", "limit_and_column"),
    ("bactec", {"growth": ...}, "growth", "required"),
    ("bactec", {"growth__final_days": 0}, "growth.final_days", "out_of_range"),
    ("bactec", {"growth__interim_days": 15}, "growth.interim_days", "out_of_range"),
    ("bactec", {"growth__ongoing": []}, "growth.ongoing", "required"),
    ("bactec", {"growth__ongoing": ["Positive"]}, "growth", "repeated"),
    ("bactec", {"growth__says_growth": ...}, "growth.says_growth", "required"),
    ("bactec", {"growth__final_criterion": "sterility"}, "growth.final_criterion", "code_shape"),
    ("bactec", {"growth__final_criterion": "STERILITY_INTERIM"}, "growth.final_criterion", "repeated"),
    ("bactec", {"growth__positive_unit": ...}, "growth.positive_unit", "hours_or_days"),
    ("bactec", {"columns__positive_after": ...}, "growth.positive_unit", "hours_or_days"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "changes", "where", "code"), CASES)
def test_every_fault_is_named_at_its_place(kind: str, changes: dict[str, Any], where: str, code: str):
    assert problems(content(kind)) == ()
    found = [(problem.path, problem.code) for problem in problems(content(kind, **changes))]
    assert (where, code) in found


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("lal", {"acceptance__recovery_low": "50", "acceptance__recovery_high": "200"}),
        ("flow_cytometry", {M0 + "possible_low": "5", M0 + "possible_high": "5"}),
        ("qpcr", {"acceptance__standards_least": 3}),
        ("bactec", {"growth__interim_days": 14}),
    ],
)
def test_boundaries_that_are_within(kind: str, changes: dict[str, Any]):
    assert problems(content(kind, **changes)) == ()


def test_presence_alone_needs_no_curve():
    found = content("qpcr", acceptance={"needs_blank": True}, columns__quantity=...)
    found["measures"] = found["measures"][2:]
    assert problems(found) == ()


def test_all_faults_of_fields_are_named_at_once():
    found = content("csv", title="", header="", encoding="x", replicates=-1)
    assert len(problems(found)) == 4


@pytest.mark.parametrize(
    "given", [None, [], "x", 1, {}, {"kind": 1.5}, {1: 2}, {"kind": "csv", "title": "\x00"}]
)
def test_what_is_no_document(given: Any):
    assert problems(given)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def paths(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(path for key, item in inner for path in paths(item, (*way, key)))]


@given(st.sampled_from(list(ImportKind)), st.data())
def test_a_changed_document_never_raises(kind: ImportKind, data: st.DataObject):
    found = copy.deepcopy(default_content(kind))
    way = data.draw(st.sampled_from(paths(found)[1:]))
    here: Any = found
    for part in way[:-1]:
        here = here[part]
    here[way[-1]] = data.draw(JSON)
    mapping, faults = parse(found)
    assert (mapping is None) is bool(faults)
