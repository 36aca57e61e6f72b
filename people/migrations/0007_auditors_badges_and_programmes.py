"""Auditors' periods, badges that are tested and replaced, evidence of training, programmes of sites."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Grants, badges and training recorded before keep what they said: no period, no test, no evidence."""

    dependencies = [
        ("people", "0006_sign_in"),
    ]

    operations = [
        migrations.CreateModel(
            name="SiteQualification",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("programme", models.CharField(max_length=40)),
                ("valid_from", models.DateTimeField()),
                ("valid_until", models.DateTimeField()),
                ("evidence", models.UUIDField(null=True)),
                ("recorded_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SiteRequirement",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("programme", models.CharField(max_length=40)),
                (
                    "work",
                    models.CharField(
                        choices=[
                            ("orders", "orders"),
                            ("collection", "collection"),
                            ("infusion", "infusion"),
                        ],
                        max_length=16,
                    ),
                ),
                ("since", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="badge",
            name="is_temporary",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="badge",
            name="replaces",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.badge"
            ),
        ),
        migrations.AddField(
            model_name="badge",
            name="tested_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="grant",
            name="covers_from",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="grant",
            name="covers_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="training",
            name="evidence",
            field=models.UUIDField(null=True),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("covers_from__isnull", True), ("covers_until__isnull", True)),
                    ("role", "auditor"),
                    _connector="OR",
                ),
                name="people_grant_period_of_auditors",
            ),
        ),
        migrations.AddField(
            model_name="sitequalification",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="sitequalification",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="qualifications", to="people.site"
            ),
        ),
        migrations.AddField(
            model_name="siterequirement",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="requirements", to="people.site"
            ),
        ),
        migrations.AddConstraint(
            model_name="sitequalification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_until__isnull", True),
                    ("valid_until__gte", models.F("valid_from")),
                    _connector="OR",
                ),
                name="people_qualification_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="siterequirement",
            constraint=models.CheckConstraint(
                condition=models.Q(("work__in", ["orders", "collection", "infusion"])),
                name="people_requirement_work_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="siterequirement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("site", "programme", "work"),
                name="people_requirement_once",
            ),
        ),
    ]
