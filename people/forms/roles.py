"""What each role is called."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from people.rules.roles import Role

_NAMES: Mapping[Role, Promise] = {
    Role.COORDINATOR: _("coordinator"),
    Role.COLLECTOR: _("collector"),
    Role.COURIER: _("courier"),
    Role.OPERATOR: _("operator"),
    Role.ANALYST: _("analyst"),
    Role.QC_REVIEWER: _("QC reviewer"),
    Role.QA_REVIEWER: _("QA reviewer"),
    Role.QA_RELEASER: _("QA releaser"),
    Role.CELL_LAB: _("cell laboratory"),
    Role.NURSE: _("nurse"),
    Role.PHYSICIAN: _("physician"),
    Role.SPONSOR: _("sponsor"),
    Role.SUPERVISOR: _("supervisor"),
    Role.AUDITOR: _("auditor"),
    Role.ADMINISTRATOR: _("administrator"),
}
# What somebody who grants one has to know besides.
_HINTS: Mapping[Role, Promise] = {
    Role.COLLECTOR: _("apheresis"),
    Role.AUDITOR: _("reads only; every page seen is recorded"),
}


def role_name(role: str) -> str:
    """The name of a role, also of one that old entries name and that is known no more."""
    return str(_NAMES[Role(role)]) if role in _NAMES else role.replace("_", " ")


def role_choices() -> list[tuple[str, str]]:
    """All roles with their names and hints, for whoever grants one."""
    return [(it, f"{name} ({_HINTS[it]})" if it in _HINTS else str(name)) for it, name in _NAMES.items()]
