"""What was asked of the auditor's room, and what came of it; the lines that the search looks through."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from audit.rules.requests import RequestState


class Request(models.Model):
    """A report or a bundle as somebody asked for it, made once by the worker and kept as bytes for good.

    `kind` names the kind of report, or `bundle`; `question` says about what. `files`: the evidence of each form with
    its SHA-256; `digest`: of the JSON. `fault` says why it could not be made. `found`: how many gaps and notes it tells
    of. PII: printed names of staff.
    """

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=40)
    question = models.JSONField(default=dict)
    sites = models.JSONField(default=list)
    state = models.CharField(max_length=8)
    fault = models.CharField(max_length=40, blank=True, default="")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_by_name = models.CharField(max_length=200)
    made_at = models.DateTimeField(null=True)
    files = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True, default="")
    found = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in RequestState]),
                name="audit_request_state_known",
            ),
            models.CheckConstraint(
                condition=(Q(state=RequestState.MADE.value, made_at__isnull=False) & ~Q(digest=""))
                | (Q(made_at__isnull=True, digest="") & ~Q(state=RequestState.MADE.value)),
                name="audit_request_made_whole",
            ),
            models.CheckConstraint(
                condition=(Q(state=RequestState.FAILED.value) & ~Q(fault=""))
                | (~Q(state=RequestState.FAILED.value) & Q(fault="")),
                name="audit_request_failed_for_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["asked_by", "-asked_at"], name="audit_request_of_person")]

    def __str__(self) -> str:
        return f"audit.request:{self.pk}"


class Position(models.Model):
    """How far the worker is: which entry it read last for the search, how many percent of a report are made.

    No fact: losing it costs doing it again. PII: none.
    """

    name = models.CharField(max_length=80, primary_key=True)
    upto = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return f"{self.name}:{self.upto}"


class SearchLine(models.Model):
    """One entry as the search finds it: its words, and its site among them, so that one index answers for both.

    Made from the ledger and from nothing else; it may be emptied and is filled again. PII: printed names of staff.
    """

    entry_id = models.BigIntegerField(primary_key=True)
    site = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    words = SearchVectorField()

    class Meta:
        indexes = [
            GinIndex(fields=["words"], name="audit_search_words", fastupdate=False),
            models.Index(fields=["-at", "-entry_id"], name="audit_search_at"),
            models.Index(fields=["site", "-at", "-entry_id"], name="audit_search_site_at"),
        ]

    def __str__(self) -> str:
        return f"audit.searchline:{self.pk}"
