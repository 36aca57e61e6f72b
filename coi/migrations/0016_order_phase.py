"""The phase of development in which the patient of an order is treated."""

from django.db import migrations, models
from django.db.models import Q

PHASES = ("1", "1/2", "2", "2/3", "3", "commercial")


class Migration(migrations.Migration):
    """The phase of development in which the patient of an order is treated."""

    dependencies = [("coi", "0015_components"), ("people", "0003_site_region")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="phase",
            field=models.CharField(
                blank=True, choices=[(phase, phase) for phase in PHASES], default="", max_length=12
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=Q(("phase", "")) | Q(("phase__in", list(PHASES))), name="coi_order_phase_known"
            ),
        ),
    ]
