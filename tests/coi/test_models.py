"""What the database refuses, whatever the code above it does: rows written past every service."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction

from coi.models import Collection, Container, LabelCopy, Order, Vault
from coi.selectors.labels import label_copy_by_id
from tests.furnished import Journeys


@contextmanager
def refused(constraint: str) -> Iterator[None]:
    """The block breaks this constraint, now or at the commit."""
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():  # noqa: PT012
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def insert(table: str, like: Any, **other: Any) -> None:
    """A copy of a row under a new id, with some columns otherwise, by plain SQL."""
    values = {"id": uuid4(), **other}
    names = ", ".join(values)
    rest = [f.column for f in apps.get_model(table.replace("_", ".", 1))._meta.concrete_fields]
    rest = [name for name in rest if name not in values]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}, {', '.join(rest)})"
            f" SELECT {', '.join(['%s'] * len(values))}, {', '.join(rest)} FROM {table} WHERE id = %s",
            [*values.values(), like],
        )


def ids(table: str, where: str = "true") -> list[Any]:
    """Ids of rows."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} WHERE {where} ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def pair(journeys: Journeys) -> tuple[Container, Container]:
    """A bag of one patient, a bag of another."""
    found = [
        Container.objects.filter(order__coi_id=p.coi_id, kind="product_bag")[0]
        for p in (journeys.bedside, journeys.neighbour)
    ]
    return found[0], found[1]


def test_a_container_is_never_of_another_orders_batch(pair: tuple[Container, Container]) -> None:
    mine, other = pair
    insert("coi_container", mine.id, code="FREE-1")  # of its own batch it may be
    with refused("coi_container_same_order_batch"):
        insert("coi_container", mine.id, code="FREE-2", batch_id=other.batch_id)
    with refused("same_order"):  # and it is not moved: labels, parents and batch all hold it
        Container.objects.filter(id=mine.id).update(order=other.order_id)


def test_a_container_is_never_of_another_orders_collection(pair: tuple[Container, Container]) -> None:
    mine, other = pair
    strange = ids("coi_collection", f"order_id = '{other.order_id}'")[0]
    with refused("coi_container_same_order_collection"):
        insert("coi_container", mine.id, code="FREE-3", collection_id=strange)


def test_a_container_is_never_made_from_another_orders(pair: tuple[Container, Container]) -> None:
    mine, other = pair
    link = ids("coi_containerparent", f"child_id = '{mine.id}'")[0]
    for name, columns in (
        ("coi_parent_same_order_parent", {"parent_id": other.id}),
        ("coi_parent_same_order_child", {"child_id": other.id}),
        ("coi_parent_same_order", {"order_id": other.order_id, "child_id": other.id}),
    ):
        with refused(name):
            insert("coi_containerparent", link, **columns)
    with refused("coi_container_parent_other"):
        insert("coi_containerparent", link, parent_id=mine.id)
    with refused("coi_container_parent_uniq"):
        insert("coi_containerparent", link)


@pytest.mark.parametrize(
    ("table", "name", "other_columns"),
    [
        (
            "coi_labelcopy",
            "coi_label_copy_same_order",
            {"code": "VLX", "number": 9, "status": "void", "fate": ""},
        ),
        ("coi_handover", "coi_handover_same_order", {}),
    ],
)
def test_what_is_about_a_container_is_of_its_order(
    pair: tuple[Container, Container], table: str, name: str, other_columns: dict[str, Any]
) -> None:
    mine, other = pair
    row = ids(table, f"container_id = '{mine.id}'")[0]
    insert(table, row, **other_columns)
    if "code" in other_columns:
        other_columns = other_columns | {"code": "VLY", "number": 10}
    with refused(name):
        insert(table, row, container_id=other.id, **other_columns)
    with refused(name):
        insert(
            table,
            row,
            order_id=other.order_id,
            **other_columns | {"number": 11} if "code" in other_columns else {},
        )


def test_a_hold_is_of_its_containers_order(pair: tuple[Container, Container], journeys: Journeys) -> None:
    from tests import given

    mine, other = pair
    hold = given.a_hold(journeys.bedside, mine.code)
    insert("coi_hold", hold)
    with refused("coi_hold_same_order"):
        insert("coi_hold", hold, container_id=other.id)


def test_a_container_carries_one_applied_label(pair: tuple[Container, Container]) -> None:
    copy = LabelCopy.objects.get(container=pair[0], carrier="", status="applied")
    insert("coi_labelcopy", copy.id, code="VLX", number=2, status="printed", fate="")
    with refused("coi_label_copy_used_is_applied"):
        insert("coi_labelcopy", copy.id, code="VLW", number=5, status="void")
    with refused("coi_label_copy_one_applied"):
        insert("coi_labelcopy", copy.id, code="VLY", number=3)
    with refused("coi_label_copy_number_uniq"):
        insert("coi_labelcopy", copy.id, code="VLZ", status="void", fate="")
    with refused("coi_labelcopy_code"):
        insert("coi_labelcopy", copy.id, number=4, status="void", fate="")


