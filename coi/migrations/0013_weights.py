"""What the patient weighed, and when."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("coi", "0012_conditional_and_exceptional_release"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Weight",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kg", models.DecimalField(decimal_places=3, max_digits=6)),
                ("measured_at", models.DateTimeField()),
                (
                    "source",
                    models.CharField(choices=[("scale", "scale"), ("record", "record")], max_length=10),
                ),
                ("step", models.CharField(blank=True, default="", max_length=40)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by_name", models.CharField(max_length=200)),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("mistyped", "mistyped"),
                            ("other_unit", "other_unit"),
                            ("other_patient", "other_patient"),
                            ("wrong_time", "wrong_time"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="weights", to="coi.order"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="coi.weight",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["order", "measured_at"], name="coi_weight_order")],
                "constraints": [
                    models.UniqueConstraint(fields=["order", "id"], name="coi_weight_order_uniq"),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["scale", "record"])),
                        name="coi_weight_source_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kg__gte", Decimal("0.5")), ("kg__lte", Decimal("400"))),
                        name="coi_weight_possible",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("measured_at__lte", models.F("recorded_at"))),
                        name="coi_weight_not_in_the_future",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), ("supersedes__isnull", True)),
                            models.Q(("supersedes__isnull", False), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="coi_weight_superseded_for_a_reason",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            sql=(
                "ALTER TABLE coi_weight ADD CONSTRAINT coi_weight_same_order FOREIGN KEY (order_id, supersedes_id)"
                " REFERENCES coi_weight (order_id, id) DEFERRABLE INITIALLY DEFERRED"
            ),
            reverse_sql="ALTER TABLE coi_weight DROP CONSTRAINT coi_weight_same_order",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="weight",
            trigger=pgtrigger.compiler.Trigger(
                name="weight_never_changes",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="2ccea12e7c752f3df440abaccca029ebc880366d",
                    operation="UPDATE",
                    pgid="pgtrigger_weight_never_changes_131a9",
                    table="coi_weight",
                    when="BEFORE",
                ),
            ),
        ),
    ]
