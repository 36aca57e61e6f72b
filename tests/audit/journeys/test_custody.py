"""Chain of identity and custody, and genealogy, of a journey that was played to its end."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.rules.report import Picture, Severity
from coi.models import Handover, Order, StepRecord, Vault
from coi.rules import retention
from coi.services import erase_patient
from config.demonstration.site import read_content
from ledger.rules.errors import Invalid, NotFound
from ledger.services import verify
from tests import given
from tests.audit.journeys.conftest import HOSPITAL, Told, facts, rows
from tests.coi.test_query_counts import statements


@pytest.mark.requirement("URS-COPY-03")
def test_every_container_hand_over_and_step_is_told(told: Told) -> None:
    report = told.report("custody", journey=told.coi_id)
    containers = told.player.containers()
    assert [row["container"] for row in rows(report, "containers")] == [c.code for c in containers]
    events = rows(report, "custody")
    handed = [row for row in events if row["event"] == "handed over"]
    assert len(handed) == Handover.objects.filter(order__coi_id=told.coi_id).count() == 6
    assert {row["container"] for row in events} == {c.code for c in containers}
    sent = next(row for row in handed if row["step"] == "Hand over to the courier")
    assert sent["giver"].startswith("Lena Lowe (")
    assert sent["receiver"].startswith("Carol Chen (")
    assert all(row["shipper"] for row in handed)
    arrived = [row for row in handed if row["condition"]]
    assert len(arrived) == 3
    assert all("°C" in row["condition"] for row in arrived), "units as people read them"


def test_each_line_begins_with_its_making_and_ends_with_its_end(told: Told) -> None:
    events = rows(told.report("custody", journey=told.coi_id), "custody")
    lines = {
        code: [row for row in events if row["container"] == code] for code in {r["container"] for r in events}
    }
    assert all(line[0]["event"] == "made" for line in lines.values())
    assert all(line[-1]["event"] == "used up or closed out" for line in lines.values())
    assert all([row["at"] for row in line] == sorted(row["at"] for row in line) for line in lines.values())


def test_custody_is_covered_whole_and_unforeseen_places_are_notes(told: Told) -> None:
    report = told.report("custody", journey=told.coi_id)
    found = facts(report, "coverage")
    assert (found["custody_share"].value, found["transfer_share"].value) == (100, 100)
    assert found["place_share"].value < 100
    assert not [it for it in report.found if it.severity is Severity.GAP]
    assert {row["mark"] for row in rows(report, "gaps")} == {"warn"}
    assert any("sample" in it.text for it in report.found)


def test_every_check_that_bound_the_patient_to_a_container_has_its_outcome(told: Told) -> None:
    checks = rows(told.report("custody", journey=told.coi_id), "identity")
    stopped = [row for row in checks if row["mark"] == "bad"]
    assert [row["refusals"] for row in stopped] == ["another patient's journey"]
    passed = [row for row in checks if row["mark"] == "good"]
    binding = ("identify", "label_collection", "bedside", "into_cassette", "patient_ready")
    done = StepRecord.objects.filter(order__coi_id=told.coi_id, step__in=binding).count()
    assert len(passed) >= done > 5
    bedside = [row for row in passed if row["step"] == "Check at the bedside"]
    assert len(bedside) == 2
    assert all(row["witness"] and row["witness"] != row["performer"] for row in bedside)


@pytest.mark.parametrize(("code", "is_told"), [("identity_mismatch", True), ("expired", False)])
def test_a_near_miss_at_any_step_is_a_check_of_identity(told: Told, code: str, is_told: bool) -> None:
    """The step at which it was met is changed in the projection: to one that binds nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE coi_check SET step = 'freeze', refusals = jsonb_set(refusals, '{0,code}', to_jsonb(%s::text))"
            " WHERE state = 'stopped'",
            [code],
        )
    report = told.report("custody", journey=told.coi_id)
    stopped = [row["step"] for row in rows(report, "identity") if row["mark"] == "bad"]
    assert stopped == (["Freeze and put away"] if is_told else [])
    assert any("that were stopped: 1" in it.text for it in report.found) is is_told


