"""Investigations of results out of specification."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qc.models.base import choices, is_one_of
from qc.models.subjects import OfSubject, one_subject
from qc.rules.investigations import InvestigationState, Outcome


class Investigation(OfSubject):
    """One investigation of one failing attempt at the result of one criterion of one subject.

    One row; what is answered, tried, planned and proposed in it stands in lists of parts, each written by an entry of
    its own (`qc.rules.investigations.stored` has their fields). Words that somebody wrote lie in the vault: a part has
    the id and the digest of its own. `result` is the version that failed; `phase_1_due` and `due` are days of the site.
    PII: printed names of staff.
    """

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=40, unique=True)
    site = models.ForeignKey("people.Site", models.PROTECT, to_field="code", related_name="+")
    study = models.ForeignKey("qc.Study", models.PROTECT, null=True, related_name="+")
    criterion = models.CharField(max_length=32)
    attempt = models.PositiveSmallIntegerField()
    result = models.ForeignKey("qc.Result", models.PROTECT, related_name="+")
    analyst = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    analyst_name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=choices(InvestigationState))
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_by_name = models.CharField(max_length=200)
    phase_1_due = models.DateField()
    due = models.DateField()
    findings = models.JSONField(default=list)
    hypotheses = models.JSONField(default=list)
    plans = models.JSONField(default=list)
    cause = models.JSONField(default=dict)
    proposal = models.JSONField(default=dict)
    outcome = models.CharField(max_length=20, blank=True, default="", choices=choices(Outcome))
    concluded_at = models.DateTimeField(null=True)
    concluded_by = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "point", "criterion", "attempt"],
                condition=~Q(state=InvestigationState.CONCLUDED.value),
                name="qc_investigation_one_open",
            ),
            is_one_of("state", InvestigationState, "qc_investigation_state_known"),
            models.CheckConstraint(condition=one_subject(), name="qc_investigation_one_subject"),
            models.CheckConstraint(
                condition=Q(
                    state=InvestigationState.CONCLUDED.value,
                    outcome__in=[outcome.value for outcome in Outcome],
                    concluded_at__isnull=False,
                )
                | (~Q(state=InvestigationState.CONCLUDED.value) & Q(outcome="", concluded_at__isnull=True)),
                name="qc_investigation_concluded_whole",
            ),
        ]
        indexes = [models.Index(fields=["site", "-opened_at"], name="qc_investigation_by_site")]

    def __str__(self) -> str:
        return f"qc.investigation:{self.pk}"
