"""Who someone is and what they may do, each in one statement, and never from a cache.

Every scan asks both of the badge and of the person, so that these statements are written out: putting them together
anew from models each time cost several times what PostgreSQL takes to answer them.
"""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from people import models
from people.rules.authority import (
    ALL_TIME,
    BadgeReading,
    BadgeState,
    Grant,
    IssuedBadge,
    Period,
    Person,
    Training,
    badge_state,
)
from people.rules.badges import bare
from people.rules.roles import Role

# Grants and training as one JSON text; what has ended is left out, so that history costs nothing.
_AUTHORITY = """
u.id, u.printed_name, u.is_active, json_build_array(
    ARRAY(SELECT json_build_array(g.role, s.code, g.valid_from, g.valid_until, g.covers_from, g.covers_until)
            FROM people_grant g JOIN people_site s ON s.id = g.site_id
           WHERE g.user_id = u.id AND (g.valid_until IS NULL OR g.valid_until > %(at)s::timestamptz)
           ORDER BY g.valid_from, g.id),
    ARRAY(SELECT json_build_array(t.topic, t.valid_from, t.valid_until)
            FROM people_training t
           WHERE t.user_id = u.id AND (t.valid_until IS NULL OR t.valid_until > %(at)s::timestamptz)
           ORDER BY t.valid_from, t.id)
)::text
"""
_BY_ID = f"""/* prepared: person */
SELECT {_AUTHORITY} FROM people_user u WHERE u.id = ANY(%(users)s::bigint[])
"""  # noqa: S608  (our own text)
_BY_BADGE = f"""/* prepared: badge */
SELECT {_AUTHORITY}, b.valid_from, b.valid_until, b.revoked_at
  FROM people_badge b JOIN people_user u ON u.id = b.user_id WHERE b.code = %(code)s::text
"""  # noqa: S608  (our own text)


def _rows(statement: str, **params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _person(user_id: int, printed_name: str, is_active: bool, authority: str) -> Person:
    grants, training = json.loads(authority)
    return Person(
        user_id=user_id,
        printed_name=printed_name,
        is_active=is_active,
        grants=tuple(
            Grant(
                Role(role),
                site,
                datetime.fromisoformat(start),
                _time(end),
                ALL_TIME if first is None and last is None else Period(_time(first), _time(last)),
            )
            for role, site, start, end, first, last in grants
        ),
        training=tuple(
            Training(topic, datetime.fromisoformat(start), _time(end)) for topic, start, end in training
        ),
    )


def person(user_id: int, at: datetime) -> Person | None:
    """The user with the grants and training that count at or after this moment (one statement)."""
    rows = _rows(_BY_ID, users=[user_id], at=at)
    return _person(*rows[0]) if rows else None


def persons(user_ids: Collection[int], at: datetime) -> dict[int, Person]:
    """The same for several users, by their ids (one statement)."""
    found = _rows(_BY_ID, users=sorted(user_ids), at=at) if user_ids else []
    return {row[0]: _person(*row) for row in found}


def read_badge(code: str, at: datetime) -> BadgeReading:
    """Whose badge this is and whether it counts at this moment (one statement).

    The symbology identifier that a scanner may send before the code is no part of it.
    """
    rows = [] if "\x00" in code else _rows(_BY_BADGE, code=bare(code), at=at)
    if not rows:
        return BadgeReading(None, BadgeState.UNKNOWN)
    *about, valid_from, valid_until, revoked_at = rows[0]
    state = badge_state(valid_from=valid_from, valid_until=valid_until, revoked_at=revoked_at, at=at)
    return BadgeReading(_person(*about), state)


def badges_in_force(sites: Collection[str], at: datetime) -> list[IssuedBadge]:
    """The badges of the sites that count now, of people whose accounts are open, by name (two statements)."""
    rows = models.Badge.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=at),
        site__code__in=sites,
        revoked_at__isnull=True,
        valid_from__lte=at,
        user__is_active=True,
    )
    badges = list(
        rows.order_by("user__printed_name", "code").values_list(
            "code", "user_id", "site__code", "valid_until"
        )
    )
    users = sorted({user for _, user, _, _ in badges})
    known = persons(users, at)
    return [
        IssuedBadge(
            code,
            user,
            known[user].printed_name,
            site,
            tuple(sorted(known[user].roles(site, at))),
            valid_until,
        )
        for code, user, site, valid_until in badges
    ]


def user_id_by_username(username: str) -> int | None:
    """The id behind a username, however it is capitalised."""
    if "\x00" in username:
        return None
    return models.User.objects.filter(username__iexact=username).values_list("pk", flat=True).first()


def people_with_role(role: Role, site: str, at: datetime) -> list[Person]:
    """Active users who hold the role at the site at this moment, by name (two statements)."""
    return people_with_roles((role,), site, at)


def people_with_roles(roles: Collection[Role], site: str, at: datetime) -> list[Person]:
    """Active users who hold one of the roles at the site at this moment, by name (two statements)."""
    users = models.User.objects.filter(
        Q(grants__valid_until__isnull=True) | Q(grants__valid_until__gt=at),
        is_active=True,
        grants__role__in=sorted(role.value for role in roles),
        grants__site__code=site,
        grants__valid_from__lte=at,
    )
    ordered = users.order_by("printed_name", "pk").values_list("pk", flat=True).distinct()
    ids = list(ordered)
    found = persons(ids, at)
    return [found[user_id] for user_id in ids]


def addresses_of_role(role: Role, site: str, at: datetime) -> list[str]:
    """Where notices for the role at the site are mailed; users without an address are left out."""
    held = [found.user_id for found in people_with_role(role, site, at)]
    emails = models.User.objects.filter(pk__in=held).exclude(email="").values_list("email", flat=True)
    return sorted(set(emails))


def address_of(user_id: int) -> str:
    """Where notices for this user are mailed; empty where there is no address, or the account is closed."""
    found = models.User.objects.filter(pk=user_id, is_active=True).values_list("email", flat=True).first()
    return found or ""


def is_anyone_here() -> bool:
    """Whether there is any user yet."""
    return models.User.objects.exists()
