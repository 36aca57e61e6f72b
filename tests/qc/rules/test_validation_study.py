"""A study as data: what each claim comes to at its boundary, and the report as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

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
    read_rows,
    written,
)
from qc.rules.validation_study.plan import Basis
from qc.rules.validation_study.written import number
from tests.qc.rules.validation_study_given import CONTENT, LEVELS, OUT, C, D, S, of, plan_of, study, table


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
