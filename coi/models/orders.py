"""Who is treated with what, and by which names others know it."""

from django.db import models
from django.db.models import Q

from coi.models.base import Projection, choices, is_one_of, site_key
from coi.rules.journey import OrderKind
from coi.rules.protocol import Party


class Patient(Projection):
    """A person treated at a site. Name, birth date and MRN lie in the vault under the same id.

    PII: none here; see `Vault`.
    """

    treating_site = site_key()
    mrn_index = models.CharField(max_length=64)
    enrolled_at = models.DateTimeField()

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

    It pins the versions of the protocol and specification that it began with.
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
    ordered_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            is_one_of("kind", OrderKind, "coi_order_kind_known"),
            models.CheckConstraint(
                condition=~Q(kind=OrderKind.PATIENT) | Q(patient__isnull=False),
                name="coi_order_patient_named",
            ),
        ]
        indexes = [models.Index(fields=["-ordered_at"], name="coi_order_recent")]

    @property
    def sites(self) -> dict[Party, str]:
        """The codes of the sites that take part, by what they are to this order."""
        return {
            Party.TREATING: self.treating_site_id,
            Party.COLLECTION: self.collection_site_id,
            Party.COURIER: self.courier_site_id,
            Party.MANUFACTURER: self.manufacturing_site_id,
        }


class Alias(Projection):
    """Any other identifier that finds the journey: wristband, DIN, JOIN id, lot, MRN.

    `value_key` is the value itself, or its keyed digest where the value is personal (wristband, MRN).
    PII: none in clear.
    """

    order = models.ForeignKey(Order, models.PROTECT)
    issuer = site_key()
    kind = models.CharField(max_length=20)
    value_key = models.CharField(max_length=80)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "kind", "value_key"], name="coi_alias_uniq"),
        ]
        indexes = [models.Index(fields=["kind", "value_key"], name="coi_alias_value")]
