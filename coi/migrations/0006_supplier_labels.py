"""Material lots found by the supplier's own label."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Material lots found by the supplier's own label."""

    dependencies = [
        ("coi", "0005_reconciliations"),
    ]

    operations = [
        migrations.AddField(
            model_name="materiallot",
            name="elements",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="materiallot",
            name="gtin",
            field=models.CharField(blank=True, default="", max_length=14),
        ),
        migrations.AddConstraint(
            model_name="materiallot",
            constraint=models.UniqueConstraint(
                condition=models.Q(("gtin", ""), _negated=True),
                fields=("gtin", "lot_no", "site"),
                name="coi_material_lot_once",
            ),
        ),
    ]
