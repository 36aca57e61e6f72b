"""How far the worker has read."""

from django.db import models


class Position(models.Model):
    """Up to which entry of the ledger a reader has read; what it read twice changes nothing.

    PII: none.
    """

    name = models.CharField(max_length=80, primary_key=True)
    upto = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return f"{self.name}:{self.upto}"
