"""Which roles one person may hold together, and where: every pair of roles, here and at two sites."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from people.rules.authority import Grant
from people.rules.duties import Duty, conflict
from people.rules.roles import Role

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=30)
ONLY_READS = {Role.AUDITOR, Role.SPONSOR}


def duty(asked: Role, held: Role, *, at: str = "MFG") -> Duty | None:
    """What speaks against the role at MFG beside the one that is held at the other site."""
    found = conflict(Grant(asked, "MFG", NOON), [Grant(held, at, NOON)])
    return found.duty if found is not None else None


@pytest.mark.requirement("URS-ACC-07")
@pytest.mark.parametrize(("asked", "held"), list(permutations(Role, 2)))
def test_every_pair_is_judged_alike_both_ways_round(asked: Role, held: Role) -> None:
    pair, expected = {asked, held}, None
    if Role.ADMINISTRATOR in pair and not pair & ONLY_READS:
        expected = Duty.ADMINISTERS
    elif Role.AUDITOR in pair and Role.SPONSOR not in pair:
        expected = Duty.AUDITS
    assert duty(asked, held) is expected
    elsewhere = expected if expected is Duty.ADMINISTERS else None
    assert duty(asked, held, at="HOSP") is elsewhere


@pytest.mark.parametrize("role", Role)
def test_the_same_role_at_two_sites_is_no_conflict(role: Role) -> None:
    assert duty(role, role, at="HOSP") is None


def test_only_what_is_held_at_the_same_time_conflicts() -> None:
    over = Grant(Role.OPERATOR, "MFG", NOON - timedelta(days=9), NOON)
    future = Grant(Role.OPERATOR, "MFG", LATER)
    asked = Grant(Role.ADMINISTRATOR, "MFG", NOON, LATER)
    assert conflict(asked, [over, future]) is None
    endless = Grant(Role.ADMINISTRATOR, "MFG", NOON)
    found = conflict(endless, [over, future])
    assert found is not None
    assert found.held == future
