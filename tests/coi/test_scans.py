"""Every interlock over the real database: a request that is accepted, one fault, the coded refusal and its entry."""

from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from coi.events import Event
from coi.models import Check, Container, LabelCopy, Order, Scan, StepRecord
from coi.rules.outcome import NEAR_MISSES, STOPS
from config.demonstration.site import PLANT
from ledger import selectors as ledger
from people.rules import codes
from tests import given
from tests.coi.scan_cases import CASES, Case, Code, neighbour_is_here, raw_of
from tests.coi.scan_requests import Request, bedside
from tests.furnished import Journeys


def named(case: Case) -> str:
    return f"{case.code}-{case.request.__name__}"


def state() -> dict[str, Any]:
    """What a refusal must leave as it was."""
    return {
        "containers": list(Container.objects.order_by("id").values()),
        "copies": list(LabelCopy.objects.order_by("id").values()),
        "steps": list(StepRecord.objects.order_by("id").values()),
        "closed": list(Order.objects.order_by("id").values()),
        "checks": list(Check.objects.exclude(state="stopped").order_by("id").values("id", "scans", "values")),
    }


def tried(request: Request) -> dict[str, Any]:
    """The answer, as if it had not been asked for."""
    before = request.player.now
    with transaction.atomic():
        answer = request.make()
        transaction.set_rollback(True)
    request.player.now = before
    return answer


@pytest.mark.requirement("URS-TRAIL-05")
@pytest.mark.parametrize("case", CASES, ids=named)
def test_the_fault_is_refused_and_recorded(journeys: Journeys, case: Case) -> None:
    request = case.request(journeys)
    if not case.is_cure:
        assert tried(request)["refusals"] == []
        case.fault(journeys, request)
    before = state()
    answer = request.make()
    codes_ = [refusal["code"] for refusal in answer["refusals"]]
    assert case.code in codes_
    assert case.why in ("", *[str(v) for r in answer["refusals"] for v in r["params"].values()])
    assert codes_ == sorted(codes_, key=list(Code).index)
    assert state() == before
    _entry_tells(answer, request)
    if case.is_cure:
        _clear_all(request, journeys)
        case.fault(journeys, request)
        assert request.make()["refusals"] == []


def _clear_all(request: Request, j: Journeys) -> None:
    for stop in Check.objects.filter(state="stopped", cleared_at__isnull=True):
        who = j.demo.member("Amir" if request.station in ("DOCK", "HOOD") else "Ivan")
        given.cleared(request.player, request.station, str(stop.id), who)


def _entry_tells(answer: dict[str, Any], request: Request) -> None:
    """One entry, with the event, the reasons and the subjects; one row; the raw text behind its digest."""
    scan_id = UUID(answer["scan_id"])
    entry = ledger.entry_for_request(scan_id)
    assert entry is not None
    is_unreadable = {r["code"] for r in answer["refusals"]} == {Code.UNREADABLE}
    assert entry.event == (Event.SCAN_UNREADABLE if is_unreadable else Event.SCAN_REFUSED)
    assert entry.occurred_at == request.player.now
    facts = entry.facts
    assert facts["refusals"] == answer["refusals"]
    stops = [r for r in answer["refusals"] if r["code"] in STOPS]
    assert [r["kind"] == "stop" for r in answer["refusals"]] == [r in stops for r in answer["refusals"]]
    assert facts["is_near_miss"] is any(r["code"] in NEAR_MISSES for r in answer["refusals"])
    row = Scan.objects.get(id=scan_id)
    assert (row.is_stop, row.is_near_miss) == (bool(stops), facts["is_near_miss"])
    assert row.answer == answer
    assert raw_of(scan_id, facts["raw_sha256"]) == request.barcodes
    if stops:
        assert Check.objects.get(id=answer["check"]).state == "stopped"
        assert answer["next"]["need"] == "clearance"


def test_no_code_is_without_a_case() -> None:
    late = {Code.LATE_NOT_POSSIBLE, Code.LATE_TIME_NOT_VALID}  # tests/coi/test_late_entries.py
    elsewhere = {Code.CHECKS_OPEN, *late}  # the first: tests/coi/test_clearance.py
    assert {case.code for case in CASES} == set(Code) - elsewhere


def test_every_fault_is_told_most_severe_first(journeys: Journeys) -> None:
    r = bedside(journeys)
    r.barcodes[1] = journeys.neighbour.label("product_bag")
    r.barcodes += [r.barcodes[1], journeys.demo.lots["vector", PLANT], codes.make("L", "NOBODY"), "?"]
    given.a_hold(r.player, journeys.neighbour.containers("product_bag")[0].code)
    neighbour_is_here(journeys, r)
    r.who, r.pin, r.values = journeys.demo.member("Dave"), "0000", {"dose": "1"}
    found = [refusal["code"] for refusal in r.make()["refusals"]]
    assert found == [
        Code.IDENTITY_MISMATCH,
        Code.PLACE_OCCUPIED,
        Code.LOT_NOT_USABLE,
        Code.NO_ROLE,
        Code.NOT_TRAINED,
        Code.PIN_NOT_VALID,
        Code.VALUE_NOT_VALID,
        Code.WRONG_KIND,
        Code.DUPLICATE_SCAN,
        Code.UNKNOWN_CODE,
        Code.UNREADABLE,
    ]
