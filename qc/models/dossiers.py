"""Dossiers of exceptional releases."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qc.models.base import choices, is_one_of
from qc.rules.exceptional import Region, Setting


class Dossier(models.Model):
    """One dossier of an exceptional release of one batch, with its parts as they stand now; the entries have them all.

    States: being written (`is_approved` empty), approved, declined. One that is being written is alone with its batch.
    Every part says who wrote it and when; `qc.rules.exceptional.kept` reads their shapes. What was written in words
    lies in the vault, by the ids that the parts name; what was handed in as a file is evidence. `notices` is only added
    to: the last of a kind counts. Migrations hold batch and order together in the database.
    PII: printed names of staff and of the physicians who ask; free text lies in the vault.
    """

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=16, unique=True)
    batch = models.ForeignKey("coi.Batch", models.PROTECT, related_name="+")
    order = models.ForeignKey("coi.Order", models.PROTECT, related_name="+")
    region = models.CharField(max_length=8, choices=choices(Region))
    setting = models.CharField(max_length=20, choices=choices(Setting))
    is_emergency = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_by_name = models.CharField(max_length=200)
    held = models.JSONField(default=list)
    risk = models.JSONField(default=dict)
    alternatives = models.JSONField(default=dict)
    request = models.JSONField(default=dict)
    acceptance = models.JSONField(default=dict)
    consent = models.JSONField(default=dict)
    notices = models.JSONField(default=list)
    is_approved = models.BooleanField(null=True)
    decision = models.JSONField(default=dict)
    follow_up = models.JSONField(default=list)

    class Meta:
        constraints = [
            is_one_of("region", Region, "qc_dossier_region_known"),
            is_one_of("setting", Setting, "qc_dossier_setting_known"),
            models.UniqueConstraint(
                fields=["batch"], condition=Q(is_approved__isnull=True), name="qc_dossier_one_undecided"
            ),
            models.CheckConstraint(
                condition=Q(is_approved__isnull=True, decision={})
                | (Q(is_approved__isnull=False) & ~Q(decision={})),
                name="qc_dossier_decided",
            ),
        ]
        indexes = [models.Index(fields=["batch", "-opened_at"], name="qc_dossier_of_batch")]

    def __str__(self) -> str:
        return f"qc.dossier:{self.pk}"
