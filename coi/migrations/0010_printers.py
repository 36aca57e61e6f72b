"""Label printers, and the printing of each copy."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Label printers, and the printing of each copy."""

    dependencies = [
        ("coi", "0009_label_fates"),
        ("people", "0001_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="Printer",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=32, unique=True)),
                ("name", models.CharField(max_length=100)),
                ("kind", models.CharField(choices=[("pdf", "pdf"), ("zpl", "zpl")], max_length=4)),
                ("host", models.CharField(blank=True, default="", max_length=255)),
                ("port", models.PositiveIntegerField(default=9100)),
                ("dpi", models.PositiveSmallIntegerField()),
                ("width_mm", models.PositiveSmallIntegerField()),
                ("height_mm", models.PositiveSmallIntegerField()),
                ("kinds", models.JSONField(default=list)),
                ("stations", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "active"), ("out_of_service", "out_of_service")], max_length=16
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PrintJob",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("station", models.CharField(blank=True, default="", max_length=28)),
                ("width_mm", models.PositiveSmallIntegerField()),
                ("height_mm", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("waiting", "waiting"),
                            ("sent", "sent"),
                            ("printed", "printed"),
                            ("failed", "failed"),
                        ],
                        max_length=8,
                    ),
                ),
                ("trouble", models.CharField(blank=True, default="", max_length=30)),
                ("last_error", models.CharField(blank=True, default="", max_length=200)),
                ("turn", models.PositiveSmallIntegerField(default=1)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("asked_at", models.DateTimeField()),
                ("tried_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("settled_by_name", models.CharField(blank=True, default="", max_length=200)),
            ],
        ),
        migrations.AddField(
            model_name="printer",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.site",
                to_field="code",
            ),
        ),
        migrations.AddField(
            model_name="printjob",
            name="copy",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="job", to="coi.labelcopy"
            ),
        ),
        migrations.AddField(
            model_name="printjob",
            name="printer",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="coi.printer"),
        ),
        migrations.AddField(
            model_name="printjob",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.site",
                to_field="code",
            ),
        ),
        migrations.AddConstraint(
            model_name="printer",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["pdf", "zpl"])), name="coi_printer_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="printer",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["active", "out_of_service"])),
                name="coi_printer_state_known",
            ),
        ),
        migrations.AddIndex(
            model_name="printjob",
            index=models.Index(
                condition=models.Q(("state", "printed"), _negated=True),
                fields=["site", "asked_at"],
                name="coi_print_job_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="printjob",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["queued", "waiting", "sent", "printed", "failed"])),
                name="coi_print_job_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="printjob",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sent_at__isnull", False), models.Q(("state", "sent"), _negated=True), _connector="OR"
                ),
                name="coi_print_job_sent_is_dated",
            ),
        ),
    ]
