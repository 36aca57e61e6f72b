"""Codes that were typed: with their check characters, for a reason, and said to be typed."""

from datetime import timedelta
from typing import Any

import pytest

from coi import services as coi
from coi.models import Scan
from coi.rules.requests import KeyedReason, ScanRequest
from ledger.rules.errors import Conflict
from people.rules import codes
from tests.coi.doors import SCANS, body, post, signed_in
from tests.coi.services_given import refused
from tests.coi.wiring_given import Code, din_of, facts, request
from tests.furnished import Journeys


def typed(j: Journeys, *texts: str, why: KeyedReason = KeyedReason.DAMAGED, **more: Any) -> dict[str, Any]:
    """The nurse types codes at the bedside."""
    p = j.bedside
    p.wait(seconds=10)
    scan = request(j, "NBED", j.demo.member("Ines").badge, *texts, keyed=why, **more)
    return coi.record_scan(scan=scan, now=p.now)


def test_a_typed_code_counts_with_its_check_character_and_is_said_to_be_typed(journeys: Journeys) -> None:
    j, p = journeys, journeys.bedside
    answer = typed(j, p.wristband, step="bedside")
    assert answer["refusals"] == []
    assert facts(answer)["is_keyed"] is True
    assert facts(answer)["keyed_reason"] == "damaged"
    assert Scan.objects.get(id=answer["scan_id"]).is_keyed
    scanned = p.scan("NBED", j.demo.member("Ines"), p.label("product_bag"), check=answer["check"])
    assert "is_keyed" not in facts(scanned)
    assert not Scan.objects.get(id=scanned["scan_id"]).is_keyed


@pytest.mark.requirement("URS-TRUE-03")
def test_a_typed_number_without_its_check_character_is_not_read(journeys: Journeys) -> None:
    j, p = journeys, journeys.bedside
    din = din_of(p)
    assert refused(typed(j, din)) == [Code.UNREADABLE]
    assert refused(typed(j, p.coi_id)) == [Code.UNREADABLE]
    assert refused(typed(j, f"&/{p.coi_id}")) == [Code.UNREADABLE]
    assert refused(typed(j, "Ünknown")) == [Code.UNREADABLE]
    assert Code.UNREADABLE not in refused(typed(j, din + codes.check_char(din)))
    assert Code.UNREADABLE not in refused(typed(j, p.coi_id + codes.check_char(p.coi_id)))


def test_typed_and_scanned_are_two_requests(journeys: Journeys) -> None:
    j, p = journeys, journeys.bedside
    badge = j.demo.member("Ines").badge
    scan = request(j, "NBED", badge, p.wristband, step="bedside")
    coi.record_scan(scan=scan, now=p.now)
    again = ScanRequest(
        scan.scan_id, scan.token, scan.badge, scan.barcodes, step="bedside", keyed=KeyedReason.DAMAGED
    )
    with pytest.raises(Conflict, match="scan_id_used"):
        coi.record_scan(scan=again, now=p.now + timedelta(seconds=1))


def test_the_api_takes_typed_codes_with_a_reason(journeys: Journeys, monkeypatch: pytest.MonkeyPatch) -> None:
    j, p = journeys, journeys.bedside
    monkeypatch.setattr("django.utils.timezone.now", lambda: p.now + timedelta(minutes=1))
    nurse, token = j.demo.member("Ines"), j.demo.tokens["NBED"]

    def send(**more: Any) -> Any:
        return post(SCANS, body(nurse.badge, [p.wristband], step="bedside", **more), token=token)

    for wrong, field in (
        ({"is_keyed": True}, "keyed_reason"),
        ({"is_keyed": "yes"}, "is_keyed"),
        ({"keyed_reason": "damaged"}, "keyed_reason"),
        ({"is_keyed": True, "keyed_reason": "because"}, "keyed_reason"),
    ):
        answer = send(**wrong)
        assert answer.status_code == 422, wrong
        assert list(answer.json()["detail"]["fields"]) == [field]
    done = send(is_keyed=True, keyed_reason="out_of_reach")
    assert done.status_code == 200
    assert facts(done.json())["keyed_reason"] == "out_of_reach"
    page = signed_in(j.demo.member("Olga")).get(f"/journeys/{p.coi_id}/").content.decode()
    assert "typed: The scanner does not reach it" in " ".join(page.split())


def test_a_near_miss_that_was_typed_says_so(journeys: Journeys, monkeypatch: pytest.MonkeyPatch) -> None:
    j, p = journeys, journeys.bedside
    answer = typed(j, p.wristband, j.neighbour.label("product_bag"), step="bedside")
    assert Code.IDENTITY_MISMATCH in refused(answer)
    monkeypatch.setattr("django.utils.timezone.now", lambda: p.now)
    assert "⌨ typed" in signed_in(j.demo.member("Olga")).get("/near-misses/").content.decode()
