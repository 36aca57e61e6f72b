"""The leaf hash covers every column and every subject."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.rules import Subject, derive
from ledger.rules.leaves import EntryRecord
from ledger.rules.merkle import leaf_hash

AT = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
RECORD = EntryRecord(
    id=1,
    uuid=UUID(int=1),
    stream="journey:A",
    seq=1,
    occurred_at=AT,
    recorded_at=AT,
    performed_at=AT,
    time_source="clock",
    zone="UTC",
    site="A",
    station="S",
    actor_id=1,
    actor_name="Alice",
    actor_kind="person",
    auth_method="badge",
    event="coi:scan:accepted",
    schema=1,
    body=b"{}",
    reason="",
    request_id=UUID(int=2),
    check_id=UUID(int=3),
    protocol_version="P1",
    software_version="1",
    corrects_id=UUID(int=4),
)
SUBJECTS = [Subject("order", "A"), Subject("station", "S")]


def another(value: Any) -> Any:
    """A value of the same type that differs by as little as can be."""
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1)
    if isinstance(value, UUID):
        return UUID(int=value.int + 8)
    return value + (b" " if isinstance(value, bytes) else " " if isinstance(value, str) else 1)


@pytest.mark.parametrize("name", [field.name for field in fields(EntryRecord)])
def test_every_column_is_covered(name: str) -> None:
    changed = replace(RECORD, **{name: another(getattr(RECORD, name))})
    assert changed.leaf(SUBJECTS) != RECORD.leaf(SUBJECTS)


@pytest.mark.parametrize("name", ["performed_at", "actor_id", "check_id", "corrects_id"])
def test_absent_is_another_value(name: str) -> None:
    assert replace(RECORD, **{name: None}).leaf(SUBJECTS) != RECORD.leaf(SUBJECTS)


@pytest.mark.parametrize(
    "subjects",
    [
        [],
        SUBJECTS[:1],
        [*SUBJECTS, Subject("order", "B")],
        [Subject("orders", "A"), Subject("station", "S")],
        [Subject("order", "Astation"), Subject("", "S")],
    ],
)
def test_every_subject_is_covered(subjects: list[Subject]) -> None:
    assert RECORD.leaf(subjects) != RECORD.leaf(SUBJECTS)


def test_the_order_of_subjects_does_not_matter() -> None:
    assert RECORD.leaf([*reversed(SUBJECTS), SUBJECTS[0]]) == RECORD.leaf(SUBJECTS)


def test_the_format_never_changes() -> None:
    # Entries are kept for decades: this hash was computed once and stands for the layout itself.
    data = (
        '{"actor":1,"actor_kind":"person","actor_name":"Alice","auth_method":"badge",'
        '"body":"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",'
        '"check":"00000000-0000-0000-0000-000000000003",'
        '"corrects":"00000000-0000-0000-0000-000000000004","event":"coi:scan:accepted","id":1,"layout":1,'
        '"occurred_at":"2026-01-02T03:04:05.000006Z","performed_at":"2026-01-02T03:04:05.000006Z",'
        '"protocol_version":"P1","reason":"","recorded_at":"2026-01-02T03:04:05.000006Z",'
        '"request_id":"00000000-0000-0000-0000-000000000002","schema":1,"seq":1,"site":"A",'
        '"software_version":"1","station":"S","stream":"journey:A",'
        '"subjects":[["order","A"],["station","S"]],"time_source":"clock",'
        '"uuid":"00000000-0000-0000-0000-000000000001","zone":"UTC"}'
    )
    assert RECORD.leaf(SUBJECTS) == leaf_hash(data.encode())


def test_derived_requests_are_stable_and_differ() -> None:
    request = UUID(int=9)
    assert derive(request, "a") == derive(request, "a")
    assert len({request, derive(request, "a"), derive(request, "b"), derive(UUID(int=8), "a")}) == 4
