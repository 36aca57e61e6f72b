"""A patient who is erased at the very moment at which somebody writes down who they are."""

from django.db import transaction

from coi import services as coi
from coi.models import Order, Reconciliation, Vault
from coi.rules.reconciliations import ReconciliationKind
from coi.rules.retention import KeptState
from config.demonstration.site import HOSPITAL
from tests import given
from tests.coi.test_aliases import second_course
from tests.coi.test_erasing import erasing, withdrawn
from tests.concurrency.at_once import waiting
from tests.furnished import Journeys


def test_who_is_enrolled_again_meanwhile_keeps_their_name(live_journeys: Journeys) -> None:
    p = withdrawn(live_journeys.fresh)
    with transaction.atomic():
        second_course(live_journeys)
        erasure = waiting(lambda: coi.erase_patient(**erasing(p, "Ada")))
    (kept,) = erasure.result().kept
    assert kept.state in (KeptState.NO_RULE, KeptState.NOT_YET_KNOWN)
    patient = Order.objects.get(coi_id=p.coi_id).patient_id
    assert Vault.objects.get(id=patient).erased_at is None


def test_a_name_that_is_corrected_meanwhile_is_erased_too(live_journeys: Journeys) -> None:
    p = withdrawn(live_journeys.fresh)
    known = coi.reveal_identity(coi_id=p.coi_id, **given.doing(p, "Olga", HOSPITAL))
    details = coi.PatientDetails("Another", known["given_name"], p.now.date(), known["mrn"])
    asked = {
        "coi_id": p.coi_id,
        "details": details,
        "kind": ReconciliationKind.CORRECTION,
        "reason": "a slip",
    }
    with transaction.atomic():
        coi.change_patient_details(**asked, **given.doing(p, "Olga", HOSPITAL))
        erasure = waiting(lambda: coi.erase_patient(**erasing(p, "Ada")))
    assert erasure.result().is_done
    asked_for = Reconciliation.objects.get(patient__order__coi_id=p.coi_id)
    assert Vault.objects.get(id=asked_for.details).erased_at is not None
