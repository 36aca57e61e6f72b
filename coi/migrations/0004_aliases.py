"""Aliases of a closed list, of an order or of a patient; retired, never moved."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    """Aliases of a closed list, of an order or of a patient; retired, never moved."""

    dependencies = [
        ("coi", "0003_hold_time_index"),
        ("people", "0001_people"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="alias",
            name="coi_alias_uniq",
        ),
        migrations.AddField(
            model_name="alias",
            name="added_by_name",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
        migrations.AddField(
            model_name="alias",
            name="patient",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="coi.patient"),
        ),
        migrations.AddField(
            model_name="alias",
            name="replaces",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="coi.alias",
            ),
        ),
        migrations.AddField(
            model_name="alias",
            name="retire_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("mistyped", "mistyped"),
                    ("wrong_journey", "wrong_journey"),
                    ("replaced", "replaced"),
                    ("withdrawn", "withdrawn"),
                ],
                default="",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="alias",
            name="retired_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="alias",
            name="retired_by_name",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
        migrations.AlterField(
            model_name="alias",
            name="kind",
            field=models.CharField(
                choices=[
                    ("din", "din"),
                    ("coid", "coid"),
                    ("join", "join"),
                    ("lot", "lot"),
                    ("therapy_order", "therapy_order"),
                    ("wristband", "wristband"),
                    ("mrn", "mrn"),
                    ("subject", "subject"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="alias",
            name="order",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="coi.order"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="alias",
            trigger=pgtrigger.compiler.Trigger(
                name="alias_never_moves",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."order_id" IS DISTINCT FROM (NEW."order_id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id") OR OLD."issuer_id" IS DISTINCT FROM (NEW."issuer_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."value_key" IS DISTINCT FROM (NEW."value_key") OR OLD."added_at" IS DISTINCT FROM (NEW."added_at") OR OLD."replaces_id" IS DISTINCT FROM (NEW."replaces_id"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="4ca71504d23677398cf83ed355c240c1cd026d18",
                    operation="UPDATE",
                    pgid="pgtrigger_alias_never_moves_5799d",
                    table="coi_alias",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="order",
            trigger=pgtrigger.compiler.Trigger(
                name="order_keeps_its_patient",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."coi_id" IS DISTINCT FROM (NEW."coi_id") OR OLD."patient_id" IS DISTINCT FROM (NEW."patient_id"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="16da909e0cab61a58b5c7902eb45fa871460e862",
                    operation="UPDATE",
                    pgid="pgtrigger_order_keeps_its_patient_283f1",
                    table="coi_order",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="alias",
            constraint=models.UniqueConstraint(
                condition=models.Q(("retired_at__isnull", True)),
                fields=("issuer", "kind", "value_key"),
                name="coi_alias_uniq",
            ),
        ),
        migrations.AddConstraint(
            model_name="alias",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind__in", ["coid", "din"]), ("retired_at__isnull", True)),
                fields=("kind", "value_key"),
                name="coi_alias_worldwide",
            ),
        ),
        migrations.AddConstraint(
            model_name="alias",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["din", "coid", "join", "lot", "therapy_order", "wristband", "mrn", "subject"],
                    )
                ),
                name="coi_alias_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="alias",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ["mrn", "subject"]), ("order__isnull", True), ("patient__isnull", False)
                    ),
                    models.Q(
                        models.Q(("kind__in", ["mrn", "subject"]), _negated=True),
                        ("order__isnull", False),
                        ("patient__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="coi_alias_of_one",
            ),
        ),
    ]
