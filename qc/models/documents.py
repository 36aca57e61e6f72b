"""Documents that were issued about a batch."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from qc.models.base import choices, is_one_of
from qc.rules.document_words import DocumentKind


class IssuedDocument(models.Model):
    """One version of one kind of document about a batch, with its three files in the evidence, each by its SHA-256.

    Never changed and never drawn again: what is handed out are the bytes that were kept. Another version is another
    row, with a reason. `digest` is that of the JSON, which stands on the PDF; `watermark` the words across its pages.
    PII: the printed name of whoever issued it.
    """

    id = models.UUIDField(primary_key=True)
    batch = models.ForeignKey("coi.Batch", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=choices(DocumentKind))
    version = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=200, blank=True, default="")
    digest = models.CharField(max_length=64)
    watermark = models.CharField(max_length=40, blank=True, default="")
    disposition = models.CharField(max_length=30)
    pdf = models.UUIDField()
    json = models.UUIDField()
    xlsx = models.UUIDField()
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    issued_by_name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "kind", "version"], name="qc_document_version_uniq"),
            is_one_of("kind", DocumentKind, "qc_document_kind_known"),
            models.CheckConstraint(
                condition=Q(version=1) | (Q(version__gt=1) & ~Q(reason="")), name="qc_document_again_reasoned"
            ),
        ]

    def __str__(self) -> str:
        return f"qc.issueddocument:{self.pk}"
