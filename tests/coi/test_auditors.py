"""Somebody who audits a certain time sees the journeys that lived in it, and nothing of the others."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from coi import services as coi
from coi.models import Order
from coi.selectors import batches, quality
from coi.selectors.details import journey
from coi.selectors.journeys import JourneyState
from coi.selectors.journeys import journeys as listed
from config.demonstration.player import Player
from config.demonstration.site import HOSPITAL, PLANT
from ledger.rules import Actor
from ledger.rules.errors import NotFound
from people import selectors as people
from people import services as granting
from people.rules.authority import Period, Person
from people.rules.roles import Role
from tests import given
from tests.coi.services_given import mixed_up
from tests.furnished import Journeys
from tests.permissions.matrix import newcomer

DAY = timedelta(days=1)


@dataclass
class Visitor:
    """Somebody from elsewhere with no other role, who may audit now one period and now another."""

    player: Player
    actor: Actor
    grant: str = ""

    def may_read(self, period: Period, at: str = HOSPITAL) -> Person:
        """What they may read from now on is this alone."""
        if self.grant:
            about = {"grant_id": self.grant, "reason": "another period"}
            granting.revoke_role(**about, **given.doing(self.player, "Ada", at))
        self.player.wait(seconds=1)
        about = {"user_id": self.actor.user_id, "role": Role.AUDITOR, "site": at, "covers": period}
        until = self.player.now + 30 * DAY
        doing = given.doing(self.player, "Ada", at)
        self.grant = granting.grant_role(valid_until=until, **about, **doing)
        person = people.person(self.actor.user_id or 0, self.player.now)
        assert person is not None
        return person


@pytest.fixture
def visitor(journeys: Journeys) -> Visitor:
    actor, _credential = newcomer(journeys.bedside)
    return Visitor(journeys.bedside, actor)


def seen(j: Journeys, viewer: Person) -> set[str]:
    """The journeys in the list, whatever their state."""
    now = j.bedside.now
    return {row.coi_id for state in JourneyState for row in listed(viewer, now, state=state).rows}


def test_a_journey_is_seen_when_any_of_its_life_lies_in_the_period(
    journeys: Journeys, visitor: Visitor
) -> None:
    now, old = journeys.bedside.now, journeys.fresh.coi_id
    Order.objects.filter(coi_id=old).update(ordered_at=now - 90 * DAY, closed_at=now - 80 * DAY)
    everything = seen(journeys, visitor.may_read(Period()))
    assert old in everything
    assert len(everything) > 2
    assert seen(journeys, visitor.may_read(Period(None, now - 89 * DAY))) == {old}
    assert seen(journeys, visitor.may_read(Period(now - 79 * DAY, now - 70 * DAY))) == set()
    lately = visitor.may_read(Period(now - 70 * DAY, None))
    assert seen(journeys, lately) == everything - {old}
    with pytest.raises(NotFound):
        journey(lately, old, journeys.bedside.now)
    assert journey(lately, journeys.bedside.coi_id, journeys.bedside.now)


@pytest.mark.requirement("URS-ACC-06")
def test_what_hangs_on_a_journey_is_bounded_with_it(journeys: Journeys, visitor: Visitor) -> None:
    p = journeys.bedside
    before, bag = Period(None, p.now - 400 * DAY), str(p.containers("product_bag")[0].code)
    given.a_hold(p, bag)
    mixed_up(journeys)
    listings = (quality.holds, quality.deviations, quality.near_misses)

    def found() -> set[str]:
        doing = given.doing(p, "Ada", HOSPITAL) | {"actor": visitor.actor}
        return {match.coi_id for match in coi.find_journey(text=bag, **doing).matches}

    early = visitor.may_read(before)
    for listing in listings:
        assert listing(early, p.now) == ()
    assert found() == set()
    whole = visitor.may_read(Period())
    for listing in listings:
        assert listing(whole, p.now)
    assert found() == {p.coi_id}
    plant = visitor.may_read(before, PLANT)
    assert batches.undecided_batches(plant, p.now) == batches.decided_batches(plant, p.now) == ()
    assert batches.undecided_batches(visitor.may_read(Period(), PLANT), p.now)
