"""What two people do at the same instant, with real threads and real transactions."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from ledger.rules import Where
from ledger.rules.errors import Conflict
from people import models, selectors, services
from people.rules import codes
from people.rules.roles import Role
from tests.people import given

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Run the calls in threads that start together; an exception is an answer too."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait(timeout=20)
        try:
            return call()
        except Conflict as conflict:
            return conflict.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.requirement("URS-PWD-03")
def test_wrong_pins_at_once_are_counted_one_by_one():
    house = given.a_house()
    alice = house.someone("Alice")

    def attempt() -> bool:
        return services.verify_pin(
            user_id=alice.user_id,
            pin="9999",
            actor=alice.actor,
            where=Where(site="MFG"),
            now=given.now(),
            request_id=uuid4(),
        )

    assert at_once([attempt] * 4) == [False] * 4
    assert models.Credential.objects.get(pk=alice.user_id).failures == 4


def test_one_badge_code_goes_to_one_person():
    house = given.a_house()
    people = [house.someone(name) for name in ("Alice", "Bob", "Carol")]
    code = codes.make("B", "ONLY")
    answers = at_once(
        [
            lambda p=person: services.issue_badge(user_id=p.user_id, code=code, site="MFG", **house.context())
            for person in people
        ]
    )
    assert answers.count("badge_code_used") == 2
    assert models.Badge.objects.filter(code=code).count() == 1


def test_one_request_delivered_twice_is_carried_out_once():
    house = given.a_house()
    alice = house.someone("Alice")
    context = house.context()
    grant = {"user_id": alice.user_id, "role": Role.NURSE, "site": "MFG"}
    at_once([lambda: services.grant_role(**grant, **context)] * 3)
    assert models.Grant.objects.filter(user=alice.user_id, role="nurse").count() == 1


def test_one_version_is_put_in_effect_once():
    house = given.a_house()
    author, reviewer = house.someone("Alice", Role.SUPERVISOR), house.someone("Bob", Role.QC_REVIEWER)
    approver = house.someone("Quinn", Role.QA_RELEASER)
    made = services.draft_document(
        kind="recipe", code="R1", title="R", content={}, site="MFG", **house.context(author)
    )
    services.submit_document(id=made.id, credential=author.at_desk, **house.context(author))
    services.review_document(id=made.id, credential=reviewer.at_desk, **house.context(reviewer))
    services.approve_document(id=made.id, credential=approver.at_desk, **house.context(approver))
    answers = at_once([lambda: services.make_effective(id=made.id, **house.context(approver))] * 3)
    assert sorted(a if isinstance(a, str) else "" for a in answers) == ["", *["not_in_this_state"] * 2]
    assert selectors.effective_document("recipe", "R1", given.now()).id == made.id


def test_an_empty_installation_begins_once():
    kind = given.OrganisationKind.HOSPITAL
    first = services.FirstSite("A", "A", kind, "B", "B", "UTC")

    def begin() -> Any:
        return services.bootstrap(
            first=first, username="ada", printed_name="Ada", now=given.now(), request_id=uuid4()
        )

    answers = at_once([begin] * 3)
    assert [a for a in answers if isinstance(a, str)] == ["not_empty"] * 2
    assert models.User.objects.count() == 1
