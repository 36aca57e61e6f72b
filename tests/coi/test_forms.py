"""Parsing what comes in, and the words for every code that goes out."""

import json
from contextlib import suppress
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coi.events import Event
from coi.forms import presenters, station_words, texts, words
from coi.forms.answers import render_answer
from coi.forms.barcodes import code128
from coi.forms.instructions import instruction_for
from coi.forms.late_texts import LATE
from coi.forms.scans import MAX_BODY, NotJson, TooLarge, parse_clearance, parse_scan, read_json
from coi.forms.texts import REFUSALS, refusal_text
from coi.rules.checks import Need
from coi.rules.outcome import RefusalCode
from coi.rules.protocol import Item
from ledger import registry
from ledger.rules.errors import Conflict, DomainError, Invalid

IDLE = {"need": "scan", "item": "", "step": "", "step_title": "", "values": [], "choices": []}
# Parameters that the interlocks give, so that no sentence has a gap.
PARAMS = {
    RefusalCode.ALREADY_DONE: {"step": "thaw", "by": "Alice", "at": "2026-07-02T10:02:00+00:00"},
    RefusalCode.WITNESS_NOT_INDEPENDENT: {"why": "too_soon", "seconds": "1"},
}


def scan(**more):
    return {"scan_id": str(uuid4()), "badge": "VB0000001", **more}


@pytest.mark.parametrize("code", list(RefusalCode))
def test_every_refusal_has_a_message_and_a_remedy(code):
    message, remedy = refusal_text(code, PARAMS.get(code, {}))
    assert message.strip()
    assert remedy.strip()
    assert "{" not in message + remedy


def test_no_text_is_kept_for_a_code_that_is_gone():
    assert set(REFUSALS) == set(words.REFUSALS) == set(RefusalCode)


@pytest.mark.parametrize("why", ["first_not_finished", "another_witness", "too_soon"])
def test_why_a_check_is_not_independent_is_told_apart(why):
    message, remedy = refusal_text("witness_not_independent", {"why": why, "by": "Alice"})
    assert message != refusal_text("witness_same_person", {"by": "Alice"})[0]
    assert remedy.endswith(".")


def test_a_time_is_told_in_the_zone_of_the_site():
    params = PARAMS[RefusalCode.ALREADY_DONE]
    assert refusal_text("already_done", params, "Europe/Amsterdam")[0] == "Already done 12:02 CEST by Alice."
    assert "10:02 UTC" in refusal_text("already_done", params)[0]


def test_a_step_is_named_by_its_title_where_the_protocol_is_known():
    params = {"step": "infuse_end", "waits_for": "infuse_start"}
    titles = {"infuse_end": "End the infusion", "infuse_start": "Start the infusion"}
    told = refusal_text("out_of_sequence", params, titles=titles)[0]
    assert told == "“End the infusion” cannot be done yet: “Start the infusion” comes first."
    assert "“infuse end”" in refusal_text("out_of_sequence", params)[0]
    value = refusal_text("value_not_valid", {"name": "volume", "why": "too_low"}, titles={"volume": "Volume"})
    assert value[0].startswith("“Volume”: ")


def test_an_answer_tells_its_titles_in_its_sentences_alone():
    refusal = {"code": "no_role", "kind": "hint", "params": {"step": "thaw", "site": "NORTH"}}
    told = render_answer({"refusals": [refusal], "next": IDLE, "titles": {"thaw": "Thaw the bag"}})
    assert "“Thaw the bag”" in told["refusals"][0]["message"]
    assert told["refusals"][0]["params"]["step"] == "thaw"
    assert "titles" not in told


def test_a_wrong_wristband_is_not_put_aside():
    of_bag = refusal_text("identity_mismatch", {"kind": "label"})
    of_patient = refusal_text("identity_mismatch", {"kind": "wristband"})
    assert "Put it aside" in of_bag[1]
    assert "Ask the patient" in of_patient[1]


@pytest.mark.parametrize("need", [need for need in Need if need is not Need.SCAN])
def test_every_need_is_an_instruction(need):
    assert instruction_for({"need": need.value, "item": ""}).text


@pytest.mark.parametrize("item", [*Item, "lot:bag_set", "equipment:incubator", ""])
def test_every_item_is_an_instruction_with_a_picture(item):
    found = instruction_for({"need": "scan", "item": item})
    assert found.text.startswith("Scan")
    assert "_" not in found.text
    assert found.picture


def test_an_answer_keeps_its_codes_beside_its_words():
    refusal = {"code": "identity_mismatch", "kind": "stop", "params": {"expected": "A", "found": "B"}}
    told = render_answer({"refusals": [refusal], "next": IDLE, "check": None})
    assert told["refusals"][0]["code"] == "identity_mismatch"
    assert told["refusals"][0]["is_near_miss"]
    assert (told["refusals"][0]["expected"], told["refusals"][0]["found"]) == ("A", "B")
    assert told["next"]["instruction"]


