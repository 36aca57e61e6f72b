"""The API of the auditor's room: the same services, selectors and permissions as the pages, over HTTP."""

import json
from uuid import uuid4

from ledger import services as ledger_services
from tests.audit.conftest import taken_in

ROOT = "/api/v1/audit/"


def post(client, body):
    return client.post(f"{ROOT}requests/", json.dumps(body), content_type="application/json")


def test_kinds_say_what_they_ask(player, as_):
    kinds = {one["code"]: one for one in as_("Bob").get(f"{ROOT}kinds/").json()["kinds"]}
    assert kinds["tried"]["asks"] == ["journey"]
    assert kinds["tried"]["may"] == ["period"]
    assert "tried" not in {one["code"] for one in as_("Dave").get(f"{ROOT}kinds/").json()["kinds"]}


def test_a_report_is_told_as_data(player, as_):
    bob, point = as_("Bob"), ledger_services.seal(now=player.now, using="default")
    content = bob.get(f"{ROOT}reports/tried/", {"journey": player.coi_id}).json()
    assert (content["format"], content["kind"]) == (1, "rich")
    assert "made" not in content
    assert (content["checkpoint"]["size"], content["checkpoint"]["root"]) == (point.size, point.root.hex())
    assert content["sections"][1]["rows"][0]["batch"] == "BATCH-2026-0000"
    wrong = bob.get(f"{ROOT}reports/tried/", {"since": "yesterday"})
    assert (wrong.status_code, wrong.json()["detail"]["fields"]) == (422, {"since": "not_a_time"})
    assert bob.get(f"{ROOT}reports/tried/").json()["detail"]["fields"] == {"journey": "required"}
    for name in ("Dave", "Bob"):
        missing = as_(name).get(f"{ROOT}reports/tried/", {"journey": "CHA999926999999"})
        assert missing.status_code == 404


def test_a_report_is_asked_for_made_and_handed_out(player, as_):
    bob, body = (
        as_("Bob"),
        {"request_id": str(uuid4()), "kind": "tried", "question": {"journey": player.coi_id}},
    )
    asked = post(bob, body).json()
    assert (asked["state"], asked["percent"]) == ("asked", 0)
    assert post(bob, body).json()["id"] == asked["id"]
    player.wait(minutes=1)
    ledger_services.sweep_effects(now=player.now)
    bob = as_("Bob")
    one = bob.get(f"{ROOT}requests/{asked['id']}/").json()
    assert (one["state"], set(one["files"])) == ("made", {"pdf", "xlsx", "csv", "json"})
    assert one["digest"] == one["files"]["json"]
    assert [it["id"] for it in bob.get(f"{ROOT}requests/").json()["requests"]] == [asked["id"]]
    data = bob.get(f"{ROOT}requests/{asked['id']}/report.json")
    assert data.json()["made"]["id"] == asked["id"]
    assert bob.get(f"{ROOT}requests/{asked['id']}/report.docx").status_code == 404
    assert as_("Dave").get(f"{ROOT}requests/{asked['id']}/").status_code == 404


def test_a_wrong_request_is_named_by_its_fields(player, as_):
    bob = as_("Bob")
    answer = post(bob, {"kind": "", "question": [], "more": 1})
    assert answer.status_code == 422
    assert set(answer.json()["detail"]["fields"]) == {"request_id", "kind", "question", "more"}
    about = {"request_id": str(uuid4()), "kind": "tried"}
    answer = post(bob, about | {"question": {"journey": "x", "colour": "red"}})
    assert answer.json()["detail"]["fields"] == {"colour": "unknown_field"}
    answer = post(bob, about | {"question": {}})
    assert answer.json()["detail"]["fields"] == {"journey": "required"}
    assert post(as_("Dave"), about | {"question": {"journey": player.coi_id}}).status_code == 403


def test_the_search_answers_with_things_and_entries(player, as_):
    taken_in()
    iris = as_("Iris")
    found = iris.get(f"{ROOT}search/", {"q": "granted auditor"}).json()
    assert found["entries"]
    assert found["entries"][0]["event"] == "people:role:granted"
    things = as_("Bob").get(f"{ROOT}search/", {"q": player.coi_id}).json()["places"]
    assert [(one["about"], one["key"]) for one in things] == [("journey", player.coi_id)]
    first = iris.get(f"{ROOT}search/", {"since": "2020-01-01T00:00:00Z"}).json()
    second = iris.get(f"{ROOT}search/", {"since": "2020-01-01T00:00:00Z", "before": first["older"]}).json()
    assert (len(first["entries"]), first["has_more"], second["places"]) == (50, True, [])
    place = [(one["at"], one["id"]) for one in first["entries"] + second["entries"]]
    assert place == sorted(set(place), reverse=True)
    wrong = iris.get(f"{ROOT}search/", {"q": "x", "before": "yesterday"})
    assert wrong.json()["detail"]["fields"] == {"before": "not_an_edge"}
    assert iris.get(f"{ROOT}search/").json()["detail"]["fields"] == {"q": "required"}
    assert iris.get(f"{ROOT}search/", {"since": "x"}).status_code == 422


def test_nobody_asks_without_signing_in(client):
    for name in ("kinds/", "requests/", "search/?q=x", "reports/tried/"):
        assert client.get(ROOT + name).status_code == 401
