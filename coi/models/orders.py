"""Who is treated with what, and by which names others know it."""

import pgtrigger
from django.db import models
from django.db.models import Q

from coi.models.base import Projection, choices, is_one_of, site_key
from coi.rules.aliases import OF_PATIENT, WORLDWIDE, AliasKind, RetireReason
from coi.rules.journey import OrderKind, Phase
from coi.rules.protocol import Party


class Patient(Projection):
    """A person treated at a site. Name, birth date and MRN lie in the vault: under `identity`, else under the same id.

    A signed reconciliation alone changes `identity` and `mrn_index`, or says by `merged_into` that two rows are one
    person. Orders keep the row that they were placed with.
    PII: none here; see `Vault`.
    """

    treating_site = site_key()
    mrn_index = models.CharField(max_length=64)
    enrolled_at = models.DateTimeField()
    identity = models.UUIDField(null=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["treating_site", "mrn_index"], name="coi_patient_mrn_uniq"),
        ]


class Product(Projection):
    """A therapy that can be ordered.

    PII: none.
    """

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)


class Order(Projection):
    """One course of therapy: the carrier of the COI id. Open until every container is closed out.

    It pins the versions of the protocol and specification that it began with, the latter by product, `phase` (empty for
    orders from before there was one) and the region of the treating site.
    PII: none (pseudonymous).
    """

    coi_id = models.CharField(max_length=15, unique=True)
    kind = models.CharField(max_length=12, choices=choices(OrderKind))
    patient = models.ForeignKey(Patient, models.PROTECT, null=True)
    product = models.ForeignKey(Product, models.PROTECT)
    treating_site = site_key()
    collection_site = site_key()
    courier_site = site_key()
    manufacturing_site = site_key()
    protocol = models.ForeignKey("people.DocumentVersion", models.PROTECT, related_name="+")
    specification = models.ForeignKey("people.DocumentVersion", models.PROTECT, null=True, related_name="+")
    phase = models.CharField(max_length=12, blank=True, default="", choices=choices(Phase))
    ordered_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            is_one_of("kind", OrderKind, "coi_order_kind_known"),
            models.CheckConstraint(
                condition=Q(phase="") | Q(phase__in=[phase.value for phase in Phase]),
                name="coi_order_phase_known",
            ),
            models.CheckConstraint(
                condition=~Q(kind=OrderKind.PATIENT) | Q(patient__isnull=False),
                name="coi_order_patient_named",
            ),
        ]
        indexes = [models.Index(fields=["-ordered_at"], name="coi_order_recent")]
        triggers = [pgtrigger.ReadOnly(name="order_keeps_its_patient", fields=["coi_id", "patient"])]

    @property
    def sites(self) -> dict[Party, str]:
        """The codes of the sites that take part, by what they are to this order."""
        return {
            Party.TREATING: self.treating_site_id,
            Party.COLLECTION: self.collection_site_id,
            Party.COURIER: self.courier_site_id,
            Party.MANUFACTURER: self.manufacturing_site_id,
        }


_OF_PATIENT = sorted(kind.value for kind in OF_PATIENT)


class Alias(Projection):
    """Any other identifier that finds the journey: wristband, DIN, JOIN id, lot, MRN.

    `value_key` is the value itself, or its keyed digest where the value is personal. What names the patient and not one
    course of therapy (MRN, subject number) hangs on the patient. A row never moves: a wrong one is retired, and stays.
    PII: none in clear; printed names of staff.
    """

    order = models.ForeignKey(Order, models.PROTECT, null=True)
    patient = models.ForeignKey(Patient, models.PROTECT, null=True)
    issuer = site_key()
    kind = models.CharField(max_length=20, choices=choices(AliasKind))
    value_key = models.CharField(max_length=80)
    added_at = models.DateTimeField()
    added_by_name = models.CharField(max_length=200, blank=True, default="")
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaced_by")
    retired_at = models.DateTimeField(null=True)
    retired_by_name = models.CharField(max_length=200, blank=True, default="")
    retire_reason = models.CharField(max_length=20, blank=True, default="", choices=choices(RetireReason))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "kind", "value_key"],
                condition=Q(retired_at__isnull=True),
                name="coi_alias_uniq",
            ),
            models.UniqueConstraint(
                fields=["kind", "value_key"],
                condition=Q(retired_at__isnull=True, kind__in=sorted(kind.value for kind in WORLDWIDE)),
                name="coi_alias_worldwide",
            ),
            is_one_of("kind", AliasKind, "coi_alias_kind_known"),
            models.CheckConstraint(
                condition=Q(kind__in=_OF_PATIENT, patient__isnull=False, order__isnull=True)
                | (~Q(kind__in=_OF_PATIENT) & Q(patient__isnull=True, order__isnull=False)),
                name="coi_alias_of_one",
            ),
        ]
        indexes = [models.Index(fields=["kind", "value_key"], name="coi_alias_value")]
        triggers = [
            pgtrigger.ReadOnly(
                name="alias_never_moves",
                fields=["order", "patient", "issuer", "kind", "value_key", "added_at", "replaces"],
            )
        ]
