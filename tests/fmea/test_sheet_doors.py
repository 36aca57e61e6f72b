"""The doors of a sheet: what its page is told, what it may ask, and what is wrong with a request."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from fmea.events import Event
from fmea.rules.cells import Table
from fmea.rules.editing import Insert, Remove
from ledger import selectors as ledger
from tests.fmea.board import CODE, Board

ROOT = f"/risk/{CODE}/sheet/"
As = Callable[[str], Client]


def edit(client: Client, *operations: Any, **more: Any) -> Any:
    body = {"request_id": str(uuid4()), "page": "page-1", "base": 0, "operations": list(operations)} | more
    return client.post(f"{ROOT}edits/", json.dumps(body), content_type="application/json", headers=JSON)


JSON = {"Accept": "application/json"}


def typed(text: str, row: str = "R1", column: str = "cause", table: str = "rows") -> dict[str, str]:
    return {"op": "type", "table": table, "item": row, "column": column, "text": text}


def get(client: Client, what: str, **query: Any) -> Any:
    return client.get(f"{ROOT}{what}/", query, headers=JSON)


def test_a_sheet_is_told_whole(board: Board, as_: As) -> None:
    told = get(as_("Amir"), "data").json()

    assert (told["code"], told["revision"], told["may"]["edit"]) == (CODE, 0, True)
    assert told["order"] == {"steps": ["PACK", "BED"], "rows": ["R1", "R2"]}
    assert told["items"]["rows"]["R1"]["mode"] == "Wrong bag in the shipper"
    assert told["header"]["title"] == "From collection to infusion"
    assert told["next"]["rows"] == 3
    assert (len(told["letters"]), told["letters"].count("H")) == (1000, 318)
    assert told["letters"][100 * 9 + 10 * 2 + 4] == "M", "10, 3 and 5"


def test_the_page_names_its_columns(board: Board, as_: As) -> None:
    page = as_("Amir").get(ROOT)

    assert page.status_code == 200
    assert "Failure mode" in page.content.decode()


def test_what_may_be_named_is_told_in_words(board: Board, as_: As) -> None:
    names = get(as_("Amir"), "names").json()

    assert ["refusal:wrong_container", "refused at a station: wrong container"] in names["evidence"]
    assert ["interlock:wrong_container", "a stop or a hint at the stations: wrong container"] in names[
        "links"
    ]
    assert {code.partition(":")[0] for code, _words in names["evidence"]} >= {
        "refusal",
        "deviation",
        "excursion",
    }
    assert not [code for code, words in (*names["evidence"], *names["links"]) if not words]
    assert get(as_("Nora"), "names").status_code == 404


def test_who_holds_no_role_there_sees_nothing_and_who_may_not_write_reads(board: Board, as_: As) -> None:
    assert as_("Nora").get(ROOT).status_code == 404
    alice = as_("Alice")
    told = get(alice, "data").json()
    assert told["may"]["edit"] is False
    assert told["may"]["why"]
    assert edit(alice, typed("Mine")).status_code == 403
    assert edit(as_("Amir"), typed("Ours")).status_code == 200


def test_a_session_that_is_over_is_no_sign_in_page(board: Board) -> None:
    for answer in (get(Client(), "data"), edit(Client(), typed("Nobody"))):
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_what_is_typed_is_saved_and_told_to_another_page(board: Board, as_: As) -> None:
    answer = edit(as_("Amir"), typed("7", column="occurrence.rating")).json()

    assert (answer["revision"], answer["done"], answer["conflicts"]) == (board.sheet.revision, 1, [])
    assert answer["items"]["rows"]["R1"]["occurrence"]["rating"] == 7
    told = get(as_("Bob"), "changes", since=0, page="page-2").json()
    (rated,) = [it for it in told["news"] if it["cell"] == ["rows", "R1", "occurrence.rating"]]
    assert (rated["value"], rated["who"]) == (7, board.member("Amir").name)
    mine = get(as_("Amir"), "changes", since=0, page="page-1").json()
    assert mine["news"] == [], "nobody is told of what this page wrote itself"
    assert get(as_("Amir"), "changes", since=0, page="page-3").json()["news"], (
        "another page of the same person"
    )


def test_rows_put_in_and_taken_out_are_told_with_their_order(board: Board, as_: As) -> None:
    board.edit(Insert(Table.ROWS, "R9", {"mode": "New"}, "R1"), Remove(Table.ROWS, "R2"))

    told = get(as_("Bob"), "changes", since=0, page="page-2").json()
    assert told["order"]["rows"] == ["R1", "R9"]
    news = {it["cell"][1]: it["value"] for it in told["news"]}
    assert news["R9"]["mode"] == "New"
    assert news["R2"] is None


def test_a_cell_that_two_write_comes_back_with_both_values(board: Board, as_: As) -> None:
    edit(as_("Amir"), typed("Theirs"))
    answer = edit(as_("Bob"), typed("Mine"), page="page-2").json()

    (conflict,) = answer["conflicts"]
    assert (conflict["cell"], conflict["mine"], conflict["theirs"]) == (
        ["rows", "R1", "cause"],
        "Mine",
        "Theirs",
    )
    assert conflict["who"] == board.member("Amir").name
    assert answer["items"]["rows"]["R1"]["cause"] == "Theirs"
    chosen = edit(as_("Bob"), conflict["operation"], page="page-2", base=answer["revision"]).json()
    assert chosen["items"]["rows"]["R1"]["cause"] == "Mine"


def test_what_the_server_says_undoes_a_change_undoes_it(board: Board, as_: As) -> None:
    amir = as_("Amir")
    before = board.whole.content
    block = {
        "op": "paste",
        "table": "rows",
        "items": ["R1", "R2"],
        "columns": ["effect", "cause"],
        "row": 1,
        "column": 0,
        "text": 'One\t"Two\nlines"\nThree\tFour',
        "new_codes": ["R3", "R4"],
    }
    answer = edit(amir, block).json()
    assert answer["order"]["rows"] == ["R1", "R2", "R3"]
    assert answer["items"]["rows"]["R2"]["cause"] == "Two\nlines"
    assert "R4" not in answer["items"]["rows"], "a code that was not needed is no row"
    edit(amir, *answer["undo"], base=answer["revision"])
    assert board.whole.content["rows"] == before["rows"]


def test_the_same_request_again_writes_nothing_and_tells_how_things_stand(board: Board, as_: As) -> None:
    amir, again = as_("Amir"), str(uuid4())
    first = edit(amir, typed("Once"), request_id=again).json()
    second = edit(amir, typed("Once"), request_id=again).json()

    assert first["items"] == second["items"]
    assert (second["revision"], second["done"], second["conflicts"]) == (1, 0, [])
    entries = [it for it in ledger.entries_for_subject("worksheet", CODE) if it.event == Event.SHEET_EDITED]
    assert len(entries) == 1
    assert edit(amir, typed("Twice"), request_id=again).status_code == 409


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"page": "no page"}, "page"),
        ({"page": None}, "page"),
        ({"base": "0"}, "base"),
        ({"base": True}, "base"),
        ({"request_id": "1"}, "request_id"),
        ({"operations": []}, "operations"),
        ({"operations": {}}, "operations"),
        ({"more": 1}, "more"),
        ({"operations": [typed("a"), 7]}, "operations[1]"),
        ({"operations": [typed("a"), {"op": "shout"}]}, "operations[1].op"),
        ({"operations": [typed("a") | {"table": "cells"}]}, "operations[0].table"),
        ({"operations": [typed("a") | {"item": ""}]}, "operations[0].item"),
        ({"operations": [typed("a") | {"column": "rpn"}]}, "operations[0].column"),
        ({"operations": [typed("a\0")]}, "operations[0].text"),
        ({"operations": [typed("\ud800")]}, "operations[0].text"),
        ({"operations": [typed("a" * 50_001)]}, "operations[0].text"),
        (
            {"operations": [{"op": "insert", "table": "rows", "item": "R8", "values": []}]},
            "operations[0].values",
        ),
        (
            {"operations": [{"op": "insert", "table": "rows", "item": "R8", "values": {"mode": "\0"}}]},
            "operations[0].values",
        ),
        ({"operations": [{"op": "move", "table": "rows", "item": "R1", "after": 3}]}, "operations[0].after"),
        ({"operations": [{"op": "remove", "table": "rows", "item": "R1", "why": "x"}]}, "operations[0].why"),
        ({"operations": [typed("a", column="severity.by")]}, "operations[0]"),
        ({"base": 9}, "base"),
    ],
)
def test_what_is_wrong_is_named_at_its_place(board: Board, as_: As, body: dict[str, Any], place: str) -> None:
    answer = (
        edit(as_("Amir"), *body.pop("operations", [typed("a")]), **body)
        if not isinstance(body.get("operations"), dict)
        else edit(as_("Amir"), **body)
    )

    assert answer.status_code == 422, answer.content
    assert list(answer.json()["detail"]["fields"]) == [place]
    assert board.sheet.revision == 0


def test_a_value_nested_without_end_is_not_kept(board: Board, as_: As) -> None:
    value: Any = "deep"
    for _ in range(40):
        value = [value]
    answer = edit(as_("Amir"), {"op": "set", "table": "header", "item": "", "column": "team", "value": value})
    assert answer.json()["detail"]["fields"] == {"operations[0].value": "too_deep"}


def test_a_body_that_is_no_json_or_too_large_is_refused(board: Board, as_: As) -> None:
    amir = as_("Amir")
    for body, kind, status in (
        (b"{", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b" " * (1024 * 1024 + 1), "application/json", 413),
    ):
        answer = amir.post(f"{ROOT}edits/", body, content_type=kind, headers=JSON)
        assert answer.status_code == status


@pytest.mark.parametrize("since", ["", "-1", "x", "99999999999", "１"])
def test_a_revision_is_a_number(board: Board, as_: As, since: str) -> None:
    answer = get(as_("Amir"), "changes", since=since, page="page-1")
    assert (answer.status_code, answer.json()["detail"]["fields"]) == (422, {"since": "not_a_count"})


def test_faults_stand_at_their_cells_in_words(board: Board, as_: As) -> None:
    amir = as_("Amir")
    edit(amir, typed("", column="mode"), typed("GONE", row="R2", column="step"))
    told = get(amir, "faults").json()

    said = {tuple(it["cell"]): it["text"] for it in told["faults"]}
    assert said["rows", "R1", "mode"] == "This has to be filled in."
    assert said["rows", "R2", "step"] == "There is no step “GONE” on this worksheet."
    assert told["total"] == len(told["faults"])


def test_a_sheet_rests_while_a_version_is_signed(board: Board, as_: As) -> None:
    board.decide("R1")
    version = board.submit()
    amir = as_("Amir")

    told = get(amir, "data").json()["may"]
    assert (told["edit"], told["is_resting"], told["link"]) == (False, True, f"/documents/{version.id}/")
    assert get(amir, "changes", since=0, page="page-1").json()["is_resting"]
    answer = edit(amir, typed("Too late"))
    assert (answer.status_code, answer.json()["code"]) == (409, "resting")
    assert "being signed" in answer.json()["message"]


def test_opening_and_looking_cost_the_same_however_long_the_sheet_is(
    board: Board, as_: As, django_assert_num_queries: Callable[[int], AbstractContextManager[None]]
) -> None:
    amir = as_("Amir")
    get(amir, "data")
    with django_assert_num_queries(OPENING):
        get(amir, "data")
    with django_assert_num_queries(LOOKING):
        get(amir, "changes", since=0, page="page-1")
    fill(amir, 200)
    with django_assert_num_queries(OPENING):
        assert len(get(amir, "data").json()["order"]["rows"]) == 202
    with django_assert_num_queries(LOOKING):
        get(amir, "changes", since=1, page="page-1")
    with django_assert_num_queries(LOOKING + 1):
        assert len(get(amir, "changes", since=0, page="page-2").json()["news"]) == 200


OPENING = 6
LOOKING = 5


def fill(client: Client, count: int) -> None:
    block = {
        "op": "paste",
        "table": "rows",
        "items": ["R1", "R2"],
        "columns": ["mode", "cause"],
        "row": 2,
        "column": 0,
        "text": "Mode\tCause\n" * count,
        "new_codes": [f"N{n}" for n in range(count)],
    }
    assert edit(client, block).json()["done"] == count


def test_programs_have_the_same_doors(board: Board, as_: As) -> None:
    root = f"/api/v1/worksheets/{CODE}/"
    amir = as_("Amir")
    body = {"request_id": str(uuid4()), "page": "program", "base": 0, "operations": [typed("By a program")]}

    answer = amir.post(f"{root}edits/", json.dumps(body), content_type="application/json")
    assert (answer.status_code, answer.json()["done"]) == (200, 1)
    told = amir.get(root).json()
    assert told["items"]["rows"]["R1"]["cause"] == "By a program"
    assert told["may"]["edit"]
    changed = amir.get(f"{root}changes/", {"since": 0, "page": "another"}).json()
    assert [it["cell"] for it in changed["news"]] == [["rows", "R1", "cause"]]
    shapes = amir.get("/api/schema/", headers=JSON).json()["components"]["schemas"]
    for name, found in (("Worksheet", told), ("WorksheetMay", told["may"])):
        assert set(found) == set(shapes[name]["properties"]), name
    for name, found in (("WorksheetEdited", answer.json()), ("WorksheetChanges", changed)):
        assert set(found) == set(shapes[name]["properties"]) - {"order"}, name
    assert amir.get("/api/v1/worksheets/NONE/").status_code == 404
    assert Client().get(root).status_code == 401
