"""An order pins the one specification of its product, region and phase, or is refused with the reason."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from coi import services as coi
from coi.models import Order, Patient
from coi.rules.journey import Phase
from config.demonstration.player import Player
from config.demonstration.site import COURIER, HOSPITAL, PLANT, PRODUCT, SECOND
from ledger.rules.errors import Conflict, NotFound
from ledger.selectors import entries_for_subject
from people import registry
from people import selectors as people
from people import services as writing
from people.rules import codes
from tests import given
from tests.coi.doors import signed_in
from tests.furnished import Journeys


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a specification holds is lawful: what is asked here is which one is chosen."""
    kind = registry.document_kind("specification")
    assert kind is not None
    monkeypatch.setitem(registry._kinds, "specification", replace(kind, validate=lambda content: ()))


def ordered(p: Player, phase: Phase = Phase.COMMERCIAL, at: str = HOSPITAL, **more: Any) -> Order:
    """Another order of the product."""
    number = uuid4().hex[:7].upper()
    about = given.doing(p, "Olga" if at == HOSPITAL else "Pia", at) | more
    coi_id = coi.enrol_patient_and_order(
        patient=coi.PatientDetails("Testcase", "Varia", date(1970, 1, 1), f"MRN-{number}"),
        wristband=codes.make("W", number),
        product=PRODUCT,
        sites=coi.OrderSites(at, at, COURIER, PLANT),
        phase=phase,
        **about,
    )
    return Order.objects.select_related("specification__document").get(coi_id=coi_id)


def pinned(order: Order) -> str:
    assert order.specification is not None
    return str(order.specification.document.code)


def variant(p: Player, code: str, **said: str) -> None:
    given.in_effect(p, "specification", code, {"name": code, "product": PRODUCT, **said})


def test_without_variants_it_is_the_one_that_is_called_by_the_product(journeys: Journeys) -> None:
    p = journeys.fresh
    order = ordered(p, Phase.TWO)
    assert (pinned(order), order.phase) == (PRODUCT, "2")
    (entry,) = [e for e in entries_for_subject("order", order.coi_id) if e.event == "coi:order:placed"]
    assert {name: entry.facts[name] for name in ("phase", "region", "specification")} == {
        "phase": "2",
        "region": "GB",
        "specification": f"{PRODUCT}/1",
    }


@pytest.mark.usefixtures("free")
def test_each_region_and_phase_has_its_own(journeys: Journeys) -> None:
    p = journeys.fresh
    variant(p, "SPEC-GB", region="GB", phase="commercial")
    variant(p, "SPEC-GB-1", region="GB", phase="1")
    variant(p, "SPEC-EU", region="EU", phase="commercial")
    assert pinned(ordered(p)) == "SPEC-GB"
    assert pinned(ordered(p, Phase.ONE)) == "SPEC-GB-1"
    assert pinned(ordered(p, at=SECOND)) == "SPEC-EU"
    with pytest.raises(NotFound, match="specification_not_for_this") as caught:
        ordered(p, Phase.ONE, at=SECOND)
    assert caught.value.detail == {"product": PRODUCT, "region": "EU", "phase": "1"}


@pytest.mark.usefixtures("free")
def test_two_that_apply_are_one_too_many_and_nothing_is_written(journeys: Journeys) -> None:
    p = journeys.fresh
    variant(p, "SPEC-GB", region="GB")
    variant(p, "SPEC-GB-TOO", region="GB")
    patients, orders = Patient.objects.count(), Order.objects.count()
    with pytest.raises(Conflict, match="specification_ambiguous"):
        ordered(p)
    assert (Patient.objects.count(), Order.objects.count()) == (patients, orders)
    version = next(v for v in people.effective_documents("specification", p.now) if v.code == "SPEC-GB-TOO")
    writing.retire_document(id=version.id, reason="one too many", **given.doing(p, "Rosa"))
    p.wait(seconds=1)
    assert pinned(ordered(p)) == "SPEC-GB"


@pytest.mark.usefixtures("free")
def test_the_region_is_that_of_the_treating_site_now(journeys: Journeys) -> None:
    p = journeys.fresh
    variant(p, "SPEC-US", region="US")
    with pytest.raises(NotFound):
        ordered(p)
    was = people.site_by_code(HOSPITAL)
    assert was is not None
    as_it_is = {
        "name": was.name,
        "zone": was.zone,
        "locale": was.locale,
        "identifiers": dict(was.identifiers),
    }
    writing.change_site(was=was, **as_it_is, region="US", reason="moved", **given.doing(p, "Ada", HOSPITAL))
    assert pinned(ordered(p)) == "SPEC-US"


def test_the_same_request_is_of_one_phase(journeys: Journeys) -> None:
    p = journeys.fresh
    about: dict[str, Any] = {
        "patient": coi.PatientDetails("Testcase", "Varia", date(1970, 1, 1), "MRN-ONE"),
        "wristband": codes.make("W", "ONE"),
        "product": PRODUCT,
        "sites": coi.OrderSites(HOSPITAL, HOSPITAL, COURIER, PLANT),
        **given.doing(p, "Olga", HOSPITAL),
    }
    first = coi.enrol_patient_and_order(**about)
    assert coi.enrol_patient_and_order(**about, phase=Phase.COMMERCIAL) == first
    with pytest.raises(Conflict, match="request_id_used"):
        coi.enrol_patient_and_order(**about, phase=Phase.ONE)


@pytest.mark.usefixtures("free")
@pytest.mark.parametrize(
    ("regions", "said"),
    [
        (("US",), "has no specification in effect for Phase 1 in the region GB"),
        (("GB", "GB"), "has several specifications in effect for Phase 1 in the region GB"),
    ],
)
def test_the_page_says_why(
    journeys: Journeys, monkeypatch: pytest.MonkeyPatch, regions: tuple[str, ...], said: str
) -> None:
    p = journeys.fresh
    for number, region in enumerate(regions):
        variant(p, f"SPEC-{number}", region=region)
    monkeypatch.setattr("django.utils.timezone.now", lambda: p.now)
    fields = {
        "request_id": str(uuid4()),
        "family_name": "Testcase",
        "given_name": "Varia",
        "born_on": "1970-01-01",
        "mrn": "MRN-P",
        "mrn_again": "MRN-P",
        "wristband": codes.make("W", "PAGE"),
        "product": PRODUCT,
        "kind": "patient",
        "phase": "1",
        "treating": HOSPITAL,
        "collection": HOSPITAL,
        "courier": COURIER,
        "manufacturer": PLANT,
    }
    client = signed_in(p.demo.member("Olga"))
    answer = client.post("/orders/new/", fields)
    assert answer.status_code in (404, 409)
    assert said in answer.content.decode()
    assert client.post("/orders/new/", fields | {"phase": "9"}).status_code == 422


def test_the_journey_says_by_what_it_is_judged(journeys: Journeys) -> None:
    page = signed_in(journeys.demo.member("Olga")).get(f"/journeys/{journeys.fresh.coi_id}/").content.decode()
    assert f"{PRODUCT}/1</a> (Commercial)" in page
