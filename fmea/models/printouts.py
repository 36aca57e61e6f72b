"""Printouts of worksheets, as somebody asked for them and as they were drawn."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from cpv.rules.programme.report_state import ReportState


class Printout(models.Model):
    """A worksheet as PDF/A and XLSX, drawn by the worker and kept. `version` 0: as it stood at `revision`, unsigned.

    `files`: the evidence and the SHA-256 of each form; `fault`: why it could not be drawn.
    PII: printed names of staff.
    """

    id = models.UUIDField(primary_key=True)
    sheet = models.ForeignKey("fmea.Sheet", models.PROTECT, related_name="printouts")
    version = models.PositiveIntegerField()
    revision = models.PositiveIntegerField()
    state = models.CharField(max_length=8)
    fault = models.CharField(max_length=40, blank=True, default="")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_by_name = models.CharField(max_length=200)
    drawn_at = models.DateTimeField(null=True)
    files = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[it.value for it in ReportState]), name="fmea_printout_state_known"
            ),
            models.CheckConstraint(
                condition=(Q(state=ReportState.DRAWN.value) & Q(drawn_at__isnull=False))
                | (~Q(state=ReportState.DRAWN.value) & Q(drawn_at__isnull=True)),
                name="fmea_printout_drawn_whole",
            ),
        ]
        indexes = [models.Index(fields=["sheet", "-asked_at"], name="fmea_printout_of_sheet")]

    def __str__(self) -> str:
        return f"fmea.printout:{self.pk}"
