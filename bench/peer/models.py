"""Two small tables: what is locked, and what is written."""

from django.db import models


class Slot(models.Model):
    """What a request locks, as a scan locks its station.

    PII: none.
    """

    name = models.CharField(max_length=40, unique=True)

    def __str__(self) -> str:
        return self.name


class Note(models.Model):
    """What a request writes.

    PII: none.
    """

    slot = models.ForeignKey(Slot, models.PROTECT)
    text = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.slot_id}: {self.text}"
