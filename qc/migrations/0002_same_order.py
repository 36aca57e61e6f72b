"""One order for a result, its batch and its container.

Django has no composite foreign key, so these are written here: a result that took one patient's sample for another
patient's batch is impossible, whatever the code above does.
"""

from django.db import migrations

LINKS = [
    ("qc_result_same_order_batch", "batch_id", "coi_batch"),
    ("qc_result_same_order_container", "container_id", "coi_container"),
]


def _add(name: str, column: str, target: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        sql=(
            f"ALTER TABLE qc_result ADD CONSTRAINT {name} FOREIGN KEY (order_id, {column})"
            f" REFERENCES {target} (order_id, id) DEFERRABLE INITIALLY DEFERRED"
        ),
        reverse_sql=f"ALTER TABLE qc_result DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    """The composite keys."""

    dependencies = [("qc", "0001_results")]
    operations = [_add(*link) for link in LINKS]
