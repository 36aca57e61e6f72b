"""Studies: stability, hold times, validation of methods."""

from django.db import models
from django.db.models import Q

from qc.models.base import choices, is_one_of
from qc.rules.subjects import StudyKind, StudyState


class Study(models.Model):
    """One study by a plan that is a controlled document. `conclusion` is what was computed when it was concluded.

    `containers` are those put into it (`code`, `batch`), `pulls` those taken out of their condition (`condition`,
    `point`, `at`, `containers`, `reason`, `by`); both empty for a validation study, whose measurements are a file:
    `measured` says which (`evidence`, `sha256`, `rows`, `by`, `by_id`, `at`). `reason` is why it was abandoned, or
    concluded before its last pull.
    PII: printed names of staff.
    """

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=12, choices=choices(StudyKind))
    site = models.ForeignKey("people.Site", models.PROTECT, to_field="code", related_name="+")
    title = models.CharField(max_length=200)
    plan = models.ForeignKey("people.DocumentVersion", models.PROTECT, related_name="+")
    specification = models.ForeignKey("people.DocumentVersion", models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=choices(StudyState))
    started_at = models.DateTimeField()
    concluded_at = models.DateTimeField(null=True)
    conclusion = models.JSONField(default=dict)
    containers = models.JSONField(default=list)
    pulls = models.JSONField(default=list)
    measured = models.JSONField(default=dict)
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            is_one_of("kind", StudyKind, "qc_study_kind_known"),
            is_one_of("state", StudyState, "qc_study_state_known"),
            models.CheckConstraint(
                condition=Q(state=StudyState.RUNNING.value, concluded_at__isnull=True)
                | (~Q(state=StudyState.RUNNING.value) & Q(concluded_at__isnull=False)),
                name="qc_study_end_is_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state=StudyState.ABANDONED.value) | ~Q(reason=""),
                name="qc_study_abandoned_reasoned",
            ),
        ]

    def __str__(self) -> str:
        return f"qc.study:{self.pk}"
