"""What the tables of this room have in common."""

from enum import StrEnum

from django.db import models
from django.db.models import Q


def choices(values: type[StrEnum]) -> list[tuple[str, str]]:
    """A StrEnum as Django's choices."""
    return [(member.value, member.value) for member in values]


def is_one_of(column: str, values: type[StrEnum], name: str) -> models.CheckConstraint:
    """The database, too, knows the values."""
    return models.CheckConstraint(
        condition=Q(**{f"{column}__in": [member.value for member in values]}), name=name
    )
