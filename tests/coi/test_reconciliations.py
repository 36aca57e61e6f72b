"""Who a patient is changes by a signed reconciliation alone, and no COI id ever changes its patient."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from coi import services as coi
from coi.events import Event
from coi.models import Alias, Order, Patient, Reconciliation, Vault
from coi.rules.outcome import RefusalCode
from coi.rules.reconciliations import ReconciliationKind
from config.demonstration.player import Player
from config.demonstration.site import HOSPITAL, PLANT, SECOND
from ledger import selectors as ledger
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from ledger.services import verify
from people.rules import codes
from people.rules.credentials import PasswordCredential
from people.rules.roles import Role
from people.rules.signatures import Meaning
from tests import given
from tests.coi.test_aliases import second_course
from tests.coi.test_erasing import withdrawn
from tests.furnished import Journeys

NEW = coi.PatientDetails("Married", "Synthia", date(1970, 1, 1), "MRN0000001")
RENUMBERED = replace(NEW, mrn="MRN-NEW")
K = ReconciliationKind


def ask(j: Journeys, p: Player, details: coi.PatientDetails = NEW, kind: K = K.CHANGE, **more: Any) -> str:
    """The coordinator asks."""
    about = {"coi_id": p.coi_id, "details": details, "kind": kind, "reason": "Registry office, seen."} | more
    return coi.change_patient_details(**given.doing(j.bedside, "Olga", HOSPITAL) | about)


def merge(j: Journeys, keep: Player, give_up: Player, **more: Any) -> str:
    """The coordinator asks to merge."""
    about = {"keep": keep.coi_id, "give_up": give_up.coi_id, "reason": "Registered twice."} | more
    return coi.merge_patients(**given.doing(j.bedside, "Olga", HOSPITAL) | about)


def approve(j: Journeys, code: str, who: str = "Noah", *, unseen: bool = False, **more: Any) -> None:
    """A supervisor of the hospital looks and signs."""
    row = Reconciliation.objects.get(code=code)
    if not unseen and row.state == "open" and who not in ("Nora", "Bob"):
        coi.show_reconciliation(code=code, **given.doing(j.bedside, who, HOSPITAL))
    credential = j.demo.member(who).credential
    about = {"code": code, "credential": credential} | given.doing(j.bedside, who, HOSPITAL) | more
    coi.approve_reconciliation(**about)


def reject(j: Journeys, code: str, who: str = "Noah", text: str = "Not proved.") -> None:
    """A supervisor of the hospital turns it down."""
    credential = j.demo.member(who).credential
    coi.reject_reconciliation(
        code=code, credential=credential, text=text, **given.doing(j.bedside, who, HOSPITAL)
    )


def shown(j: Journeys, p: Player) -> dict[str, str]:
    """What the treating site sees."""
    return coi.reveal_identity(coi_id=p.coi_id, **given.doing(j.bedside, "Olga", HOSPITAL))


def patients() -> dict[str, Any]:
    """Whose each COI id is."""
    return dict(Order.objects.values_list("coi_id", "patient"))


def found(j: Journeys, text: str) -> set[str]:
    """The journeys that the coordinator finds by this."""
    doing = given.doing(j.bedside, "Olga", HOSPITAL)
    return {match.coi_id for match in coi.find_journey(text=text, **doing).matches}


def test_a_change_waits_for_a_signature_and_keeps_the_coi_id(journeys: Journeys) -> None:
    j, before = journeys, patients()
    code = ask(j, j.fresh, RENUMBERED)
    asked = ledger.entries_of_events([Event.RECONCILIATION_ASKED], limit=1)[0]
    assert shown(j, j.fresh)["family_name"] == "Testcase"
    looked = coi.show_reconciliation(code=code, **given.doing(j.bedside, "Noah", HOSPITAL))
    assert (looked.before["family_name"], looked.after["family_name"]) == ("Testcase", "Married")
    approve(j, code)
    assert shown(j, j.fresh) == coi_json(RENUMBERED)
    assert patients() == before
    entry = ledger.entries_of_events([Event.RECONCILIATION_APPROVED], limit=1)[0]
    assert entry.facts["old_sha256"] == asked.facts["old_sha256"] != entry.facts["new_sha256"]
    signed = ledger.entries_of_events(["people:signature:made"], limit=1)[0]
    assert (signed.facts["meaning"], signed.facts["record"][:2]) == (
        Meaning.APPROVAL,
        ["reconciliation", code],
    )
    for told in (asked, entry):
        assert not any(word in told.body for word in (b"Married", b"MRN-NEW", b"Registry"))
    # both numbers find the patient: on paper the old one goes on for a while
    assert found(j, "MRN-NEW") == found(j, "MRN0000001") == {j.fresh.coi_id}


def coi_json(details: coi.PatientDetails) -> dict[str, str]:
    """As the vault keeps them."""
    return {
        "family_name": details.family_name,
        "given_name": details.given_name,
        "born_on": details.born_on.isoformat(),
        "mrn": details.mrn,
    }


def test_a_number_that_was_never_right_finds_nobody_any_more(journeys: Journeys) -> None:
    j = journeys
    approve(j, ask(j, j.fresh, RENUMBERED, K.CORRECTION))
    assert found(j, "MRN-NEW") == {j.fresh.coi_id}
    assert found(j, "MRN0000001") == set()
    assert not Alias.objects.filter(kind="mrn").exists()


def test_the_second_course_comes_under_the_new_and_the_old_number(journeys: Journeys) -> None:
    j = journeys
    approve(j, ask(j, j.fresh, RENUMBERED))
    details = replace(RENUMBERED, mrn="MRN0000001")
    about = {"wristband": codes.make("W", "SECONDBAND"), "product": "CD19-DEMO"}
    sites = coi.OrderSites(HOSPITAL, HOSPITAL, "SWIFT", PLANT)
    coi_id = coi.enrol_patient_and_order(
        patient=details, sites=sites, **about, **given.doing(j.bedside, "Olga", HOSPITAL)
    )
    assert patients()[coi_id] == patients()[j.fresh.coi_id]


def test_two_people_decide_and_the_second_is_quality_at_the_treating_site(journeys: Journeys) -> None:
    j = journeys
    given.granted(j.bedside, "Noah", Role.COORDINATOR, HOSPITAL)
    own = ask(j, j.fresh, **given.doing(j.bedside, "Noah", HOSPITAL))
    with pytest.raises(NotAllowed, match="reconciliation_own"):
        approve(j, own)
    with pytest.raises(NotAllowed, match="role_missing"):
        approve(j, own, "Nora")
    with pytest.raises(NotFound, match="reconciliation_unknown"):
        approve(j, own, "Bob")  # the manufacturer never knows who it is
    with pytest.raises(NotAllowed, match="credential_refused"):
        approve(j, own, "Luca", credential=PasswordCredential("luca", "wrong"))
    assert shown(j, j.fresh)["family_name"] == "Testcase"
    approve(j, own, "Luca")
    with pytest.raises(Conflict, match="reconciliation_decided"):
        reject(j, own, "Luca")


@pytest.mark.requirement("URS-SIG-06")
def test_nobody_signs_for_what_they_have_not_seen(journeys: Journeys) -> None:
    j = journeys
    code = ask(j, j.fresh, RENUMBERED)
    coi.show_reconciliation(code=code, **given.doing(j.bedside, "Luca", HOSPITAL))
    with pytest.raises(Conflict, match="reconciliation_not_looked_at"):
        approve(j, code, "Noah", unseen=True)
    assert found(j, "MRN-NEW") == set()
    approve(j, code, "Luca", unseen=True)
    assert found(j, "MRN-NEW") == {j.fresh.coi_id}


def test_a_rejected_one_changes_nothing(journeys: Journeys) -> None:
    j = journeys
    code = ask(j, j.fresh, RENUMBERED)
    with pytest.raises(Invalid):
        reject(j, code, text="")
    reject(j, code)
    assert shown(j, j.fresh)["family_name"] == "Testcase"
    assert found(j, "MRN-NEW") == set()
    ask(j, j.fresh, RENUMBERED)  # it can be asked again


def test_only_what_changes_something_and_is_free_can_be_asked(journeys: Journeys) -> None:
    j = journeys
    same = coi.PatientDetails("Testcase", "Synthia", date(1970, 1, 1), "MRN0000001")
    with pytest.raises(Conflict, match="nothing_changes"):
        ask(j, j.fresh, same)
    with pytest.raises(Conflict, match="mrn_in_use"):
        ask(j, j.fresh, replace(NEW, mrn="MRN0000003"))
    with pytest.raises(Invalid):
        ask(j, j.fresh, replace(NEW, family_name=" "))
    with pytest.raises(Invalid):
        ask(j, j.fresh, reason=" ")
    ask(j, j.fresh)
    with pytest.raises(Conflict, match="reconciliation_open"):
        ask(j, j.fresh, RENUMBERED)
    with pytest.raises(Conflict, match="reconciliation_open"):
        merge(j, j.labelled, j.fresh)
    with pytest.raises(Conflict, match="reconciliation_open"):  # nobody is enrolled under what is in question
        second_course(j)


def test_a_request_is_carried_out_once(journeys: Journeys) -> None:
    j, request = journeys, uuid4()
    code = ask(j, j.fresh, request_id=request)
    assert ask(j, j.fresh, request_id=request) == code
    assert Reconciliation.objects.count() == 1
    again = uuid4()
    for _ in range(2):
        approve(j, code, request_id=again)
    assert len(ledger.entries_of_events([Event.RECONCILIATION_APPROVED])) == 1


def test_a_merge_makes_two_patients_one_and_moves_no_coi_id(journeys: Journeys) -> None:
    j, before = journeys, patients()
    approve(j, merge(j, j.fresh, j.labelled))
    assert patients() == before
    assert shown(j, j.labelled)["mrn"] == "MRN0000001"
    assert found(j, "MRN0000001") == found(j, "MRN0000003") == {j.fresh.coi_id, j.labelled.coi_id}
    with pytest.raises(Conflict, match="same_patient"):
        merge(j, j.labelled, j.fresh)
    # a third is merged into the one that was kept, and whoever pointed to it goes along
    approve(j, merge(j, j.filled, j.labelled))
    roots = set(Patient.objects.filter(merged_into__isnull=False).values_list("merged_into", flat=True))
    assert roots == {Order.objects.get(coi_id=j.filled.coi_id).patient_id}
    assert found(j, "MRN0000003") == {j.fresh.coi_id, j.labelled.coi_id, j.filled.coi_id}


def test_only_patients_of_one_site_are_merged(journeys: Journeys) -> None:
    j = journeys
    with pytest.raises(NotFound, match="order_unknown"):
        merge(j, j.fresh, j.chair)
    given.granted(j.bedside, "Olga", Role.COORDINATOR, SECOND)
    with pytest.raises(Conflict, match="patients_of_two_sites"):
        merge(j, j.fresh, j.chair)


def test_no_critical_step_goes_on_while_it_is_open(journeys: Journeys) -> None:
    j, p, nurse = journeys, journeys.bedside, journeys.demo.member("Ines")
    code = ask(j, p, replace(NEW, mrn="MRN0000007"))
    j.bedside.wait(minutes=1)
    scans = (p.wristband, p.label("product_bag"))
    answer = p.scan("NBED", nurse, *scans, step="bedside", pin=nurse.pin)
    assert [r["code"] for r in answer["refusals"]] == [RefusalCode.IDENTITY_IN_QUESTION]
    assert answer["refusals"][0]["kind"] == "hint"
    assert "deviation" not in answer
    approve(j, code)
    p.wait(minutes=1)
    assert p.scan("NBED", nurse, *scans, step="bedside", pin=nurse.pin)["refusals"] == []


def test_erasing_a_patient_erases_what_they_were_called_before_and_after(journeys: Journeys) -> None:
    j = journeys
    approve(j, ask(j, withdrawn(j.fresh)))
    patient = Patient.objects.get(id=Order.objects.get(coi_id=j.fresh.coi_id).patient_id)
    pieces = Vault.objects.filter(id__in=[patient.id, patient.identity])
    assert b"" not in {bytes(piece.ciphertext) for piece in pieces}
    signing = {"credential": j.demo.member("Ada").credential, **given.doing(j.bedside, "Ada", HOSPITAL)}
    coi.erase_patient(patient=patient.id, reason="law", **signing)
    assert {bytes(piece.ciphertext) for piece in pieces.all()} == {b""}


def test_erasing_a_patient_erases_whoever_was_found_to_be_the_same(journeys: Journeys) -> None:
    """Whichever of the rows is named: nothing of the person is left in the vault, and the ledger stands."""
    j = journeys
    other = withdrawn(given.a_second_journey(j.demo, number=77, now=j.bedside.now))
    approve(j, ask(j, other, replace(NEW, mrn="MRN0000077")))
    approve(j, merge(j, withdrawn(j.fresh), other))
    given_up = Order.objects.get(coi_id=other.coi_id).patient
    assert given_up.merged_into is not None
    ids = [given_up.id, given_up.identity, given_up.merged_into_id]
    signing = {"credential": j.demo.member("Ada").credential, **given.doing(j.bedside, "Ada", HOSPITAL)}
    coi.erase_patient(patient=given_up.id, reason="law", **signing)
    assert Vault.objects.filter(id__in=ids, ciphertext=b"", erased_at__isnull=False).count() == 3
    again = signing | {"request_id": uuid4()}
    with pytest.raises(Conflict, match="patient_erased"):
        coi.erase_patient(patient=given_up.merged_into_id, reason="law", **again)
    assert verify(now=given.now(), record=False).is_sound
