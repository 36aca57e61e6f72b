"""What all tables of `coi` share."""

from enum import StrEnum
from typing import Any

from django.db import models
from django.db.models import Q


class Projection(models.Model):
    """A row that an entry of the ledger gave: its id too, so that a rebuild makes the same rows.

    PII: none.
    """

    id = models.UUIDField(primary_key=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.label_lower}:{self.pk}"


def choices(values: type[StrEnum]) -> list[tuple[str, str]]:
    """A StrEnum as Django's choices."""
    return [(member.value, member.value) for member in values]


def is_one_of(column: str, values: type[StrEnum], name: str) -> models.CheckConstraint:
    """The database refuses what is not a member."""
    return models.CheckConstraint(condition=Q(**{f"{column}__in": [m.value for m in values]}), name=name)


def site_key() -> "models.ForeignKey[Any, Any]":
    """A reference to a site by its code, which people and entries read without a look-up."""
    return models.ForeignKey("people.Site", models.PROTECT, to_field="code", related_name="+")
