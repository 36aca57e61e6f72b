"""An account as whoever reviews access looks at it: whose, with which roles, badges and training, past ones too."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from people.rules.authority import BadgeState, Grant, Person, Training, badge_state
from people.rules.roles import Role


@dataclass(frozen=True)
class HeldRole:
    """A role at a site with the id of its grant, by which the entry is found that gave it."""

    id: str
    role: Role
    site: str
    valid_from: datetime
    valid_until: datetime | None = None

    @property
    def grant(self) -> Grant:
        """As the rules see it."""
        return Grant(self.role, self.site, self.valid_from, self.valid_until)


@dataclass(frozen=True)
class HeldBadge:
    """A badge, whatever became of it."""

    code: str
    site: str
    valid_from: datetime
    valid_until: datetime | None = None
    revoked_at: datetime | None = None

    def state(self, at: datetime) -> BadgeState:
        """Whether it counted at a moment; a later revocation had not happened then."""
        revoked = self.revoked_at if self.revoked_at is not None and self.revoked_at <= at else None
        return badge_state(
            valid_from=self.valid_from, valid_until=self.valid_until, revoked_at=revoked, at=at
        )


@dataclass(frozen=True)
class TrainedIn:
    """A topic that somebody was found competent in, with the site that vouches for it."""

    id: str
    topic: str
    site: str
    valid_from: datetime
    valid_until: datetime | None = None

    @property
    def training(self) -> Training:
        """As the rules see it."""
        return Training(self.topic, self.valid_from, self.valid_until)


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in, or could. `is_active` is as it stands now."""

    user_id: int
    username: str
    printed_name: str
    is_active: bool
    roles: tuple[HeldRole, ...] = ()
    badges: tuple[HeldBadge, ...] = ()
    training: tuple[TrainedIn, ...] = ()

    def roles_at(self, at: datetime, sites: Collection[str]) -> tuple[HeldRole, ...]:
        """The roles that were held at a moment at these sites."""
        return tuple(it for it in self.roles if it.site in sites and it.grant.is_in_force(at))

    def person(self, *, is_active: bool) -> Person:
        """As the rules see them, with all roles and training that there ever were."""
        grants = tuple(it.grant for it in self.roles)
        return Person(
            self.user_id, self.printed_name, is_active, grants, tuple(it.training for it in self.training)
        )
