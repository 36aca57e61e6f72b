"""Signals of charts, as work."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from cpv.rules.programme.answering import Decision, SignalState


class Signal(models.Model):
    """One point of one chart at which one rule signalled against one limit set.

    `by` is the rule, `side` the side of the center, `first_subject` where the pattern began, `value` what the point was
    when it was raised. `vanished_at`: since when it would not signal any more, though somebody had answered for it: a
    late or corrected result changed the series; the signal stays as it was signed, and both are shown.
    PII: printed names of staff.
    """

    id = models.UUIDField(primary_key=True)
    observation = models.ForeignKey("cpv.Observation", models.PROTECT, related_name="signals")
    chart = models.CharField(max_length=24)
    limits = models.ForeignKey("people.DocumentVersion", models.PROTECT, related_name="+")
    by = models.CharField(max_length=24)
    side = models.CharField(max_length=8)
    first_subject = models.CharField(max_length=64)
    value = models.CharField(max_length=80)
    state = models.CharField(max_length=12)
    raised_at = models.DateTimeField()
    due_at = models.DateTimeField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    owner_name = models.CharField(max_length=200, blank=True, default="")
    acknowledged_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=12, blank=True, default="")
    cause = models.CharField(max_length=2000, blank=True, default="")
    deviation = models.CharField(max_length=40, blank=True, default="")
    closed_at = models.DateTimeField(null=True)
    vanished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["observation", "by", "limits"], name="cpv_signal_once"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in SignalState]), name="cpv_signal_state_known"
            ),
            models.CheckConstraint(
                condition=Q(decision__in=["", *(decision.value for decision in Decision)]),
                name="cpv_signal_decision_known",
            ),
            models.CheckConstraint(
                condition=Q(state=SignalState.CLOSED.value, closed_at__isnull=False, owner__isnull=False)
                & ~Q(decision="")
                | (~Q(state=SignalState.CLOSED.value) & Q(closed_at__isnull=True, decision="")),
                name="cpv_signal_closed_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["chart", "state"], name="cpv_signal_of_chart"),
            models.Index(fields=["state", "due_at"], name="cpv_signal_open"),
        ]

    def __str__(self) -> str:
        return f"cpv.signal:{self.pk}"
