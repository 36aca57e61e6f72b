"""Scans that were typed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Scans that were typed."""

    dependencies = [
        ("coi", "0006_supplier_labels"),
    ]

    operations = [
        migrations.AddField(
            model_name="scan",
            name="is_keyed",
            field=models.BooleanField(default=False),
        ),
    ]
