"""What is used on the cells: material lots and equipment."""

from django.db import models
from django.db.models import Q

from coi.models.base import Projection, choices, is_one_of, site_key
from coi.rules.stock import StockStatus


class MaterialLot(Projection):
    """A supplier's lot of a reagent, vector or consumable at a site.

    `gtin` and `lot_no` find it by the supplier's own GS1 label. `elements` is what that label carries, by element
    (`gs1:17`): the value where every label of the lot has the same, empty where each has its own (a serial number).
    PII: none.
    """

    code = models.CharField(max_length=28, unique=True)
    material = models.CharField(max_length=40)
    lot_no = models.CharField(max_length=60)
    site = site_key()
    status = models.CharField(max_length=12, choices=choices(StockStatus))
    expires_at = models.DateTimeField()
    gtin = models.CharField(max_length=14, blank=True, default="")
    elements = models.JSONField(default=dict)

    class Meta:
        constraints = [
            is_one_of("status", StockStatus, "coi_material_lot_status_known"),
            models.UniqueConstraint(
                fields=["gtin", "lot_no", "site"], condition=~Q(gtin=""), name="coi_material_lot_once"
            ),
        ]


class Equipment(Projection):
    """A device, vessel carrier or shipper with a calibration or qualification that runs out.

    PII: none.
    """

    code = models.CharField(max_length=28, unique=True)
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    site = site_key()
    status = models.CharField(max_length=12, choices=choices(StockStatus))
    calibration_due_at = models.DateTimeField()

    class Meta:
        constraints = [is_one_of("status", StockStatus, "coi_equipment_status_known")]
