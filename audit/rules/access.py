"""What a review of access looks for: roles that should not meet in one person, that nobody uses, that run out.

21 CFR 11.10(d) and (g) limit access to authorised people and check authority; EU GMP Annex 11, 12.3 wants the giving,
changing and taking away of access recorded, and its draft of 2025 (section 11) reviews of it at intervals; MHRA's
guidance on data integrity (2018, 6.16) keeps administrators apart from who has an interest in the data.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from people.rules.accounts import Account, HeldRole
from people.rules.rights import (
    ADMINISTRATORS,
    ANALYSTS,
    AUDITORS,
    LABORATORY_AND_QUALITY,
    QA_RELEASERS,
    QA_REVIEWERS,
    QC_REVIEWERS,
    WORK,
)
from people.rules.roles import QA, Role

DORMANT = timedelta(days=90)
EXPIRING = timedelta(days=30)

_MAKERS = frozenset({Role.OPERATOR, Role.SUPERVISOR})


class Conflict(StrEnum):
    """Why two roles of one person at one site are looked at."""

    MAKES_AND_RELEASES = "makes_and_releases"
    TESTS_AND_REVIEWS = "tests_and_reviews"
    REVIEWS_AND_RELEASES = "reviews_and_releases"
    ADMINISTERS_AND_WORKS = "administers_and_works"
    AUDITS_AND_WORKS = "audits_and_works"


_PAIRS: tuple[tuple[frozenset[Role], frozenset[Role], Conflict], ...] = (
    (_MAKERS, QA, Conflict.MAKES_AND_RELEASES),
    (ANALYSTS, QC_REVIEWERS, Conflict.TESTS_AND_REVIEWS),
    (QA_REVIEWERS, QA_RELEASERS, Conflict.REVIEWS_AND_RELEASES),
    # the last two are refused when a role is granted (`people.rules.duties`); a grant may be older than that
    (ADMINISTRATORS, LABORATORY_AND_QUALITY, Conflict.ADMINISTERS_AND_WORKS),
    (AUDITORS, WORK, Conflict.AUDITS_AND_WORKS),
)


def conflicts(roles: Collection[Role]) -> tuple[tuple[Role, Role, Conflict], ...]:
    """Every pair of roles at one site that should not be one person's, with why."""
    return tuple(
        (first, second, why)
        for one, other, why in _PAIRS
        for first in sorted(one & set(roles))
        for second in sorted(other & set(roles))
    )


class Concern(StrEnum):
    """What needs a decision."""

    NO_ROLE = "no_role"
    NEVER_SIGNED_IN = "never_signed_in"
    DORMANT = "dormant"
    CLOSED_WITH_ROLES = "closed_with_roles"
    NEVER_USED = "never_used"
    EXPIRING = "expiring"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Raised:
    """One concern about somebody's access; `role` and `other` where it is about a role or two."""

    concern: Concern
    account: Account
    role: HeldRole | None = None
    other: Role | None = None
    why: Conflict | None = None


@dataclass(frozen=True)
class Used:
    """When somebody signed in last, and when they did something last at each site."""

    signed_in: datetime | None = None
    at_site: Mapping[str, datetime] | None = None

    def last_at(self, site: str) -> datetime | None:
        """The last thing done at a site."""
        return (self.at_site or {}).get(site)

    @property
    def last(self) -> datetime | None:
        """The last sign of life."""
        return max((it for it in (self.signed_in, *(self.at_site or {}).values()) if it), default=None)


@dataclass(frozen=True)
class Reviewed:
    """An account as it was at a moment, at the sites that are looked at."""

    account: Account
    is_active: bool
    roles: tuple[HeldRole, ...]
    used: Used


def concerns(it: Reviewed, at: datetime) -> tuple[Raised, ...]:
    """What about this account needs a decision."""
    account, found = it.account, list[Raised]()
    if not it.is_active:
        return (Raised(Concern.CLOSED_WITH_ROLES, account),) if it.roles else ()
    if not any(role.grant.is_in_force(at) for role in account.roles):
        found.append(Raised(Concern.NO_ROLE, account))
    if it.used.last is None:
        found.append(Raised(Concern.NEVER_SIGNED_IN, account))
    elif at - it.used.last > DORMANT:
        found.append(Raised(Concern.DORMANT, account))
    found += [raised for role in it.roles for raised in _of_role(it, role, at)]
    for site in sorted({role.site for role in it.roles}):
        own = {role.role: role for role in it.roles if role.site == site}
        found += [
            Raised(Concern.CONFLICT, account, own[first], second, why)
            for first, second, why in conflicts(own)
        ]
    return tuple(found)


def _of_role(it: Reviewed, role: HeldRole, at: datetime) -> list[Raised]:
    found = []
    last = it.used.last_at(role.site)
    # Who audits reads, and reading leaves no entry.
    is_reader = role.role is Role.AUDITOR
    if not is_reader and (last is None or last < role.valid_from):
        found.append(Raised(Concern.NEVER_USED, it.account, role))
    if role.valid_until is not None and role.valid_until - at <= EXPIRING:
        found.append(Raised(Concern.EXPIRING, it.account, role))
    return found
