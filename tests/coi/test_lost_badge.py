"""A lost badge is refused from the moment it is revoked: at the next scan of a running check, and at the signature."""

from uuid import uuid4

import pytest

from coi.models import Check
from ledger.rules import Where
from people import services as people
from people.rules.credentials import BadgeCredential, CredentialState
from tests import given
from tests.coi.services_given import refused
from tests.coi.wiring_given import Code
from tests.furnished import Journeys


def lose(j: Journeys, name: str) -> None:
    """The badge is revoked while its owner, or whoever found it, is scanning."""
    badge = j.demo.member(name).badge
    people.revoke_badge(code=badge, reason="lost", **given.doing(j.bedside, "Ada"))


@pytest.mark.parametrize("is_signed", [False, True])
def test_the_first_person_cannot_go_on(journeys: Journeys, is_signed: bool) -> None:
    p, ines = journeys.bedside, journeys.demo.member("Ines")
    begun = p.scan("NBED", ines, p.wristband, step="bedside")
    assert begun["refusals"] == []
    lose(journeys, "Ines")
    bag = p.label("product_bag")
    answer = p.scan("NBED", ines, bag, check=begun["check"], pin=ines.pin if is_signed else "")
    assert Code.BADGE_NOT_VALID in refused(answer)
    assert Check.objects.get(pk=begun["check"]).state == "open"


def test_the_second_person_cannot_sign(journeys: Journeys) -> None:
    p, ines, lena = journeys.bedside, journeys.demo.member("Ines"), journeys.demo.member("Lena")
    codes = (p.wristband, p.label("product_bag"))
    begun = p.scan("NBED", ines, *codes, step="bedside", pin=ines.pin)
    assert begun["refusals"] == []
    lose(journeys, "Lena")
    answer = p.scan("NBED", lena, *codes, check=begun["check"], pin=lena.pin)
    assert Code.BADGE_NOT_VALID in refused(answer)
    assert Check.objects.get(pk=begun["check"]).state == "open"


def test_a_signature_at_a_desk_is_refused_with_it(journeys: Journeys) -> None:
    ines, now = journeys.demo.member("Ines"), journeys.bedside.now
    shown = {"credential": BadgeCredential(ines.badge, ines.pin), "where": Where(), "now": now}
    assert people.confirm(**shown, request_id=uuid4()).state is CredentialState.ACCEPTED
    lose(journeys, "Ines")
    assert people.confirm(**shown, request_id=uuid4()).state is CredentialState.REFUSED
