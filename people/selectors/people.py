"""People as those see them who answer for them: a list, and everything about one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from ledger import selectors as ledger
from ledger.selectors import EntryView
from people import models
from people.registry import document_kind, document_kinds
from people.rules.authority import BadgeState, Period, Person, badge_state
from people.rules.badges import bare
from people.rules.expiry import Expiring, due_for_test
from people.rules.rights import Right
from people.rules.roles import Role
from people.selectors.authority import persons
from people.selectors.qualifications import expiring

MOST, MOST_PAGES = 200, 500
# What the entries of pages that somebody saw as an auditor are about; the key is the user's id.
READER = "auditor"


@dataclass(frozen=True)
class Account:
    """An account by its names; `is_ready` once its owner has set a password."""

    user_id: int
    username: str
    printed_name: str
    email: str
    is_active: bool
    is_ready: bool


@dataclass(frozen=True)
class PersonLine:
    """A person in a list: what they are where, and how many records of theirs end soon or have ended."""

    account: Account
    roles: tuple[tuple[str, Role], ...]
    ending: int


@dataclass(frozen=True)
class GrantLine:
    """A grant as recorded, and whether it counts now."""

    id: str
    role: Role
    site: str
    zone: str
    valid_from: datetime
    valid_until: datetime | None
    covers: Period
    is_in_force: bool
    is_over: bool


@dataclass(frozen=True)
class BadgeLine:
    """A badge as recorded, its state now, and when it should be read again in the presence of its holder."""

    code: str
    site: str
    zone: str
    state: BadgeState
    valid_from: datetime
    valid_until: datetime | None
    revoked_at: datetime | None
    is_temporary: bool
    replaces: str
    tested_at: datetime | None
    test_due: datetime


@dataclass(frozen=True)
class TrainingLine:
    """A record of training, and whether it counts now."""

    id: str
    topic: str
    site: str
    zone: str
    valid_from: datetime
    valid_until: datetime | None
    evidence: UUID | None
    is_in_force: bool


@dataclass(frozen=True)
class LinkLine:
    """A link to an OpenID provider that is in force: for whom the provider vouches is kept as a digest alone."""

    id: str
    provider: str
    since: datetime


def links_of(user_id: int) -> list[LinkLine]:
    """The links of somebody that are in force, the oldest first (one statement)."""
    rows = models.ProviderLink.objects.filter(user=user_id, valid_until__isnull=True)
    return [LinkLine(str(row.pk), row.provider, row.valid_from) for row in rows.order_by("valid_from", "pk")]


@dataclass(frozen=True)
class PersonPage:
    """Everything about one person that those see who answer for them."""

    account: Account
    grants: tuple[GrantLine, ...]
    badges: tuple[BadgeLine, ...]
    training: tuple[TrainingLine, ...]
    ending: tuple[Expiring, ...]


def people_seen_by(reader: Person, at: datetime, text: str = "") -> list[PersonLine]:
    """People who have a right, a badge or training at a site of the reader's, by name (four statements and more).

    For an administrator those too who have none anywhere: new accounts. `text` is part of a name or username.
    """
    rows = models.User.objects.filter(_seen_by(reader, at))
    if text.strip() and "\x00" not in text:
        rows = rows.filter(Q(printed_name__icontains=text.strip()) | Q(username__icontains=text.strip()))
    found = [
        _account(row)
        for row in rows.select_related("credential").order_by("printed_name", "pk").distinct()[:MOST]
    ]
    known = persons([account.user_id for account in found], at)
    near = [one.user_id for one in expiring(at)]
    return [_line(account, known[account.user_id], near.count(account.user_id), at) for account in found]


def _seen_by(reader: Person, at: datetime) -> Q:
    sites = sorted(reader.sites_of(Right.READ_PEOPLE, at))
    seen = Q(pk__in=models.Grant.objects.filter(site__code__in=sites).values("user"))
    seen |= Q(pk__in=models.Badge.objects.filter(site__code__in=sites).values("user"))
    seen |= Q(pk__in=models.Training.objects.filter(site__code__in=sites).values("user"))
    if reader.sites_of(Right.CREATE_USER, at):
        seen |= Q(grants__isnull=True)
    return seen if sites else Q(pk__in=())


def _account(row: models.User) -> Account:
    is_ready = row.credential.password_set_at is not None and not row.credential.activation_hash
    return Account(row.pk, row.username, row.printed_name, row.email, row.is_active, is_ready)


def _line(account: Account, person: Person, ending: int, at: datetime) -> PersonLine:
    roles = {(grant.site, grant.role) for grant in person.grants if grant.is_in_force(at)}
    return PersonLine(account, tuple(sorted(roles)) if account.is_active else (), ending)


def person_page(reader: Person, user_id: int, at: datetime) -> PersonPage | None:
    """One person with all that was ever given to them, newest first; None where they are not the reader's."""
    row = models.User.objects.filter(_seen_by(reader, at), pk=user_id).select_related("credential").first()
    if row is None:
        return None
    grants = models.Grant.objects.filter(user=user_id).select_related("site").order_by("-valid_from", "pk")
    badges = models.Badge.objects.filter(user=user_id).select_related("site", "replaces")
    training = models.Training.objects.filter(user=user_id).select_related("site")
    return PersonPage(
        _account(row),
        tuple(_grant(it, at) for it in grants),
        tuple(_badge(it, at) for it in badges.order_by("-valid_from", "code")),
        tuple(_training(it, at) for it in training.order_by("topic", "-valid_from", "pk")),
        tuple(expiring(at, user_id=user_id)),
    )


