"""Plates whose responses a result is computed from."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The table of plates."""

    dependencies = [
        ("qc", "0009_studies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Plate",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("evidence", models.UUIDField()),
                ("sha256", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=120)),
                (
                    "state",
                    models.CharField(
                        choices=[("read", "read"), ("recorded", "recorded"), ("discarded", "discarded")],
                        max_length=10,
                    ),
                ),
                ("handed_in_at", models.DateTimeField()),
                ("handed_in_name", models.CharField(max_length=200)),
                ("numbers", models.JSONField(default=dict)),
                (
                    "handed_in_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "result",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plate",
                        to="qc.result",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="plates", to="qc.run"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["run", "-handed_in_at"], name="qc_plate_by_run")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["read", "recorded", "discarded"])),
                        name="qc_plate_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("result__isnull", False), ("state", "recorded")),
                            models.Q(
                                models.Q(("state", "recorded"), _negated=True), ("result__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="qc_plate_recorded_once",
                    ),
                ],
            },
        )
    ]
