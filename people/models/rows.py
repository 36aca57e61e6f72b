"""What the tables of `people` stand on."""

from django.db import models


class Row(models.Model):
    """Base of the tables; a row calls itself by its key, for names are for presenters.

    PII: none.
    """

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.label_lower}:{self.pk}"


class Projection(Row):
    """Base of the tables that the ledger writes: the id is given by the entry, never by the database.

    PII: none.
    """

    id = models.UUIDField(primary_key=True)

    class Meta:
        abstract = True
