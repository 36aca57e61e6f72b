"""Enrolling: one patient in several orders, wristbands, aliases and numbers."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from coi import services as coi
from coi.models import LabelCopy, Order
from coi.services import numbers
from config.demonstration.site import COURIER, HOSPITAL, PLANT, PRODUCT, SECOND
from ledger.rules.errors import Conflict, Invalid, NotFound
from people import services as people
from people.rules import codes
from people.rules.qualifications import Work
from tests import given
from tests.coi.services_given import at_bedside, refused
from tests.furnished import Journeys

DAY = timedelta(days=1)

# -- enrolling --------------------------------------------------------------------------------------------------------


def enrolment(j: Journeys, **other: Any) -> dict[str, Any]:
    """A second course of the first patient."""
    first = {
        "family_name": "Testcase",
        "given_name": "Synthia",
        "born_on": date(1970, 1, 1),
        "mrn": "MRN0000001",
    }
    return {
        "patient": coi.PatientDetails(**first | other),
        "wristband": codes.make("W", "SECOND"),
        "product": PRODUCT,
        "sites": coi.OrderSites(HOSPITAL, HOSPITAL, COURIER, PLANT),
        **given.doing(j.fresh, "Olga", HOSPITAL),
    }


def test_a_second_course_is_a_second_order_of_one_patient(journeys: Journeys) -> None:
    coi_id = coi.enrol_patient_and_order(**enrolment(journeys, family_name=" testcase"))
    orders = Order.objects.filter(coi_id__in=[coi_id, journeys.fresh.coi_id])
    assert orders.count() == 2
    assert len(set(orders.values_list("patient", flat=True))) == 1


@pytest.mark.parametrize(
    "slip", [{"family_name": "Jones"}, {"given_name": "Bob"}, {"born_on": date(1971, 1, 1)}]
)
def test_one_number_under_two_names_orders_nothing(journeys: Journeys, slip: dict[str, Any]) -> None:
    """A slip of the pen in the MRN must not order somebody else's cells."""
    before = Order.objects.count()
    with pytest.raises(Conflict, match="mrn_of_another_patient"):
        coi.enrol_patient_and_order(**enrolment(journeys, **slip))
    assert Order.objects.count() == before


def test_an_order_names_sites_that_exist(journeys: Journeys) -> None:
    strange = coi.OrderSites(HOSPITAL, HOSPITAL, "NOWHERE", PLANT)
    with pytest.raises(NotFound, match="site_unknown"):
        coi.enrol_patient_and_order(**enrolment(journeys) | {"sites": strange})


@pytest.mark.requirement("URS-AUT-01")
def test_no_order_where_a_site_lacks_its_programme(journeys: Journeys) -> None:
    asked = enrolment(journeys)
    about = {"site": HOSPITAL, "programme": "REMS"}
    people.require_programme(**about, work=Work.ORDERS, **given.doing(journeys.fresh, "Ada", HOSPITAL))
    with pytest.raises(Conflict, match="site_not_qualified") as caught:
        coi.enrol_patient_and_order(**asked)
    assert caught.value.detail == about
    window = {"valid_from": asked["now"] - DAY, "valid_until": asked["now"] + DAY}
    admin = given.doing(journeys.fresh, "Ada", HOSPITAL)
    people.record_site_qualification(**about, **window, evidence=None, **admin)
    assert coi.enrol_patient_and_order(**asked)


def test_a_wristband_is_one_order_at_its_site_and_another_elsewhere(journeys: Journeys) -> None:
    """Two hospitals may print the same code: each finds its own patient by it."""
    band = journeys.bedside.wristband
    with pytest.raises(Conflict, match="alias_of_another_order"):
        coi.enrol_patient_and_order(**enrolment(journeys) | {"wristband": band})
    sites = coi.OrderSites(SECOND, SECOND, COURIER, PLANT)
    pia = given.doing(journeys.fresh, "Pia", SECOND)
    coi.enrol_patient_and_order(**enrolment(journeys) | {"wristband": band, "sites": sites} | pia)
    assert refused(at_bedside(journeys.bedside)) == []


@pytest.mark.parametrize(
    ("kind", "value", "issuer", "error"),
    [
        ("lot", "L1", "NOWHERE", NotFound),
        ("lot", "x" * 81, HOSPITAL, Invalid),
        ("k" * 21, "L1", HOSPITAL, Invalid),
        ("lot", " ", HOSPITAL, Invalid),
        ("lot", "a\x00b", HOSPITAL, Invalid),
    ],
)
def test_an_alias_that_does_not_fit_is_refused(
    journeys: Journeys, kind: str, value: str, issuer: str, error: type[Exception]
) -> None:
    about = {"coi_id": journeys.fresh.coi_id, "kind": kind, "value": value, "issuer": issuer}
    with pytest.raises(error):
        coi.add_alias(**about, **given.doing(journeys.fresh, "Olga", HOSPITAL))


def test_an_alias_belongs_to_one_journey(journeys: Journeys) -> None:
    alias = {"kind": "join", "value": "J-1", "issuer": HOSPITAL}
    olga = given.doing(journeys.fresh, "Olga", HOSPITAL)
    coi.add_alias(coi_id=journeys.fresh.coi_id, **alias, **olga)
    with pytest.raises(Conflict, match="alias_of_another_order"):
        coi.add_alias(coi_id=journeys.bedside.coi_id, **alias, **olga | {"request_id": uuid4()})


# -- numbers ----------------------------------------------------------------------------------------------------------


def test_numbers_go_on_and_a_request_that_failed_gives_its_own_back(journeys: Journeys) -> None:
    first = numbers.next_numbers("series", 3)
    assert list(first) == [1, 2, 3]
    with transaction.atomic():
        assert list(numbers.next_numbers("series")) == [4]
        transaction.set_rollback(True)
    assert list(numbers.next_numbers("series", 2)) == [4, 5]


def test_the_demonstrations_numbers_are_all_different(journeys: Journeys) -> None:
    labels = LabelCopy.objects.values_list("code", flat=True)
    assert len(set(labels)) == len(labels)
    assert len(set(Order.objects.values_list("coi_id", flat=True))) == Order.objects.count()
