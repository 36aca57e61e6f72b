"""Reconciliations of who a patient is."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Reconciliations of who a patient is."""

    dependencies = [
        ("coi", "0004_aliases"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=20, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("correction", "correction"), ("change", "change"), ("merge", "merge")],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("approved", "approved"), ("rejected", "rejected")],
                        max_length=10,
                    ),
                ),
                ("source", models.CharField(choices=[("person", "person")], max_length=10)),
                ("details", models.UUIDField(null=True)),
                ("mrn_index", models.CharField(blank=True, default="", max_length=64)),
                ("old_digest", models.CharField(max_length=64)),
                ("new_digest", models.CharField(max_length=64)),
                ("reason", models.UUIDField()),
                ("asked_by_name", models.CharField(max_length=200)),
                ("asked_at", models.DateTimeField()),
                ("decided_by_name", models.CharField(blank=True, default="", max_length=200)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision_text", models.UUIDField(null=True)),
                ("signature", models.UUIDField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="patient",
            name="identity",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="patient",
            name="merged_into",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="coi.patient",
            ),
        ),
        migrations.AddField(
            model_name="reconciliation",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="reconciliation",
            name="decided_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reconciliation",
            name="give_up",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="given_up_in",
                to="coi.patient",
            ),
        ),
        migrations.AddField(
            model_name="reconciliation",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="reconciliations", to="coi.patient"
            ),
        ),
        migrations.AddConstraint(
            model_name="reconciliation",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["correction", "change", "merge"])),
                name="coi_reconciliation_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reconciliation",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "approved", "rejected"])),
                name="coi_reconciliation_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reconciliation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("patient",), name="coi_reconciliation_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="reconciliation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("give_up",),
                name="coi_reconciliation_one_open_merge",
            ),
        ),
        migrations.AddConstraint(
            model_name="reconciliation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("details__isnull", True), ("give_up__isnull", False), ("kind", "merge")),
                    models.Q(
                        models.Q(("kind", "merge"), _negated=True),
                        ("details__isnull", False),
                        ("give_up__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="coi_reconciliation_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="reconciliation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "approved"), _negated=True),
                    models.Q(
                        ("signature__isnull", False),
                        models.Q(("asked_by", models.F("decided_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="coi_reconciliation_two_people",
            ),
        ),
    ]
