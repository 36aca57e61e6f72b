"""The API of process verification: the same services, selectors and permissions as the pages, over HTTP."""

import json
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.test import Client

from cpv import selectors, services
from ledger.models import Entry
from tests.coi.test_query_counts import statements
from tests.cpv.given import PLAN, STEADY

ROOT = "/api/v1/process/"
HAND_IN = f"{ROOT}observations/"
CHARTS = f"{ROOT}charts/"
SIGNALS = f"{ROOT}signals/"


@pytest.fixture
def raised(process):
    """A chart with limits on which one batch signals."""
    process.hand_in(STEADY)
    process.limits()
    process.hand_in((*STEADY[:3], "16.0"))
    return process


def row(process, **more):
    own = {
        "parameter": process.parameter,
        "subject": "EXT-9001",
        "made_at": (process.player.now - timedelta(hours=1)).isoformat(),
        "value": "10.25",
    }
    return {name: value for name, value in (own | more).items() if value is not None}


def sent(process, *rows, **more):
    own = {
        "request_id": str(uuid4()),
        "plan": PLAN,
        "site": process.site,
        "rows": list(rows) or [row(process)],
    }
    return {name: value for name, value in (own | more).items() if value is not None}


def post(client, address, body, **more):
    data = body if isinstance(body, bytes) else json.dumps(body)
    return client.post(address, data, **{"content_type": "application/json"} | more)


def one_signal(process):
    return next(one for one in process.chart.signals if one.by == "nelson_1")


def answer_to(client, signal, what, **more):
    return post(client, f"{SIGNALS}{signal.id}/{what}/", {"request_id": str(uuid4())} | more)


def test_numbers_are_taken_exactly_and_stand_on_their_chart(process, as_):
    leo = as_("Leo")
    body = sent(process, row(process), row(process, subject="EXT-9002", value=10))
    answer = post(leo, HAND_IN, body)
    assert answer.status_code == 200, answer.content
    assert answer.json() == {"charts": [process.code]}
    told = leo.get(f"{CHARTS}{process.code}/").json()
    assert [(it["subject"], it["value"]) for it in told["points"]] == [
        ("EXT-9001", "10.25"),
        ("EXT-9002", "10"),
    ]
    before = Entry.objects.count()
    assert post(leo, HAND_IN, body).json() == answer.json(), "the same request once"
    assert Entry.objects.count() == before


def test_the_same_id_with_another_content_is_refused(process, as_):
    leo, body = as_("Leo"), sent(process)
    assert post(leo, HAND_IN, body).status_code == 200
    other = post(leo, HAND_IN, body | {"rows": [row(process, value="10.26")]})
    assert (other.status_code, other.json()["code"]) == (409, "request_id_used")
    assert process.chart.points[0].value == "10.25"


def test_a_number_as_json_has_it_keeps_its_digits(process, as_):
    body = json.dumps(sent(process)).replace('"10.25"', "10.10").encode()
    assert post(as_("Leo"), HAND_IN, body).status_code == 200
    assert process.chart.points[0].value == "10.10"


