"""Studies: stability, hold times, validation of methods."""

from django.db import models

from qc.models.base import choices, is_one_of
from qc.rules.subjects import StudyKind, StudyState


class Study(models.Model):
    """One study by a plan that is a controlled document. `conclusion` is what was computed when it was concluded.

    PII: none.
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

    class Meta:
        constraints = [
            is_one_of("kind", StudyKind, "qc_study_kind_known"),
            is_one_of("state", StudyState, "qc_study_state_known"),
        ]

    def __str__(self) -> str:
        return f"qc.study:{self.pk}"