@pytest.mark.parametrize(
    ("code", "said"), [("{copies}/{cell}", "copies per cell"), ("d", "days"), ("10*6/kg", "×10⁶/kg")]
)
def test_a_page_says_units_in_the_readers_words(code, said):
    assert words.unit(code) == said


def test_a_value_is_asked_for_in_the_unit_that_people_read():
    wanted = {"name": "temperature", "label": "Temperature", "unit": "Cel", "choices": []}
    told = render_answer({"refusals": [], "next": {**IDLE, "values": [wanted]}})
    (field,) = told["next"]["values"]
    assert (field["unit"], field["unit_name"]) == ("Cel", "°C")


@pytest.mark.parametrize("event", list(Event))
def test_every_entry_is_told_in_words(event):
    refusal = {"code": "on_hold", "kind": "stop", "params": {}}
    facts = {"refusals": [refusal], "step": "thaw", "items": ["lot:bag_set"], "made": ["X"], "din": "D"}
    told = presenters.say(event, facts, {"thaw": "Thaw the bag"})
    assert told
    assert "{" not in told
    assert presenters.tone(event, facts) in {"stop", "hint", "done", "plain", "quiet"}


def test_steps_are_told_by_their_titles():
    assert "“Thaw the bag” complete" in presenters.say(
        Event.STEP_COMPLETED, {"step": "thaw"}, {"thaw": "Thaw the bag"}
    )


def test_errors_of_services_get_their_sentence():
    with pytest.raises(Conflict, match="cleared already"), texts.in_words():
        raise Conflict("stop_cleared")
    with pytest.raises(DomainError, match="of its own"), texts.in_words():
        raise Conflict("stop_cleared", "of its own")


# --- requests ---------------------------------------------------------------------------------------------------------


@given(st.text(st.characters()), st.text(st.characters()))
def test_raw_text_is_taken_as_it_is(badge, barcode):
    asked = parse_scan(read_json(json.dumps(scan(badge=badge, barcodes=[barcode])).encode()), "token")
    assert asked.barcodes[0].decode("utf-8", "surrogatepass") == barcode
    assert asked.badge.decode("utf-8", "surrogatepass") == badge


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("scan_id", None, "required"),
        ("scan_id", "no-uuid", "not_a_uuid"),
        ("scan_id", 7, "not_a_text"),
        ("badge", None, "required"),
        ("badge", ["VB"], "not_a_text"),
        ("barcodes", "VB", "not_a_list"),
        ("barcodes", [1], "not_a_text"),
        ("barcodes", ["X"] * 25, "too_many"),
        ("check", "x", "not_a_uuid"),
        ("step", "x" * 41, "too_long"),
        ("step", "a\x00b", "not_printable"),
        ("step", "\ud800", "not_printable"),
        ("pin", "1\n2", "not_printable"),
        ("pin", 1234, "not_a_text"),
        ("values", [], "not_an_object"),
        ("values", {"a": []}, "not_a_text"),
        ("values", {"a": True}, "not_a_text"),
        ("values", {"a\x00": "1"}, "not_printable"),
        ("values", {str(n): "1" for n in range(25)}, "too_many"),
        ("values", {"a": "9" * 81}, "too_long"),
    ],
)
def test_a_wrong_field_is_named(field, value, fault):
    with pytest.raises(Invalid) as raised:
        parse_scan({**scan(), field: value}, "token")
    assert raised.value.detail["fields"] == {field: fault}


def test_every_wrong_field_is_named_at_once():
    with pytest.raises(Invalid) as raised:
        parse_scan({"check": "x", "nonsense\ud800": 1}, "token")
    assert set(raised.value.detail["fields"]) == {"scan_id", "badge", "check", "nonsense\\ud800"}


