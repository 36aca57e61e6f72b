"""Tables of `qc`: projections, which only the ledger writes."""

from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from qc.rules.criteria import Verdict
from qc.rules.results import CorrectionReason


def choices(values: type[StrEnum]) -> list[tuple[str, str]]:
    """A StrEnum as Django's choices."""
    return [(member.value, member.value) for member in values]


class Result(models.Model):
    """One version of the result of one criterion for one batch, found of one container of that batch.

    A result is never changed: a correction is a new version that supersedes it for a reason, and both stay. One version
    of a criterion counts (`is_current`). Another person than the analyst looks it over; a new version is looked over
    anew. Migration `same_order` holds batch and container to one order in the database.
    PII: printed names of staff.
    """

    id = models.UUIDField(primary_key=True)
    order = models.ForeignKey("coi.Order", models.PROTECT, related_name="+")
    batch = models.ForeignKey("coi.Batch", models.PROTECT, related_name="+")
    container = models.ForeignKey("coi.Container", models.PROTECT, related_name="+")
    criterion = models.CharField(max_length=32)
    version = models.PositiveSmallIntegerField()
    is_current = models.BooleanField()
    value = models.CharField(max_length=80)
    unit = models.CharField(max_length=40, blank=True, default="")
    verdict = models.CharField(max_length=12, choices=choices(Verdict))
    method = models.CharField(max_length=100)
    specification = models.ForeignKey("people.DocumentVersion", models.PROTECT, related_name="+")
    analyst = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    analyst_name = models.CharField(max_length=200)
    tested_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=20, blank=True, default="", choices=choices(CorrectionReason))
    reference = models.CharField(max_length=32, blank=True, default="")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reviewer_name = models.CharField(max_length=200, blank=True, default="")
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "criterion", "version"], name="qc_result_version_uniq"),
            models.UniqueConstraint(
                fields=["batch", "criterion"], condition=Q(is_current=True), name="qc_result_one_current"
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=[verdict.value for verdict in Verdict]),
                name="qc_result_verdict_known",
            ),
            models.CheckConstraint(
                condition=Q(version=1, supersedes__isnull=True, reason="")
                | (Q(version__gt=1, supersedes__isnull=False) & ~Q(reason="")),
                name="qc_result_correction_reasoned",
            ),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True, reviewed_at__isnull=True)
                | (Q(reviewer__isnull=False, reviewed_at__isnull=False) & ~Q(reviewer=F("analyst"))),
                name="qc_result_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"qc.result:{self.pk}"
