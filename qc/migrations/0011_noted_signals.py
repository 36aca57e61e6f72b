"""Signals of control charts, noted on batches."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The table of noted signals."""

    dependencies = [
        ("coi", "0016_order_phase"),
        ("qc", "0010_plates"),
    ]
    operations = [
        migrations.CreateModel(
            name="NotedSignal",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("criterion", models.CharField(blank=True, default="", max_length=40)),
                ("parameter", models.CharField(max_length=200)),
                ("by", models.CharField(blank=True, default="", max_length=40)),
                ("side", models.CharField(blank=True, default="", max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("raised", "raised"),
                            ("acknowledged", "acknowledged"),
                            ("closed", "closed"),
                            ("withdrawn", "withdrawn"),
                        ],
                        max_length=12,
                    ),
                ),
                ("noted_at", models.DateTimeField()),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="coi.batch"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["raised", "acknowledged", "closed", "withdrawn"])),
                        name="qc_noted_signal_state_known",
                    )
                ],
            },
        )
    ]
