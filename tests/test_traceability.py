"""The matrix of validation: marks name requirements, clauses are all there, and what has no passing test is OPEN."""

import json
from pathlib import Path

import pytest
from django.conf import settings

from docs import traceability, validate
from tests.validation import Gatherer

ROOT = Path(settings.BASE_DIR)
PART_11 = [
    *(f"10({letter})" for letter in "abcdefghijk"),
    *("30", "50(a)", "50(b)", "70", "100(a)", "100(b)", "100(c)", "200(a)(1)", "200(a)(2)", "200(a)(3)"),
    *("200(b)", *(f"300({letter})" for letter in "abcde")),
]


@pytest.mark.parametrize("name", ["matrix.md", "user-requirements.md", "hazards.md"])
def test_generated_pages_are_current(name: str) -> None:
    written = (traceability.FOLDER / name).read_text(encoding="utf-8")
    assert written == traceability.pages()[name], "run: python -m docs.generate"


def test_marks_name_requirements_and_every_requirement_of_the_software_has_one() -> None:
    asked = traceability.requirements()
    assert len({one.id for one in asked}) == len(asked)
    assert set(traceability.shown_by()) == {one.id for one in asked if one.is_ours}


def test_every_clause_is_there_and_somebodys() -> None:
    clauses = traceability.clauses()
    assert [one for one in PART_11 if f"21 CFR 11.{one}" not in clauses] == []
    chapters = {name.split()[-1].split(".")[0] for name in clauses if name.startswith("EU Annex 11 ")}
    assert chapters == {str(number) for number in range(1, 18)}
    served = {clause for one in traceability.requirements() for clause in one.clauses}
    assert served == set(clauses)


def test_every_hazard_names_tests_that_exist() -> None:
    rows = traceability.hazards()
    assert len(rows) >= 25
    assert [it.id for it in rows if it.severity not in {"catastrophic", "critical", "serious", "minor"}] == []
    assert [(it.id, node) for it in rows for node in it.tests if node not in traceability.tests()] == []
    assert [it.id for it in rows if not it.tests] == []


def report(**changed: str) -> dict[str, object]:
    """A run in which every marked test passed but those that are named otherwise."""
    nodes = [node for nodes in traceability.shown_by().values() for node in nodes]
    told = {node: {"outcome": changed.get(node.split("::")[1], "passed")} for node in nodes}
    machine = {"system": "a machine", "python": "3.11"}
    head = {"software": "1.2.3", "machine": machine, "began_at": "then", "ended_at": "later"}
    return head | {"tests": {f"{node}[a case]": it for node, it in told.items() if it["outcome"] != "gone"}}


def test_where_all_passed_nothing_is_open() -> None:
    page, data = validate.written(report())
    assert data["open"] == []
    assert "no clause is OPEN" in page


@pytest.mark.parametrize("outcome", ["failed", "skipped", "gone"])
def test_a_clause_without_a_passing_test_is_open(outcome: str) -> None:
    page, data = validate.written(report(test_a_badge_is_given_tested_replaced_and_revoked=outcome))
    assert data["open"] == ["21 CFR 11.300(e)"]
    assert "1 OPEN: 21 CFR 11.300(e)" in page


def test_one_case_that_failed_counts_for_its_test() -> None:
    cases = {
        "t::a[1]": {"outcome": "passed"},
        "t::a[2]": {"outcome": "failed"},
        "t::a[3]": {"outcome": "passed"},
    }
    assert validate.outcomes_of(cases) == {"t::a": "failed"}


def test_a_run_writes_what_its_marked_tests_came_to(tmp_path: Path) -> None:
    gatherer = Gatherer(tmp_path / "out" / "report.json")
    marked = [("requirement", "URS-A"), ("requirement", "URS-B")]
    for name, outcome, properties in (
        ("a[1]", "passed", marked),
        ("a[2]", "failed", marked),
        ("b", "passed", []),
    ):
        for when in ("setup", "call", "teardown"):
            came = outcome if when == "call" else "passed"
            gatherer.pytest_runtest_logreport(
                pytest.TestReport(name, ("", 0, ""), {}, came, None, when, user_properties=properties)
            )
    gatherer.pytest_sessionfinish()
    told = json.loads((tmp_path / "out" / "report.json").read_text())
    assert {name: it["outcome"] for name, it in told["tests"].items()} == {"a[1]": "passed", "a[2]": "failed"}
    assert told["tests"]["a[1]"]["requirements"] == ["URS-A", "URS-B"]
    assert told["software"] == settings.SOFTWARE_VERSION
