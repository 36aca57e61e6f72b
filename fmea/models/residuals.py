"""Signed decisions on the risk that is left in a row."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from fmea.rules.worksheet import Decision


class ResidualDecision(models.Model):
    """What becomes of the risk left in one row, signed over `digest` of the row as it stood; the latest one counts.

    A row that changed since is not what was signed: its decision has to be taken again.
    PII: printed names of staff.
    """

    id = models.UUIDField(primary_key=True)
    sheet = models.ForeignKey("fmea.Sheet", models.PROTECT, related_name="residuals")
    row = models.CharField(max_length=32)
    decision = models.CharField(max_length=24)
    why = models.CharField(max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    signature = models.UUIDField()
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decision__in=[it.value for it in Decision]), name="fmea_residual_decision_known"
            )
        ]
        indexes = [models.Index(fields=["sheet", "row", "-decided_at"], name="fmea_residual_of_row")]

    def __str__(self) -> str:
        return f"fmea.residualdecision:{self.pk}"
