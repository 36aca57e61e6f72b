"""The columns by which a row names its subject: a batch, a collection, a material lot or a study."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from qc.models.base import choices
from qc.rules.subjects import SubjectKind

# The columns that name a subject of each kind; a row has those of its kind and none of the others.
_NAMED_BY = {
    SubjectKind.BATCH: ("batch", "order"),
    SubjectKind.COLLECTION: ("collection", "order"),
    SubjectKind.MATERIAL_LOT: ("lot",),
    SubjectKind.STUDY: ("study",),
}
# A result that says "not tested" may name no container.
_FREE = {
    SubjectKind.BATCH: ("container",),
    SubjectKind.COLLECTION: ("container",),
    SubjectKind.STUDY: ("container", "order"),
}


def one_subject() -> Q:
    """A row has the columns of its kind of subject and none of the others."""
    columns = {"batch", "collection", "lot", "study", "order", "container"}
    whole = Q()
    for kind, own in _NAMED_BY.items():
        others = columns - set(own) - set(_FREE.get(kind, ()))
        there = {f"{column}__isnull": False for column in own} | {f"{c}__isnull": True for c in others}
        whole |= Q(subject_kind=kind.value, **{name: there[name] for name in sorted(there)})
    return whole


class OfSubject(models.Model):
    """What is about one subject, at a time point where that is a study; whoever inherits names the `study` itself.

    PII: none.
    """

    subject_kind = models.CharField(
        max_length=12, choices=choices(SubjectKind), default=SubjectKind.BATCH.value
    )
    subject = models.GeneratedField(
        expression=Coalesce("batch", "collection", "lot", "study"),
        output_field=models.UUIDField(),
        db_persist=True,
    )
    point = models.CharField(max_length=80, blank=True, default="")
    order = models.ForeignKey("coi.Order", models.PROTECT, null=True, related_name="+")
    batch = models.ForeignKey("coi.Batch", models.PROTECT, null=True, related_name="+")
    collection = models.ForeignKey("coi.Collection", models.PROTECT, null=True, related_name="+")
    lot = models.ForeignKey("coi.MaterialLot", models.PROTECT, null=True, related_name="+")
    container = models.ForeignKey("coi.Container", models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True
