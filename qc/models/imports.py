"""Files of results: what was handed in, how it was read, and whether it was recorded."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qc.models.base import choices, is_one_of
from qc.rules.importing import ImportState


class Import(models.Model):
    """One file of results. Its bytes are evidence; nothing of it counts before it is recorded, whole.

    PII: printed names of staff.
    """

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey("people.Site", models.PROTECT, to_field="code", related_name="+")
    kind = models.CharField(max_length=20)
    mapping = models.ForeignKey("people.DocumentVersion", models.PROTECT, null=True, related_name="+")
    run = models.ForeignKey("qc.Run", models.PROTECT, null=True, related_name="+")
    evidence = models.UUIDField()
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=choices(ImportState))
    tested_at = models.DateTimeField()
    handed_in_at = models.DateTimeField()
    handed_in_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    handed_in_name = models.CharField(max_length=200)
    recorded_at = models.DateTimeField(null=True)
    recorded = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            is_one_of("state", ImportState, "qc_import_state_known"),
            models.CheckConstraint(
                condition=Q(state=ImportState.RECORDED.value, recorded_at__isnull=False)
                | (~Q(state=ImportState.RECORDED.value) & Q(recorded_at__isnull=True)),
                name="qc_import_recorded_once",
            ),
        ]
        indexes = [models.Index(fields=["site", "-handed_in_at"], name="qc_import_by_site")]

    def __str__(self) -> str:
        return f"qc.import:{self.pk}"