def test_another_number_of_the_same_batch_corrects_it(process, as_):
    leo = as_("Leo")
    post(leo, HAND_IN, sent(process))
    assert post(leo, HAND_IN, sent(process, row(process, value="10.5"))).status_code == 200
    (point,) = leo.get(f"{CHARTS}{process.code}/").json()["points"]
    assert (point["value"], point["version"]) == ("10.5", 2)


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"parameter": None}, ("parameter", "empty")),
        ({"parameter": "NONE"}, ("parameter", "unknown")),
        ({"subject": " "}, ("subject", "empty")),
        ({"subject": "x" * 65}, ("subject", "too_long")),
        ({"subject": "a\x00b"}, ("subject", "not_printable")),
        ({"subject": 7}, ("subject", "not_a_text")),
        ({"made_at": None}, ("made_at", "empty")),
        ({"made_at": "2026-03-01T10:00"}, ("made_at", "not_a_moment")),
        ({"made_at": "2026-13-01T10:00Z"}, ("made_at", "not_a_moment")),
        ({"made_at": "2199-03-01T10:00Z"}, ("made_at", "in_the_future")),
        ({"value": None}, ("value", "empty")),
        ({"value": True}, ("value", "not_a_text")),
        ({"value": "ten"}, ("value", "not_decimal_text")),
        ({"value": "NaN"}, ("value", "not_decimal_text")),
        ({"value": "1e99"}, ("value", "not_decimal_text")),
        ({"stratum": ["x"]}, ("stratum", "number_of_strata")),
        ({"stratum": "x"}, ("stratum", "not_texts")),
        ({"stratum": [""]}, ("stratum", "number_of_strata")),
        ({"colour": "red"}, ("colour", "unknown_field")),
    ],
)
def test_a_row_that_is_wrong_is_named_with_its_field_and_nothing_is_taken(process, as_, more, wrong):
    leo, before = as_("Leo"), Entry.objects.count()
    answer = post(leo, HAND_IN, sent(process, row(process), row(process, **{"subject": "EXT-9002"} | more)))
    assert answer.status_code == 422
    told = answer.json()
    assert told["code"] == "rows_invalid"
    assert "Nothing was taken" in told["message"]
    assert {(2, *wrong)} == {(it["row"], it["field"], it["code"]) for it in told["detail"]["rows"]}
    assert Entry.objects.count() == before
    assert leo.get(CHARTS).json() == {"charts": []}


def test_every_row_is_told_at_once_and_the_same_twice_is_told_too(process, as_):
    rows = [row(process, value="x"), row(process), row(process), [], "no row"]
    told = post(as_("Leo"), HAND_IN, sent(process, *rows)).json()["detail"]["rows"]
    assert {"row": 4, "field": "row", "code": "not_an_object"} in told
    assert {"row": 5, "field": "row", "code": "not_an_object"} in told
    twice = post(as_("Leo"), HAND_IN, sent(process, row(process), row(process))).json()["detail"]["rows"]
    assert twice == [{"row": 2, "field": "subject", "code": "repeated"}]


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"request_id": "x"}, {"request_id": "not_a_uuid"}),
        ({"request_id": None}, {"request_id": "empty"}),
        ({"plan": ""}, {"plan": "empty"}),
        ({"plan": "a\x00"}, {"plan": "not_printable"}),
        ({"site": None}, {"site": "empty"}),
        ({"rows": {}}, {"rows": "not_a_list"}),
        ({"rows": []}, {"rows": "number_of_rows"}),
        ({"rows": [{}] * 1001}, {"rows": "number_of_rows"}),
        ({"more": 1}, {"more": "unknown_field"}),
    ],
)
def test_every_field_of_a_request_that_is_wrong_is_named(process, as_, more, wrong):
    body = sent(process) | more
    answer = post(as_("Leo"), HAND_IN, {name: value for name, value in body.items() if value is not None})
    assert (answer.status_code, answer.json()["detail"]["fields"]) == (422, wrong)


@pytest.mark.parametrize(
    ("body", "more", "status"),
    [
        (b"{", {}, 400),
        (b"[]", {}, 400),
        (b"{}", {"content_type": "text/plain"}, 415),
        (b'"' + b"x" * 1_100_000 + b'"', {}, 413),
    ],
)
def test_what_is_no_request_is_told(process, as_, body, more, status):
    answer = post(as_("Leo"), HAND_IN, body, **more)
    assert answer.status_code == status
    assert set(answer.json()) == {"code", "message", "detail"}


def test_a_plan_that_is_not_in_effect_takes_nothing(process, as_):
    answer = post(as_("Leo"), HAND_IN, sent(process, plan="CPV-NONE"))
    assert (answer.status_code, answer.json()["code"]) == (404, "plan_unknown")


@pytest.mark.parametrize("who", ["Ana", "Olga"])
def test_only_those_who_look_after_charts_of_the_site_hand_in(process, as_, who):
    answer = post(as_(who), HAND_IN, sent(process))
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")


