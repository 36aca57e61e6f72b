"""Results, by subject, criterion, attempt and version."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from qc.models.base import choices, is_one_of
from qc.models.subjects import OfSubject, one_subject
from qc.rules.criteria import Verdict
from qc.rules.results import AttemptKind, CorrectionReason


class Result(OfSubject):
    """One version of one attempt at the result of one criterion for one subject.

    A result is never changed: a correction is a new version that supersedes it for a reason, and both stay. One version
    of an attempt counts (`is_current`). Another person than the analyst looks it over; a new version is looked over
    anew. `subject` is the id of the batch, collection, lot or study; of a study, `point` names time point,
    condition and container. Migrations hold batch, collection and container to
    one order in the database.
    PII: printed names of staff.
    """

    id = models.UUIDField(primary_key=True)
    study = models.ForeignKey("qc.Study", models.PROTECT, null=True, related_name="results")
    criterion = models.CharField(max_length=32)
    attempt = models.PositiveSmallIntegerField(default=1)
    attempt_kind = models.CharField(
        max_length=10, choices=choices(AttemptKind), default=AttemptKind.ORIGINAL.value
    )
    version = models.PositiveSmallIntegerField()
    is_current = models.BooleanField()
    value = models.CharField(max_length=80)
    unit = models.CharField(max_length=40, blank=True, default="")
    replicates = models.JSONField(default=list)
    inputs = models.JSONField(default=dict)
    verdict = models.CharField(max_length=12, choices=choices(Verdict))
    method = models.CharField(max_length=100)
    method_version = models.ForeignKey("people.DocumentVersion", models.PROTECT, null=True, related_name="+")
    run = models.ForeignKey("qc.Run", models.PROTECT, null=True, related_name="results")
    specification = models.ForeignKey("people.DocumentVersion", models.PROTECT, related_name="+")
    analyst = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    analyst_name = models.CharField(max_length=200)
    tested_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=20, blank=True, default="", choices=choices(CorrectionReason))
    reference = models.CharField(max_length=32, blank=True, default="")
    source_file = models.CharField(max_length=64, blank=True, default="")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reviewer_name = models.CharField(max_length=200, blank=True, default="")
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "point", "criterion", "attempt", "version"], name="qc_result_version_uniq"
            ),
            models.UniqueConstraint(
                fields=["subject", "point", "criterion", "attempt"],
                condition=Q(is_current=True),
                name="qc_result_one_current",
            ),
            is_one_of("verdict", Verdict, "qc_result_verdict_known"),
            models.CheckConstraint(
                condition=Q(attempt=1, attempt_kind=AttemptKind.ORIGINAL.value)
                | (Q(attempt__gt=1) & ~Q(attempt_kind=AttemptKind.ORIGINAL.value)),
                name="qc_result_first_is_original",
            ),
            models.CheckConstraint(condition=one_subject(), name="qc_result_one_subject"),
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
        indexes = [models.Index(fields=["criterion", "tested_at"], name="qc_result_trend")]

    def __str__(self) -> str:
        return f"qc.result:{self.pk}"
