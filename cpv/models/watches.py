"""What is remembered of charts between two batches."""

from django.db import models


class Watch(models.Model):
    """A chart as it was last judged: with which limits and plan, up to which point, and what its rules remember.

    It holds nothing that judging the chart as a whole would not give again; where it is missing, that is done.
    PII: none.
    """

    chart = models.CharField(max_length=24, primary_key=True)
    plan = models.CharField(max_length=64)
    parameter = models.CharField(max_length=32)
    plan_version = models.UUIDField()
    limits = models.UUIDField()
    upto_made_at = models.DateTimeField()
    upto_subject = models.CharField(max_length=64)
    upto_site = models.CharField(max_length=40)
    state = models.JSONField()

    def __str__(self) -> str:
        return f"cpv.watch:{self.pk}"
