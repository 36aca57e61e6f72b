"""Plates whose responses a result is computed from."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qc.models.base import choices, is_one_of
from qc.rules.importing import ImportState


class Plate(models.Model):
    """The responses of one assay plate of a run. Its bytes are evidence; nothing of it counts before it is recorded.

    `numbers` are what was told of it when its result was recorded: value, limits, parallelism, parameters.
    PII: printed names of staff.
    """

    id = models.UUIDField(primary_key=True)
    run = models.ForeignKey("qc.Run", models.PROTECT, related_name="plates")
    evidence = models.UUIDField()
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=choices(ImportState))
    handed_in_at = models.DateTimeField()
    handed_in_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    handed_in_name = models.CharField(max_length=200)
    result = models.OneToOneField("qc.Result", models.PROTECT, null=True, related_name="plate")
    numbers = models.JSONField(default=dict)

    class Meta:
        constraints = [
            is_one_of("state", ImportState, "qc_plate_state_known"),
            models.CheckConstraint(
                condition=Q(state=ImportState.RECORDED.value, result__isnull=False)
                | (~Q(state=ImportState.RECORDED.value) & Q(result__isnull=True)),
                name="qc_plate_recorded_once",
            ),
        ]
        indexes = [models.Index(fields=["run", "-handed_in_at"], name="qc_plate_by_run")]

    def __str__(self) -> str:
        return f"qc.plate:{self.pk}"
