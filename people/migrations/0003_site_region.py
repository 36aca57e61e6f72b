"""The region of a site: which specification applies to its patients' products."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The region of a site: which specification applies to its patients' products."""

    dependencies = [("people", "0002_meanings_of_release")]

    operations = [
        migrations.AddField(
            model_name="site",
            name="region",
            field=models.CharField(blank=True, default="", max_length=8),
        ),
    ]
