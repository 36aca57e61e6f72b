"""Who someone is and what they may do, each in one statement, and never from a cache."""

from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from people import models
from people.rules.authority import BadgeReading, BadgeState, Grant, Person, Training, badge_state
from people.rules.roles import Role


def _still_counting(at: datetime) -> Q:
    return Q(valid_until__isnull=True) | Q(valid_until__gt=at)


def _with_authority(rows: QuerySet[Any], user: str, at: datetime) -> QuerySet[Any]:
    """Add grants and training as arrays of JSON; what has ended is left out, so history costs nothing."""
    window = {"start": F("valid_from"), "end": F("valid_until")}
    grants = models.Grant.objects.filter(_still_counting(at), user=OuterRef(user))
    training = models.Training.objects.filter(_still_counting(at), user=OuterRef(user))
    annotated: QuerySet[Any] = rows.annotate(
        found_grants=ArraySubquery(
            grants.order_by("valid_from", "id").values(
                found=JSONObject(role=F("role"), site=F("site__code"), **window)
            )
        ),
        found_training=ArraySubquery(
            training.order_by("valid_from", "id").values(found=JSONObject(topic=F("topic"), **window))
        ),
    )
    return annotated


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _person(user: models.User, grants: list[dict[str, Any]], training: list[dict[str, Any]]) -> Person:
    return Person(
        user_id=user.pk,
        printed_name=user.printed_name,
        is_active=user.is_active,
        grants=tuple(
            Grant(Role(g["role"]), g["site"], datetime.fromisoformat(g["start"]), _time(g["end"]))
            for g in grants
        ),
        training=tuple(
            Training(t["topic"], datetime.fromisoformat(t["start"]), _time(t["end"])) for t in training
        ),
    )


def person(user_id: int, at: datetime) -> Person | None:
    """The user with the grants and training that count at or after this moment (one statement)."""
    row = _with_authority(models.User.objects.filter(pk=user_id), "pk", at).first()
    return None if row is None else _person(row, row.found_grants, row.found_training)


def read_badge(code: str, at: datetime) -> BadgeReading:
    """Whose badge this is and whether it counts at this moment (one statement)."""
    if "\x00" in code:
        return BadgeReading(None, BadgeState.UNKNOWN)
    rows = models.Badge.objects.filter(code=code).select_related("user")
    row = _with_authority(rows, "user", at).first()
    if row is None:
        return BadgeReading(None, BadgeState.UNKNOWN)
    state = badge_state(
        valid_from=row.valid_from, valid_until=row.valid_until, revoked_at=row.revoked_at, at=at
    )
    return BadgeReading(_person(row.user, row.found_grants, row.found_training), state)


def user_id_by_username(username: str) -> int | None:
    """The id behind a username, however it is capitalised."""
    if "\x00" in username:
        return None
    return models.User.objects.filter(username__iexact=username).values_list("pk", flat=True).first()


def people_with_role(role: Role, site: str, at: datetime) -> list[Person]:
    """Active users who hold the role at the site at this moment, by name."""
    users = models.User.objects.filter(
        Q(grants__valid_until__isnull=True) | Q(grants__valid_until__gt=at),
        is_active=True,
        grants__role=role.value,
        grants__site__code=site,
        grants__valid_from__lte=at,
    )
    rows = _with_authority(users.order_by("printed_name", "pk").distinct(), "pk", at)
    return [_person(row, row.found_grants, row.found_training) for row in rows]


def addresses_of_role(role: Role, site: str, at: datetime) -> list[str]:
    """Where notices for the role at the site are mailed; users without an address are left out."""
    held = [found.user_id for found in people_with_role(role, site, at)]
    emails = models.User.objects.filter(pk__in=held).exclude(email="").values_list("email", flat=True)
    return sorted(set(emails))


def is_anyone_here() -> bool:
    """Whether there is any user yet."""
    return models.User.objects.exists()
