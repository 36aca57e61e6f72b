"""The subject of a row that names one, as a value."""

from typing import Any

from qc.rules.subjects import SubjectKind, SubjectRef

NAMED = ("batch", "collection", "lot", "study")


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
