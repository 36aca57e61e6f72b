"""Reports that are kept: asked for by who may read them, made once for the asker, the same bytes for good."""

import json
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest

from audit import registry, services
from audit.events import Event
from audit.models import Position, Request
from audit.rules.questions import Question
from audit.rules.requests import RequestState
from audit.selectors.requests import RequestView, request, request_file, requests_of, visible_request
from audit.services import requests as requesting
from config.demonstration.player import Player
from config.demonstration.site import PLANT, SECOND
from ledger import selectors as ledger
from ledger import services as ledger_services
from ledger.models import Effect
from ledger.projections import differences
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from ledger.services.effects import MAX_ATTEMPTS
from people import selectors as people
from people.models import Grant
from people.rules.roles import Role
from people.services import grant_role, revoke_role
from tests import given
from tests.audit.conftest import KIND


def ask(player: Player, name: str = "Bob", request_id: UUID | None = None, **more: Any) -> UUID:
    about = given.doing(player, name) | {"request_id": request_id or uuid4()}
    own = {"kind": "tried", "question": Question(journey=player.coi_id), **more}
    return services.request_report(**own, **about)


def work(player: Player) -> None:
    player.wait(minutes=1)
    ledger_services.sweep_effects(now=player.now)


def known(id: UUID) -> RequestView:
    found = request(id)
    assert found is not None
    return found


def made(player: Player, **more: Any) -> RequestView:
    id = ask(player, **more)
    work(player)
    return known(id)


def person(player: Player, name: str) -> Any:
    return people.person(player.demo.member(name).user_id, player.now)


def events(id: UUID) -> list[str]:
    return [entry.event for entry in ledger.entries_for_subject("report", str(id))]


def test_the_worker_makes_it_once_and_every_file_is_evidence(player: Player) -> None:
    id = ask(player)
    assert (known(id).state, known(id).percent) == (RequestState.ASKED, 0)
    work(player)
    found = known(id)
    assert (found.state, found.fault, found.percent) == (RequestState.MADE, "", 0)
    assert set(found.files) == {"pdf", "xlsx", "csv", "json"}
    for form, kept in found.files.items():
        data = request_file(found, form)
        assert data is not None
        assert sha256(data).hexdigest() == kept["sha256"]
    assert found.digest == found.files["json"]["sha256"]
    assert found.found == {"gap": 1, "note": 1}
    assert request_file(found, "docx") is None
    assert events(id)[0] == Event.REQUESTED
    assert events(id)[-1] == Event.MADE
    entry = ledger.entries_for_subject("report", str(id))[-1]
    assert entry.facts["digest"] == found.digest
    assert entry.facts["sha256_pdf"] == found.files["pdf"]["sha256"]
    assert Event.REQUESTED in {one.event for one in ledger.entries_for_subject("order", player.coi_id)}
    assert not Position.objects.filter(name=f"request:{id}").exists()
    assert list(differences("default")) == []
    again = Effect.objects.get(kind=requesting.MAKE)
    services.carry_out_request(replace(ledger.effect_view(again), claimed_at=player.now))
    assert known(id) == found, "what is made stays as it is"


def test_the_json_says_who_asked_and_as_of_when_it_was_made(player: Player) -> None:
    found = made(player)
    content = json.loads(request_file(found, "json") or b"")
    assert content["made"]["id"] == str(found.id)
    assert content["made"]["by"] == found.asked_by
    assert content["question"] == {"journey": player.coi_id}
    assert content["as_of"] == content["made"]["at"]
    assert found.sites == tuple(content["sites"])


def test_the_same_request_asks_once_and_another_content_is_refused(player: Player) -> None:
    id = uuid4()
    first = ask(player, request_id=id)
    assert ask(player, request_id=id) == first
    assert Request.objects.count() == 1
    with pytest.raises(Conflict):
        ask(player, request_id=id, question=Question(journey="CHA999926999999"))


def test_a_wrong_question_is_named_by_its_field(player: Player) -> None:
    with pytest.raises(Invalid) as error:
        ask(player, question=Question(journey="x", since=given.START))
    assert error.value.detail["fields"] == {"until": "required"}
    assert not Request.objects.exists()


