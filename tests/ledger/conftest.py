"""Fixtures of the ledger's tests."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from ledger import registry, services
from ledger.rules import EntryRef, Subject, new, put
from tests.ledger.given import A, B, C, Thing, appended, now


@pytest.fixture(autouse=True)
def folders(settings: Any, tmp_path: Path) -> None:
    """Checkpoints and evidence of one test are no concern of the next."""
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"
    settings.EVIDENCE_DIR = tmp_path / "evidence"


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is forgotten after it."""
    for name in ("_tables", "_effects", "_verifiers", "_presenters", "_unrebuildable"):
        monkeypatch.setattr(registry, name, dict(getattr(registry, name)))
    monkeypatch.setattr(registry, "_nudges", [])


@pytest.fixture
def things(db: None, registered: None) -> None:
    """The projection `test.thing`, for one test."""
    with connection.schema_editor(atomic=False) as editor:
        editor.create_model(Thing)
    registry.register_table(Thing)


Tamper = Callable[[], AbstractContextManager[Any]]


@pytest.fixture
def as_owner(db: None) -> Tamper:
    """`with as_owner() as execute:` rewrites history as only the database's owner can: past every trigger."""

    @contextmanager
    def tampering() -> Iterator[Callable[..., None]]:
        with connection.cursor() as cursor:
            _settle(cursor)
            tables = [
                "entry",
                "subject",
                "leaf",
                "node",
                "checkpoint",
                "evidence",
                "pending",
                "stream",
                "installation",
                "signing_key",
                "cosignature",
            ]
            for table in tables:
                cursor.execute(f"ALTER TABLE ledger_{table} DISABLE TRIGGER USER")
            _drop_foreign_keys(cursor)
            yield cursor.execute
            _settle(cursor)
            for table in tables:
                cursor.execute(f"ALTER TABLE ledger_{table} ENABLE TRIGGER USER")

    return tampering


def _settle(cursor: Any) -> None:
    """Let the checks that wait for the commit run now: PostgreSQL alters no table that still waits for some."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _drop_foreign_keys(cursor: Any) -> None:
    """An owner may drop what holds them back; the test's transaction brings it back."""
    cursor.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint"
        " WHERE contype = 'f' AND confrelid IN ('ledger_entry'::regclass, 'ledger_checkpoint'::regclass)"
    )
    for table, name in cursor.fetchall():
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


@pytest.fixture
def history(things: None) -> list[EntryRef]:
    """Six entries in two streams, three checkpoints, a projection, one entry still waiting."""
    refs = [appended(changes=[new("test.thing", A, name="a"), new("test.thing", B, name="b")])]
    refs.append(appended("station:S", subjects=[Subject("order", "A"), Subject("order", "B")]))
    services.seal(now=now(), using="default")
    refs.append(appended(changes=[put("test.thing", A, count=1, content={"k": "v"})]))
    refs.append(appended("station:S"))
    services.seal(now=now(), using="default")
    refs.append(
        appended(changes=[put("test.thing", A, count=2), new("test.thing", C, name="c", parent_id=A)])
    )
    services.seal(now=now(), using="default")
    refs.append(appended())
    return refs
