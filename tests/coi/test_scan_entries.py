"""What is kept of a scan: its bytes, its entry, and the answer to the same request again."""

import json
from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from coi import services as coi
from coi.events import Event
from coi.models import Check, Container, Deviation, Hold, Scan, Vault
from coi.rules.requests import ScanRequest
from coi.rules.vault import VaultKind, unseal
from config.demonstration import story
from ledger import selectors as ledger
from ledger.rules import Subject
from ledger.rules.errors import Conflict
from people.rules import codes
from tests import given
from tests.coi.scan_cases import Code
from tests.coi.scan_requests import bedside, infusing, second_nurse, vector
from tests.furnished import Journeys


def sent(j: Journeys, *barcodes: bytes, **more: Any) -> tuple[ScanRequest, dict[str, Any]]:
    """A request as a door makes it, and its answer."""
    scan_id = more.pop("scan_id", uuid4())
    now = more.pop("now", j.bedside.now)
    badge = more.pop("badge", j.demo.member("Ines").badge).encode()
    token = j.demo.tokens[more.pop("station", "NBED")]
    scan = ScanRequest(scan_id=scan_id, token=token, badge=badge, barcodes=barcodes, **more)
    return scan, coi.record_scan(scan=scan, now=now)


@pytest.mark.requirement("URS-TRAIL-05")
@pytest.mark.parametrize(
    "raw", [b"", b"\x00", b"\xed\xa0\x80", b"\xff\xfe", b"=A99992600000100\n", b"V" * 4097, bytes(range(256))]
)
def test_whatever_is_scanned_is_kept_byte_for_byte(journeys: Journeys, raw: bytes) -> None:
    scan, answer = sent(journeys, raw)
    assert answer["outcome"] == "unreadable"
    entry = ledger.entry_for_request(scan.scan_id)
    assert entry is not None
    assert entry.stream.startswith("station:")  # it finds no journey
    sealed = bytes(Vault.objects.get(id=scan.scan_id).ciphertext)
    opened = unseal(sealed, key=b64decode(settings.VAULT_KEY), context=f"{VaultKind.SCAN}:{scan.scan_id}")
    assert opened is not None
    assert opened[1] == entry.facts["raw_sha256"]
    assert json.loads(opened[0]) == [raw.hex()]


def test_the_raw_text_is_nowhere_in_the_ledger(journeys: Journeys) -> None:
    r = bedside(journeys)
    r.barcodes.append("SMITH^JOHN^1970")
    entry = ledger.entry_for_request(UUID(r.make()["scan_id"]))
    assert entry is not None
    for text in ("SMITH", r.player.wristband):
        assert text.encode() not in entry.body


def test_a_mismatch_stands_in_both_journeys(journeys: Journeys) -> None:
    r = bedside(journeys)
    r.barcodes[1] = journeys.neighbour.label("product_bag")
    entry = ledger.entry_for_request(UUID(r.make()["scan_id"]))
    assert entry is not None
    subjects = ledger.subjects_of([entry.id])[entry.id]
    wrong = str(Container.objects.get(labelcopy__code=r.barcodes[1]).id)
    assert {
        Subject("order", journeys.bedside.coi_id),
        Subject("order", journeys.neighbour.coi_id),
        Subject("container", wrong),
    } <= set(subjects)
    assert entry.stream == f"journey:{journeys.bedside.coi_id}"


@pytest.mark.requirement("URS-TRUE-05")
def test_the_same_scan_again_gets_the_same_answer_and_writes_nothing(journeys: Journeys) -> None:
    p = journeys.bedside
    raw = (p.wristband.encode(), p.label("product_bag").encode())
    scan, answer = sent(journeys, *raw, step="bedside")
    entries = len(ledger.latest_entries(limit=5000))
    again = coi.record_scan(scan=scan, now=p.now + timedelta(days=3))
    assert again == answer
    assert len(ledger.latest_entries(limit=5000)) == entries
    assert Scan.objects.filter(id=scan.scan_id).count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"barcodes": ()},
        {"step": "thaw"},
        {"pin": "1"},
        {"badge": b"VB"},
        {"check": uuid4()},
        {"values": {"weight": "70"}},
    ],
)
def test_the_same_id_with_another_body_is_a_conflict(journeys: Journeys, change: dict[str, Any]) -> None:
    scan, _ = sent(journeys, journeys.bedside.wristband.encode(), step="bedside")
    with pytest.raises(Conflict, match="scan_id_used"):
        coi.record_scan(scan=replace(scan, **change), now=journeys.bedside.now)


def test_a_trigger_pulled_twice_is_a_repeat_and_no_refusal(journeys: Journeys) -> None:
    r = bedside(journeys)
    r.barcodes[1] = journeys.neighbour.label("product_bag")
    raw = tuple(code.encode() for code in r.barcodes)
    _, answer = sent(journeys, *raw, step="bedside")
    deviations = Deviation.objects.count()
    now = r.player.now + timedelta(seconds=2.9)
    scan, again = sent(journeys, *raw, step="bedside", now=now)
    assert again == answer | {"scan_id": str(scan.scan_id), "is_repeat": True}
    assert Deviation.objects.count() == deviations
    entry = ledger.entry_for_request(scan.scan_id)
    assert entry is not None
    assert (entry.event, entry.facts["repeats"]) == (Event.SCAN_REPEATED, answer["scan_id"])
    # the moments run from the scan that was decided, not from its echo
    _, later_ = sent(journeys, *raw, step="bedside", now=now + timedelta(seconds=2.9))
    assert "is_repeat" not in later_
    assert Code.STOP_NOT_CLEARED in [refusal["code"] for refusal in later_["refusals"]]