def _is_in_force(row: models.Grant | models.Training, at: datetime) -> bool:
    return row.valid_from <= at and (row.valid_until is None or at < row.valid_until)


def _grant(row: models.Grant, at: datetime) -> GrantLine:
    return GrantLine(
        str(row.pk),
        Role(row.role),
        row.site.code,
        row.site.zone,
        row.valid_from,
        row.valid_until,
        Period(row.covers_from, row.covers_until),
        _is_in_force(row, at),
        row.valid_until is not None and row.valid_until <= at,
    )


def _badge(row: models.Badge, at: datetime) -> BadgeLine:
    window: dict[str, Any] = {
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
        "revoked_at": row.revoked_at,
    }
    return BadgeLine(
        code=row.code,
        site=row.site.code,
        zone=row.site.zone,
        state=badge_state(**window, at=at),
        **window,
        is_temporary=row.is_temporary,
        replaces="" if row.replaces is None else row.replaces.code,
        tested_at=row.tested_at,
        test_due=due_for_test(row.valid_from, row.tested_at),
    )


def _training(row: models.Training, at: datetime) -> TrainingLine:
    return TrainingLine(
        str(row.pk),
        row.topic,
        row.site.code,
        row.site.zone,
        row.valid_from,
        row.valid_until,
        row.evidence,
        _is_in_force(row, at),
    )


def training_topics() -> list[str]:
    """Every topic that a document asks for which is in effect or on its way there (one statement for each kind)."""
    kinds = [document_kind(name) for name in document_kinds()]
    return sorted(
        {
            topic
            for kind in kinds
            if kind is not None and kind.topics is not None
            for content in models.DocumentVersion.objects.filter(
                document__kind=kind.kind, retired_at__isnull=True
            ).values_list("content", flat=True)
            for topic in kind.topics(content)
        }
    )


def is_evidence_here(evidence: UUID, sites: Collection[str]) -> bool:
    """Whether the file shows a training or a qualification of one of the sites."""
    here = {"evidence": evidence, "site__code__in": sorted(sites)}
    return (
        models.Training.objects.filter(**here).exists()
        or models.SiteQualification.objects.filter(**here).exists()
    )


def site_of_badge(code: str) -> str:
    """The code of the site that gave the badge; empty where no badge has this code."""
    found = models.Badge.objects.filter(code=bare(code)).values_list("site__code", flat=True).first()
    return found or ""


def site_of_grant(id: str) -> str:
    """The code of the site at which a role was given; empty where there is no such grant."""
    found = models.Grant.objects.filter(pk=id).values_list("site__code", flat=True).first()
    return found or ""


def pages_seen(user_id: int) -> list[EntryView]:
    """The latest pages that somebody saw as an auditor, the newest first, as entries."""
    return list(reversed(ledger.entries_for_subject(READER, str(user_id), limit=MOST_PAGES)))
