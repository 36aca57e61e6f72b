"""A study as data: the plan, the rows, what each claim comes to at its boundary, and the report as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from people.rules.documents import content_problems
from qc.rules.validation_study import (
    Characteristic,
    Claim,
    Factor,
    Finding,
    JudgedBy,
    Outcome,
    Plan,
    Report,
    Row,
    Statistic,
    assess,
    parse,
    problems,
    read_rows,
    written,
)
from qc.rules.validation_study.plan import Basis, rounded
from qc.rules.validation_study.rows import MAX_ROWS
from qc.rules.validation_study.written import number

D = Decimal
C, S, OUT = Characteristic, Statistic, Outcome

CLAIM = {
    "characteristic": "accuracy",
    "statistic": "recovery",
    "low": "90",
    "high": "110",
    "decimals": 1,
    "judged_by": "interval",
}
CONTENT: dict[str, Any] = {
    "method": "IFNG",
    "title": "Validation of IFN-gamma release",
    "unit": "pg/mL",
    "factors": ["day", "run"],
    "claims": [
        CLAIM,
        {"characteristic": "repeatability", "statistic": "cv", "high": "15"},
        {"characteristic": "intermediate_precision", "statistic": "cv", "high": "20"},
        {"characteristic": "linearity", "statistic": "r2", "low": "0.98", "decimals": 2},
        {"characteristic": "linearity", "statistic": "lack_of_fit_p", "low": "0.05", "decimals": 2},
        {"characteristic": "range", "statistic": "span", "low": "50", "high": "200"},
        {"characteristic": "detection_limit", "statistic": "limit", "high": "20", "basis": "blanks"},
        {"characteristic": "quantitation_limit", "statistic": "limit", "high": "50"},
        {"characteristic": "gauge_rr", "statistic": "percent_gauge", "high": "30"},
        {"characteristic": "gauge_rr", "statistic": "categories", "low": "5"},
    ],
}
LEVELS = ("50", "75", "100", "150", "200")


def plan_of(content: Mapping[str, Any]) -> Plan:
    plan, faults = parse(content)
    assert faults == ()
    assert plan is not None
    return plan


def table(seed: int = 1, noise: float = 2.0, levels: Sequence[str] = LEVELS) -> list[dict[str, str]]:
    """Three days of two runs, two replicates at each level by two analysts, and blanks."""
    made = np.random.default_rng(seed)
    found = []
    for day in "123":
        off_day = made.normal(0, 1)
        for run in "ab":
            off = off_day + made.normal(0, 1)
            for level in ("0", *levels):
                for analyst in ("Ann", "Ben"):
                    for replicate in "12":
                        value = float(level) + off + made.normal(0, noise)
                        found.append(
                            {
                                "level": level,
                                "day": day,
                                "analyst": analyst,
                                "run": run,
                                "replicate": replicate,
                                "value": f"{value:.2f}",
                            }
                        )
    return found


def study(content: Mapping[str, Any] = CONTENT, **made: Any) -> Report:
    plan = plan_of(content)
    rows, faults = read_rows(table(**made), plan)
    assert faults == ()
    return assess(plan, rows)


def of(report: Report, characteristic: Characteristic) -> list[Finding]:
    return [one for one in report.findings if one.claim.characteristic is characteristic]


def test_a_good_study_meets_its_plan() -> None:
    report = study()
    assert [
        (one.claim.characteristic, one.level, one.reason)
        for one in report.findings
        if one.outcome is not OUT.MET
    ] == []
    assert report.outcome is OUT.MET
    assert [one.level for one in of(report, C.ACCURACY)] == [D(level) for level in LEVELS]
    assert of(report, C.RANGE)[0].judged == (50, 200)
    assert set(report.components) == set(map(D, LEVELS))
    assert report.line is not None
    assert report.gauge is not None
    assert (report.gauge.parts, report.gauge.operators, report.gauge.replicates) == (6, 2, 12)


def test_a_noisy_study_does_not() -> None:
    report = study(noise=40.0)
    assert report.outcome is OUT.NOT_MET
    assert {one.outcome for one in of(report, C.REPEATABILITY)} >= {OUT.NOT_MET}
    assert of(report, C.RANGE)[0].outcome is OUT.NOT_MET


def leaves(found: Any) -> list[Any]:
    """Everything in it that is neither a list nor a mapping."""
    if isinstance(found, dict | list):
        inner = found.values() if isinstance(found, dict) else found
        return [leaf for one in inner for leaf in leaves(one)]
    return [found]


def test_a_report_has_a_canonical_form() -> None:
    found = written(study())
    assert content_problems(found) == ()  # the ledger takes it: no odd keys
    assert "float" not in {type(one).__name__ for one in leaves(found)}
    assert json.loads(json.dumps(found)) == found
    assert found["outcome"] == "met"
    first = found["findings"][0]
    assert first["claim"]["low"] == "90"
    assert set(first["estimate"]) == {"value", "low", "high", "df"}
    assert len(found["findings"]) == 5 + 5 + 5 + 2 + 1 + 1 + 1 + 2
    assert found["components"][0]["parts"][-1]["factor"] == "repeatability"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1.0, "1"),
        (100.0, "100"),
        (123456.5, "123457"),
        (1234565.0, "1234570"),
        (0.1 + 0.2, "0.3"),
        (-2.0000005, "-2"),
        (2.000005, "2.00001"),  # half away from zero
        (-2.000005, "-2.00001"),
        (1.5e-9, "0.0000000015"),
        (2e20, "200000000000000000000"),
        (None, None),
    ],
)
def test_numbers_are_written_at_six_digits(value: float | None, text: str | None) -> None:
    assert number(value) == text


def exact(plan: Plan, values: Mapping[str, Sequence[str]]) -> Report:
    """A study of these values at these levels, one day and run."""
    rows = [
        Row(n, D(level), n, D(value), day="1", run="1")
        for level, several in values.items()
        for n, value in enumerate(several, start=1)
    ]
    return assess(plan, rows)


def claim(characteristic: Characteristic, statistic: Statistic, **other: Any) -> Plan:
    return Plan("M", "mg", (Claim(characteristic, statistic, **other),))


@pytest.mark.parametrize(
    ("values", "outcome", "judged"),
    [
        (("109", "111"), OUT.MET, "110.0"),
        (("109", "111.08"), OUT.MET, "110.0"),  # 110.04
        (("109", "111.1"), OUT.NOT_MET, "110.1"),  # 110.05 rounds away from zero
        (("89", "91"), OUT.MET, "90.0"),
        (("89", "90.9"), OUT.MET, "90.0"),  # 89.95
        (("89", "90.88"), OUT.NOT_MET, "89.9"),
    ],
)
def test_what_is_held_against_a_limit_is_rounded_before(
    values: tuple[str, ...], outcome: Outcome, judged: str
) -> None:
    plan = claim(C.ACCURACY, S.RECOVERY, low=D(90), high=D(110), decimals=1)
    (finding,) = exact(plan, {"100": values}).findings
    assert (finding.outcome, finding.judged) == (outcome, (D(judged),))


def test_an_interval_has_to_lie_within_whole() -> None:
    """97, 100, 103: 100 +- 4.303 * 3/sqrt 3 = 92.55 to 107.45."""
    for high, outcome in (("107.5", OUT.MET), ("107.4", OUT.NOT_MET)):
        plan = claim(
            C.ACCURACY, S.RECOVERY, low=D("92.5"), high=D(high), decimals=1, judged_by=JudgedBy.INTERVAL
        )
        (finding,) = exact(plan, {"100": ("97", "100", "103")}).findings
        assert (finding.outcome, finding.judged) == (outcome, (D("92.5"), D("107.5")))


@pytest.mark.parametrize(("statistic", "value"), [(S.BIAS, "0"), (S.RECOVERY, "100")])
def test_accuracy_in_two_ways(statistic: Statistic, value: str) -> None:
    plan = claim(C.ACCURACY, statistic, low=D(value), high=D(value))
    assert exact(plan, {"100": ("97", "100", "103")}).outcome is OUT.MET


def test_a_coefficient_of_variation_worked_by_hand() -> None:
    """1, 2, 3 about 2: standard deviation 1, 50 %."""
    for statistic, value in ((S.SD, "1"), (S.CV, "50")):
        (finding,) = exact(claim(C.REPEATABILITY, statistic, high=D(value)), {"2": ("1", "2", "3")}).findings
        assert (finding.outcome, finding.judged) == (OUT.MET, (D(value),))
    (finding,) = exact(claim(C.REPEATABILITY, S.CV, high=D(49)), {"2": ("1", "2", "3")}).findings
    assert finding.outcome is OUT.NOT_MET
    (finding,) = exact(claim(C.REPEATABILITY, S.CV, high=D(49)), {"2": ("-1", "1")}).findings
    assert (finding.outcome, finding.reason) == (OUT.NOT_ASSESSABLE, "zero_mean")


@pytest.mark.parametrize(
    ("plan", "values", "reason"),
    [
        (claim(C.ACCURACY, S.RECOVERY, low=D(1)), {}, "no_data"),
        (claim(C.ACCURACY, S.RECOVERY, low=D(1), levels=(D(5),)), {"4": ("1", "2")}, "no_data"),
        (claim(C.ACCURACY, S.RECOVERY, low=D(1)), {"4": ("1",)}, "too_few_replicates"),
        (claim(C.REPEATABILITY, S.SD, high=D(1)), {"4": ("1", "1")}, "zero_variance"),
        (claim(C.LINEARITY, S.R2, low=D(0)), {"4": ("1", "2"), "5": ("1", "2")}, "too_few_levels"),
        (
            claim(C.LINEARITY, S.LACK_OF_FIT_P, low=D(0)),
            {"1": ("1",), "2": ("2",), "3": ("4",)},
            "too_few_replicates",
        ),
        (claim(C.DETECTION_LIMIT, S.LIMIT, high=D(9)), {"1": ("1",)}, "too_few_levels"),
        (
            claim(C.DETECTION_LIMIT, S.LIMIT, high=D(9), basis=Basis.BLANKS),
            {"1": ("1",), "2": ("2",), "3": ("4",), "0": ("1", "2")},
            "too_few_replicates",
        ),
        (claim(C.GAUGE_RR, S.CATEGORIES, low=D(5)), {"1": ("1", "2")}, "too_few_groups"),
        (claim(C.RANGE, S.SPAN, low=D(1), high=D(2)), {"1": ("1", "2")}, "no_data"),
    ],
)
def test_what_cannot_be_assessed_says_why(
    plan: Plan, values: Mapping[str, Sequence[str]], reason: str
) -> None:
    report = exact(plan, values)
    assert [(one.outcome, one.reason) for one in report.findings] == [(OUT.NOT_ASSESSABLE, reason)]
    assert report.outcome is OUT.NOT_ASSESSABLE
    assert content_problems(written(report)) == ()


def test_a_confounded_factor_is_named() -> None:
    content = {**CONTENT, "factors": ["day", "analyst"], "claims": [CONTENT["claims"][2]]}
    plan = plan_of(content)
    raw = [{**row, "analyst": f"of {row['day']}", "replicate": str(n + 1)} for n, row in enumerate(table())]
    rows, faults = read_rows(raw, plan)
    assert faults == ()
    for finding in assess(plan, rows).findings:
        assert (finding.reason, finding.params) == ("confounded", {"factor": "analyst"})


def ranged(*acceptable: bool, low: str = "2", high: str = "4") -> Finding:
    """Levels 1, 2, 3 ... with a recovery of 100 or of 200."""
    plan = Plan(
        "M",
        "mg",
        (
            Claim(C.ACCURACY, S.RECOVERY, low=D(90), high=D(110)),
            Claim(C.RANGE, S.SPAN, low=D(low), high=D(high)),
        ),
    )
    values = {}
    for n, is_fine in enumerate(acceptable, start=1):
        middle = D(n) if is_fine else D(2 * n)
        values[str(n)] = (str(middle - D("0.01")), str(middle + D("0.01")))
    return exact(plan, values).findings[-1]


@pytest.mark.parametrize(
    ("acceptable", "outcome", "reason", "judged"),
    [
        ((True,) * 5, OUT.MET, None, (1, 5)),
        ((False, True, True, True, False), OUT.MET, None, (2, 4)),
        ((True, True, True, False, True), OUT.NOT_MET, "span_too_short", (1, 3)),
        ((True, True, False, True, True), OUT.NOT_MET, "span_too_short", (1, 2)),
        ((False, False, True, True, True), OUT.NOT_MET, "span_too_short", (3, 5)),
        ((False,) * 3, OUT.NOT_MET, "no_level_acceptable", ()),
    ],
)
def test_the_range_is_where_acceptance_holds(
    acceptable: tuple[bool, ...], outcome: Outcome, reason: str | None, judged: tuple[int, ...]
) -> None:
    found = ranged(*acceptable)
    assert (found.outcome, found.reason, found.judged) == (outcome, reason, judged)


def test_no_range_where_the_line_does_not_hold() -> None:
    content = dict(CONTENT)
    content["claims"] = [
        {**one, "low": "1"} if one["statistic"] == "r2" else one for one in CONTENT["claims"]
    ]
    (found,) = of(study(content, noise=12.0), C.RANGE)
    assert (found.outcome, found.reason) == (OUT.NOT_MET, "linearity_not_met")


def notes(finding: Finding) -> list[str]:
    return [note.code for note in finding.notes]


@pytest.mark.parametrize(
    ("characteristic", "levels", "replicates", "is_few"),
    [
        (C.ACCURACY, 3, 3, False),
        (C.ACCURACY, 3, 2, True),
        (C.ACCURACY, 2, 9, True),
        (C.REPEATABILITY, 1, 6, False),
        (C.REPEATABILITY, 1, 5, True),
        (C.REPEATABILITY, 3, 3, False),
        (C.INTERMEDIATE_PRECISION, 1, 2, False),
    ],
)
def test_fewer_than_recommended_is_noted(
    characteristic: Characteristic, levels: int, replicates: int, is_few: bool
) -> None:
    statistic = S.RECOVERY if characteristic is C.ACCURACY else S.SD
    values = {str(n + 1): [f"{n + 1}.{k}" for k in range(replicates)] for n in range(levels)}
    found = exact(claim(characteristic, statistic, high=D(1000)), values).findings
    assert {"fewer_than_recommended" in notes(one) for one in found} == {is_few}


@pytest.mark.parametrize(("levels", "is_few"), [(4, True), (5, False)])
def test_a_line_of_few_levels_is_noted(levels: int, is_few: bool) -> None:
    values = {str(n): (f"{n}.1", f"{n}.3") for n in range(1, levels + 1)}
    (found,) = exact(claim(C.LINEARITY, S.R2, low=D(0)), values).findings
    assert ("fewer_than_recommended" in notes(found)) is is_few


def test_what_was_set_to_nought_or_pooled_is_noted() -> None:
    rows = [
        Row(n, D(10), n, D(value), day=day, analyst=analyst)
        for n, (day, analyst, value) in enumerate(
            [(day, analyst, value) for day in "12" for analyst in "ab" for value in ("9", "11")], start=1
        )
    ]
    rows += [replace(row, number=9 + n, level=D(20), value=row.value + 10) for n, row in enumerate(rows)]
    plan = Plan(
        "M",
        "mg",
        (
            Claim(C.INTERMEDIATE_PRECISION, S.SD, high=D(9)),
            Claim(C.GAUGE_RR, S.PERCENT_CONTRIBUTION, high=D(99)),
        ),
        factors=(Factor.DAY,),
    )
    first, _, last = assess(plan, rows).findings
    assert [(note.code, dict(note.params)) for note in first.notes] == [("set_to_zero", {"factors": ["day"]})]
    assert notes(last) == ["set_to_zero", "interaction_pooled"]
    (uneven, *_) = assess(plan, rows[1:]).findings
    assert "unequal_numbers" in notes(uneven)


def test_a_gauge_study_of_samples_leaves_other_rows_alone() -> None:
    content = {**CONTENT, "factors": [], "claims": [{**CONTENT["claims"][-1], "low": "1"}]}
    plan = plan_of(content)
    raw = [
        {"sample": f"S{n}", "analyst": who, "replicate": str(k), "value": str(10 * n + k)}
        for n in range(4)
        for who in ("Ann", "Ben")
        for k in (1, 2)
    ]
    raw.append({"level": "5", "analyst": "Ann", "replicate": "1", "value": "5"})
    rows, faults = read_rows(raw, plan)
    assert faults == ()
    report = assess(plan, rows)
    assert report.gauge is not None
    assert report.gauge.parts == 4


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
    rows, faults = read_rows([ROW, {**ROW, "value": ""}, {"x": "1"}, "nonsense"], plan)  # type: ignore[list-item]
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