def test_numbers_keep_the_digits_that_were_sent():
    asked = parse_scan(read_json(json.dumps(scan()).encode()[:-1] + b', "values": {"a": 0.10, "n": 3}}'), "t")
    assert asked.values == {"a": "0.10", "n": "3"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"\xff\xfe{}",
        b'{"a": NaN}',
        b'{"a": 1, "a": 2}',
        b"[" * 60_000,
        b'{"a": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_not_one_json_object_is_refused(content):
    with pytest.raises(NotJson) as refused:
        read_json(content)
    assert (refused.value.code == "not_an_object") == (content in (b"[]", b'"text"'))


def test_the_door_is_so_large_and_no_larger():
    with pytest.raises(TooLarge):
        read_json(b" " * (MAX_BODY + 1))
    assert parse_scan(scan(barcodes=["x" * 4096]), "t").barcodes == (b"x" * 4096,)
    with pytest.raises(TooLarge):
        parse_scan(scan(barcodes=["x" * 4097]), "t")


def test_a_clearance_needs_all_three():
    with pytest.raises(Invalid) as raised:
        parse_clearance({})
    assert set(raised.value.detail["fields"]) == {"request_id", "badge", "pin"}


def test_bars_begin_and_end_with_a_quiet_zone():
    drawn = code128("&/CHA999926000001")
    assert drawn.bars[0][0] == 10
    assert drawn.width - sum(drawn.bars[-1]) == 10
    assert sum(width for _left, width in drawn.bars) < drawn.width / 1.5


def test_entries_of_other_rooms_are_told_in_their_words() -> None:
    recorded = {"criterion": "VIABILITY", "value": "92.4", "unit": "%"}
    assert presenters.say("qc:result:recorded", recorded, {}) == "Result recorded: VIABILITY 92.4 %"
    recorded = {"criterion": "DOSE", "value": "1.7", "unit": "10*6/kg"}
    assert presenters.say("qc:result:recorded", recorded, {}) == "Result recorded: DOSE 1.7 ×10⁶/kg"
    assert presenters.say("qc:batch:released", {"batch": "B26000001"}, {}).startswith(
        "Batch B26000001 released"
    )
    assert presenters.say("people:signature:made", {"meaning": "review"}, {}) == "Signed: review"
    assert presenters.say("audit:request:made", {"kind": "custody"}, {}).startswith("Report made and kept: ")
    assert presenters.say("no:such:event", {}, {}) == ""


def test_words_of_other_rooms_need_no_more_of_an_entry_than_what_happened_and_its_facts() -> None:
    told = 0
    for event in set(registry._presenters) - set(Event):
        with suppress(KeyError):  # facts that such an entry has in earnest
            told += presenters.say(event, {}, {}) != ""
    assert told > 50


def test_what_was_scanned_is_counted_and_a_command_is_named():
    facts = {"step": "ship", "items": ["containers", "containers", "shipper"]}
    told = presenters.say(Event.SCAN_ACCEPTED, facts, {"ship": "Hand over"})
    assert told == "“Hand over”, first person, scanned: 2 \u00d7 container, shipper"
    assert station_words.past_word("accepted", "badge_in") == "Badged in"
    assert station_words.past_word("accepted", "") == station_words.station_words()["was_accepted"] == "Done"
    assert station_words.past_word("refused", "clear") == "Refused"


# -- a step that was done before --------------------------------------------------------------------------------------

CLAIM = {
    "performed_at": "2026-03-20T10:05:00+01:00",
    "reason": "power_cut",
    "words": " dark ",
    "paper": "DT-7",
}


def claimed(zone="", **more):
    found = parse_scan(scan(late={**CLAIM, **more}), "token", zone)
    assert found.late is not None
    return found


def test_a_late_claim_is_read():
    found = claimed()
    assert found.late.performed_at.isoformat() == "2026-03-20T09:05:00+00:00"
    assert (found.late.reason, found.late.paper, found.late_words) == ("power_cut", "DT-7", "dark")


@pytest.mark.parametrize(
    ("zone", "local", "utc"),
    [
        ("Europe/Amsterdam", "2026-07-02T10:05", "2026-07-02T08:05:00+00:00"),
        ("Europe/Amsterdam", "2026-10-25T02:30", "2026-10-25T01:30:00+00:00"),  # twice: the later one
        ("America/New_York", "2026-01-02T23:59", "2026-01-03T04:59:00+00:00"),
    ],
)
def test_a_time_without_an_offset_is_one_of_the_station(zone, local, utc):
    assert claimed(zone, performed_at=local).late.performed_at.isoformat() == utc


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("performed_at", "2026-03-20T10:05", "not_a_moment"),  # of no zone
        ("performed_at", "yesterday", "not_a_moment"),
        ("performed_at", "0001-01-01T00:00:00+00:00", "not_a_moment"),
        ("performed_at", 7, "not_a_text"),
        ("performed_at", None, "required"),
        ("reason", "forgot", "not_choice"),
        ("words", "  ", "required"),
        ("words", "x" * 401, "too_long"),
        ("paper", "", "required"),
        ("paper", "x" * 41, "too_long"),
        ("more", "x", "unknown_field"),
    ],
)
def test_a_wrong_claim_is_told_field_by_field(name, value, fault):
    with pytest.raises(Invalid) as caught:
        claimed(**{name: value})
    assert caught.value.detail["fields"] == {f"late.{name}": fault}


def test_a_time_that_the_clocks_skipped_was_never():
    with pytest.raises(Invalid):
        claimed("Europe/Amsterdam", performed_at="2026-03-29T02:30")
    with pytest.raises(Invalid) as caught:
        parse_scan(scan(late="x"), "token")
    assert caught.value.detail["fields"] == {"late": "not_an_object"}


def test_why_something_cannot_be_recorded_late_is_told_apart():
    told = [refusal_text("late_not_possible", {"why": why, "found": "X"}) for why in LATE]
    assert len(set(told)) == len(LATE)
    assert not any("{" in text for pair in told for text in pair)
