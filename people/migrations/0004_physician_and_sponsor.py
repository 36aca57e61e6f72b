"""Two more roles: the physician, and the sponsor, who are told what concerns a patient."""

from django.db import migrations, models
from django.db.models import Q

ROLES = (
    "coordinator",
    "collector",
    "courier",
    "operator",
    "analyst",
    "qc_reviewer",
    "qa_reviewer",
    "qa_releaser",
    "cell_lab",
    "nurse",
    "physician",
    "sponsor",
    "supervisor",
    "auditor",
    "administrator",
)
TABLES = {
    "grant": "people_grant_role_known",
    "workitem": "people_work_role_known",
    "notice": "people_notice_role_known",
}


def _known(model: str, name: str) -> list[migrations.operations.base.Operation]:
    return [
        migrations.RemoveConstraint(model_name=model, name=name),
        migrations.AlterField(
            model_name=model,
            name="role",
            field=models.CharField(choices=[(role, role) for role in ROLES], max_length=16),
        ),
        migrations.AddConstraint(
            model_name=model,
            constraint=models.CheckConstraint(condition=Q(("role__in", list(ROLES))), name=name),
        ),
    ]


class Migration(migrations.Migration):
    """Two more roles: the physician, and the sponsor, who are told what concerns a patient."""

    dependencies = [("people", "0003_site_region")]

    operations = [operation for model, name in TABLES.items() for operation in _known(model, name)]
