"""What became of each printed copy of a label, and the layout that it was issued under."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """What became of each printed copy of a label, and the layout that it was issued under."""

    dependencies = [
        ("coi", "0008_scanner_qualifications"),
        ("people", "0001_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="labelcopy",
            name="fate",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", ""),
                    ("used", "used"),
                    ("spoiled", "spoiled"),
                    ("destroyed", "destroyed"),
                    ("retained", "retained"),
                    ("lost", "lost"),
                ],
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="labelcopy",
            name="fate_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="labelcopy",
            name="fate_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="labelcopy",
            name="fate_by_name",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
        migrations.AddField(
            model_name="labelcopy",
            name="fate_reason",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        migrations.AddField(
            model_name="labelcopy",
            name="template",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.documentversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="labelcopy",
            constraint=models.CheckConstraint(
                condition=models.Q(("fate__in", ["", "used", "spoiled", "destroyed", "retained", "lost"])),
                name="coi_label_copy_fate_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="labelcopy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("fate", "used"), _negated=True), ("status", "applied"), _connector="OR"
                ),
                name="coi_label_copy_used_is_applied",
            ),
        ),
    ]
