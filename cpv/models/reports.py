"""Reports on plans over periods, as somebody asked for them and as they were drawn."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cpv.rules.programme.report_state import ReportState


class Report(models.Model):
    """One report on one plan over [since, until), asked for by somebody and drawn by the worker.

    `files` are the evidence of each form, `sha256` that of each file; `digest` is that of the JSON, `digest_of_data` of
    what it says, whoever drew it. `fault` says why it could not be drawn.
    PII: printed names of staff.
    """

    id = models.UUIDField(primary_key=True)
    plan = models.CharField(max_length=64)
    version = models.ForeignKey("people.DocumentVersion", models.PROTECT, related_name="+")
    site = models.ForeignKey("people.Site", models.PROTECT, to_field="code", related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    state = models.CharField(max_length=8)
    fault = models.CharField(max_length=40, blank=True, default="")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_by_name = models.CharField(max_length=200)
    drawn_at = models.DateTimeField(null=True)
    files = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True, default="")
    digest_of_data = models.CharField(max_length=64, blank=True, default="")
    summary = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in ReportState]), name="cpv_report_state_known"
            ),
            models.CheckConstraint(condition=Q(since__lt=F("until")), name="cpv_report_period_forward"),
            models.CheckConstraint(
                condition=(Q(state=ReportState.DRAWN.value, drawn_at__isnull=False) & ~Q(digest=""))
                | (Q(drawn_at__isnull=True, digest="") & ~Q(state=ReportState.DRAWN.value)),
                name="cpv_report_drawn_whole",
            ),
            models.CheckConstraint(
                condition=(Q(state=ReportState.FAILED.value) & ~Q(fault=""))
                | (~Q(state=ReportState.FAILED.value) & Q(fault="")),
                name="cpv_report_failed_for_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["plan", "-asked_at"], name="cpv_report_of_plan")]

    def __str__(self) -> str:
        return f"cpv.report:{self.pk}"
