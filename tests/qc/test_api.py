"""The API of quality control: the same services and permissions as the pages, over HTTP."""

import json
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client

from ledger.models import Entry
from qc import selectors
from qc.forms.answers import board_answer
from tests.qc.given import PASSING

BOARD = "/api/v1/batches/"


def batch(lab) -> str:
    return f"{BOARD}{lab.batch}/"


def results(lab, kind="batch") -> str:
    return f"/api/v1/results/{kind}/{lab.batch}/"


def sent(lab, **more):
    about = {
        "request_id": str(uuid4()),
        "criterion": "APPEARANCE",
        "value": PASSING["APPEARANCE"],
        "tested_at": lab.player.now.isoformat(),
        "container": lab.tube,
    }
    return {name: value for name, value in (about | more).items() if value is not None}


def post(client, lab, body, kind="batch", **more):
    data = body if isinstance(body, bytes) else json.dumps(body)
    return client.post(results(lab, kind), data, **{"content_type": "application/json"} | more)


def test_a_result_is_recorded_and_read_again_with_what_still_blocks_the_batch(lab, as_):
    ana = as_("Ana")
    before = ana.get(batch(lab)).json()
    assert before["disposition"] == "in_process"
    assert "result_missing" in {one["code"] for one in before["blockers"]}
    body = sent(lab)
    answer = post(ana, lab, body)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["criterion"], told["value"], told["verdict"]) == ("APPEARANCE", body["value"], "pass")
    assert (told["analyst"], told["reviewer"], told["reviewed_at"]) == ("Ana Lind", "", None)
    assert post(ana, lab, body).json() == told, "the same request once"
    after = ana.get(batch(lab)).json()
    assert after["disposition"] == "testing"
    line = next(one for one in after["results"] if one["criterion"] == "APPEARANCE")
    assert line["result"] == told
    about = [one for one in after["blockers"] if one["code"] == "result_unreviewed"]
    assert "Appearance" in about[0]["text"]
    assert after["record_digest"] != before["record_digest"]
    seen = ana.get(results(lab)).json()
    assert seen["results"] == after["results"]
    assert (seen["kind"], seen["code"], seen["point"]) == ("batch", lab.batch, "")


def test_replicates_runs_and_inputs_come_with_a_result(lab, as_, time_machine):
    ana, run = as_("Ana"), lab.run_for("VIABILITY")
    time_machine.move_to(lab.player.now, tick=False)
    body = sent(lab, criterion="VIABILITY", value="92.4", run=run, replicates=["92.3", "92.5"])
    answer = post(ana, lab, body)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["run"], told["replicates"]) == (run, ["92.3", "92.5"])
    missing = post(ana, lab, sent(lab, criterion="CAR", value="26"))
    assert missing.status_code == 422
    assert missing.json()["detail"]["fields"] == {"run": "run_required"}
    asked = post(ana, lab, sent(lab, inputs={"volume_ml": "50"}))
    assert asked.json()["detail"]["fields"] == {"volume_ml": "not_asked"}


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"request_id": "x"}, {"request_id": "not_a_uuid"}),
        ({"request_id": None}, {"request_id": "empty"}),
        ({"value": ""}, {"value": "empty"}),
        ({"value": 92}, {"value": "not_a_text"}),
        ({"value": "9" * 81}, {"value": "too_long"}),
        ({"value": "a\nb"}, {"value": "not_printable"}),
        ({"criterion": None}, {"criterion": "empty"}),
        ({"tested_at": "2026-03-11T12:00"}, {"tested_at": "not_a_moment"}),
        ({"tested_at": "2026-13-11T12:00Z"}, {"tested_at": "not_a_moment"}),
        ({"tested_at": None}, {"tested_at": "empty"}),
        ({"replicates": "1"}, {"replicates": "not_texts"}),
        ({"replicates": ["1"] * 13}, {"replicates": "not_texts"}),
        ({"inputs": []}, {"inputs": "not_texts"}),
        ({"inputs": {"odd": "1"}}, {"inputs.odd": "unknown_field"}),
        ({"colour": "red"}, {"colour": "unknown_field"}),
        ({"criterion": "NONE"}, {"criterion": "not_choice"}),
        ({"container": "NO-SUCH"}, {"container": "not_of_this_subject"}),
        ({"value": "955"}, {"value": "not_a_choice"}),
    ],
)
def test_every_field_that_is_wrong_is_named_and_nothing_is_written(lab, as_, more, wrong):
    before = Entry.objects.count()
    answer = post(as_("Ana"), lab, sent(lab, **more))
    assert answer.status_code == 422
    told = answer.json()
    assert (told["code"], told["detail"]["fields"]) == ("fields_invalid", wrong)
    assert told["message"] == "Some fields are missing or wrong."
    assert Entry.objects.count() == before


