"""What stolen credentials of the web server can and cannot do. Triggers can be switched off; rights cannot."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from ledger import selectors, services
from tests.ledger.given import appended, now

pytestmark = pytest.mark.django_db
REFUSAL = r"permission denied|must be owner"
COLUMNS = {"subject": "kind", "leaf": "hash", "node": "hash", "checkpoint": "note", "evidence": "name"}
COLUMNS |= {"entry": "reason", "halt": "reason", "signing_key": "statement", "cosignature": "line"}


def refused(sql: str) -> None:
    """The role has no right to do this; PostgreSQL says so before any trigger is asked."""
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match=REFUSAL), transaction.atomic():
        cursor.execute(sql)


def test_the_application_appends_reads_and_verifies(as_role: Any) -> None:
    with as_role("app"):
        ref = appended()
        appended()
        with transaction.atomic():
            services.enqueue(kind="x", entry=ref, payload={}, now=now())
        services.sweep_effects(now=now())
        assert selectors.ledger_state().pending == 2
        assert services.verify(now=now()).is_sound


@pytest.mark.requirement("URS-KEEP-02")
@pytest.mark.parametrize("table", COLUMNS)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_{0} SET {1} = {1}",
        "DELETE FROM ledger_{0}",
        "TRUNCATE ledger_{0}",
        "ALTER TABLE ledger_{0} DISABLE TRIGGER ALL",
        "DROP TABLE ledger_{0}",
        "SELECT * FROM ledger_{0} FOR UPDATE",
    ],
)
@pytest.mark.parametrize("role", ["app", "sealer"])
def test_nobody_rewrites_what_is_kept(as_role: Any, role: str, table: str, statement: str) -> None:
    with as_role(role):
        refused(statement.format(table, COLUMNS[table]))


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM ledger_pending",
        "INSERT INTO ledger_leaf VALUES (0, 1, 'x')",
        "INSERT INTO ledger_node VALUES (1, 0, 'x')",
        "INSERT INTO ledger_checkpoint VALUES (1, 'x', 'x', 'x', now())",
        "DELETE FROM ledger_stream",
        "DELETE FROM ledger_effect",
        "DELETE FROM ledger_installation",
        "SELECT setval('ledger_entry_id_seq', 1)",
    ],
)
def test_the_application_neither_seals_nor_deletes(as_role: Any, sql: str) -> None:
    with as_role("app"):
        refused(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO ledger_pending VALUES (1)",
        "UPDATE ledger_stream SET last_seq = 1",
        "INSERT INTO ledger_entry (id) VALUES (1)",
        "SELECT * FROM people_user",
    ],
)
def test_the_sealer_seals_and_does_nothing_else(as_role: Any, sql: str) -> None:
    appended()
    with as_role("sealer"):
        sealed = services.seal(now=now(), using="default")
        assert sealed is not None
        refused(sql)
    assert sealed.size == 1
