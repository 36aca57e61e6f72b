"""What was found of the scanners of stations."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """What was found of the scanners of stations."""

    dependencies = [
        ("coi", "0007_keyed_scans"),
        ("people", "0001_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ScannerQualification",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("station", models.CharField(max_length=28)),
                ("at", models.DateTimeField()),
                ("is_qualified", models.BooleanField()),
                ("until", models.DateTimeField(null=True)),
                ("make", models.CharField(blank=True, max_length=80)),
                ("serial", models.CharField(blank=True, max_length=80)),
                ("by_name", models.CharField(max_length=200)),
                ("card_version", models.CharField(max_length=8)),
                ("findings", models.JSONField()),
                ("evidence", models.CharField(max_length=64)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.site",
                        to_field="code",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index("station", models.F("at").desc(), name="coi_scanner_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_qualified", True), ("until__isnull", False)),
                            models.Q(("is_qualified", False), ("until__isnull", True)),
                            _connector="OR",
                        ),
                        name="coi_scanner_until_if_qualified",
                    )
                ],
            },
        ),
    ]
