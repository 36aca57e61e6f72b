"""A preview against what is known: samples, criteria, times."""

import json
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from qc.rules.importing import reports
from qc.rules.imports import SampleFact, judge_criteria, judge_samples, judge_times, judging
from qc.rules.replicates import Replicates, ReportRule
from qc.rules.specification import parse
from tests.qc.rules.imports.cases import HEAD
from tests.qc.rules.imports.imported import SAM1, SAM2, SAM3, changed, mapping, places, read

BATCH, OTHER = ("batch", "B26000001"), ("batch", "B26000002")
COLLECTION = ("collection", "A999926000001")
KNOWN = {
    SAM1: SampleFact(SAM1, frozenset({BATCH, COLLECTION})),
    SAM2: SampleFact(SAM2, frozenset({OTHER})),
}


def criteria():
    path = Path(settings.BASE_DIR) / "config" / "demonstration" / "cd19_specification.json"
    specification, _ = parse(json.loads(path.read_text()))
    return {criterion.code: criterion for criterion in specification.criteria}


def criterion_of(_sample: str, code: str):
    return criteria().get(code)


def test_a_sample_of_another_batch():
    found = judge_samples(read("csv"), mapping("csv"), KNOWN, BATCH)
    assert places(found) == [(6, "sample", "sample_of_another")]
    assert found.faults[0].params == {"sample": SAM2, "subject": "B26000001"}
    assert not found.is_clean
    assert {one.sample for one in found.candidates} == {SAM1}
    ours = judge_samples(read("csv"), mapping("csv"), KNOWN | {SAM2: KNOWN[SAM1]}, BATCH)
    assert ours.is_clean


def test_samples_of_any_subject():
    assert judge_samples(read("csv"), mapping("csv"), KNOWN, None).is_clean
    assert judge_samples(read("csv"), mapping("csv"), KNOWN, COLLECTION).faults[0].row == 6


def test_a_sample_that_nobody_knows():
    found = judge_samples(read("bactec"), mapping("bactec"), KNOWN, None)
    assert places(found) == [(6, "Sample", "sample_unknown"), (7, "Sample", "sample_unknown")]
    assert SAM3 not in {one.sample for one in found.computed}
    assert SAM1 in {one.sample for one in found.computed}


def test_one_fault_for_a_row_of_many_values_and_none_for_controls():
    found = judge_samples(read("flow_cytometry"), mapping("flow_cytometry"), {}, None)
    assert places(found) == [(5, "Sample", "sample_unknown"), (6, "Sample", "sample_unknown")]


def test_each_sample_is_read_by_the_specification_that_judges_it():
    """Two of them may have a criterion of one code in two units, or with other replicates."""
    known = criteria()
    own = {SAM1: known, SAM2: known | {"VIABILITY": replace(known["VIABILITY"], unit="1")}}

    def of(sample: str, code: str):
        return own[sample].get(code)

    rows = f"{SAM1},VIABILITY,92.4,%,1,,\r\n{SAM2},VIABILITY,92.4,%,1,,\r\n"
    found = judge_criteria(read("csv", (HEAD + rows).encode()), mapping("csv"), of)
    assert places(found) == [(3, "value", "wrong_unit")]


def test_replicates_are_put_together_as_the_specification_of_their_sample_says():
    known = criteria()["VIABILITY"]
    twice = replace(known, replicates=Replicates(2, ReportRule.MEAN))
    rows = "".join(f"{SAM1},VIABILITY,{value},%,{n},,\r\n" for n, value in enumerate((92, 94), 1))
    rows += f"{SAM2},VIABILITY,90,%,1,,\r\n"
    preview = read("csv", (HEAD + rows).encode())
    found, problems = reports(preview, lambda sample, _code: twice if sample == SAM1 else known)
    assert not problems
    assert [(it.sample, it.value, it.replicates) for it in found] == [
        (SAM1, "93", ("92", "94")),
        (SAM2, "90", ()),
    ]


