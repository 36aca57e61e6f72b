"""One order for a container, its batch, its collection, its parents, its labels, holds and hand-overs.

Django has no composite foreign key, so these are written here. Each has the order's id in it: a row that linked two
patients' material is impossible, whatever the code above does.
"""

from django.db import migrations

LINKS = [
    ("coi_container", "coi_container_same_order_batch", "batch_id", "coi_batch"),
    ("coi_container", "coi_container_same_order_collection", "collection_id", "coi_collection"),
    ("coi_containerparent", "coi_parent_same_order_child", "child_id", "coi_container"),
    ("coi_containerparent", "coi_parent_same_order_parent", "parent_id", "coi_container"),
    ("coi_labelcopy", "coi_label_copy_same_order", "container_id", "coi_container"),
    ("coi_handover", "coi_handover_same_order", "container_id", "coi_container"),
    ("coi_hold", "coi_hold_same_order", "container_id", "coi_container"),
]


def _add(table: str, name: str, column: str, target: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        sql=(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (order_id, {column})"
            f" REFERENCES {target} (order_id, id) DEFERRABLE INITIALLY DEFERRED"
        ),
        reverse_sql=f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    """The composite keys."""

    dependencies = [("coi", "0001_journeys")]
    operations = [_add(*link) for link in LINKS]