def test_an_outsider_stops_nobodys_check(journeys: Journeys) -> None:
    """A station of another hospital names a check that is open here: it is stopped itself, the check goes on."""
    r = second_nurse(journeys)
    p = r.player
    wrong = journeys.neighbour.label("product_bag")
    answer = p.scan("SBED", journeys.demo.member("Eva"), wrong, check=r.check)
    found = [refusal["code"] for refusal in answer["refusals"]]
    assert {Code.IDENTITY_MISMATCH, Code.WRONG_SITE} <= set(found)
    assert Check.objects.get(id=r.check).state == "open"
    assert r.make()["outcome"] == "accepted"


def test_after_the_moment_it_is_already_done_by_somebody(journeys: Journeys) -> None:
    story.bedside(journeys.bedside)
    r = infusing(journeys)
    assert r.make()["outcome"] == "accepted"
    done_at = r.player.now
    r.who = journeys.demo.member("Ivan")
    (refusal,) = r.make()["refusals"]
    assert refusal["code"] == Code.ALREADY_DONE
    assert refusal["params"]["by"] == "Ines Ito"
    assert refusal["params"]["at"] == done_at.isoformat()
    assert refusal["kind"] == "hint"


@pytest.mark.parametrize("first", [{"pin": "0000"}, {"values": {"moi": "99"}}])
def test_what_was_put_right_within_the_moment_is_no_repeat(journeys: Journeys, first: dict[str, Any]) -> None:
    r = bedside(journeys) if "pin" in first else vector(journeys)
    raw = tuple(code.encode() for code in r.barcodes)
    about = {"station": r.station, "badge": r.who.badge, "step": r.step}
    right = {"pin": r.pin, "values": r.values}
    now = r.player.now + timedelta(seconds=4)
    _, wrong = sent(journeys, *raw, now=now, **about, **right | first)
    assert wrong["outcome"] == "refused"
    _, answer = sent(journeys, *raw, now=now + timedelta(seconds=1), **about, **right)
    assert (answer["outcome"], answer["next"]["need"]) == ("incomplete", "witness")


def test_two_cancels_within_the_moment_are_two(journeys: Journeys) -> None:
    p, nurse = journeys.bedside, journeys.demo.member("Ines").badge
    first = p.scan("NBED", journeys.demo.member("Ines"), p.wristband, step="bedside")["check"]
    second = p.scan("NBED", journeys.demo.member("Ivan"), p.wristband, step="infuse_start")["check"]
    raw = codes.make("C", "CANCEL").encode()
    for check, seconds in ((first, 0), (second, 1), (second, 2)):
        _, answer = sent(
            journeys, raw, badge=nurse, check=UUID(check), now=p.now + timedelta(seconds=5 + seconds)
        )
        assert answer["outcome"] == "accepted"
    assert answer["is_repeat"]
    assert set(Check.objects.filter(id__in=[first, second]).values_list("state", flat=True)) == {"abandoned"}


def test_an_entry_says_how_somebody_was_known(journeys: Journeys) -> None:
    """Only a PIN that was right is one that was shown."""
    r = bedside(journeys)
    found = []
    for pin in ("0000", "", r.who.pin):
        r.pin = pin
        entry = ledger.entry_for_request(UUID(r.make()["scan_id"]))
        assert entry is not None
        found.append(entry.auth_method)
    assert found == ["badge", "badge", "badge_pin"]


def test_a_request_without_barcodes_begins_nothing(journeys: Journeys) -> None:
    _, answer = sent(journeys)
    assert answer["outcome"] == "refused"
    assert [refusal["code"] for refusal in answer["refusals"]] == [Code.STEP_UNKNOWN]
    assert answer["check"] is None


def test_the_pin_alone_finishes_a_part_in_which_all_was_scanned(journeys: Journeys) -> None:
    r = bedside(journeys)
    pin, r.pin = r.pin, ""
    answer = r.make()
    assert answer["next"]["need"] == "pin"
    finished = replace(r, barcodes=[], check=answer["check"], pin=pin, step="").make()
    assert (finished["outcome"], finished["next"]["need"]) == ("incomplete", "witness")
    # and not by somebody else's PIN
    other_ = replace(r, who=journeys.demo.member("Ivan"), barcodes=[], check=answer["check"], pin="0000")
    assert other_.make()["outcome"] == "refused"


def test_a_stop_names_what_is_wrong_and_the_right_bag_goes_on(journeys: Journeys) -> None:
    r = bedside(journeys)
    right, wrong = r.barcodes[1], journeys.neighbour.label("product_bag")
    first = r.make()  # the right bag, first person: a check is open
    second = replace(r, who=journeys.demo.member("Ivan"), barcodes=[r.barcodes[0], wrong], pin="7420")
    answer = replace(second, check=first["check"], pin="").make()
    deviation = Deviation.objects.get(code=answer["deviation"])
    wrong_id = str(Container.objects.get(labelcopy__code=wrong).id)
    assert (deviation.grade, deviation.trigger) == ("critical", Code.IDENTITY_MISMATCH)
    assert deviation.containers == [wrong_id]
    assert [str(hold.container_id) for hold in Hold.objects.filter(deviation=deviation)] == [wrong_id]
    given.cleared(r.player, "NBED", answer["check"], journeys.demo.member("Ines"))
    r.barcodes[1] = right
    story.bedside(r.player)  # all anew, by two people, and accepted
    # the wrong one is held, also where it would be right
    p = journeys.neighbour
    p.now = r.player.now
    p.scan("NBED", journeys.demo.member("Ines"), story.CLEAR)
    refused = p.scan("NBED", journeys.demo.member("Ines"), p.wristband, wrong, step="bedside")
    assert [refusal["code"] for refusal in refused["refusals"]] == [Code.ON_HOLD]