@pytest.mark.parametrize("kind", ["csv", "flow_cytometry", "ddpcr", "lal", "bactec"])
def test_the_examples_answer_the_demonstration(kind: str):
    assert judge_criteria(read(kind), mapping(kind), criterion_of).is_clean


def test_criteria_that_the_specification_does_not_have():
    found = judge_criteria(read("cell_counter"), mapping("cell_counter"), criterion_of)
    assert {(field, code) for _, field, code in places(found)} == {
        ("Viable cells/mL, as counted", "criterion_unknown"),
        ("Viability %", "criterion_unknown"),
    }
    row = f"{SAM1},VCNN,1,1,1,,"
    found = judge_criteria(read("csv", (HEAD + row + "\r\n").encode()), mapping("csv"), criterion_of)
    assert places(found) == [(2, "criterion", "criterion_unknown")]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("VIABILITY,92.4,%", "VIABILITY,955,%", "not_possible"),
        ("VIABILITY,92.4,%", "VIABILITY,92.4,1", "wrong_unit"),
        ("VIABILITY,92.4,%", "VIABILITY,high,%", "not_a_number"),
        ("pack intact", "pack whole", "not_a_choice"),
        ("VIABILITY,92.4,%", "IDENTITY,92.4,%", "not_a_choice"),
    ],
)
def test_a_value_that_is_none_of_its_criterion(old: str, new: str, code: str):
    found = judge_criteria(read("csv", changed("csv", (old, new))), mapping("csv"), criterion_of)
    assert code in [fault.code for fault in found.faults]
    assert all(fault.field == "value" for fault in found.faults)


def test_a_fault_of_a_value_is_never_lost(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(judging, "_VALUE_FAULTS", {})
    found = judge_criteria(read("csv", changed("csv", (",92.4,", ",955,"))), mapping("csv"), criterion_of)
    assert places(found) == [(2, "value", "not_a_choice")]


def test_the_unit_of_what_is_converted_is_the_reported_one():
    found = read("lal", measures__0__report_unit="[EU]/mL")
    assert judge_criteria(found, mapping("lal"), criterion_of).is_clean
    wrong = {code: one for code, one in criteria().items() if code != "ENDOTOXIN"}
    assert not judge_criteria(found, mapping("lal"), lambda _sample, code: wrong.get(code)).is_clean


def test_what_was_computed_is_judged_at_its_last_row():
    found = judge_criteria(read("qpcr"), mapping("qpcr"), criterion_of)
    assert places(found) == [(36, "", "not_a_number")], "no vector found is no number of copies"
    found = judge_criteria(read("ddpcr"), mapping("ddpcr"), lambda _sample, _code: None)
    assert places(found) == [(5, "", "criterion_unknown"), (7, "", "criterion_unknown")]
    assert [one.level for one in found.computed] == ["one copy"]


def test_faults_of_all_judgements_are_told_together():
    found = read("csv", (HEAD + f"{SAM2},NONE,5,%,1,2026-03-29 02:30,\r\n").encode())
    found = judge_samples(found, mapping("csv"), KNOWN, BATCH)
    found = judge_criteria(found, mapping("csv"), criterion_of)
    found = judge_times(found, mapping("csv"), ZoneInfo("Europe/Berlin"))
    assert places(found) == [
        (2, "sample", "sample_of_another"),
        (2, "criterion", "criterion_unknown"),
        (2, "tested_at", "time_not_possible"),
    ]
    assert found.candidates == ()


def test_a_time_that_came_twice():
    data = changed("csv", ("2026-11-20T10:15", "2026-10-25T02:15"))
    found = judge_times(read("csv", data), mapping("csv"), ZoneInfo("Europe/Berlin"))
    assert places(found) == [(2, "tested_at", "time_twice")]
    assert judge_times(read("csv", data), mapping("csv"), ZoneInfo("UTC")).is_clean
