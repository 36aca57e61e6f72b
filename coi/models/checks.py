"""What is done at the stations: checks, scans, completed steps, and whose material stands at a place."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from coi.models.base import Projection, choices, is_one_of, site_key
from coi.models.orders import Order
from coi.rules.journey import CheckState
from coi.rules.outcome import Outcome


class Check(Projection):
    """One attempt at a step: what each person scanned, and how it ended.

    open -> complete (the step is done) | stopped (sticky until `cleared_at`) | abandoned. Being a row, it survives a
    crash and a change of station. `scans` is a list of {user, item, target, at}; `subjects` a list of container ids.
    `late` is empty, or of a late entry {performed_at, reason, paper, text}; its `text` is an id in the vault.
    `performed_at` is when the first person's part was recorded.
    PII: printed names of staff.
    """

    order = models.ForeignKey(Order, models.PROTECT, null=True)
    step = models.CharField(max_length=40, blank=True, default="")
    station = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=choices(CheckState))
    performer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    performer_name = models.CharField(max_length=200, blank=True, default="")
    witness = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    witness_name = models.CharField(max_length=200, blank=True, default="")
    batch = models.UUIDField(null=True)
    subjects = models.JSONField(default=list)
    scans = models.JSONField(default=list)
    values = models.JSONField(default=dict)
    refusals = models.JSONField(default=list)
    opened_at = models.DateTimeField()
    performed_at = models.DateTimeField(null=True)
    late = models.JSONField(default=dict)
    closed_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    cleared_by_name = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [is_one_of("state", CheckState, "coi_check_state_known")]
        indexes = [
            models.Index(fields=["order"], condition=Q(state=CheckState.OPEN), name="coi_check_open"),
            models.Index(
                fields=["station"],
                condition=Q(state=CheckState.STOPPED, cleared_at__isnull=True),
                name="coi_check_stop",
            ),
            # Attempts are counted from this alone: a check itself is wide, with all that was scanned in it.
            models.Index(
                fields=["order", "step", "opened_at"],
                include=["station", "state"],
                name="coi_check_attempt",
            ),
            models.Index(fields=["order"], condition=Q(state=CheckState.STOPPED), name="coi_check_stopped"),
        ]


class Scan(Projection):
    """One request of one person, accepted or not; its id is the client's `scan_id`.

    `answer` is what was answered, so that a retry gets the same. The raw text lies in the vault under the same id.
    PII: none in clear.
    """

    order = models.ForeignKey(Order, models.PROTECT, null=True)
    check_ref = models.ForeignKey(Check, models.PROTECT, null=True, db_column="check_id")
    step = models.CharField(max_length=40, blank=True, default="")
    station = models.CharField(max_length=40)
    site = site_key()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=choices(Outcome))
    codes = models.JSONField(default=list)
    is_stop = models.BooleanField(default=False)
    is_near_miss = models.BooleanField(default=False)
    is_keyed = models.BooleanField(default=False)
    request_digest = models.CharField(max_length=64)
    content_digest = models.CharField(max_length=64)
    answer = models.JSONField(default=dict)

    class Meta:
        constraints = [is_one_of("outcome", Outcome, "coi_scan_outcome_known")]
        indexes = [
            models.Index(fields=["station", "-at"], name="coi_scan_station"),
            models.Index(fields=["order", "-at"], name="coi_scan_order"),
            models.Index(fields=["-at"], condition=Q(is_near_miss=True), name="coi_scan_near_miss"),
            models.Index(
                fields=["at"],
                condition=Q(outcome__in=[Outcome.REFUSED.value, Outcome.UNREADABLE.value]),
                name="coi_scan_refused",
            ),
        ]


class StepRecord(Projection):
    """A step that was completed, once for its subject (order, batch or container).

    `occurrence` counts repeatable steps; for all others it is 1, and the constraint lets exactly one station win.
    `at` is when it was recorded; `performed_at`, of a late entry alone, when it was done.
    PII: printed names of staff.
    """

    order = models.ForeignKey(Order, models.PROTECT)
    step = models.CharField(max_length=40)
    subject = models.UUIDField()
    occurrence = models.PositiveSmallIntegerField(default=1)
    batch = models.UUIDField(null=True)
    containers = models.JSONField(default=list)
    check_ref = models.ForeignKey(Check, models.PROTECT, db_column="check_id")
    station = models.CharField(max_length=40)
    site = site_key()
    at = models.DateTimeField()
    performed_at = models.DateTimeField(null=True)
    performer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    performer_name = models.CharField(max_length=200)
    witness = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    witness_name = models.CharField(max_length=200, blank=True, default="")
    values = models.JSONField(default=dict)
    stock = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["step", "subject", "occurrence"], name="coi_step_record_once"),
        ]
        indexes = [models.Index(fields=["order", "at"], name="coi_step_record_order")]


class PlaceUse(Projection):
    """One patient's material at a place marked for one: opened by the first scan, closed by line clearance.

    PII: none.
    """

    place = models.CharField(max_length=40)
    order = models.ForeignKey(Order, models.PROTECT)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place"], condition=Q(closed_at__isnull=True), name="coi_place_use_one_patient"
            ),
        ]
