"""What was observed: one number of one parameter of one batch, and whether it is left out."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Observation(models.Model):
    """One number of one parameter of a plan for one subject: a batch, or a week, or what another program handed in.

    `subject` is the batch's code, or the week, or the name that was handed in. `chart` names the chart on which it
    stands (`cpv.rules.programme.limit_set.code_of` of plan, parameter and stratum). `value` is an exact decimal text in
    the unit of the parameter, empty where there is none any more; `is_below` says that it is the bound of a result such
    as <0.5. `source` names the record that it came from. `made_at` is the order on the chart: when manufacture began.
    An excluded number stays in view and takes part in nothing.
    PII: printed names of staff.
    """

    id = models.UUIDField(primary_key=True)
    plan = models.CharField(max_length=64)
    parameter = models.CharField(max_length=32)
    stratum = models.JSONField(default=list)
    chart = models.CharField(max_length=24)
    subject = models.CharField(max_length=64)
    batch = models.ForeignKey("coi.Batch", models.PROTECT, null=True, related_name="+")
    site = models.ForeignKey("people.Site", models.PROTECT, to_field="code", related_name="+")
    made_at = models.DateTimeField()
    value = models.CharField(max_length=80, blank=True, default="")
    is_below = models.BooleanField(default=False)
    source = models.CharField(max_length=160)
    version = models.PositiveSmallIntegerField(default=1)
    observed_at = models.DateTimeField()
    excluded_at = models.DateTimeField(null=True)
    excluded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    excluded_by_name = models.CharField(max_length=200, blank=True, default="")
    exclusion_reason = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "parameter", "subject", "site"], name="cpv_observation_once"
            ),
            models.CheckConstraint(
                condition=Q(excluded_at__isnull=True, excluded_by__isnull=True, exclusion_reason="")
                | (Q(excluded_at__isnull=False, excluded_by__isnull=False) & ~Q(exclusion_reason="")),
                name="cpv_observation_excluded_for_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["chart", "made_at", "subject"], name="cpv_observation_in_order")]

    def __str__(self) -> str:
        return f"cpv.observation:{self.pk}"
