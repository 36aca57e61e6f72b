"""The batch record: every fact in it counts, and the same facts always give the same bytes."""

import dataclasses
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest

from coi.rules.batches import BatchContainer, BatchDeviation, BatchHandover, BatchHold, BatchStep, Dossier
from coi.rules.journey import Fate
from coi.rules.labels_reconciliation import CopyFacts
from qc.rules.case import Case
from qc.rules.record import batch_record, digest_of, record_bytes
from qc.rules.results import ResultView
from qc.rules.subjects import SubjectRef
from tests.qc.rules.blockers_given import AT, BAG, DEVIATION, DOSSIER, HANDOVERS, HOLD, OPEN, result, step

FULL = replace(
    DOSSIER,
    containers=(BAG,),
    steps=(step("fill"),),
    handovers=HANDOVERS[:1],
    holds=(HOLD,),
    deviations=(DEVIATION,),
    labels=(replace(OPEN, fate=Fate.SPOILED),),
)
RESULT = result("CAR")
# What moves while the facts stay: where a container stands, and who people are to the database, beside their names.
LEFT_OUT = {
    (BatchContainer, "status"),
    (BatchContainer, "custodian"),
    (BatchStep, "performer_id"),
    (BatchStep, "witness_id"),
    (CopyFacts, "status"),
    (CopyFacts, "container_status"),
    (CopyFacts, "is_drawn"),
    (ResultView, "subject"),
    (ResultView, "subject_id"),
    (ResultView, "source_file"),
    (ResultView, "analyst_id"),
    (ResultView, "reviewer_id"),
}
PARTS = {
    BatchContainer: "containers",
    BatchStep: "steps",
    BatchHandover: "handovers",
    BatchHold: "holds",
    BatchDeviation: "deviations",
    CopyFacts: "labels",
}


def digest(
    dossier: Dossier = FULL, found: ResultView = RESULT, protocol: str = "p", specification: str = "s"
) -> str:
    return digest_of(batch_record(Case(dossier, (found,)), protocol=protocol, specification=specification))


def other(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, StrEnum):
        return next(member for member in type(value) if member is not value)
    if isinstance(value, bool) or value is None:
        return not value if value is not None else AT
    if isinstance(value, dict):
        return {**value, "more": "1"}
    if isinstance(value, SubjectRef):
        return replace(value, code="B2")
    return value + more_of(value)


def more_of(value: Any) -> Any:
    """What can be added to a value."""
    return {datetime: timedelta(seconds=1), int: 1, str: "x", tuple: ("more",)}[type(value)]


FIELDS = [(kind, field.name) for kind in (*PARTS, ResultView) for field in dataclasses.fields(kind)]


@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=lambda it: it if isinstance(it, str) else it.__name__)
def test_every_fact_counts(kind: type, field: str):
    part = RESULT if kind is ResultView else getattr(FULL, PARTS[kind])[0]
    changed = replace(part, **{field: other(getattr(part, field))})
    about = (
        {"found": changed} if kind is ResultView else {"dossier": replace(FULL, **{PARTS[kind]: (changed,)})}
    )
    found = digest(**about)
    assert (found == digest()) == ((kind, field) in LEFT_OUT)


@pytest.mark.parametrize("name", ["code", "coi_id", "order_kind", "product", "site", "started_at"])
def test_whose_batch_it_is_counts(name: str):
    batch = replace(FULL.batch, **{name: other(getattr(FULL.batch, name))})
    assert digest(replace(FULL, batch=batch)) != digest()


def test_the_documents_and_the_family_count():
    assert digest(protocol="q") != digest()
    assert digest(specification="t") != digest()
    assert digest(replace(FULL, parents=())) != digest()


def test_an_approved_dossier_counts():
    record = batch_record(
        Case(FULL), protocol="p", specification="s", dossier={"code": "XR-1", "digest": "d"}
    )
    assert record["exceptional"] == {"code": "XR-1", "digest": "d"}
    assert digest_of(record) != digest_of(batch_record(Case(FULL), protocol="p", specification="s"))


def test_the_order_of_results_does_not_count():
    both = [result("CAR"), result("STERILE")]
    one, two = (
        batch_record(Case(FULL, tuple(it)), protocol="p", specification="s") for it in (both, both[::-1])
    )
    assert record_bytes(one) == record_bytes(two)
