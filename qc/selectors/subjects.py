"""What a result is about, found by its kind and code, and locked while a result of it is recorded."""

from datetime import datetime
from typing import Any

from coi.rules.batches import BatchSummary
from coi.rules.genealogy import Source
from coi.selectors.batches import batch_by_code, lock_batch, sources_of
from coi.selectors.collections import CollectionFacts, collection_by_din, lock_order
from coi.selectors.containers import keepable
from coi.selectors.materials import MaterialFacts
from coi.selectors.stock import StockView, lots
from people import selectors as people
from people.rules.variants import VariantFault, Wanted
from qc.models import Study
from qc.rules.specification import KIND
from qc.rules.stability import read_point
from qc.rules.subjects import StudyState, Subject, SubjectKind, SubjectRef
from qc.selectors.studies import lock_study


def subject(ref: SubjectRef, at: datetime) -> Subject | None:
    """The subject that was named, or None where there is none. A time point is of a study alone."""
    if "\x00" in f"{ref.code}{ref.point}" or (ref.point and ref.kind is not SubjectKind.STUDY):
        return None
    if ref.kind is SubjectKind.BATCH:
        batch = batch_by_code(ref.code)
        return None if batch is None else _of_batch(ref, batch)
    if ref.kind is SubjectKind.COLLECTION:
        collection = collection_by_din(ref.code)
        return None if collection is None else _of_collection(ref, collection, at)
    if ref.kind is SubjectKind.MATERIAL_LOT:
        return _of_lot(ref, at)
    study = Study.objects.select_related("site").filter(code=ref.code).first()
    return None if study is None else _of_study(ref, study)


def lock_subject(found: Subject, at: datetime) -> Subject | None:
    """The subject with its journey locked, where it has one: nothing of it changes until the transaction ends."""
    if found.ref.kind is SubjectKind.BATCH:
        lock_batch(found.ref.code)
    elif found.ref.kind is SubjectKind.STUDY:
        lock_study(found.ref.code)
    elif found.order_id:
        lock_order(found.order_id)
    return subject(found.ref, at)


def _of_batch(ref: SubjectRef, batch: BatchSummary) -> Subject:
    return Subject(
        ref=ref,
        id=batch.id,
        site=batch.site,
        zone=batch.zone,
        stream=f"journey:{batch.coi_id}",
        specification_id=batch.specification_id,
        order_id=batch.order_id,
        coi_id=batch.coi_id,
        disposition=batch.disposition,
        sources=sources_of(batch),
    )


def _of_collection(ref: SubjectRef, collection: CollectionFacts, at: datetime) -> Subject:
    return Subject(
        ref=ref,
        id=collection.id,
        site=collection.site,
        zone=collection.zone,
        stream=f"journey:{collection.coi_id}",
        specification_id=_effective(wanted_of(collection), at),
        order_id=collection.order_id,
        coi_id=collection.coi_id,
        sources={source.code: source for source in collection.containers},
    )


def _of_lot(ref: SubjectRef, at: datetime) -> Subject | None:
    lot = lots([ref.code]).get(ref.code)
    if lot is None:
        return None
    return Subject(
        ref=ref,
        id=lot.id,
        site=lot.site,
        zone=people.zone_of(lot.site),
        stream="stock",
        specification_id=_effective(_wanted_of_lot(lot), at),
        needs_source=False,
    )


def _of_study(ref: SubjectRef, study: Any) -> Subject | None:
    """Of what was pulled, the container; None for a point at which nothing was."""
    sources = _pulled(study, ref.point) if ref.point else {}
    if ref.point and not sources:
        return None
    return Subject(
        ref=ref,
        id=str(study.pk),
        site=study.site_id,
        zone=study.site.zone,
        stream=f"study:{study.code}",
        specification_id=str(study.specification_id or ""),
        sources=sources,
        is_closed=study.state != StudyState.RUNNING,
    )


def _pulled(study: Any, key: str) -> dict[str, Source]:
    point = read_point(key)
    is_pulled = point is not None and any(
        (it["point"], it["condition"]) == (point.point, point.condition)
        and point.container in it["containers"]
        for it in study.pulls
    )
    found = keepable([point.container]) if point is not None and is_pulled else {}
    return {it.code: Source(it.id, it.code, it.kind, it.status, it.made_at) for it in found.values()}


def wanted_of(material: CollectionFacts | MaterialFacts) -> Wanted:
    """What a specification has to be of, to judge a collection."""
    subject = str(SubjectKind.COLLECTION)
    return Wanted(material.product, material.region, material.phase, subject)


def _wanted_of_lot(lot: StockView) -> Wanted:
    """A supplier's material is called by its name in capitals, since a product's code has no other letters."""
    return Wanted(lot.kind.upper(), subject=str(SubjectKind.MATERIAL_LOT))


def _effective(wanted: Wanted, at: datetime) -> str:
    """The specification that applies; empty where none does, or more than one."""
    found = people.applicable_document(KIND, wanted, at)
    return "" if found is None or isinstance(found, VariantFault) else found.id