def test_what_is_on_hold_is_told_first(told: Told) -> None:
    assert "Holds that were released: 1." in {
        it.text for it in told.report("custody", journey=told.coi_id).found
    }
    player = told.journeys.filled
    bag = player.containers("product_bag")[0].code
    given.a_hold(player, bag)
    custody = told.report("custody", journey=player.coi_id)
    (hold,) = [it for it in custody.found if it.section == "holds"]
    assert (hold.severity, hold.text) == (Severity.NOTE, f"{bag} is on hold: suspect.")
    (held,) = told.report("genealogy", journey=player.coi_id).found
    sample = player.containers("sample")[-1].code
    assert held.text == f"On hold, or made from what is on hold: {bag}, {sample}."


@pytest.mark.requirement("URS-TRC-01")
def test_a_gap_is_told_first_with_container_and_sites(told: Told) -> None:
    """The services refuse to make one, so a hand-over is taken out of the projection behind their back."""
    one = Handover.objects.filter(order__coi_id=told.coi_id).order_by("at").first()
    assert one is not None
    container = one.container.code
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM coi_handover WHERE id = %s", [one.pk])
    report = told.report("custody", journey=told.coi_id)
    gaps = [it for it in report.found if it.severity is Severity.GAP]
    assert len(gaps) == 1
    assert container in gaps[0].text
    assert "without a hand-over" in gaps[0].text
    shares = facts(report, "coverage")
    assert shares["custody_share"].value < 100
    assert shares["transfer_share"].value < 100


def test_no_name_number_or_wristband_of_the_patient_is_told(told: Told) -> None:
    for kind in ("custody", "genealogy", "labels"):
        text = repr(told.report(kind, journey=told.coi_id))
        for secret in ("Testcase", "Synthia", "MRN0", told.player.wristband):
            assert secret not in text


@pytest.mark.parametrize("kind", ["custody", "genealogy", "labels"])
def test_an_auditor_of_another_site_finds_nothing(told: Told, kind: str) -> None:
    with pytest.raises(NotFound):
        told.report(kind, "Dave", journey=told.coi_id)
    with pytest.raises(NotFound):
        told.report(kind, "Alice", journey=told.coi_id)
    with pytest.raises(NotFound):
        told.report(kind, journey="CHA999926NOSUCH")
    with pytest.raises(NotFound):
        told.report(kind, journey="\x00")
    with pytest.raises(Invalid):
        told.report(kind)


def test_the_statements_do_not_grow_with_the_journey(told: Told) -> None:
    small, _ = statements(lambda: told.report("custody", journey=told.journeys.fresh.coi_id))
    large, _ = statements(lambda: told.report("custody", journey=told.coi_id))
    assert len(large) - len(small) <= 3  # titles and stations of what went wrong, once something did
    with CaptureQueriesContext(connection) as caught:
        told.report("genealogy", journey=told.coi_id)
    assert len(caught) < len(large)


def test_the_picture_has_a_box_for_every_container_and_a_line_for_every_parent(told: Told) -> None:
    report = told.report("genealogy", journey=told.coi_id)
    (picture,) = report.sections
    assert isinstance(picture, Picture)
    drawn = picture.drawing["data"]["values"]
    assert {row["d"] for row in drawn} == {c.code for c in told.player.containers()}
    parents = [row["parents"] for row in rows(report, "genealogy")]
    assert len(picture.drawing["layer"][0]["data"]["values"]) == sum(
        len(it.split(", ")) for it in parents if it
    )
    assert {row["status"] for row in rows(report, "genealogy")} == {"used up", "closed out"}
    assert report.found == ()


def test_after_the_patient_is_erased_every_line_is_told_as_before(told: Told) -> None:
    """The erasure takes the name out of the vault; chain of identity and custody are under the COI id, and stay."""
    given.in_effect(told.player, retention.KIND, "RETENTION", read_content("retention.json"))
    before = told.report("custody", journey=told.coi_id).sections
    patient = Order.objects.get(coi_id=told.coi_id).patient_id
    about = {
        "patient": patient,
        "reason": "The law asks.",
        "credential": told.player.demo.member("Ada").credential,
    }
    in_its_time = given.doing(told.player, "Ada", HOSPITAL)
    assert not erase_patient(**about, **in_its_time).is_done
    much_later = {"now": told.until.replace(year=told.until.year + 32), "request_id": uuid4()}
    assert erase_patient(**about, **in_its_time | much_later).is_done
    assert not Vault.objects.filter(id=patient).exclude(ciphertext=b"").exists()
    assert told.report("custody", journey=told.coi_id).sections == before
    assert verify(now=given.now(), record=False).is_sound
