"""Actions on rows of worksheets, which live on while the version that names them is in effect."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from fmea.rules.worksheet import ActionStatus, Aim


class Action(models.Model):
    """What somebody does about a row, by when, how far it is, what shows it, and the ratings after it.

    `after` is written as in the document: `{"occurrence": {"rating": 2, "why": ..., "by": [...]}}`.
    PII: printed names of staff.
    """

    id = models.UUIDField(primary_key=True)
    sheet = models.ForeignKey("fmea.Sheet", models.PROTECT, related_name="actions")
    code = models.CharField(max_length=32)
    row = models.CharField(max_length=32)
    text = models.CharField(max_length=2000)
    aim = models.CharField(max_length=12)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    owner_name = models.CharField(max_length=200)
    due = models.DateField()
    status = models.CharField(max_length=12)
    evidence = models.JSONField(default=list)
    done_on = models.DateField(null=True)
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    verified_by_name = models.CharField(max_length=200, blank=True, default="")
    dropped_why = models.CharField(max_length=2000, blank=True, default="")
    after = models.JSONField(default=dict)
    planned_at = models.DateTimeField()
    chased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "code"], name="fmea_action_once"),
            models.CheckConstraint(
                condition=Q(status__in=[it.value for it in ActionStatus]), name="fmea_action_status_known"
            ),
            models.CheckConstraint(
                condition=Q(aim__in=[it.value for it in Aim]), name="fmea_action_aim_known"
            ),
            models.CheckConstraint(
                condition=~Q(status=ActionStatus.VERIFIED.value) | Q(verified_by__isnull=False),
                name="fmea_action_verified_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True) | ~Q(verified_by=models.F("owner")),
                name="fmea_action_not_verified_by_its_owner",
            ),
            models.CheckConstraint(
                condition=~Q(status=ActionStatus.DROPPED.value) | ~Q(dropped_why=""),
                name="fmea_action_dropped_for_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["status", "due"], name="fmea_action_due")]

    def __str__(self) -> str:
        return f"fmea.action:{self.code}"
