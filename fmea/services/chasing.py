"""Late actions are chased: an entry, and a mail to whoever owns it, on the first day and every seventh after."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from fmea.events import Event
from fmea.rules.actions import days_late
from fmea.rules.moving import is_to_chase
from fmea.selectors.actions import action as action_by_code
from fmea.selectors.actions import as_ruled, open_actions_before
from fmea.selectors.worksheets import ActionView
from fmea.services.actions import RECORD_KIND, TABLE, topic_of_action
from fmea.services.recording import writing
from ledger.rules import Actor, Subject, Where, derive, put
from people import selectors as people
from people.rules.rights import Right
from people.rules.roles import Role
from people.services import send_notice
from qc.services.recording import Doing, record

# The notice that an action is late.
LATE = "fmea_action_late"
# Nowhere is a day more than so much ahead of that of UTC.
_AHEAD = timedelta(hours=14)


def chase_actions(*, now: datetime) -> int:
    """Remind the owners of late actions. Answers with how many were reminded now.

    Each action is a transaction of its own, so that a worker that dies leaves the others to the next one. Whoever
    chases the same action at the same moment waits, and then finds that it was chased today.
    """
    zones = {site.code: site.zone for site in people.sites()}
    found = open_actions_before((now + _AHEAD).date())
    return sum(_chase(it, zones[it.site], now) for it in found if _is_due(it, zones[it.site], now))


def _is_due(it: ActionView, zone: str, now: datetime) -> bool:
    chased_on = None if it.chased_at is None else it.chased_at.astimezone(ZoneInfo(zone)).date()
    return is_to_chase(as_ruled(it), chased_on, now.astimezone(ZoneInfo(zone)).date())


def _chase(seen: ActionView, zone: str, now: datetime) -> bool:
    with writing():
        it = action_by_code(seen.worksheet, seen.code, is_locked=True)
        if it is None or not _is_due(it, zone, now):
            return False
        today = now.astimezone(ZoneInfo(zone)).date()
        own = derive(it.id, f"chased {it.owner} {today}")
        doing = Doing(Actor.service("fmea"), Where(site=it.site, zone=zone), now, own)
        late = days_late(as_ruled(it), today)
        topic, changes = topic_of_action(it.worksheet, it.row, it.code), (put(TABLE, it.id, chased_at=now),)
        record(doing, topic, Event.ACTION_CHASED, {"days_late": late}, changes=changes)
        _tell(it, late, doing)
    return True


def _tell(it: ActionView, late: int, doing: Doing) -> None:
    """Mail to the owner alone; where they left meanwhile, to whoever looks after quality there."""
    person = people.person(it.owner, doing.now)
    roles = (
        []
        if person is None
        else [
            role for role in sorted(Right.BE_GIVEN_WORK.roles) if person.has_role({role}, it.site, doing.now)
        ]
    )
    send_notice(
        site=it.site,
        role=roles[0] if roles else Role.QA_REVIEWER,
        user_id=it.owner if roles else None,
        code=LATE,
        subject=Subject(RECORD_KIND, f"{it.worksheet}:{it.code}"),
        params={
            "worksheet": it.worksheet,
            "action": it.code,
            "row": it.row,
            "due": it.due.isoformat(),
            "days": late,
        },
        **doing.as_keywords(derive(doing.request_id, "notice")),
    )
