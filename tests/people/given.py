"""Sites and people for tests, made by the services alone, so that none of them is unlawful."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from ledger import selectors as ledger
from ledger.rules import Actor, ActorKind, AuthMethod, Where
from ledger.services import mark_demonstration
from people import registry, selectors, services
from people.rules import codes
from people.rules.authority import Person
from people.rules.credentials import BadgeCredential, PasswordCredential
from people.rules.documents import Problem
from people.rules.roles import Role
from people.rules.sites import OrganisationKind

PASSWORD = "correct horse battery staple"
PIN = "2580"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def now() -> datetime:
    """This moment: only a demonstration may be told another."""
    return datetime.now(UTC)


@dataclass
class Someone:
    """A user with a badge, ready to act, to scan and to sign."""

    user_id: int
    username: str
    printed_name: str
    badge: str

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.PERSON, self.printed_name, self.user_id, AuthMethod.PASSWORD)

    @property
    def at_desk(self) -> PasswordCredential:
        return PasswordCredential(self.username, PASSWORD)

    @property
    def at_station(self) -> BadgeCredential:
        return BadgeCredential(self.badge, PIN)

    def person(self, at: datetime | None = None) -> Person:
        found = selectors.person(self.user_id, at or now())
        assert found is not None
        return found


@dataclass
class House:
    """A manufacturer and a hospital with an administrator; people are made as tests name them."""

    admin: Someone
    at: datetime
    people: dict[str, Someone] = field(default_factory=dict)

    def context(
        self, by: Someone | None = None, site: str = "MFG", request_id: UUID | None = None
    ) -> dict[str, Any]:
        """What every service takes."""
        actor = (by or self.admin).actor
        where = Where(site=site, zone="Europe/Berlin")
        return {"actor": actor, "where": where, "now": self.at, "request_id": request_id or uuid4()}

    def someone(self, name: str, *roles: Role, site: str = "MFG", topics: tuple[str, ...] = ()) -> Someone:
        """A person with these roles at the site, a badge, a password and a PIN."""
        username = name.lower()
        made = services.create_user(username=username, printed_name=name, site=site, **self.context())
        services.activate_user(
            username=username,
            activation_code=made.activation_code,
            password=PASSWORD,
            pin=PIN,
            where=Where(site=site),
            now=self.at,
            request_id=uuid4(),
        )
        badge = codes.make("B", f"{len(self.people):04}")
        services.issue_badge(user_id=made.user_id, code=badge, site=site, **self.context())
        for role in roles:
            self.grant(made.user_id, role, site)
        for topic in topics:
            services.record_training(user_id=made.user_id, topic=topic, site=site, **self.context())
        self.people[name] = Someone(made.user_id, username, name, badge)
        return self.people[name]

    def grant(self, user_id: int, role: Role, site: str = "MFG", **more: Any) -> str:
        """A role at the site; to audit, for a month unless `more` says otherwise."""
        window = {"valid_until": self.at + 30 * DAY} if role is Role.AUDITOR else {}
        about = {"user_id": user_id, "role": role, "site": site}
        return services.grant_role(**about, **(window | more), **self.context())

    def place(self, body: str = "HOOD1", site: str = "MFG", is_single_patient: bool = True) -> str:
        """A place; returns its code."""
        code = codes.make("P", body)
        services.create_place(
            site=site,
            code=code,
            name=body,
            kind="hood",
            is_single_patient=is_single_patient,
            **self.context(),
        )
        return code

    def station(
        self, body: str = "1", site: str = "MFG", steps: tuple[str, ...] = ("thaw",)
    ) -> services.RegisteredStation:
        """A station at a new place."""
        place = self.place(f"AT{body}", site)
        return services.register_station(
            site=site,
            place=place,
            code=codes.make("S", body),
            name=f"Station {body}",
            steps=steps,
            **self.context(),
        )


def a_house(at: datetime | None = None) -> House:
    """An empty installation, furnished: organisation and site MFG, organisation CLINIC with site HOSP.

    With a time of its own the installation is a demonstration, since only there may time be given.
    """
    moment = at or now()
    if at is not None:
        mark_demonstration(actor=Actor.service("tests"), now=moment, request_id=uuid4())
    first = services.FirstSite(
        "CELLS", "Cells Ltd", OrganisationKind.MANUFACTURER, "MFG", "Plant", "Europe/Berlin"
    )
    made = services.bootstrap(
        first=first, username="admin", printed_name="Ada Admin", now=moment, request_id=uuid4()
    )
    services.activate_user(
        username="admin",
        activation_code=made.activation_code,
        password=PASSWORD,
        pin=PIN,
        where=Where(site="MFG"),
        now=moment,
        request_id=uuid4(),
    )
    house = House(Someone(made.user_id, "admin", "Ada Admin", ""), moment)
    services.create_organisation(
        code="CLINIC", name="Clinic", kind=OrganisationKind.HOSPITAL, **house.context()
    )
    services.create_site(
        organisation="CLINIC",
        code="HOSP",
        name="Hospital",
        zone="America/New_York",
        identifiers={"fin": "A9999"},
        **house.context(),
    )
    return house


def recipe_problems(content: Any) -> list[Problem]:
    """The validator of the kind `recipe`, which exists in tests alone."""
    return [Problem(f"steps[{i}]", "blank") for i, step in enumerate(content.get("steps", [])) if not step]


def recipe_topics(content: Any) -> list[str]:
    """A recipe asks for training in each of its steps."""
    return list(content.get("steps", []))


registry.register_document_kind("recipe", recipe_problems, topics=recipe_topics)


REASON = "as agreed"


def last(event):
    """The last entry with this event."""
    (entry,) = ledger.entries_of_events([event], limit=1)
    return entry


def activate(username, code, *, password=PASSWORD, pin=PIN, at=None, where=None, request_id=None):
    """Somebody sets password and PIN for the first time."""
    return services.activate_user(
        username=username,
        activation_code=code,
        password=password,
        pin=pin,
        where=where or Where(),
        now=at or now(),
        request_id=request_id or uuid4(),
    )


def sign_in(someone, password=PASSWORD, at=None, request_id=None):
    """Somebody signs in with a password."""
    return services.sign_in(
        username=someone.username,
        password=password,
        where=Where(site="MFG"),
        now=at or now(),
        request_id=request_id or uuid4(),
    )


def pin_of(someone, pin, at=None, request_id=None):
    """Somebody shows a PIN."""
    return services.verify_pin(
        user_id=someone.user_id,
        pin=pin,
        actor=someone.actor,
        where=Where(site="MFG"),
        now=at or now(),
        request_id=request_id or uuid4(),
    )
