"""The subject of a row that names one, as a value."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q

from qc.rules.subjects import SubjectKind, SubjectRef

NAMED = ("batch", "collection", "lot", "study")


def at_sites(sites: Collection[str]) -> Q:
    """Rows whose subject is tested at one of these sites: of a collection, where it is made into a product."""
    return (
        Q(batch__site__in=sites)
        | Q(collection__order__manufacturing_site__in=sites)
        | Q(lot__site__in=sites)
        | Q(study__site__in=sites)
    )


def ref_of(row: Any) -> SubjectRef:
    """What the row is about; the row was read with the tables in `NAMED`."""
    kind = SubjectKind(row.subject_kind)
    code = {
        SubjectKind.BATCH: lambda: row.batch.code,
        SubjectKind.COLLECTION: lambda: row.collection.din,
        SubjectKind.MATERIAL_LOT: lambda: row.lot.code,
        SubjectKind.STUDY: lambda: row.study.code,
    }[kind]()
    return SubjectRef(kind, code, row.point)
