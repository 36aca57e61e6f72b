"""Authority is denied unless a grant in force says otherwise."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.rules.authority import BadgeState, Grant, Person, Training, badge_state
from people.rules.roles import Role

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def alice(**changes):
    fields = {
        "user_id": 1,
        "printed_name": "Alice",
        "is_active": True,
        "grants": (Grant(Role.OPERATOR, "MFG", NOON, NOON + HOUR),),
        "training": (Training("thaw", NOON, None),),
    }
    return Person(**(fields | changes))


@pytest.mark.parametrize(
    ("at", "allowed"),
    [
        (NOON - timedelta(microseconds=1), False),
        (NOON, True),
        (NOON + HOUR - timedelta(microseconds=1), True),
        (NOON + HOUR, False),
    ],
)
def test_a_grant_holds_from_its_start_until_just_before_its_end(at, allowed):
    assert alice().has_role({Role.OPERATOR}, "MFG", at) is allowed


@pytest.mark.requirement("URS-ACC-01")
@pytest.mark.parametrize(
    ("roles", "site"),
    [(set(), "MFG"), ({Role.OPERATOR}, "HOSP"), ({Role.OPERATOR}, ""), ({Role.NURSE}, "MFG")],
)
def test_everything_else_is_denied(roles, site):
    assert alice().has_role({Role.OPERATOR}, "MFG", NOON)
    assert not alice().has_role(roles, site, NOON)


def test_one_of_several_roles_is_enough():
    assert alice().has_role({Role.NURSE, Role.OPERATOR}, "MFG", NOON)


def test_someone_inactive_may_do_nothing():
    gone = alice(is_active=False)
    assert not gone.has_role({Role.OPERATOR}, "MFG", NOON)
    assert not gone.is_trained("thaw", NOON)
    assert gone.roles("MFG", NOON) == frozenset() == gone.sites(set(Role), NOON)


@pytest.mark.requirement("URS-AUT-01")
def test_training_is_by_topic_and_time():
    assert alice().is_trained("thaw", NOON)
    assert not alice().is_trained("fill", NOON)
    assert not alice().is_trained("thaw", NOON - HOUR)


@given(st.sets(st.sampled_from(Role)), st.sets(st.sampled_from(Role)), st.booleans())
def test_nobody_has_a_role_that_was_not_granted(held, asked, is_active):
    person = alice(grants=tuple(Grant(r, "MFG", NOON) for r in held), is_active=is_active)
    assert person.has_role(asked, "MFG", NOON) is bool(is_active and held & asked)
    assert person.roles("MFG", NOON) == (frozenset(held) if is_active else frozenset())


@pytest.mark.parametrize(
    ("until", "revoked", "at", "state"),
    [
        (None, None, NOON, BadgeState.VALID),
        (None, None, NOON - HOUR, BadgeState.EXPIRED),
        (NOON + HOUR, None, NOON + HOUR, BadgeState.EXPIRED),
        (None, NOON, NOON, BadgeState.REVOKED),
        (NOON + HOUR, NOON, NOON + 2 * HOUR, BadgeState.REVOKED),
    ],
)
def test_badge_states(until, revoked, at, state):
    assert badge_state(valid_from=NOON, valid_until=until, revoked_at=revoked, at=at) is state
