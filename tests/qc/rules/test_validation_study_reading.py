"""A study as data: plans and rows that are faulty, read whole or refused with every fault."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from people.rules.documents import content_problems
from qc.rules.validation_study import (
    Row,
    assess,
    parse,
    problems,
    read_rows,
    written,
)
from qc.rules.validation_study.plan import rounded
from qc.rules.validation_study.rows import MAX_ROWS
from tests.qc.rules.validation_study_given import CLAIM, CONTENT, OUT, D, plan_of, table

BAD_PLANS: list[tuple[dict[str, Any], str, str]] = [
    ({"method": ""}, "method", "required"),
    ({"unit": ""}, "unit", "required"),
    ({"other": 1}, "other", "unknown_field"),
    ({"claims": []}, "claims", "out_of_range"),
    ({"claims": "x"}, "claims", "out_of_range"),
    ({"factors": ["moon"]}, "factors", "not_choice"),
    ({"factors": ["day", "day"]}, "factors", "repeated"),
    ({"factors": []}, "factors", "required"),
    ({"confidence": "1"}, "confidence", "out_of_range"),
    ({"confidence": "0.49"}, "confidence", "out_of_range"),
    ({"confidence": 0.95}, "confidence", "not_decimal_text"),
    ({"claims": [CLAIM, CLAIM]}, "claims", "repeated"),
    ({"claims": [CONTENT["claims"][5]]}, "claims", "range_of_nothing"),
]


@pytest.mark.parametrize(("change", "path", "code"), BAD_PLANS)
def test_a_plan_tells_its_faults(change: dict[str, Any], path: str, code: str) -> None:
    found = [(one.path, one.code) for one in problems({**CONTENT, **change})]
    assert (path, code) in found
    assert parse({**CONTENT, **change})[0] is None


BAD_CLAIMS: list[tuple[dict[str, Any], str, str]] = [
    ({"characteristic": "beauty"}, "characteristic", "not_choice"),
    ({"statistic": "cv"}, "statistic", "not_of_characteristic"),
    ({"low": 90}, "low", "not_decimal_text"),
    ({"low": "120"}, "high", "nothing_can_pass"),
    ({"low": "90.05"}, "decimals", "limit_finer_than_decimals"),
    ({"decimals": 7}, "decimals", "out_of_range"),
    ({"basis": "blanks"}, "basis", "only_for_limits"),
    ({"basis": "air"}, "basis", "not_choice"),
    ({"judged_by": "eye"}, "judged_by", "not_choice"),
    ({"levels": ["0"]}, "levels[0]", "not_positive"),
    ({"levels": ["1", "1.0"]}, "levels", "repeated"),
    ({"levels": ["x"]}, "levels[0]", "not_decimal_text"),
    ({"colour": "red"}, "colour", "unknown_field"),
    ({"characteristic": "range", "statistic": "span"}, "judged_by", "no_interval"),
    (
        {"characteristic": "gauge_rr", "statistic": "categories", "levels": ["1"]},
        "levels",
        "only_for_levels",
    ),
]


@pytest.mark.parametrize(("change", "key", "code"), BAD_CLAIMS)
def test_a_claim_tells_its_faults(change: dict[str, Any], key: str, code: str) -> None:
    found = [(one.path, one.code) for one in problems({**CONTENT, "claims": [{**CLAIM, **change}]})]
    assert (f"claims[0].{key}", code) in found


def test_a_claim_needs_a_limit_and_a_range_both() -> None:
    bare = {key: value for key, value in CLAIM.items() if key not in {"low", "high"}}
    assert ("claims[0].low", "limit_required") in [
        (one.path, one.code) for one in problems({**CONTENT, "claims": [bare]})
    ]
    half = {"characteristic": "range", "statistic": "span", "low": "50"}
    assert ("claims[1].low", "both_limits_required") in [
        (one.path, one.code) for one in problems({**CONTENT, "claims": [CLAIM, half]})
    ]


ROW = {"level": "50", "day": "1", "analyst": "Ann", "run": "a", "replicate": "1", "value": "49.7"}


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"value": ""}, "value", "required"),
        ({"value": "<0.5"}, "value", "censored"),
        ({"value": "> 95"}, "value", "censored"),
        ({"value": "49,7"}, "value", "decimal_comma"),
        ({"value": "1e3"}, "value", "not_decimal_text"),
        ({"value": "NaN"}, "value", "not_decimal_text"),
        ({"value": 49.7}, "value", "not_text"),
        ({"value": "\u0664"}, "value", "not_decimal_text"),
        ({"value": "1\x00"}, "value", "not_text"),
        ({"level": ""}, "level", "required"),
        ({"level": "-1"}, "level", "negative"),
        ({"level": "high"}, "level", "not_decimal_text"),
        ({"day": " "}, "day", "required"),
        ({"run": ""}, "run", "required"),
        ({"analyst": ""}, "analyst", "required"),  # the plan claims a gauge study
        ({"analyst": "x" * 81}, "analyst", "not_text"),
        ({"replicate": "0"}, "replicate", "not_a_count"),
        ({"replicate": "1.5"}, "replicate", "not_a_count"),
        ({"replicate": ""}, "replicate", "required"),
        ({"operator": "Ann"}, "operator", "unknown_field"),
    ],
)
def test_a_row_tells_its_faults_and_nothing_is_half_read(
    change: dict[str, Any], column: str, code: str
) -> None:
    rows, faults = read_rows([{**ROW, "replicate": "9"}, {**ROW, **change}], plan_of(CONTENT))
    assert rows == ()
    assert [(one.row, one.column, one.code) for one in faults] == [(2, column, code)]


def test_all_faults_of_a_table_are_told() -> None:
    plan = plan_of(CONTENT)
    rows, faults = read_rows([ROW, {**ROW, "value": ""}, {"x": "1"}, "nonsense"], plan)
    assert rows == ()
    assert {(one.row, one.column, one.code) for one in faults} >= {
        (2, "value", "required"),
        (2, "replicate", "repeated"),
        (3, "x", "unknown_field"),
        (4, "", "not_an_object"),
    }


def test_a_table_has_rows_and_an_end() -> None:
    plan = plan_of(CONTENT)
    assert read_rows([], plan)[1][0].code == "no_rows"
    assert read_rows([ROW] * (MAX_ROWS + 1), plan)[1][0].code == "too_many_rows"


def test_a_level_is_a_number_and_not_a_text() -> None:
    plan = plan_of(CONTENT)
    _, faults = read_rows([ROW, {**ROW, "level": "50.0"}], plan)
    assert [(one.row, one.code, dict(one.params)) for one in faults] == [(2, "repeated", {"first": 1})]


def test_columns_that_the_plan_does_not_need_may_be_empty() -> None:
    plan = plan_of({**CONTENT, "factors": [], "claims": [CLAIM]})
    rows, faults = read_rows([{"level": "50", "replicate": "1", "value": " 49.70 "}], plan)
    assert faults == ()
    assert rows == (Row(1, D(50), 1, D("49.70")),)


def test_a_number_too_large_for_its_decimals_is_rounded_all_the_same() -> None:
    assert rounded(D("1e200"), 6) == D("1e200")


@settings(max_examples=5)
@given(st.randoms())
def test_the_order_of_the_rows_changes_nothing(chance: Any) -> None:
    plan = plan_of(CONTENT)
    raw = table(levels=("50", "100", "200"))
    mixed = list(raw)
    chance.shuffle(mixed)
    first, other = (written(assess(plan, read_rows(rows, plan)[0])) for rows in (raw, mixed))
    for one in (first, other):
        one["line"].pop("residuals")  # these stand in the order of the rows
    assert first == other


words = st.one_of(
    st.none(),
    st.sampled_from(["", "1", "2", "50", "0", "-1", "<1", "1.5", "Ann", "\x00"]),
    st.integers(),
    st.text(max_size=5),
)
anything = st.lists(st.dictionaries(st.sampled_from([*ROW, "sample", "x"]), words), max_size=6)


@settings(max_examples=30)
@given(anything)
def test_any_table_is_read_whole_or_refused(raw: list[dict[str, Any]]) -> None:
    plan = plan_of(CONTENT)
    rows, faults = read_rows(raw, plan)
    assert bool(rows) is not bool(faults)
    report = assess(plan, rows)
    assert content_problems(written(report)) == ()


small = st.lists(
    st.builds(
        Row,
        number=st.integers(1, 99),
        level=st.sampled_from([D(0), D(1), D(2), D(3), None]),
        replicate=st.integers(1, 3),
        value=st.sampled_from([D(0), D(1), D(-1), D("0.001"), D("999999999999"), D("0.000000000001")]),
        sample=st.sampled_from(["", "s", "t"]),
        day=st.sampled_from(["1", "2"]),
        analyst=st.sampled_from(["a", "b"]),
        run=st.sampled_from(["1", "2"]),
    ),
    max_size=14,
)


@settings(max_examples=40)
@given(small)
def test_no_rows_break_the_arithmetic(rows: list[Row]) -> None:
    report = assess(plan_of(CONTENT), rows)
    assert content_problems(written(report)) == ()
    for one in report.findings:
        assert (one.outcome is OUT.NOT_ASSESSABLE) <= (one.reason is not None)
