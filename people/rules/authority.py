"""Who may do what: denied unless a grant in force says otherwise."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from people.rules.roles import Role


def _is_within(at: datetime, valid_from: datetime, valid_until: datetime | None) -> bool:
    return valid_from <= at and (valid_until is None or at < valid_until)


@dataclass(frozen=True)
class Grant:
    """A role at a site (by the site's code) for a time; revoking ends the time."""

    role: Role
    site: str
    valid_from: datetime
    valid_until: datetime | None = None

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

    def roles(self, site: str, at: datetime) -> frozenset[Role]:
        """The roles that the person holds at the site."""
        if not self.is_active:
            return frozenset()
        return frozenset(g.role for g in self.grants if g.site == site and g.is_in_force(at))

    def is_trained(self, topic: str, at: datetime) -> bool:
        """Whether the person is active and currently trained in the topic."""
        return self.is_active and any(t.topic == topic and t.is_in_force(at) for t in self.training)


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