def test_numbers_stand_once(journeys: Journeys) -> None:
    for table, constraint in (
        ("coi_container", "coi_container_code"),
        ("coi_collection", "coi_collection_din"),
        ("coi_order", "coi_order_coi_id"),
        ("coi_batch", "coi_batch_code"),
        ("coi_deviation", "coi_deviation_code"),
    ):
        found = ids(table)
        if found:
            with refused(constraint):
                insert(table, found[0])
    with refused("coi_alias_uniq"):
        insert("coi_alias", ids("coi_alias")[0])


def test_one_patient_stands_at_a_place(journeys: Journeys) -> None:
    use = ids("coi_placeuse", "closed_at IS NOT NULL")[0]
    insert("coi_placeuse", use)
    insert("coi_placeuse", use, closed_at=None, place="VPX")
    with refused("coi_place_use_one_patient"):
        insert("coi_placeuse", use, closed_at=None, place="VPX")


def test_a_step_is_done_once_for_its_subject(journeys: Journeys) -> None:
    record = ids("coi_steprecord")[0]
    with refused("coi_step_record_once"):
        insert("coi_steprecord", record)
    insert("coi_steprecord", record, occurrence=2)


def test_a_hand_over_is_between_two_people(journeys: Journeys) -> None:
    handover = ids("coi_handover")[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT giver_id FROM coi_handover WHERE id = %s", [handover])
        (giver,) = cursor.fetchone()
    with refused("coi_handover_two_people"):
        insert("coi_handover", handover, receiver_id=giver)


def test_a_patients_order_names_its_patient(journeys: Journeys) -> None:
    order = Order.objects.all()[0]
    with refused("coi_order_patient_named"):
        insert("coi_order", order.id, coi_id="CHX", patient_id=None)
    insert("coi_order", order.id, coi_id="CHX", patient_id=None, kind="engineering")


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("coi_container", "status"),
        ("coi_batch", "disposition"),
        ("coi_labelcopy", "status"),
        ("coi_check", "state"),
        ("coi_scan", "outcome"),
        ("coi_order", "kind"),
        ("coi_materiallot", "status"),
        ("coi_equipment", "status"),
    ],
)
def test_words_outside_the_closed_lists_are_refused(journeys: Journeys, table: str, column: str) -> None:
    with refused("_known"), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = 'maybe'")


def test_the_vault_is_added_to_or_erased_and_nothing_else(journeys: Journeys) -> None:
    row = Vault.objects.all()[0]

    def change(sql: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [row.id])

    for sql in (
        "UPDATE coi_vault SET ciphertext = 'x' WHERE id = %s",
        "UPDATE coi_vault SET ciphertext = '' WHERE id = %s",
        "UPDATE coi_vault SET erased_at = now() WHERE id = %s",
        "UPDATE coi_vault SET key_id = '2', ciphertext = '', erased_at = now() WHERE id = %s",
        "UPDATE coi_vault SET id = gen_random_uuid(), ciphertext = '', erased_at = now() WHERE id = %s",
        "DELETE FROM coi_vault WHERE id = %s",
    ):
        with pytest.raises(DatabaseError):
            change(sql)
    change("UPDATE coi_vault SET ciphertext = '', erased_at = now() WHERE id = %s")


def test_the_application_deletes_nothing(journeys: Journeys) -> None:
    """As the role of web and worker: no table of this room, none of the ledger."""
    tables = [m._meta.db_table for m in apps.get_models() if m._meta.app_label in ("coi", "ledger", "people")]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t FROM unnest(%s::text[]) t WHERE has_table_privilege('veintrace_app', t, 'DELETE')"
            " OR has_table_privilege('veintrace_app', t, 'TRUNCATE')",
            [tables],
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT t FROM unnest(%s::text[]) t WHERE has_table_privilege('veintrace_app', t, 'UPDATE')",
            [["ledger_entry", "ledger_subject", "ledger_leaf", "ledger_checkpoint", "ledger_evidence"]],
        )
        assert cursor.fetchall() == []


def test_a_label_names_the_donations_that_its_own_cells_come_from(journeys: Journeys) -> None:
    """A journey may have two collections: of what was made of one, the label names that one; of both, both."""
    p = journeys.filled
    copy = LabelCopy.objects.get(code=p.label("product_bag")).id

    def dins() -> list[str]:
        view = label_copy_by_id(copy)
        assert view is not None
        return [view.facts.din, *view.facts.other_dins]

    first = Collection.objects.get(order__coi_id=p.coi_id)
    earlier, bag = "A999926000000", Container.objects.get(order__coi_id=p.coi_id, kind="apheresis_bag")
    insert("coi_collection", first.id, din=earlier)
    assert dins() == [first.din], "nothing was made of the other one"
    insert("coi_container", bag.id, code="SECOND", collection_id=Collection.objects.get(din=earlier).id)
    link = ids("coi_containerparent", f"parent_id = '{bag.id}'")[0]
    insert("coi_containerparent", link, parent_id=Container.objects.get(code="SECOND").id)
    assert dins() == [earlier, first.din]
