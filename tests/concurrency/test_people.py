"""What two people do at the same instant, with real threads and real transactions."""

from typing import Any
from uuid import uuid4

import pytest

from ledger.rules import Where
from ledger.rules.errors import Conflict
from people import models, selectors, services
from people.rules import codes
from people.rules.roles import Role
from tests.concurrency.at_once import at_once
from tests.people import given

pytestmark = pytest.mark.django_db(transaction=True)


def conflicts(answers: list[Any]) -> list[str]:
    """The conflicts among the answers, by their codes; nothing else went wrong."""
    wrong = [it for it in answers if isinstance(it, Exception)]
    assert all(isinstance(it, Conflict) for it in wrong), wrong
    return [it.code for it in wrong]


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
    assert conflicts(answers) == ["badge_code_used"] * 2
    assert models.Badge.objects.filter(code=code).count() == 1


def test_one_request_delivered_twice_is_carried_out_once():
    house = given.a_house()
    alice = house.someone("Alice")
    context = house.context()
    grant = {"user_id": alice.user_id, "role": Role.NURSE, "site": "MFG"}
    answers = at_once([lambda: services.grant_role(**grant, **context)] * 3)
    assert set(conflicts(answers)) <= {"request_id_used"}
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
    assert conflicts(answers) == ["not_in_this_state"] * 2
    assert selectors.effective_document("recipe", "R1", given.now()).id == made.id


def test_an_empty_installation_begins_once():
    kind = given.OrganisationKind.HOSPITAL
    first = services.FirstSite("A", "A", kind, "B", "B", "UTC")

    def begin() -> Any:
        return services.bootstrap(
            first=first, username="ada", printed_name="Ada", now=given.now(), request_id=uuid4()
        )

    answers = at_once([begin] * 3)
    assert conflicts(answers) == ["not_empty"] * 2
    assert models.User.objects.count() == 1
