"""A notice may be for one person alone."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Notices written before are for a role, as they were."""

    dependencies = [("people", "0004_physician_and_sponsor")]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
