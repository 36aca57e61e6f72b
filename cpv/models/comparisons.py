"""Who opened which comparison, and what could be seen in it."""

from django.conf import settings
from django.db import models

from cpv.rules.programme.arranging import Standing


class ComparisonLook(models.Model):
    """One person's opening of one comparison, at one state of its data.

    `document` and `version` are those of the plan; `sha256` is the digest of the data, and `number` counts its states
    that anybody opened: two people who open the same data share a look. `seen` says of each attribute how many lots
    there were of how many planned. `spent` is the share of the monitoring's false-alarm rate that was used up by then.
    The id follows from version, data and person, so that nobody opens the same twice.
    PII: printed names of staff.
    """

    id = models.UUIDField(primary_key=True)
    document = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    seen = models.JSONField(default=list)
    standing = models.CharField(max_length=16)
    is_final = models.BooleanField(default=False)
    spent = models.CharField(max_length=24, blank=True, default="")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_by_name = models.CharField(max_length=200)
    opened_at = models.DateTimeField()
    reason = models.CharField(max_length=400)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(standing__in=[standing.value for standing in Standing]),
                name="cpv_look_standing_known",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="cpv_look_for_a_reason"),
        ]
        indexes = [models.Index(fields=["document", "version", "number"], name="cpv_look_of_document")]

    def __str__(self) -> str:
        return f"cpv.comparisonlook:{self.pk}"
