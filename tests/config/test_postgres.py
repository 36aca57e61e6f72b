"""Marked statements are planned once for each connection, and mean the same as unmarked ones."""

from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import DataError, OperationalError
from django.test.utils import CaptureQueriesContext

from config import postgres

pytestmark = pytest.mark.django_db


def run(sql, params=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def prepared() -> set[str]:
    connection.ensure_connection()
    return connection.connection.prepared


def known_to_the_server(name: str) -> bool:
    return bool(run("SELECT 1 FROM pg_prepared_statements WHERE name = %s", [name]))


def test_a_marked_statement_is_prepared_at_its_first_use_alone():
    text = "/* prepared: sum */ SELECT %s::int + %s::int"
    name, _ = postgres.statement(text)
    before = len(prepared())
    assert run(text, [1, 2]) == [(3,)]
    assert run(text, [40, 2]) == [(42,)]
    assert known_to_the_server(name)
    assert len(prepared()) == before + 1


def test_one_statement_is_counted_for_one_though_it_is_prepared_first():
    with CaptureQueriesContext(connection) as captured:
        run("/* prepared: counted */ SELECT %s::int", [1])
    assert len(captured) == 1


def test_named_placeholders_may_stand_twice():
    text = "/* prepared: twice */ SELECT %(a)s::text || %(b)s::text || %(a)s::text, '100%%'"
    assert run(text, {"b": "-", "a": "x"}) == [("x-x", "100%")]


@pytest.mark.parametrize(
    ("cast", "value"),
    [
        ("text", "O'Brien \\ % $1"),
        ("text[]", ["a", 'b"c', "d,e"]),
        ("text[]", []),
        ("uuid", uuid4()),
        ("bytea", b"\x00\xff"),
        ("int", None),
        ("boolean", True),
    ],
)
def test_values_arrive_as_they_were_given(cast, value):
    text = f"/* prepared: echo */ SELECT %s::{cast}"
    ((found,),) = run(text, [value])
    assert (bytes(found) if isinstance(found, memoryview) else found) == value


def test_texts_that_differ_have_different_names():
    one, _ = postgres.statement("/* prepared: same */ SELECT 1")
    other, _ = postgres.statement("/* prepared: same */ SELECT 2")
    assert one != other


def test_a_mark_without_a_name_and_mixed_placeholders_are_refused():
    with pytest.raises(ValueError, match="no name"):
        postgres.statement("/* prepared: */ SELECT 1")
    with pytest.raises(ValueError, match="do not mix"):
        postgres.statement("/* prepared: mixed */ SELECT %s::int, %(a)s::int")


def test_a_statement_that_fails_may_be_called_again():
    text = "/* prepared: divide */ SELECT 1 / %s::int"
    with pytest.raises((DataError, OperationalError)), transaction.atomic():
        run(text, [0])
    assert run(text, [1]) == [(1,)]


def test_a_plan_outlives_the_transaction_that_made_it_and_not_the_connection():
    text = "/* prepared: outlive */ SELECT %s::int"
    name, _ = postgres.statement(text)
    with transaction.atomic():
        run(text, [1])
        transaction.set_rollback(True)
    assert name in prepared()
    assert run(text, [2]) == [(2,)]


def test_a_full_connection_runs_the_text_as_it_stands(monkeypatch):
    monkeypatch.setattr(postgres, "MOST", 0)
    text = "/* prepared: full */ SELECT %s::int"
    assert run(text, [1]) == [(1,)]
    assert postgres.statement(text)[0] not in prepared()
