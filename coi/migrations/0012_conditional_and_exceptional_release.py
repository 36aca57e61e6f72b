"""A batch may be released conditionally or exceptionally."""

from django.db import migrations, models
from django.db.models import Q

DISPOSITIONS = (
    "in_process",
    "testing",
    "qa_review",
    "released",
    "conditionally_released",
    "exceptionally_released",
    "rejected",
)


class Migration(migrations.Migration):
    """A batch may be released conditionally or exceptionally."""

    dependencies = [("coi", "0011_label_carriers")]

    operations = [
        migrations.RemoveConstraint(model_name="batch", name="coi_batch_disposition_known"),
        migrations.AlterField(
            model_name="batch",
            name="disposition",
            field=models.CharField(choices=[(state, state) for state in DISPOSITIONS], max_length=24),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.CheckConstraint(
                condition=Q(("disposition__in", list(DISPOSITIONS))), name="coi_batch_disposition_known"
            ),
        ),
    ]
