"""What is used on the cells: material lots and equipment."""

from django.db import models

from coi.models.base import Projection, choices, is_one_of, site_key
from coi.rules.stock import StockStatus


class MaterialLot(Projection):
    """A supplier's lot of a reagent, vector or consumable at a site.

    PII: none.
    """

    code = models.CharField(max_length=28, unique=True)
    material = models.CharField(max_length=40)
    lot_no = models.CharField(max_length=60)
    site = site_key()
    status = models.CharField(max_length=12, choices=choices(StockStatus))
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [is_one_of("status", StockStatus, "coi_material_lot_status_known")]


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
