"""What holds the cells: collections, batches, containers, their parents, their labels, their hand-overs.

The composite foreign keys that hold a child, its parent, its batch and its label to ONE order are made in migration
`composite_keys`: Django has no field for them.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from coi.models.base import Projection, choices, is_one_of, site_key
from coi.models.orders import Order
from coi.rules.acceptance import Acceptance
from coi.rules.journey import ContainerStatus, CopyStatus, Disposition, Fate


class Collection(Projection):
    """One apheresis, one donation identification number.

    `acceptance` is quality's judgement of it as starting material, `plan_changes` what is done otherwise because of it
    (codes of `PlanChange`).
    PII: none.
    """

    order = models.ForeignKey(Order, models.PROTECT)
    din = models.CharField(max_length=13, unique=True)
    site = site_key()
    collected_at = models.DateTimeField()
    acceptance = models.CharField(
        max_length=24, choices=choices(Acceptance), default=Acceptance.PENDING.value
    )
    plan_changes = models.JSONField(default=list)
    judged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "id"], name="coi_collection_order_uniq"),
            is_one_of("acceptance", Acceptance, "coi_collection_acceptance_known"),
            models.CheckConstraint(
                condition=Q(acceptance=Acceptance.PENDING.value, judged_at__isnull=True)
                | (~Q(acceptance=Acceptance.PENDING.value) & Q(judged_at__isnull=False)),
                name="coi_collection_judged_is_dated",
            ),
        ]


class Batch(Projection):
    """One manufacturing run. Born in process, which nothing may ship; `qc` moves the disposition.

    `component` is which component of the dose it is, by the order's protocol; empty where a dose is one product.
    PII: none.
    """

    order = models.ForeignKey(Order, models.PROTECT)
    code = models.CharField(max_length=40, unique=True)
    site = site_key()
    started_at = models.DateTimeField()
    disposition = models.CharField(max_length=24, choices=choices(Disposition))
    component = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "id"], name="coi_batch_order_uniq"),
            is_one_of("disposition", Disposition, "coi_batch_disposition_known"),
        ]


class Container(Projection):
    """A bag, vial, tube, vessel or sample: of one order, of one batch at most, with known parents.

    `custodian` is the site that answers for it now; `hold_until` runs while a step has to follow within a time.
    PII: none.
    """

    order = models.ForeignKey(Order, models.PROTECT)
    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=30)
    status = models.CharField(max_length=12, choices=choices(ContainerStatus))
    custodian = site_key()
    place = models.CharField(max_length=40, blank=True, default="")
    collection = models.ForeignKey(Collection, models.PROTECT, null=True)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True)
    number = models.PositiveSmallIntegerField(default=1)
    total = models.PositiveSmallIntegerField(default=1)
    made_at = models.DateTimeField()
    made_by_step = models.CharField(max_length=40)
    expires_at = models.DateTimeField(null=True)
    hold_until = models.DateTimeField(null=True)
    hold_step = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "id"], name="coi_container_order_uniq"),
            is_one_of("status", ContainerStatus, "coi_container_status_known"),
        ]
        indexes = [
            models.Index(
                fields=["hold_until"], condition=Q(hold_until__isnull=False), name="coi_container_hold_time"
            ),
        ]


class ContainerParent(Projection):
    """One line of genealogy: the child was made from the parent, both of one order.

    PII: none.
    """

    order = models.ForeignKey(Order, models.PROTECT)
    child = models.ForeignKey(Container, models.PROTECT, related_name="parents")
    parent = models.ForeignKey(Container, models.PROTECT, related_name="children")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["child", "parent"], name="coi_container_parent_uniq"),
            models.CheckConstraint(condition=~Q(child=F("parent")), name="coi_container_parent_other"),
        ]


class LabelCopy(Projection):
    """One printed copy of a container's label, with a code of its own: it is the copy that is scanned and voided.

    `fate` is what became of it, with who said so and when; empty while nobody has. `template` is the approved template
    by which it was drawn, empty for the built-in one. `carrier` is what else than the container wears it: the
    cassette in which it is frozen; empty for the container's own label.
    PII: printed names of staff.
    """

    order = models.ForeignKey(Order, models.PROTECT)
    container = models.ForeignKey(Container, models.PROTECT)
    code = models.CharField(max_length=28, unique=True)
    carrier = models.CharField(max_length=30, blank=True, default="")
    number = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=choices(CopyStatus))
    issued_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=40, blank=True, default="")
    file = models.CharField(max_length=64, blank=True, default="")
    fate = models.CharField(max_length=10, choices=choices(Fate), blank=True, default="")
    fate_at = models.DateTimeField(null=True)
    fate_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    fate_by_name = models.CharField(max_length=200, blank=True, default="")
    fate_reason = models.CharField(max_length=40, blank=True, default="")
    template = models.ForeignKey("people.DocumentVersion", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["container", "carrier", "number"], name="coi_label_copy_number_uniq"
            ),
            models.UniqueConstraint(
                fields=["container", "carrier"],
                condition=Q(status=CopyStatus.APPLIED),
                name="coi_label_copy_one_applied",
            ),
            is_one_of("status", CopyStatus, "coi_label_copy_status_known"),
            is_one_of("fate", Fate, "coi_label_copy_fate_known"),
            models.CheckConstraint(
                condition=~Q(fate=Fate.USED.value) | Q(status=CopyStatus.APPLIED.value),
                name="coi_label_copy_used_is_applied",
            ),
        ]


class Handover(Projection):
    """Custody of one container passing from a giver to a receiver, both people named.

    PII: printed names of staff.
    """

    order = models.ForeignKey(Order, models.PROTECT)
    container = models.ForeignKey(Container, models.PROTECT)
    step = models.CharField(max_length=40)
    giver_site = site_key()
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    giver_name = models.CharField(max_length=200)
    receiver_site = site_key()
    receiver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    receiver_name = models.CharField(max_length=200)
    shipper = models.CharField(max_length=28, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(giver=F("receiver")), name="coi_handover_two_people"),
        ]
        indexes = [models.Index(fields=["order", "at"], name="coi_handover_order")]
