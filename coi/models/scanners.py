"""What was found of a station's scanner."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from coi.models.base import Projection, site_key


class ScannerQualification(Projection):
    """One scan of the whole card of test symbols at a station: what came of it, and until when it holds.

    A keyboard scanner has no identity that it could show, so the record binds to the station; make and serial number
    are what somebody read off it. The newest row of a station counts: a card that failed ends what an earlier one gave.
    `evidence` is the salted SHA-256 of every reading; the readings themselves lie in the vault under this row's id.
    PII: none.
    """

    station = models.CharField(max_length=28)
    site = site_key()
    at = models.DateTimeField()
    is_qualified = models.BooleanField()
    until = models.DateTimeField(null=True)
    make = models.CharField(max_length=80, blank=True)
    serial = models.CharField(max_length=80, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200)
    card_version = models.CharField(max_length=8)
    findings = models.JSONField()
    evidence = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index("station", models.F("at").desc(), name="coi_scanner_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_qualified=True, until__isnull=False)
                | Q(is_qualified=False, until__isnull=True),
                name="coi_scanner_until_if_qualified",
            )
        ]