def test_whoever_is_not_signed_in_reads_and_writes_nothing(raised):
    nobody, signal = Client(), one_signal(raised)
    for address in (CHARTS, f"{CHARTS}{raised.code}/", SIGNALS, f"{SIGNALS}{signal.id}/"):
        assert nobody.get(address).status_code == 401, address
    for address in (HAND_IN, f"{SIGNALS}{signal.id}/acknowledge/", f"{SIGNALS}{signal.id}/close/"):
        assert post(nobody, address, {}).status_code == 401, address


def test_others_find_nothing(raised, as_):
    olga, signal = as_("Olga"), one_signal(raised)
    assert olga.get(CHARTS).json() == {"charts": []}
    assert olga.get(f"{SIGNALS}?state=raised,acknowledged,closed").json() == {"signals": [], "is_cut": False}
    for address in (f"{CHARTS}{raised.code}/", f"{CHARTS}NONE/", f"{CHARTS}A%00B/", f"{SIGNALS}{signal.id}/"):
        assert olga.get(address).status_code == 404, address
    for what in ("acknowledge", "close"):
        assert (
            answer_to(olga, signal, what, **({"decision": "logged"} if what == "close" else {})).status_code
            == 404
        )


def test_a_post_from_elsewhere_is_refused(process, as_):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = as_("Leo").cookies
    assert post(strict, HAND_IN, sent(process)).status_code == 403


def test_a_chart_has_its_points_its_limits_and_its_signals(raised, as_):
    ana = as_("Ana")
    (listed,) = ana.get(CHARTS).json()["charts"]
    assert (listed["chart"], listed["state"], listed["signals"]) == (raised.code, "signals", 2)
    told = ana.get(f"{CHARTS}{raised.code}/").json()
    assert [it["value"] for it in told["points"]] == [*STEADY, *STEADY[:3], "16.0"]
    (phase,) = told["phases"]
    assert phase["start"] == len(STEADY)
    assert phase["first_subject"] == told["points"][len(STEADY)]["subject"]
    assert phase["lower"] < min(map(float, STEADY))
    assert max(map(float, STEADY)) < phase["upper"] < 16
    assert {name: listed["limits"][name] for name in listed["limits"]} == {
        name: phase[name] for name in listed["limits"]
    }
    assert [it["by"] for it in told["signals"]] == [one.by for one in raised.chart.signals]
    assert told["signals"][0]["value"] == "16.0"


def test_a_signal_is_taken_on_and_closed(raised, as_):
    leo, signal = as_("Leo"), one_signal(raised)
    body = {"request_id": str(uuid4())}
    address = f"{SIGNALS}{signal.id}/acknowledge/"
    told = post(leo, address, body).json()
    assert (told["outcome"], told["signal"]["state"], told["refusals"]) == ("accepted", "acknowledged", [])
    assert told["signal"]["owner"].startswith("Leo")
    assert post(leo, address, body).json() == told, "the same request once"
    second = answer_to(as_("Bob"), signal, "acknowledge")
    assert second.status_code == 200, "a refusal is an answer"
    assert [it["code"] for it in second.json()["refusals"]] == ["acknowledged_already"]
    lacking = answer_to(leo, signal, "close", decision="deviation").json()
    assert {it["code"] for it in lacking["refusals"]} == {"cause_missing", "deviation_missing"}
    assert all(it["text"] for it in lacking["refusals"])
    done = answer_to(leo, signal, "close", decision="assessed", cause="a new lot\nof medium").json()
    assert (done["outcome"], done["signal"]["state"]) == ("accepted", "closed")
    assert leo.get(f"{SIGNALS}{signal.id}/").json() == done["signal"]


