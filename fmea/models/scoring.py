"""Rounds in which a team scores a row: blind ones, and what they agree on."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from fmea.rules.team import RoundState


class ScoringRound(models.Model):
    """One round on one row. `team` and `leads` are user ids; `consensus` the ratings and why, and who said what to it.

    `consensus`: `{"ratings": {"severity": 9, ...}, "why": ..., "signed": [user ids], "dissent": {user id: why}}`.
    PII: printed names of staff.
    """

    id = models.UUIDField(primary_key=True)
    sheet = models.ForeignKey("fmea.Sheet", models.PROTECT, related_name="rounds")
    row = models.CharField(max_length=32)
    state = models.CharField(max_length=8)
    team = models.JSONField(default=dict)
    leads = models.JSONField(default=list)
    consensus = models.JSONField(null=True)
    is_over = models.BooleanField(default=False)
    begun_at = models.DateTimeField()
    over_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[it.value for it in RoundState]), name="fmea_round_state_known"
            ),
            models.UniqueConstraint(
                fields=["sheet", "row"], condition=Q(is_over=False), name="fmea_round_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"fmea.scoringround:{self.pk}"


class BlindScore(models.Model):
    """What one person gave in one round before anybody saw another's. `ratings` by scale: `{"severity": 9}`.

    PII: printed names of staff.
    """

    id = models.UUIDField(primary_key=True)
    round = models.ForeignKey("fmea.ScoringRound", models.PROTECT, related_name="scores")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=200)
    ratings = models.JSONField(default=dict)
    why = models.CharField(max_length=2000, blank=True, default="")
    given_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "person"], name="fmea_blind_score_once")]

    def __str__(self) -> str:
        return f"fmea.blindscore:{self.pk}"
