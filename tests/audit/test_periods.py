"""Somebody who audits a certain time reads, finds and takes away what happened in it, and nothing beside."""

from datetime import timedelta
from uuid import UUID

import pytest

from audit import services
from audit.rules.questions import Question
from audit.selectors.requests import visible_request
from audit.selectors.scope import period_at, report_for
from audit.selectors.search import find_entries
from audit.services.bundles import ask_for_bundle, bundle_for
from config.demonstration.player import Player
from config.demonstration.site import PLANT
from ledger import services as ledger_services
from ledger.rules.errors import Invalid, NotFound
from people.rules.authority import Period
from people.rules.rights import Right
from tests import given
from tests.audit.conftest import taken_in
from tests.coi.test_auditors import DAY, Visitor

BEFORE = Period(None, given.START - 400 * DAY)
ALL = Period()


@pytest.fixture
def dave(player: Player) -> Visitor:
    """He holds no role but the one to audit."""
    return Visitor(player, given.doing(player, "Dave")["actor"])


def test_the_search_finds_what_happened_in_the_period(player: Player, dave: Visitor) -> None:
    taken_in()
    assert find_entries(dave.may_read(ALL, PLANT), "granted", player.now).entries
    assert find_entries(dave.may_read(BEFORE, PLANT), "granted", player.now).entries == ()
    assert find_entries(dave.may_read(BEFORE, PLANT), "", player.now, since=given.START).entries == ()


def test_a_report_is_cut_to_the_period_and_says_so(player: Player, dave: Visitor) -> None:
    long = Question(since=given.START - 500 * DAY, until=given.START)
    assert report_for(dave.may_read(ALL, PLANT), "trail", long, player.now).question == long.said()
    person, end = dave.may_read(BEFORE, PLANT), BEFORE.end
    cut = report_for(person, "trail", long, player.now)
    assert cut.question == Question(since=long.since, until=end).said()
    assert all(not section.rows for section in cut.sections), "nothing had happened yet"
    late = Question(since=given.START, until=given.START + timedelta(minutes=1))
    for kind, question, field in (
        ("trail", late, "since"),
        ("training", Question(moment=player.now), "moment"),
    ):
        with pytest.raises(Invalid) as caught:
            report_for(person, kind, question, player.now)
        assert caught.value.detail == {"fields": {field: "not_open"}}


def test_what_others_kept_is_read_where_it_lies_in_the_period(player: Player, dave: Visitor) -> None:
    def kept(question: Question) -> UUID:
        id = services.request_report(kind="tried", question=question, **given.doing(player, "Bob"))
        player.wait(minutes=1)
        ledger_services.sweep_effects(now=player.now)
        return id

    journey = kept(Question(journey=player.coi_id))
    lately = kept(Question(journey=player.coi_id, since=given.START, until=player.now))
    for period, expected in ((ALL, {journey, lately}), (Period(given.START + DAY, None), {journey})):
        person = dave.may_read(period, PLANT)
        assert {id for id in (journey, lately) if visible_request(person, id, player.now)} == expected
    person = dave.may_read(BEFORE, PLANT)
    assert [visible_request(person, id, player.now) for id in (journey, lately)] == [None, None]


def test_an_inventory_that_others_kept_is_of_the_moment_at_which_it_was_made(
    player: Player, dave: Visitor
) -> None:
    id = services.request_report(kind="inventory", question=Question(), **given.doing(player, "Bob"))
    player.wait(minutes=1)
    ledger_services.sweep_effects(now=player.now)
    for period, is_open in ((ALL, True), (Period(given.START - DAY, None), True), (BEFORE, False)):
        person = dave.may_read(period, PLANT)
        assert (visible_request(person, id, player.now) is not None) is is_open


def test_a_bundle_is_had_of_what_lies_in_the_period(player: Player, dave: Visitor) -> None:
    at_site = Question(site=PLANT, since=given.START, until=player.now)
    about_journey = Question(journey=player.coi_id)
    dave.may_read(ALL, PLANT)
    ids = [ask_for_bundle(question=it, **given.doing(player, "Dave")) for it in (at_site, about_journey)]
    assert all(bundle_for(id=id, actor=dave.actor, now=player.now) for id in ids)
    dave.may_read(BEFORE, PLANT)
    with pytest.raises(Invalid) as caught:
        ask_for_bundle(question=at_site, **given.doing(player, "Dave"))
    assert caught.value.detail == {"fields": {"since": "not_open"}}
    with pytest.raises(NotFound, match="journey_unknown"):
        ask_for_bundle(question=about_journey, **given.doing(player, "Dave"))
    for id in ids:
        with pytest.raises(NotFound, match="bundle_unknown"):
            bundle_for(id=id, actor=dave.actor, now=player.now)


def test_whoever_holds_the_right_nowhere_has_no_period_that_leaves_nothing_out(
    player: Player, dave: Visitor
) -> None:
    person = dave.may_read(ALL, PLANT)
    assert period_at(person, Right.READ_TRAIL, {PLANT}, player.now) == ALL
    for sites in ({"ELSEWHERE"}, set[str]()):
        with pytest.raises(NotFound):
            period_at(person, Right.READ_TRAIL, sites, player.now)
