"""What wears a label, if not the container itself: a frozen bag's cassette has a label of its own."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """What wears a label, if not the container itself: a frozen bag's cassette has a label of its own."""

    dependencies = [("coi", "0010_printers")]

    operations = [
        migrations.AddField(
            model_name="labelcopy",
            name="carrier",
            field=models.CharField(blank=True, default="", max_length=30),
        ),
        migrations.RemoveConstraint(model_name="labelcopy", name="coi_label_copy_number_uniq"),
        migrations.RemoveConstraint(model_name="labelcopy", name="coi_label_copy_one_applied"),
        migrations.AddConstraint(
            model_name="labelcopy",
            constraint=models.UniqueConstraint(
                fields=("container", "carrier", "number"), name="coi_label_copy_number_uniq"
            ),
        ),
        migrations.AddConstraint(
            model_name="labelcopy",
            constraint=models.UniqueConstraint(
                condition=Q(("status", "applied")),
                fields=("container", "carrier"),
                name="coi_label_copy_one_applied",
            ),
        ),
    ]
