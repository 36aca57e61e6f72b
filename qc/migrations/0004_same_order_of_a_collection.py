"""One order for a result and its collection, as for its batch and container."""

from django.db import migrations


class Migration(migrations.Migration):
    """The composite key."""

    dependencies = [("qc", "0003_subjects_and_runs")]
    operations = [
        migrations.RunSQL(
            sql=(
                "ALTER TABLE qc_result ADD CONSTRAINT qc_result_same_order_collection"
                " FOREIGN KEY (order_id, collection_id) REFERENCES coi_collection (order_id, id)"
                " DEFERRABLE INITIALLY DEFERRED"
            ),
            reverse_sql="ALTER TABLE qc_result DROP CONSTRAINT qc_result_same_order_collection",
        )
    ]
