"""Worksheets for programs that read: the same services, selectors and permissions as the pages, over HTTP."""

from typing import Any

import pytest
from django.core.management import call_command

from fmea.rules.cells import Table
from fmea.rules.writing import TypeText
from tests.fmea.board import CODE

ROOT = "/api/v1/worksheets/"
ONE = f"{ROOT}{CODE}/"


def told(answer: Any) -> Any:
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_all_worksheets_with_what_they_come_to(board, as_):
    (line,) = told(as_("Ana").get(ROOT))["worksheets"]
    assert line["code"] == CODE
    assert line["priorities"] == {"H": 0, "M": 1, "L": 1}
    assert (line["rows"], line["unscored"], line["version_in_effect"]) == (2, 0, None)
    assert line["look_again"] == "2027-03-01"


def test_rows_in_their_order_before_and_after(board, as_):
    board.edit(TypeText(Table.ROWS, "R2", "occurrence.rating", ""))
    rows = told(as_("Ana").get(f"{ONE}ranking/"))["rows"]
    assert [(it["row"], it["place"]) for it in rows] == [("R1", 1), ("R2", None)]
    assert rows[0]["before"] == {"severity": 10, "occurrence": 3, "detection": 5, "rpn": 150, "priority": "M"}
    assert rows[1]["before"]["priority"] is None


def test_versions_with_their_signatures_and_what_differs(board, as_):
    assert told(as_("Ana").get(f"{ONE}versions/")) == {"versions": [], "changes": []}
    board.decide("R1")
    board.in_effect(board.submit())
    board.type("R2", "cause", "Otherwise")
    found = told(as_("Ana").get(f"{ONE}versions/"))
    (version,) = found["versions"]
    assert [it["meaning"] for it in version["signatures"]] == ["authorship", "review", "approval"]
    (change,) = found["changes"]
    assert change["cells"] == [{"column": "cause", "before": "The second bag waits.", "after": "Otherwise"}]


def test_evidence_beside_scores(board, as_):
    rows = told(as_("Ana").get(f"{ONE}evidence/"))["rows"]
    assert [it["row"] for it in rows] == ["R1", "R2"]
    assert rows[0]["occurrence"]["score"] == 3
    assert rows[0]["occurrence"]["judged"] is None, "nothing was made of this product"


@pytest.mark.parametrize("part", ["ranking/", "versions/", "evidence/"])
def test_a_worksheet_of_another_site_is_not_found(board, as_, part, client):
    assert as_("Julia").get(f"{ONE}{part}").status_code == 404
    assert client.get(f"{ONE}{part}").status_code == 401
    assert told(as_("Julia").get(ROOT)) == {"worksheets": []}


def test_the_description_tells_of_every_field(board, as_, capsys):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")
    assert "Warning" not in capsys.readouterr().err
    board.decide("R1")
    board.in_effect(board.submit())
    ana = as_("Ana")
    schema = ana.get("/api/schema/", headers={"accept": "application/json"}).json()["components"]["schemas"]
    ranked, versions = told(ana.get(f"{ONE}ranking/")), told(ana.get(f"{ONE}versions/"))
    evidence = told(ana.get(f"{ONE}evidence/"))
    for found, name in (
        (told(ana.get(ROOT))["worksheets"][0], "WorksheetLine"),
        (ranked, "Ranked"),
        (ranked["rows"][0], "RatedRow"),
        (ranked["rows"][0]["after"], "Ratings"),
        (versions, "Versions"),
        (versions["versions"][0], "WorksheetVersion"),
        (evidence, "Evidence"),
        (evidence["rows"][0], "RowEvidence"),
    ):
        assert set(found) == set(schema[name]["properties"]), name
