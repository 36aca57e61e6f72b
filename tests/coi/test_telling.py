"""Who has to be told what concerns a patient."""

from uuid import uuid4

import pytest

from coi.models import Order
from coi.selectors.telling import who_to_tell
from config.demonstration.site import HOSPITAL, PLANT, SECOND
from ledger.rules import Subject
from people import models as people_models
from people import selectors as people
from people.rules.roles import Role
from people.services import open_work_item, revoke_role, send_notice
from tests import given
from tests.coi.doors import signed_in
from tests.furnished import Journeys


def told(j: Journeys, coi_id: str) -> list[tuple[Role, str, list[str]]]:
    order = Order.objects.get(coi_id=coi_id)
    found = who_to_tell(order.id, j.fresh.now)
    assert found == who_to_tell(str(order.id), j.fresh.now)
    return [(one.role, one.site, [name for _, name in one.holders]) for one in found]


def test_the_physicians_of_the_treating_site_and_the_sponsor(journeys: Journeys) -> None:
    sponsor = (Role.SPONSOR, PLANT, ["Sven Sand"])
    assert told(journeys, journeys.fresh.coi_id) == [(Role.PHYSICIAN, HOSPITAL, ["Hugo Hale"]), sponsor]
    assert told(journeys, journeys.chair.coi_id) == [(Role.PHYSICIAN, SECOND, ["Julia Jara"]), sponsor]


def test_where_there_is_no_physician_the_coordinators_are_told_too(journeys: Journeys) -> None:
    p = journeys.fresh
    hugo = p.demo.member("Hugo").user_id
    (grant,) = people_models.Grant.objects.filter(user_id=hugo)
    revoke_role(grant_id=str(grant.pk), reason="left", **given.doing(p, "Ada"))
    p.wait(seconds=1)
    assert told(journeys, p.coi_id)[:2] == [
        (Role.PHYSICIAN, HOSPITAL, []),
        (Role.COORDINATOR, HOSPITAL, ["Olga Orr"]),
    ]


def test_there_must_be_such_an_order(journeys: Journeys) -> None:
    with pytest.raises(LookupError):
        who_to_tell(uuid4(), journeys.fresh.now)


def test_word_and_work_reach_them_and_they_see_the_journey(journeys: Journeys) -> None:
    p = journeys.fresh
    order = Order.objects.get(coi_id=p.coi_id)
    subject = Subject("order", p.coi_id)
    for one in who_to_tell(order.id, p.now):
        about = {"site": one.site, "role": one.role, "subject": subject}
        open_work_item(cause="late_failing_result", due_at=p.now, **about, **given.doing(p, "Rosa"))
        send_notice(code="late_failing_result", **about, **given.doing(p, "Rosa"))
    for name in ("Hugo", "Sven"):
        member = p.demo.member(name)
        person = people.person(member.user_id, p.now)
        assert person is not None
        assert [work.cause for work in people.work_for(person, p.now)] == ["late_failing_result"]
        assert [word.code for word in people.notices_for(person, p.now)] == ["late_failing_result"]
        assert signed_in(member).get(f"/journeys/{p.coi_id}/").status_code == 200
    assert signed_in(p.demo.member("Julia")).get(f"/journeys/{p.coi_id}/").status_code == 404
