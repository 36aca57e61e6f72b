"""Users, roles and badges: what the services write, and what they refuse."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import InternalError
from django.db.models import ProtectedError

from ledger.rules import Where
from ledger.rules.errors import Conflict, Invalid, NotAllowed
from people import models, selectors, services
from people.events import Event
from people.rules import codes
from people.rules.authority import BadgeState
from people.rules.credentials import CredentialState
from people.rules.roles import Role
from tests.people import given
from tests.people.given import REASON, last

# --- requests that come twice ---


def test_a_user_is_made_once_by_a_request_and_the_code_is_shown_once(house):
    context = house.context()
    fields = {"username": "alice", "printed_name": "Alice", "site": "MFG"}
    made = services.create_user(**fields, **context)
    assert made.activation_code
    again = services.create_user(**fields, **context)
    assert (again.user_id, again.activation_code) == (made.user_id, "")
    with pytest.raises(Conflict, match="request_id_used"):
        services.create_user(**(fields | {"username": "alicia"}), **context)
    assert made.activation_code not in repr(made)


# --- users, roles, badges ---


@pytest.mark.requirement("URS-SIG-03")
def test_a_username_is_unique_however_it_is_capitalised(house):
    house.someone("Alice")
    with pytest.raises(Conflict, match="username_used"):
        services.create_user(username="ALICE", printed_name="Other", site="MFG", **house.context())


@pytest.mark.requirement("URS-SIG-03")
def test_a_user_is_never_deleted_and_keeps_the_name(house):
    alice = house.someone("Alice")
    row = models.User.objects.get(pk=alice.user_id)
    with pytest.raises(ProtectedError), services.writing():
        row.delete()
    with pytest.raises(InternalError, match="pgtrigger: Cannot update"), services.writing():
        models.User.objects.filter(pk=row.pk).update(username="bob")


@pytest.mark.requirement("URS-ACC-07")
def test_nobody_grants_or_trains_themselves(house):
    admin = house.admin.user_id
    with pytest.raises(NotAllowed, match="not_to_yourself"):
        services.grant_role(user_id=admin, role=Role.QA_RELEASER, site="MFG", **house.context())
    with pytest.raises(NotAllowed, match="not_to_yourself"):
        services.record_training(user_id=admin, topic="thaw", site="MFG", **house.context())
    with pytest.raises(NotAllowed, match="not_to_yourself"):
        services.issue_badge(user_id=admin, code=codes.make("B", "A"), site="MFG", **house.context())


@pytest.mark.requirement("URS-ACC-02")
def test_a_revoked_role_ends_at_once(house):
    alice = house.someone("Alice")
    grant = services.grant_role(user_id=alice.user_id, role=Role.OPERATOR, site="MFG", **house.context())
    at = given.now()
    assert alice.person(at).has_role({Role.OPERATOR}, "MFG", at)
    services.revoke_role(grant_id=grant, reason=REASON, **house.context())
    assert not alice.person(at).has_role({Role.OPERATOR}, "MFG", at)
    assert last(Event.ROLE_REVOKED).reason == REASON
    with pytest.raises(Conflict, match="grant_ended_already"):
        services.revoke_role(grant_id=grant, reason=REASON, **house.context())


@pytest.mark.requirement("URS-ACC-03")
def test_ending_a_role_needs_a_reason(house):
    alice = house.someone("Alice")
    grant = services.grant_role(user_id=alice.user_id, role=Role.OPERATOR, site="MFG", **house.context())
    with pytest.raises(Invalid):
        services.revoke_role(grant_id=grant, reason=" ", **house.context())


@pytest.mark.requirement("URS-PWD-02")
def test_a_badge_is_read_until_it_is_revoked_and_never_issued_again(house):
    alice = house.someone("Alice", Role.OPERATOR, topics=("thaw",))
    bob = house.someone("Bob")
    at = given.now()
    reading = selectors.read_badge(alice.badge, at)
    assert reading.state is BadgeState.VALID
    assert reading.person == alice.person(at)
    assert reading.person.is_trained("thaw", at)
    services.revoke_badge(code=alice.badge, reason=REASON, **house.context())
    reading = selectors.read_badge(alice.badge, at)
    assert reading.state is BadgeState.REVOKED
    assert reading.person.printed_name == "Alice"
    with pytest.raises(Conflict, match="badge_code_used"):
        services.issue_badge(user_id=bob.user_id, code=alice.badge, site="MFG", **house.context())


@pytest.mark.parametrize("code", ["", "VB1", "x\x00", codes.make("S", "1")])
def test_what_is_no_badge_is_unknown_and_cannot_be_issued(house, code):
    assert selectors.read_badge(code, given.now()).state is BadgeState.UNKNOWN
    bob = house.someone("Bob")
    with pytest.raises(Invalid):
        services.issue_badge(user_id=bob.user_id, code=code, site="MFG", **house.context())


@pytest.mark.requirement("URS-PWD-01")
def test_a_badge_expires(house):
    bob = house.someone("Bob")
    code = codes.make("B", "SHORT")
    until = house.at + given.HOUR
    services.issue_badge(user_id=bob.user_id, code=code, site="MFG", valid_until=until, **house.context())
    assert selectors.read_badge(code, until - timedelta(seconds=1)).state is BadgeState.VALID
    assert selectors.read_badge(code, until).state is BadgeState.EXPIRED


def test_someone_deactivated_may_do_nothing_and_history_stays(house):
    alice = house.someone("Alice", Role.SUPERVISOR)
    services.deactivate_user(user_id=alice.user_id, site="MFG", reason=REASON, **house.context())
    assert not alice.person().has_role({Role.SUPERVISOR}, "MFG", given.now())
    result = services.confirm(credential=alice.at_desk, where=Where(), now=given.now(), request_id=uuid4())
    assert result.state is CredentialState.REFUSED
    assert models.Badge.objects.filter(code=alice.badge).exists()


def test_an_administrator_of_another_site_cannot_close_an_account(house):
    alice = house.someone("Alice", Role.NURSE, site="HOSP")
    other = house.someone("Otto", Role.ADMINISTRATOR, site="MFG")
    with pytest.raises(NotAllowed, match="user_of_another_site"):
        services.deactivate_user(user_id=alice.user_id, site="MFG", reason=REASON, **house.context(other))
    services.deactivate_user(user_id=alice.user_id, site="HOSP", reason=REASON, **house.context(site="HOSP"))
    assert not alice.person().is_active
