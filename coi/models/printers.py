"""Label printers of a site, and what is or was to be printed on them."""

from django.db import models
from django.db.models import Q

from coi.models.base import Projection, choices, is_one_of, site_key
from coi.models.containers import LabelCopy
from coi.rules.printing import JobState, PrinterKind, PrinterState


class Printer(Projection):
    """A label printer: what it speaks, where it is reached, which stock is loaded, and whose labels come out there.

    `kinds` are the kinds of containers whose labels its stock is for (all when empty); `stations` those whose labels
    are printed here. One without a host is printed on by hand, from the PDF.
    PII: none.
    """

    code = models.CharField(max_length=32, unique=True)
    site = site_key()
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=4, choices=choices(PrinterKind))
    host = models.CharField(max_length=255, blank=True, default="")
    port = models.PositiveIntegerField(default=9100)
    dpi = models.PositiveSmallIntegerField()
    width_mm = models.PositiveSmallIntegerField()
    height_mm = models.PositiveSmallIntegerField()
    kinds = models.JSONField(default=list)
    stations = models.JSONField(default=list)
    state = models.CharField(max_length=16, choices=choices(PrinterState))

    class Meta:
        constraints = [
            is_one_of("kind", PrinterKind, "coi_printer_kind_known"),
            is_one_of("state", PrinterState, "coi_printer_state_known"),
        ]


class PrintJob(Projection):
    """The printing of one label copy. A copy has one job ever: its bytes are sent to a printer once.

    `trouble` is why it waits or what went wrong, `last_error` what the machine said of it. `turn` counts how often
    people have set it going: what was asked for in an earlier turn is over.
    PII: printed names of staff.
    """

    copy = models.OneToOneField(LabelCopy, models.PROTECT, related_name="job")
    site = site_key()
    station = models.CharField(max_length=28, blank=True, default="")
    printer = models.ForeignKey(Printer, models.PROTECT, null=True)
    width_mm = models.PositiveSmallIntegerField()
    height_mm = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=choices(JobState))
    trouble = models.CharField(max_length=30, blank=True, default="")
    last_error = models.CharField(max_length=200, blank=True, default="")
    turn = models.PositiveSmallIntegerField(default=1)
    tries = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by_name = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            is_one_of("state", JobState, "coi_print_job_state_known"),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=False) | ~Q(state=JobState.SENT.value),
                name="coi_print_job_sent_is_dated",
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "asked_at"],
                condition=~Q(state=JobState.PRINTED.value),
                name="coi_print_job_open",
            )
        ]