def test_a_site_that_is_not_theirs_is_one_that_there_is_not(player: Player, monkeypatch: Any) -> None:
    kind = replace(KIND, may=KIND.may | {"site"})
    monkeypatch.setitem(registry._kinds, "tried", kind)
    for site in (SECOND, "NOWHERE"):
        with pytest.raises(Invalid) as error:
            ask(player, question=Question(journey=player.coi_id, site=site))
        assert error.value.detail["fields"] == {"site": "unknown"}
    assert known(ask(player, question=Question(journey=player.coi_id, site=PLANT))).sites == (PLANT,)


def test_only_its_readers_may_ask_and_an_unknown_kind_is_not_found(player: Player) -> None:
    with pytest.raises(NotAllowed):
        ask(player, "Dave")
    with pytest.raises(NotFound):
        ask(player, kind="nothing")


def test_authority_is_judged_again_when_it_is_made(player: Player) -> None:
    id = ask(player)
    revoke(player, "Bob", Role.QA_REVIEWER)
    work(player)
    assert (known(id).state, known(id).fault) == (RequestState.FAILED, "not_theirs")
    assert events(id)[-1] == Event.NOT_MADE


def revoke(player: Player, name: str, role: Role) -> None:
    grant = Grant.objects.get(user_id=player.demo.member(name).user_id, role=role, valid_until__isnull=True)
    about = given.doing(player, "Ada") | {"request_id": uuid4()}
    revoke_role(grant_id=str(grant.pk), reason="gone", **about)
    player.wait(minutes=1)


def test_what_it_is_about_must_be_theirs_to_see(player: Player) -> None:
    found = made(player, question=Question(journey="CHA999926999999"))
    assert (found.state, found.fault) == (RequestState.FAILED, "not_theirs")


def test_a_fault_that_may_pass_is_tried_again_and_given_up_at_last(player: Player, monkeypatch: Any) -> None:
    def broken(*_given: Any) -> Any:
        raise RuntimeError("no room on the disk")

    id = ask(player)
    monkeypatch.setattr(requesting, "report_for", broken)
    for number in range(MAX_ATTEMPTS):
        assert known(id).state is RequestState.ASKED, number
        player.wait(minutes=61)
        ledger_services.sweep_effects(now=player.now)
    assert (known(id).state, known(id).fault) == (RequestState.FAILED, "unexpected")


def test_it_is_shown_to_who_might_ask_for_it_now(player: Player) -> None:
    id = ask(player)
    bob, dave = person(player, "Bob"), person(player, "Dave")
    assert visible_request(bob, id, player.now) is not None
    assert visible_request(dave, id, player.now) is None
    assert [one.id for one in requests_of(bob)] == [id]
    assert requests_of(dave) == ()
    rosa = person(player, "Rosa")
    assert visible_request(rosa, id, player.now) is None, "nobody knows yet whose data will be in it"
    work(player)
    assert visible_request(bob, id, player.now) is not None
    assert visible_request(rosa, id, player.now) is not None
    assert visible_request(dave, id, player.now) is None
    about = given.doing(player, "Ada") | {"request_id": uuid4()}
    until = player.now + timedelta(days=30)
    grant_role(user_id=dave.user_id, role=Role.AUDITOR, site=PLANT, valid_until=until, **about)
    player.wait(minutes=1)
    assert visible_request(person(player, "Dave"), id, player.now) is not None
    revoke(player, "Bob", Role.QA_REVIEWER)
    assert visible_request(person(player, "Bob"), id, player.now) is None
    assert visible_request(person(player, "Bob"), uuid4(), player.now) is None


def test_what_is_kept_about_a_journey_is_read_by_whoever_may_ask_it_at_their_own_site(player: Player) -> None:
    """The journey goes through a hospital and a courier, where nobody of the plant reads reports."""
    found = made(player, kind="custody")
    assert (found.state, found.sites) == (RequestState.MADE, (PLANT,))
    for name, expected in (("Bob", found), ("Iris", found), ("Dave", None)):
        assert visible_request(person(player, name), found.id, player.now) == expected
