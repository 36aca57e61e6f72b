"""What the patient weighed, and when."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from coi.models.base import Projection, choices, is_one_of
from coi.models.orders import Order
from coi.rules.weights import HEAVIEST, LIGHTEST, WeightCorrection, WeightSource


class Weight(Projection):
    """A body weight of the order's patient with its date. A row never changes: a wrong one is superseded by another.

    `step` is the step in which it was measured, empty where it was entered by itself. That one takes the place of
    another of the same order alone is a composite key, made in migration `weights`.
    PII: health data of a patient, pseudonymous by the order; printed names of staff.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="weights")
    kg = models.DecimalField(max_digits=6, decimal_places=3)
    measured_at = models.DateTimeField()
    source = models.CharField(max_length=10, choices=choices(WeightSource))
    step = models.CharField(max_length=40, blank=True, default="")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    recorded_by_name = models.CharField(max_length=200)
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, related_name="superseded_by")
    reason = models.CharField(max_length=20, blank=True, default="", choices=choices(WeightCorrection))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "id"], name="coi_weight_order_uniq"),
            is_one_of("source", WeightSource, "coi_weight_source_known"),
            models.CheckConstraint(
                condition=Q(kg__gte=LIGHTEST, kg__lte=HEAVIEST), name="coi_weight_possible"
            ),
            models.CheckConstraint(
                condition=Q(measured_at__lte=models.F("recorded_at")), name="coi_weight_not_in_the_future"
            ),
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True, reason="")
                | (Q(supersedes__isnull=False) & ~Q(reason="")),
                name="coi_weight_superseded_for_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["order", "measured_at"], name="coi_weight_order")]
        triggers = [pgtrigger.Protect(name="weight_never_changes", operation=pgtrigger.Update)]
