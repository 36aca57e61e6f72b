"""Who may do what: denied unless a grant in force says otherwise."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from people.rules.rights import Right
from people.rules.roles import Role


def _is_within(at: datetime, valid_from: datetime, valid_until: datetime | None) -> bool:
    return valid_from <= at and (valid_until is None or at < valid_until)


@dataclass(frozen=True)
class Period:
    """The time of which records may be read; an end that is None is open. The end is not part of it."""

    start: datetime | None = None
    end: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether this moment lies in it."""
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)

    @property
    def is_all(self) -> bool:
        """Whether it leaves nothing out."""
        return self.start is None and self.end is None


ALL_TIME = Period()


@dataclass(frozen=True)
class Grant:
    """A role at a site (by the site's code) for a time; revoking ends the time.

    `covers`: the records that it opens, by when they were made. Only an auditor's grant has bounds.
    """

    role: Role
    site: str
    valid_from: datetime
    valid_until: datetime | None = None
    covers: Period = ALL_TIME

    def is_in_force(self, at: datetime) -> bool:
        """Whether the grant holds at this moment; the end is not part of it."""
        return _is_within(at, self.valid_from, self.valid_until)


@dataclass(frozen=True)
class Training:
    """A topic that a person was found competent in, for a time."""

    topic: str
    valid_from: datetime
    valid_until: datetime | None = None

    def is_in_force(self, at: datetime) -> bool:
        """Whether the training is current at this moment."""
        return _is_within(at, self.valid_from, self.valid_until)


@dataclass(frozen=True)
class Person:
    """A user as the rules see one: name, state, grants and training."""

    user_id: int
    printed_name: str
    is_active: bool
    grants: tuple[Grant, ...] = ()
    training: tuple[Training, ...] = ()

    def has_role(self, roles: Collection[Role], site: str, at: datetime) -> bool:
        """Whether the person holds any of the roles at the site; no role asked for is no right given."""
        return site in self.sites(roles, at)

    def sites(self, roles: Collection[Role], at: datetime) -> frozenset[str]:
        """The codes of the sites at which the person holds any of the roles."""
        if not self.is_active:
            return frozenset()
        return frozenset(g.site for g in self.grants if g.role in roles and g.is_in_force(at))

    def may(self, right: Right, site: str, at: datetime) -> bool:
        """Whether the right is theirs at the site."""
        return self.has_role(right.roles, site, at)

    def sites_of(self, right: Right, at: datetime) -> frozenset[str]:
        """The codes of the sites at which the right is theirs."""
        return self.sites(right.roles, at)

    def roles(self, site: str, at: datetime) -> frozenset[Role]:
        """The roles that the person holds at the site."""
        if not self.is_active:
            return frozenset()
        return frozenset(g.role for g in self.grants if g.site == site and g.is_in_force(at))

    def covers(self, right: Right, site: str, at: datetime) -> Period | None:
        """Of which time the person may read the site's records by this right; None where it is not theirs.

        Any grant without bounds opens all of it. A site has one grant to audit at a time, so that there is one period.
        """
        if not self.is_active:
            return None
        held = [
            g.covers for g in self.grants if g.site == site and g.role in right.roles and g.is_in_force(at)
        ]
        return next((period for period in held if period.is_all), held[-1]) if held else None

    def periods(self, right: Right, at: datetime) -> dict[str, Period]:
        """The same for every site at which the right is theirs, by the site's code."""
        found = {site: self.covers(right, site, at) for site in sorted(self.sites_of(right, at))}
        return {site: period for site, period in found.items() if period is not None}

    def is_auditor(self, at: datetime) -> bool:
        """Whether the person is here to audit, at whatever site: then every page that they see is recorded."""
        return bool(self.sites({Role.AUDITOR}, at))

    def is_trained(self, topic: str, at: datetime) -> bool:
        """Whether the person is active and currently trained in the topic."""
        return self.is_active and any(t.topic == topic and t.is_in_force(at) for t in self.training)


# How long somebody may be let in to audit by one grant.
LONGEST_AUDIT = timedelta(days=366)


def audit_problems(
    *,
    role: Role,
    valid_from: datetime,
    valid_until: datetime | None,
    covers: Period,
) -> dict[str, str]:
    """What is wrong with a grant because it is, or is not, an auditor's: a code for each field."""
    wrong: dict[str, str] = {}
    if role is not Role.AUDITOR:
        if not covers.is_all:
            wrong["covers_from"] = "period_for_auditors_only"
        return wrong
    if valid_until is None:
        wrong["valid_until"] = "auditor_needs_an_end"
    elif valid_until - valid_from > LONGEST_AUDIT:
        wrong["valid_until"] = "audit_too_long"
    if covers.start is not None and covers.end is not None and covers.end <= covers.start:
        wrong["covers_until"] = "ends_before_it_starts"
    return wrong


class BadgeState(StrEnum):
    """What a scanned badge turned out to be."""

    VALID = "valid"
    UNKNOWN = "unknown"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True)
class BadgeReading:
    """The person is named for a revoked or expired badge too, so that the refusal can say whose it was."""

    person: Person | None
    state: BadgeState


def badge_state(
    *, valid_from: datetime, valid_until: datetime | None, revoked_at: datetime | None, at: datetime
) -> BadgeState:
    """Judge a badge that is on file; a revocation counts at once, whatever moment is asked about."""
    if revoked_at is not None:
        return BadgeState.REVOKED
    if not _is_within(at, valid_from, valid_until):
        return BadgeState.EXPIRED
    return BadgeState.VALID


@dataclass(frozen=True)
class IssuedBadge:
    """A badge in force, as its card shows it: whose it is, and the roles of that person at the badge's site."""

    code: str
    user_id: int
    name: str
    site: str
    roles: tuple[Role, ...]
    valid_until: datetime | None
