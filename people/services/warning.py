"""Word before something runs out: training, badges, qualifications of sites, grants to audit. Once for each record."""

from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from ledger.rules import Actor, Subject, Where, derive
from people import selectors
from people.rules.expiry import Expiring, Running
from people.rules.roles import Role
from people.services.work import send_notice

_WARNED = uuid5(NAMESPACE_OID, "people.expiry")
# Who hears of it besides the person.
_TOLD: dict[Running, tuple[Role, ...]] = {
    Running.TRAINING: (Role.SUPERVISOR,),
    Running.BADGE: (Role.ADMINISTRATOR,),
    Running.BADGE_TEST: (Role.ADMINISTRATOR,),
    Running.QUALIFICATION: (Role.QA_REVIEWER, Role.ADMINISTRATOR),
    Running.AUDIT: (Role.ADMINISTRATOR,),
    Running.PIN: (Role.SUPERVISOR,),
}


def warn_of_expiry(*, now: datetime) -> int:
    """Tell the person, and who answers for it at the site, of what ends within the time of a warning.

    Answers with how many records were spoken of. Each has a notice of its own by its id and end, so that a second run
    says nothing anew, and a record that is prolonged is spoken of again before its new end.
    """
    near = selectors.expiring(now)
    for one in near:
        _tell(one, now)
    return len(near)


def _tell(one: Expiring, now: datetime) -> None:
    own = derive(_WARNED, f"{one.kind} {one.id} {one.ends_at.isoformat()}")
    subject = Subject("site", one.site) if one.user_id is None else Subject("user", str(one.user_id))
    about: dict[str, Any] = {
        "site": one.site,
        "code": f"{one.kind}_ends",
        "subject": subject,
        "params": {"about": one.about, "ends_at": one.ends_at.isoformat()},
        "actor": Actor.service("people"),
        "where": Where(site=one.site, zone=selectors.zone_of(one.site)),
        "now": now,
    }
    for role in _TOLD[one.kind]:
        send_notice(role=role, request_id=derive(own, role.value), **about)
    if one.user_id is not None:
        send_notice(role=_TOLD[one.kind][0], user_id=one.user_id, request_id=derive(own, "person"), **about)
