"""Refusals at doors as entries, and the word to whoever answers for security when somebody is refused repeatedly."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from django.conf import settings

from ledger import selectors as ledger
from ledger.rules import Actor, Subject, Where, derive
from ledger.selectors import EntryView
from people import selectors
from people.events import Event
from people.rules.refusals import Refusal, Refused, repeated
from people.rules.roles import Role
from people.services.recording import Doing, record, writing
from people.services.work import send_notice

_DOORS = uuid5(NAMESPACE_OID, "people.refused_door")
_ALERTS = uuid5(NAMESPACE_OID, "people.refused_often")
_TOLD = (Role.ADMINISTRATOR, Role.QA_REVIEWER)


def record_refused_door(*, page: str, method: str, actor: Actor, where: Where, now: datetime) -> None:
    """Record that somebody was turned away at a door: once a person, door and minute, so that nobody fills the ledger.

    Nobody is asked for authority, for nothing is done; the door has decided.
    """
    minute = now.strftime("%Y-%m-%d %H:%M")
    request_id = derive(_DOORS, f"{actor.user_id} {page} {method} {minute}")
    if ledger.entry_for_request(request_id) is not None:
        return
    with writing():
        record(
            Doing(actor, where, now, request_id),
            event=Event.DOOR_REFUSED,
            stream="people",
            facts={"page": page, "method": method},
            subjects=[Subject("user", str(actor.user_id))],
        )


def alert_on_refusals(*, now: datetime) -> int:
    """Tell administrators and quality of whoever was refused too often of late; how many were spoken of.

    Too often: `REFUSALS_BEFORE_ALERT` times within `REFUSALS_WITHIN_MINUTES`. A second run says nothing anew.
    """
    since = now - timedelta(minutes=settings.REFUSALS_WITHIN_MINUTES)
    watched = (Event.CREDENTIAL_FAILED, Event.DOOR_REFUSED, Event.SECURITY_ALERTED)
    told = ledger.entries_between(since, now, events=watched)
    alerts = (entry for entry in told if entry.event == Event.SECURITY_ALERTED)
    alerted = {Refused(it.facts["kind"], it.facts["key"]): it.occurred_at for it in alerts}
    refusals = [_refusal(entry) for entry in told if entry.event != Event.SECURITY_ALERTED]
    found = repeated(refusals, alerted, times=settings.REFUSALS_BEFORE_ALERT)
    return sum(_alert(who, of, now) for who, of in sorted(found.items()))


def _refusal(entry: EntryView) -> Refusal:
    return Refusal(_who(entry), entry.occurred_at, entry.site, str(entry.uuid))


def _who(entry: EntryView) -> Refused:
    user = entry.facts.get("user") if entry.actor_id is None else entry.actor_id
    if user is not None:
        return Refused("user", str(user))
    return Refused("station", entry.station) if entry.station else Refused("site", entry.site)


def _alert(who: Refused, refusals: tuple[Refusal, ...], now: datetime) -> bool:
    own = derive(_ALERTS, f"{who.kind} {who.key} {refusals[0].entry}")
    if ledger.entry_for_request(own) is not None:
        return False
    actor, count = Actor.service("people"), len(refusals)
    with writing():
        record(
            Doing(actor, Where(), now, own),
            event=Event.SECURITY_ALERTED,
            stream="people",
            facts={"kind": who.kind, "key": who.key, "count": count, "since": refusals[0].at},
            subjects=[Subject(who.kind, who.key)] if who.key else [],
        )
        for site in _sites(who, refusals, now):
            _tell(site, who, count, now, own)
    return True


def _sites(who: Refused, refusals: Iterable[Refusal], now: datetime) -> list[str]:
    """Whose administrators hear of it: where it happened, else where the person works, else every site's."""
    found = {one.site for one in refusals if one.site}
    if not found and who.kind == "user" and (person := selectors.person(int(who.key), now)) is not None:
        found = set(person.sites(frozenset(Role), now))
    return sorted(found or {site.code for site in selectors.sites()})


def _tell(site: str, who: Refused, count: int, now: datetime, alert: UUID) -> None:
    for role in _TOLD:
        send_notice(
            site=site,
            role=role,
            code="refused_often",
            subject=Subject(who.kind, who.key or site),
            params={"count": count, "minutes": settings.REFUSALS_WITHIN_MINUTES},
            actor=Actor.service("people"),
            where=Where(site=site, zone=selectors.zone_of(site)),
            now=now,
            request_id=derive(alert, f"{role} {site}"),
        )