@pytest.mark.parametrize(
    ("what", "more", "wrong"),
    [
        ("acknowledge", {"request_id": None}, {"request_id": "empty"}),
        ("acknowledge", {"cause": "x"}, {"cause": "unknown_field"}),
        ("close", {}, {"decision": "empty"}),
        ("close", {"decision": "ignored"}, {"decision": "not_a_choice"}),
        ("close", {"decision": "logged", "cause": "x" * 2001}, {"cause": "too_long"}),
        ("close", {"decision": "logged", "cause": "a\x00"}, {"cause": "not_printable"}),
        ("close", {"decision": "logged", "deviation": 7}, {"deviation": "not_a_text"}),
    ],
)
def test_an_answer_that_is_wrong_is_told_by_field(raised, as_, what, more, wrong):
    body = {"request_id": str(uuid4())} | more
    body = {name: value for name, value in body.items() if value is not None}
    before = Entry.objects.count()
    answer = post(as_("Leo"), f"{SIGNALS}{one_signal(raised).id}/{what}/", body)
    assert (answer.status_code, answer.json()["detail"]["fields"]) == (422, wrong)
    assert Entry.objects.count() == before


def test_whoever_may_only_read_does_not_answer(raised, as_):
    ana, signal = as_("Ana"), one_signal(raised)
    assert ana.get(f"{SIGNALS}{signal.id}/").status_code == 200
    assert answer_to(ana, signal, "acknowledge").status_code == 403
    assert answer_to(ana, signal, "close", decision="logged").status_code == 403


def test_signals_are_asked_for_by_state_and_time(raised, as_):
    leo, signal = as_("Leo"), one_signal(raised)

    def found(**query):
        answer = leo.get(SIGNALS, query)
        assert answer.status_code == 200
        return [it["id"] for it in answer.json()["signals"]]

    everything = {one.id for one in raised.chart.signals}
    assert set(found()) == everything
    services.acknowledge_signal(signal=UUID(signal.id), **raised.doing("Leo"))
    assert found(state="acknowledged") == [signal.id]
    assert signal.id not in found(state="raised")
    assert found(state="closed,withdrawn") == []
    assert set(found(since=signal.raised_at.isoformat())) == everything
    assert found(since=(signal.raised_at + timedelta(seconds=1)).isoformat()) == []


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"state": "odd"}, {"state": "not_a_choice"}),
        ({"state": ""}, {"state": "not_a_choice"}),
        ({"since": "yesterday"}, {"since": "not_a_moment"}),
        ({"since": "2026-03-01T10:00"}, {"since": "not_a_moment"}),
        ({"status": "raised"}, {"status": "unknown_field"}),
    ],
)
def test_a_question_that_is_wrong_is_told_by_field(process, as_, query, wrong):
    answer = as_("Leo").get(SIGNALS, query)
    assert (answer.status_code, answer.json()["detail"]["fields"]) == (422, wrong)


# The session and the person among them, of the charts, of one and of the signals.
COSTS = [9, 8, 5]


def test_reading_costs_a_fixed_number_of_statements(raised, as_):
    asked, counts = (CHARTS, f"{CHARTS}{raised.code}/", SIGNALS), []
    for _again in range(2):
        leo = as_("Leo")
        answers = [statements(partial(leo.get, address)) for address in asked]
        assert [answer.status_code for _said, answer in answers] == [200] * 3
        counts.append([len(said) for said, _answer in answers])
        raised.hand_in(("17.0", "17.1", *STEADY))
    assert counts == [COSTS, COSTS]
    assert len(selectors.signals_open_to(raised.person("Leo"), raised.player.now)) > 2


def test_the_description_tells_of_every_field(raised, as_, capsys):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", "/dev/null")
    assert "Warning" not in capsys.readouterr().err
    leo, signal = as_("Leo"), one_signal(raised)
    schema = leo.get("/api/schema/", headers={"accept": "application/json"}).json()["components"]["schemas"]
    told = leo.get(f"{CHARTS}{raised.code}/").json()
    for found, name in (
        (told, "Chart"),
        (told["points"][0], "ChartPoint"),
        (told["phases"][0], "Phase"),
        (told["signals"][0], "Signal"),
        (leo.get(CHARTS).json()["charts"][0], "ChartSummary"),
        (leo.get(SIGNALS).json(), "Signals"),
        (answer_to(leo, signal, "acknowledge").json(), "SignalAnswered"),
        (row(raised, stratum=[]), "ExternalRow"),
        (sent(raised), "ObservationsToHandIn"),
    ):
        assert set(found) == set(schema[name]["properties"]), name
