"""Accounts with everything that was ever given them, and signatures over a stretch of time: for whoever audits."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db.models import Max, Q

from ledger.selectors.histories import entries_of_period
from people import models
from people.events import Event
from people.rules.accounts import Account, HeldBadge, HeldRole, TrainedIn
from people.rules.roles import Role
from people.rules.signatures import SignatureView
from people.selectors.documents import signature_view


def accounts(sites: Collection[str]) -> list[Account]:
    """Accounts with a role, a badge or training at one of the sites, ever, and those with no role anywhere; by name
    (four statements)."""
    here = models.User.objects.filter(
        Q(grants__site__code__in=sites)
        | Q(badges__site__code__in=sites)
        | Q(training__site__code__in=sites)
        | Q(grants__isnull=True)
    )
    users = list(here.distinct().order_by("printed_name", "pk"))
    ids = [user.pk for user in users]
    roles, badges, training = _roles(ids), _badges(ids), _training(ids)
    return [
        Account(
            user_id=user.pk,
            username=user.username,
            printed_name=user.printed_name,
            is_active=user.is_active,
            roles=tuple(roles[user.pk]),
            badges=tuple(badges[user.pk]),
            training=tuple(training[user.pk]),
        )
        for user in users
    ]


def _roles(users: Collection[int]) -> dict[int, list[HeldRole]]:
    found: dict[int, list[HeldRole]] = defaultdict(list)
    rows = models.Grant.objects.select_related("site").filter(user__in=users)
    for row in rows.order_by("site__code", "role", "valid_from"):
        held = HeldRole(str(row.pk), Role(row.role), row.site.code, row.valid_from, row.valid_until)
        found[row.user_id].append(held)
    return found


def _badges(users: Collection[int]) -> dict[int, list[HeldBadge]]:
    found: dict[int, list[HeldBadge]] = defaultdict(list)
    rows = models.Badge.objects.select_related("site").filter(user__in=users)
    for row in rows.order_by("valid_from", "code"):
        held = HeldBadge(row.code, row.site.code, row.valid_from, row.valid_until, row.revoked_at)
        found[row.user_id].append(held)
    return found


def _training(users: Collection[int]) -> dict[int, list[TrainedIn]]:
    found: dict[int, list[TrainedIn]] = defaultdict(list)
    rows = models.Training.objects.select_related("site").filter(user__in=users)
    for row in rows.order_by("topic", "valid_from"):
        held = TrainedIn(str(row.pk), row.topic, row.site.code, row.valid_from, row.valid_until)
        found[row.user_id].append(held)
    return found


def closed_accounts(at: datetime) -> frozenset[int]:
    """The users whose accounts were closed at a moment, by what was entered until then (one statement)."""
    events = (Event.USER_CREATED, Event.USER_ACTIVATED, Event.USER_DEACTIVATED)
    last = {
        int(entry.facts["user"]): entry.event
        for entry in entries_of_period(None, at, events=events, streams=["people"])
    }
    return frozenset(user for user, event in last.items() if event == Event.USER_DEACTIVATED)


def names_of(users: Collection[int]) -> dict[int, str]:
    """The printed names of users (one statement)."""
    return dict(models.User.objects.filter(pk__in=users).values_list("pk", "printed_name"))


def signatures_between(
    since: datetime, until: datetime, *, signers: Collection[int] | None = None
) -> list[SignatureView]:
    """Signatures made in [since, until), the oldest first; of these people, or of all (one statement)."""
    rows = models.Signature.objects.filter(signed_at__gte=since, signed_at__lt=until)
    if signers is not None:
        rows = rows.filter(signer__in=signers)
    return [signature_view(row) for row in rows.order_by("signed_at", "pk")]


def signatures_known(ids: Collection[str]) -> list[SignatureView]:
    """Signatures by their ids, the oldest first (one statement)."""
    rows = models.Signature.objects.filter(pk__in=list(ids))
    return [signature_view(row) for row in rows.order_by("signed_at", "pk")]


def last_signings(users: Collection[int], until: datetime) -> dict[int, datetime]:
    """When each of these people signed last before a moment; who never did is not there (one statement)."""
    rows = models.Signature.objects.filter(signer__in=users, signed_at__lt=until)
    return dict(rows.values_list("signer").annotate(last=Max("signed_at")))
