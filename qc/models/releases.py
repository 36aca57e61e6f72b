"""How batches were let go, who looked their trails over, and results that failed afterwards."""

from django.conf import settings
from django.db import models

from qc.models.base import choices, is_one_of
from qc.rules.releases import Way


class Release(models.Model):
    """The release of a batch: which way it was let go, and what was pending then.

    `pending` holds for each criterion without a result its code, its title and when the result is expected (ISO 8601).
    `completed_at` is when two more signatures made a conditional release an outright one.
    PII: printed names of staff.
    """

    id = models.UUIDField(primary_key=True)
    batch = models.OneToOneField("coi.Batch", models.PROTECT, related_name="+")
    way = models.CharField(max_length=12, choices=choices(Way))
    pending = models.JSONField(default=list)
    released_at = models.DateTimeField()
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    released_by_name = models.CharField(max_length=200)
    completed_at = models.DateTimeField(null=True)
    completed_by_name = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [is_one_of("way", Way, "qc_release_way_known")]

    def __str__(self) -> str:
        return f"qc.release:{self.pk}"


class TrailReview(models.Model):
    """Somebody of quality looked the audit trail of a batch's journey over, up to and including the entry `upto`.

    `entries` are the numbers, in the ledger, of what was shown as not looked over; `comments` what was said of some of
    them, by their number in the journey. `digest` is what was signed; empty for a review from before they were signed.
    PII: printed names of staff.
    """

    id = models.UUIDField(primary_key=True)
    batch = models.ForeignKey("coi.Batch", models.PROTECT, related_name="+")
    upto = models.PositiveBigIntegerField()
    remark = models.CharField(max_length=400, blank=True, default="")
    entries = models.JSONField(default=list)
    comments = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True, default="")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reviewer_name = models.CharField(max_length=200)
    reviewed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "upto"], name="qc_trail_review_once")]

    def __str__(self) -> str:
        return f"qc.trailreview:{self.pk}"


class LateFailure(models.Model):
    """A result that failed after its batch was let go, and what follows from it.

    `tasks` holds for each duty when it is due, and once it is done when, by whom and what shows it.
    PII: printed names of staff.
    """

    id = models.UUIDField(primary_key=True)
    batch = models.ForeignKey("coi.Batch", models.PROTECT, related_name="+")
    criterion = models.CharField(max_length=32)
    result = models.OneToOneField("qc.Result", models.PROTECT, related_name="+")
    aware_at = models.DateTimeField()
    is_microbial = models.BooleanField()
    is_distributed = models.BooleanField()
    is_infused = models.BooleanField()
    held = models.JSONField(default=list)
    tasks = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"qc.latefailure:{self.pk}"
