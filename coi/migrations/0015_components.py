"""Which component of the dose a batch is, where a dose has several."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Which component of the dose a batch is, where a dose has several."""

    dependencies = [("coi", "0014_acceptance_of_material")]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="component",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
    ]
