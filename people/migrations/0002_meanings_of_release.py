"""Two more meanings of a signature: a release while results are pending, and one of what is out of specification."""

from django.db import migrations, models
from django.db.models import Q

MEANINGS = (
    "authorship",
    "review",
    "approval",
    "release",
    "conditional_release",
    "exceptional_release",
    "verification",
    "responsibility",
    "rejection",
)


class Migration(migrations.Migration):
    """Two more meanings of a signature: a release while results are pending, and one of what is out of specification."""

    dependencies = [("people", "0001_people")]

    operations = [
        migrations.RemoveConstraint(model_name="signature", name="people_signature_meaning_known"),
        migrations.AlterField(
            model_name="signature",
            name="meaning",
            field=models.CharField(choices=[(meaning, meaning) for meaning in MEANINGS], max_length=24),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=Q(("meaning__in", list(MEANINGS))), name="people_signature_meaning_known"
            ),
        ),
    ]
