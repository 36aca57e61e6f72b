"""What a review of access looks for."""

from datetime import UTC, datetime, timedelta

import pytest

from audit.rules.access import Concern, Conflict, Reviewed, Used, concerns, conflicts
from people.rules.accounts import Account, HeldBadge, HeldRole
from people.rules.authority import BadgeState
from people.rules.roles import Role

NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
BEGUN = NOW - timedelta(days=200)
LATELY = NOW - timedelta(days=3)


def held(role: Role = Role.OPERATOR, until: datetime | None = None) -> HeldRole:
    return HeldRole(str(role), role, "PLANT", BEGUN, until)


def found(*roles: HeldRole, used: Used | None = None, is_active: bool = True) -> list[Concern]:
    account = Account(1, "alice", "Alice Adams", is_active, roles)
    lively = Used(LATELY, {"PLANT": LATELY}) if used is None else used
    at = account.roles_at(NOW, {"PLANT"})
    return [it.concern for it in concerns(Reviewed(account, is_active, at, lively), NOW)]


@pytest.mark.parametrize(
    ("roles", "used", "is_active", "expected"),
    [
        ((held(),), None, True, []),
        ((), None, True, [Concern.NO_ROLE]),
        ((held(until=NOW),), None, True, [Concern.NO_ROLE]),
        ((held(),), Used(), True, [Concern.NEVER_SIGNED_IN, Concern.NEVER_USED]),
        ((held(),), Used(NOW - timedelta(days=91), {"PLANT": LATELY}), True, []),
        ((held(),), Used(NOW - timedelta(days=91), {"PLANT": NOW - timedelta(days=90)}), True, []),
        (
            (held(),),
            Used(NOW - timedelta(days=91), {"PLANT": NOW - timedelta(days=91)}),
            True,
            [Concern.DORMANT],
        ),
        ((held(),), Used(LATELY, {"ELSEWHERE": LATELY}), True, [Concern.NEVER_USED]),
        ((held(),), Used(LATELY, {"PLANT": BEGUN - timedelta(days=1)}), True, [Concern.NEVER_USED]),
        ((held(Role.AUDITOR),), Used(LATELY), True, []),
        ((held(until=NOW + timedelta(days=30)),), None, True, [Concern.EXPIRING]),
        ((held(until=NOW + timedelta(days=31)),), None, True, []),
        ((held(),), None, False, [Concern.CLOSED_WITH_ROLES]),
        ((), None, False, []),
        ((held(), held(Role.QA_REVIEWER)), None, True, [Concern.CONFLICT]),
    ],
)
def test_what_needs_a_decision(
    roles: tuple[HeldRole, ...], used: Used | None, is_active: bool, expected: list[Concern]
) -> None:
    assert found(*roles, used=used, is_active=is_active) == expected


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        (Role.OPERATOR, Role.QA_RELEASER, Conflict.MAKES_AND_RELEASES),
        (Role.SUPERVISOR, Role.QA_REVIEWER, Conflict.MAKES_AND_RELEASES),
        (Role.ANALYST, Role.QC_REVIEWER, Conflict.TESTS_AND_REVIEWS),
        (Role.QA_REVIEWER, Role.QA_RELEASER, Conflict.REVIEWS_AND_RELEASES),
        (Role.ADMINISTRATOR, Role.ANALYST, Conflict.ADMINISTERS_AND_WORKS),
        (Role.ADMINISTRATOR, Role.COORDINATOR, Conflict.ADMINISTERS_AND_WORKS),
        (Role.AUDITOR, Role.NURSE, Conflict.AUDITS_AND_WORKS),
    ],
)
def test_roles_that_should_not_meet(first: Role, second: Role, why: Conflict) -> None:
    assert (first, second, why) in conflicts({first, second})
    assert conflicts({first}) == conflicts({second}) == ()


@pytest.mark.parametrize(
    "pair",
    [
        {Role.OPERATOR, Role.SUPERVISOR},
        {Role.NURSE, Role.PHYSICIAN},
        {Role.AUDITOR, Role.SPONSOR},
        {Role.ADMINISTRATOR, Role.SPONSOR},
        set(),
    ],
)
def test_roles_that_may_meet(pair: set[Role]) -> None:
    assert conflicts(pair) == ()


def test_a_badge_that_was_revoked_later_counted_then() -> None:
    badge = HeldBadge("B1", "PLANT", BEGUN, None, NOW)
    states = [badge.state(at) for at in (BEGUN - timedelta(days=1), NOW - timedelta(seconds=1), NOW)]
    assert states == [BadgeState.EXPIRED, BadgeState.VALID, BadgeState.REVOKED]
