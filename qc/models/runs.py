"""Runs of assays: what was used, and what their controls measured."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qc.models.base import choices, is_one_of
from qc.rules.runs import RunState


class Run(models.Model):
    """One execution of a method. `breaches` are the codes of control rules that it broke.

    PII: printed names of staff.
    """

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=40, unique=True)
    site = models.ForeignKey("people.Site", models.PROTECT, to_field="code", related_name="+")
    method = models.ForeignKey("people.DocumentVersion", models.PROTECT, related_name="+")
    targets = models.ForeignKey("people.DocumentVersion", models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=choices(RunState))
    started_at = models.DateTimeField()
    judged_at = models.DateTimeField(null=True)
    analyst = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    analyst_name = models.CharField(max_length=200)
    breaches = models.JSONField(default=list)
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            is_one_of("state", RunState, "qc_run_state_known"),
            models.CheckConstraint(
                condition=Q(state=RunState.OPEN.value, judged_at__isnull=True)
                | Q(judged_at__isnull=False)
                | Q(state=RunState.VOID.value),
                name="qc_run_judged",
            ),
        ]
        indexes = [models.Index(fields=["site", "-started_at"], name="qc_run_by_site")]

    def __str__(self) -> str:
        return f"qc.run:{self.pk}"


class RunThing(models.Model):
    """An instrument or a reagent lot that was used in a run: one of the two.

    PII: none.
    """

    id = models.UUIDField(primary_key=True)
    run = models.ForeignKey(Run, models.PROTECT, related_name="things")
    equipment = models.ForeignKey("coi.Equipment", models.PROTECT, null=True, related_name="+")
    lot = models.ForeignKey("coi.MaterialLot", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(equipment__isnull=False, lot__isnull=True)
                | Q(equipment__isnull=True, lot__isnull=False),
                name="qc_run_thing_is_one",
            ),
        ]

    def __str__(self) -> str:
        return f"qc.runthing:{self.pk}"


class ControlReading(models.Model):
    """One measurement of one assay control in one run; `z` is its distance from the mean in standard deviations.

    PII: none.
    """

    id = models.UUIDField(primary_key=True)
    run = models.ForeignKey(Run, models.PROTECT, related_name="readings")
    method = models.CharField(max_length=40)
    control = models.CharField(max_length=60)
    lot = models.ForeignKey("coi.MaterialLot", models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    value = models.DecimalField(max_digits=24, decimal_places=12)
    z = models.DecimalField(max_digits=12, decimal_places=2)
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "lot", "number"], name="qc_control_reading_once"),
        ]
        indexes = [models.Index(fields=["method", "lot", "read_at"], name="qc_control_reading_chart")]

    def __str__(self) -> str:
        return f"qc.controlreading:{self.pk}"
