"""What blocks a container: holds, and the deviations that place them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from coi.models.base import Projection, choices, is_one_of
from coi.models.containers import Container
from coi.models.orders import Order
from coi.rules.deviations import DeviationClass, DeviationState


class Deviation(Projection):
    """Something that went otherwise than laid down: class, owner, due date, cause, disposition, signature.

    It names the containers concerned; only a critical one blocks them, by a hold for each. Free text of cause and
    disposition lies in the vault under `cause_text` and `disposition_text`.
    PII: none in clear.
    """

    code = models.CharField(max_length=20, unique=True)
    order = models.ForeignKey(Order, models.PROTECT, null=True)
    grade = models.CharField(max_length=10, choices=choices(DeviationClass))
    state = models.CharField(max_length=10, choices=choices(DeviationState))
    trigger = models.CharField(max_length=40)
    step = models.CharField(max_length=40, blank=True, default="")
    site = models.CharField(max_length=40, blank=True, default="")
    containers = models.JSONField(default=list)
    check_id = models.UUIDField(null=True)
    opened_at = models.DateTimeField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    owner_name = models.CharField(max_length=200, blank=True, default="")
    due_at = models.DateTimeField()
    cause_code = models.CharField(max_length=40, blank=True, default="")
    cause_text = models.UUIDField(null=True)
    disposition_code = models.CharField(max_length=40, blank=True, default="")
    disposition_text = models.UUIDField(null=True)
    signature = models.UUIDField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            is_one_of("grade", DeviationClass, "coi_deviation_grade_known"),
            is_one_of("state", DeviationState, "coi_deviation_state_known"),
            models.CheckConstraint(
                condition=Q(state=DeviationState.OPEN) | Q(signature__isnull=False, closed_at__isnull=False),
                name="coi_deviation_closed_signed",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(closed_at__isnull=True), name="coi_deviation_open")
        ]


class Hold(Projection):
    """A container, with all that is made from it, may not be used until the hold is released.

    PII: printed names of staff; the reason's free text lies in the vault.
    """

    order = models.ForeignKey(Order, models.PROTECT)
    container = models.ForeignKey(Container, models.PROTECT)
    deviation = models.ForeignKey(Deviation, models.PROTECT, null=True)
    reason_code = models.CharField(max_length=40)
    reason_text = models.UUIDField(null=True)
    placed_at = models.DateTimeField()
    placed_by_name = models.CharField(max_length=200)
    released_at = models.DateTimeField(null=True)
    released_by_name = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["order"], condition=Q(released_at__isnull=True), name="coi_hold_open"),
        ]
