"""Whether a collection may be used as starting material, and what the plan becomes."""

from django.db import migrations, models
from django.db.models import Q

DECISIONS = ("pending", "accepted", "accepted_with_changes", "refused")


class Migration(migrations.Migration):
    """Whether a collection may be used as starting material, and what the plan becomes."""

    dependencies = [("coi", "0013_weights"), ("people", "0002_meanings_of_release")]

    operations = [
        migrations.AddField(
            model_name="collection",
            name="acceptance",
            field=models.CharField(
                choices=[(decision, decision) for decision in DECISIONS], default="pending", max_length=24
            ),
        ),
        migrations.AddField(
            model_name="collection", name="judged_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="collection", name="plan_changes", field=models.JSONField(default=list)
        ),
        migrations.AddConstraint(
            model_name="collection",
            constraint=models.CheckConstraint(
                condition=Q(("acceptance__in", list(DECISIONS))), name="coi_collection_acceptance_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="collection",
            constraint=models.CheckConstraint(
                condition=Q(("acceptance", "pending"), ("judged_at__isnull", True))
                | Q(~Q(("acceptance", "pending")), ("judged_at__isnull", False)),
                name="coi_collection_judged_is_dated",
            ),
        ),
    ]
