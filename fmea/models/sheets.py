"""Sheets: worksheets as people work on them, item by item. What is signed is a document of `people`."""

from django.db import models
from django.db.models import Q

from fmea.rules.cells import Table


class Sheet(models.Model):
    """One worksheet at work. `code` is that of its document; `base` the version that it began from, 0 before the first.

    `revision` counts its changes, `header` holds what stands above the rows, `order` the codes of each table in order,
    `stamps` of each column of the header its last revision and editor.
    PII: printed names of staff.
    """

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=64, unique=True)
    site = models.ForeignKey("people.Site", models.PROTECT, to_field="code", related_name="+")
    base = models.PositiveIntegerField(default=0)
    revision = models.PositiveIntegerField(default=0)
    header = models.JSONField(default=dict)
    order = models.JSONField(default=dict)
    stamps = models.JSONField(default=dict)
    opened_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"fmea.sheet:{self.code}"


class SheetItem(models.Model):
    """A step or a row of a sheet, by its code. `stamps`: of each column its last revision and editor.

    `gone`: the revision and the editor that took it out; its values stay, so that it can be put back as it was.
    PII: printed names of staff.
    """

    id = models.UUIDField(primary_key=True)
    sheet = models.ForeignKey("fmea.Sheet", models.PROTECT, related_name="items")
    part = models.CharField(max_length=8)
    code = models.CharField(max_length=32)
    values = models.JSONField(default=dict)
    stamps = models.JSONField(default=dict)
    gone = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "part", "code"], name="fmea_item_once"),
            models.CheckConstraint(
                condition=Q(part__in=[Table.STEPS.value, Table.ROWS.value]), name="fmea_item_part_known"
            ),
        ]

    def __str__(self) -> str:
        return f"fmea.sheetitem:{self.part}:{self.code}"
