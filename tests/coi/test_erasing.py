"""Erasing a patient's identity, and the ledger that stands all the same."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from coi import services as coi
from coi.models import Check, Order, Scan, Vault
from coi.rules.journey import JourneyEnd
from coi.rules.vault import VaultKind
from config.demonstration import story
from config.demonstration.player import Player
from config.demonstration.site import HOSPITAL, SECOND
from ledger import selectors as ledger
from ledger import services as ledger_services
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from people import selectors as people
from people.rules import codes
from people.rules.credentials import PasswordCredential
from people.rules.signatures import Meaning
from tests import given
from tests.coi.services_given import mixed_up
from tests.furnished import Journeys

# -- erasing ----------------------------------------------------------------------------------------------------------


def erasing(p: Player, name: str) -> dict[str, Any]:
    """What it takes to erase the identity of the journey's patient."""
    patient = Order.objects.get(coi_id=p.coi_id).patient_id
    credential = p.demo.member(name).credential
    about = {"patient": patient, "reason": "court order", "credential": credential}
    return about | given.doing(p, name, HOSPITAL)


def withdrawn(p: Player) -> Player:
    """The patient withdrew before anything was collected: no rule keeps their name."""
    coi.close_journey(coi_id=p.coi_id, end=JourneyEnd.WITHDRAWN, **given.doing(p, "Olga", HOSPITAL))
    return p


def test_nothing_is_erased_without_role_reason_and_signature(journeys: Journeys) -> None:
    p = withdrawn(journeys.fresh)
    right = erasing(p, "Ada")
    wrong_password = PasswordCredential(p.demo.member("Ada").username, "not the password")
    faults: list[tuple[dict[str, Any], type[Exception], str]] = [
        ({"reason": " "}, Invalid, "fields_invalid"),
        ({"credential": wrong_password}, NotAllowed, "credential_refused"),
        ({"credential": p.demo.member("Ines").credential}, NotAllowed, "credential_of_another"),
        ({"patient": uuid4()}, NotFound, "patient_unknown"),
    ]
    for fault, error, code in faults:
        with pytest.raises(error, match=code):
            coi.erase_patient(**right | fault | {"request_id": uuid4()})
    with pytest.raises(NotAllowed, match="role_missing"):
        coi.erase_patient(**erasing(p, "Olga"))
    with pytest.raises(NotFound, match="patient_unknown"):  # not theirs to know
        coi.erase_patient(**erasing(p, "Bob"))
    assert people.signatures("patient", str(right["patient"])) == []
    assert Vault.objects.get(id=right["patient"]).erased_at is None
    coi.erase_patient(**right)
    assert Vault.objects.get(id=right["patient"]).erased_at is not None


def test_an_erased_patient_is_gone_and_the_ledger_stands(journeys: Journeys) -> None:
    p = withdrawn(journeys.fresh)
    order = Order.objects.get(coi_id=p.coi_id)
    look = {"coi_id": p.coi_id, **given.doing(p, "Olga", HOSPITAL)}
    assert coi.reveal_identity(**look)["family_name"] == "Testcase"
    assert [e.event for e in ledger.entries_for_subject("patient", str(order.patient_id))][-1] == (
        "coi:identity:revealed"
    )
    with pytest.raises(NotFound):  # another hospital does not learn that there is such a patient
        coi.reveal_identity(coi_id=p.coi_id, **given.doing(p, "Pia", SECOND))
    erased = erasing(p, "Ada")
    coi.erase_patient(**erased)
    assert bytes(Vault.objects.get(id=order.patient_id).ciphertext) == b""
    coi.erase_patient(**erased)  # the same request again
    (signature,) = people.signatures("patient", str(order.patient_id))
    assert (signature.printed_name, signature.meaning) == ("Ada Admin", Meaning.RESPONSIBILITY)
    entry = ledger.entries_for_subject("patient", str(order.patient_id))[-1]
    assert (entry.event, entry.reason) == ("coi:vault:erased", "court order")
    assert entry.facts["signature"] == signature.id
    with pytest.raises(Conflict, match="patient_erased"):
        coi.erase_patient(**erasing(p, "Ada"))
    with pytest.raises(NotFound, match="vault_erased"):
        coi.reveal_identity(**look | {"request_id": uuid4()})
    assert ledger_services.verify(now=given.now(), record=False).is_sound


