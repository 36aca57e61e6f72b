"""Studies: their containers, pulls and measurements; results that name point, condition and container."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The columns."""

    dependencies = [("qc", "0008_dossiers")]
    operations = [
        migrations.AddField("study", "containers", models.JSONField(default=list)),
        migrations.AddField("study", "pulls", models.JSONField(default=list)),
        migrations.AddField("study", "measured", models.JSONField(default=dict)),
        migrations.AddField(
            "study", "reason", models.CharField(blank=True, default="", max_length=200)
        ),
        migrations.AlterField(
            "result", "point", models.CharField(blank=True, default="", max_length=80)
        ),
        migrations.AlterField(
            "investigation", "point", models.CharField(blank=True, default="", max_length=80)
        ),
        migrations.AddConstraint(
            "study",
            models.CheckConstraint(
                condition=models.Q(("concluded_at__isnull", True), ("state", "running"))
                | models.Q(
                    models.Q(("state", "running"), _negated=True), ("concluded_at__isnull", False)
                ),
                name="qc_study_end_is_dated",
            ),
        ),
        migrations.AddConstraint(
            "study",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "abandoned"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="qc_study_abandoned_reasoned",
            ),
        ),
    ]