@pytest.mark.parametrize(
    ("body", "more", "status"),
    [
        (b"{", {}, 400),
        (b"[]", {}, 400),
        (b'{"value": "1", "value": "2"}', {}, 400),
        (b"{}", {"content_type": "text/plain"}, 415),
        (b'"' + b"x" * 1_100_000 + b'"', {}, 413),
    ],
)
def test_what_is_no_request_is_told(lab, as_, body, more, status):
    answer = post(as_("Ana"), lab, body, **more)
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "message", "detail"}


def test_a_result_that_is_there_is_not_recorded_again(lab, as_):
    ana, body = as_("Ana"), sent(lab)
    post(ana, lab, body)
    again = post(ana, lab, sent(lab))
    assert (again.status_code, again.json()["code"]) == (409, "result_exists")
    used = post(ana, lab, sent(lab, request_id=body["request_id"]), kind="collection")
    assert used.status_code == 404


@pytest.mark.parametrize(("who", "status"), [("Leo", 403), ("Bob", 403), ("Rosa", 403), ("Olga", 404)])
def test_only_analysts_of_the_site_record(lab, as_, who, status):
    answer = post(as_(who), lab, sent(lab))
    assert answer.status_code == status
    assert answer.json()["code"] == {403: "role_missing", 404: "subject_unknown"}[status]


def test_others_see_nothing(lab, as_):
    olga = as_("Olga")
    assert lab.batch not in olga.get(BOARD).content.decode()
    for url in (batch(lab), results(lab), f"{BOARD}NONE/", "/api/v1/results/nothing/X/"):
        answer = olga.get(url)
        assert (answer.status_code, answer.json()["detail"]) == (404, {})
    nobody = Client()
    for url in (BOARD, batch(lab), results(lab)):
        assert nobody.get(url).status_code == 401
    assert post(nobody, lab, sent(lab)).status_code == 401


def test_a_post_from_elsewhere_is_refused(lab, as_):
    ana = as_("Ana")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = ana.cookies
    assert post(strict, lab, sent(lab)).status_code == 403


def test_the_board_has_what_the_page_has(lab, as_):
    bob = as_("Bob")
    told = bob.get(BOARD).json()
    rows = {row["batch"]: row for group in ("exceptions", "ready", "waiting") for row in told[group]}
    assert 0 < rows[lab.batch]["passed"] < rows[lab.batch]["checked"]
    assert [it["criterion"] for it in rows[lab.batch]["pending"]] == ["STERILITY_FINAL"]
    assert {one["code"] for one in rows[lab.batch]["blockers"]} >= {"result_missing"}
    lab.to_review()
    board = selectors.release_board(lab.person("Bob"), lab.player.now)
    told = as_("Bob").get(BOARD).json()
    assert [row["batch"] for row in told["ready"]] == [row["batch"] for row in board_answer(board)["ready"]]


def test_reading_costs_a_fixed_number_of_statements(lab, as_, django_assert_max_num_queries):
    bob = as_("Bob")
    with django_assert_max_num_queries(50):
        bob.get(BOARD)
    lab.test_all()
    bob = as_("Bob")
    with django_assert_max_num_queries(50):
        bob.get(BOARD)


def test_the_description_tells_of_every_field(lab, as_, capsys):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")
    assert "Warning" not in capsys.readouterr().err
    ana = as_("Ana")
    schema = ana.get("/api/schema/", headers={"accept": "application/json"}).json()["components"]["schemas"]
    told = post(ana, lab, sent(lab)).json()
    assert set(told) == set(schema["Result"]["properties"])
    found = ana.get(batch(lab)).json()
    assert set(found) == set(schema["Batch"]["properties"])
    assert set(found["blockers"][0]) == set(schema["Blocker"]["properties"])
    assert set(found["results"][0]) == set(schema["Line"]["properties"])
    board = ana.get(BOARD).json()
    assert set(board) == set(schema["Board"]["properties"])
    row = next(row for group in ("exceptions", "waiting", "ready") for row in board[group])
    assert set(row) == set(schema["BoardRow"]["properties"])