def test_the_raw_scans_of_the_journey_are_erased_and_those_of_others_are_not(journeys: Journeys) -> None:
    p, other = journeys.fresh, journeys.chair
    p.scan("NCHAIR", p.demo.member("Nora"), p.order_code, p.wristband, step="identify")
    withdrawn(p)
    own = set(Scan.objects.filter(order__coi_id=p.coi_id).values_list("id", flat=True))
    others = set(Scan.objects.filter(order__coi_id=other.coi_id).values_list("id", flat=True))
    assert own
    assert others
    coi.erase_patient(**erasing(p, "Ada"))
    scans = Vault.objects.filter(kind=VaultKind.SCAN)
    assert {row.id for row in scans.filter(erased_at__isnull=False)} == own
    assert {bytes(row.ciphertext) for row in scans.filter(id__in=own)} == {b""}
    assert others <= {row.id for row in scans.filter(erased_at__isnull=True)}
    assert ledger_services.verify(now=given.now(), record=False).is_sound


# -- the whole of it --------------------------------------------------------------------------------------------------


def test_everything_that_was_played_verifies(journeys: Journeys) -> None:
    """Refusals, STOPs, holds, reprints, cancels and repeats among it: every row follows from the entries."""
    j = journeys
    mixed_up(j)
    story.bedside(j.bedside)
    given.a_hold(j.ready, j.ready.containers("harvest")[0].code)
    old = j.cultured.label("culture")
    new = given.a_reprint(j.cultured, old, "Alice")
    j.cultured.scan("HOOD", j.demo.member("Alice"), old)
    stop = Check.objects.get(state="stopped", cleared_at=None)
    given.cleared(j.cultured, "HOOD", str(stop.id), j.demo.member("Amir"))
    begun = j.cultured.scan("HOOD", j.demo.member("Alice"), new, step="label_culture")["check"]
    j.cultured.scan("HOOD", j.demo.member("Alice"), codes.make("C", "CANCEL"), check=begun)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    report = ledger_services.verify(now=given.now(), record=False)
    assert report.findings == ()
    assert {"coi.container", "coi.check", "coi.scan", "coi.steprecord", "coi.hold"} <= set(report.tables)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("coi_container", "status", "'infused'"),
        ("coi_steprecord", "performer_name", "'Mallory'"),
        ("coi_hold", "released_at", "now()"),
        ("coi_batch", "disposition", "'released'"),
        ("coi_scan", "outcome", "'accepted'"),
    ],
)
def test_a_row_changed_behind_the_application_is_named(
    journeys: Journeys, table: str, column: str, value: str
) -> None:
    p = journeys.filled
    given.a_hold(p, p.containers("product_bag")[0].code)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            f"UPDATE {table} SET {column} = {value} WHERE id ="
            f" (SELECT id FROM {table} WHERE {column} IS DISTINCT FROM {value} LIMIT 1) RETURNING id::text"
        )
        (row_id,) = cursor.fetchone()
    (finding,) = ledger_services.verify(now=given.now(), record=False).findings
    assert (finding.table, finding.row_id, finding.columns) == (table.replace("_", ".", 1), row_id, (column,))


def test_an_entry_changed_behind_the_application_is_named(journeys: Journeys) -> None:
    p = journeys.bedside
    entry = ledger.entries_in_stream(f"journey:{p.coi_id}")[-1]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_entry SET actor_name = 'Mallory' WHERE id = %s", [entry.id])
    found = ledger_services.verify(now=given.now(), record=False).findings
    assert {f.entry_id for f in found} == {entry.id}
    assert found[0].stream == f"journey:{p.coi_id}"
