"""What the three roles may do. The role of web and worker is the second layer under the ledger: it holds when a
stolen connection switches the triggers off in its own session."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

AsRole = Callable[[str], AbstractContextManager[None]]


def may(role: str, right: str, table: str) -> bool:
    """Whether a role has a right on a table, as the database sees it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, %s, %s)", [f"veintrace_{role}", table, right])
        return bool(cursor.fetchone()[0])


# What may be forgotten: sessions, second factors, what the worker remembers of charts to be quick, and what the search
# looks through.
FORGETTABLE = [
    *("django_session", "mfa_authenticator", "cpv_position", "cpv_watch"),
    *("audit_position", "audit_searchline"),
]


def our_tables() -> list[str]:
    """Every table that a model names."""
    return [model._meta.db_table for model in apps.get_models(include_auto_created=True)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "table", ["ledger_entry", "ledger_subject", "ledger_evidence", "ledger_signing_key", "ledger_cosignature"]
)
def test_the_application_may_only_read_and_append(table: str) -> None:
    assert may("app", "SELECT", table)
    assert may("app", "INSERT", table)
    for right in ("UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES"):
        assert not may("app", right, table), f"veintrace_app may {right} {table}"


@pytest.mark.requirement("URS-KEEP-02")
@pytest.mark.django_db
def test_nothing_is_deleted_but_what_may_be_forgotten_and_by_the_sealer_what_waited() -> None:
    assert [table for table in our_tables() if may("app", "DELETE", table)] == FORGETTABLE
    assert [table for table in our_tables() if may("sealer", "DELETE", table)] == ["ledger_pending"]
    assert not [table for table in our_tables() if may("app", "TRUNCATE", table)]
    assert not [table for table in our_tables() if may("sealer", "UPDATE", table)]


@pytest.mark.django_db
def test_the_seal_is_the_sealers_alone() -> None:
    for table in ("ledger_leaf", "ledger_node", "ledger_checkpoint"):
        assert may("sealer", "INSERT", table)
        assert may("app", "SELECT", table)
        assert not may("app", "INSERT", table)
    assert not may("sealer", "INSERT", "ledger_entry")


@pytest.mark.requirement("URS-TRAIL-01")
@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET reason = 'changed'",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry CASCADE",
        "SELECT 1 FROM ledger_entry FOR UPDATE",
        "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
        "DROP TABLE ledger_entry CASCADE",
    ],
)
def test_stolen_credentials_cannot_rewrite_the_ledger(as_role: AsRole, statement: str) -> None:
    with as_role("app"), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{_all_}', true)")
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
            cursor.execute(statement)


@pytest.mark.django_db
def test_granting_again_changes_nothing() -> None:
    def rights() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT grantee, table_name, privilege_type FROM information_schema.role_table_grants"
                " WHERE grantee LIKE 'veintrace_%' ORDER BY 1, 2, 3"
            )
            return cursor.fetchall()

    before = rights()
    call_command("grant_roles")
    assert rights() == before
    assert before
