"""Refusals at doors as entries, and the word to whoever answers for security when somebody is refused repeatedly."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from django.conf import settings

from ledger import selectors as ledger
from ledger.rules import Actor, Subject, Where, derive
from ledger.selectors import EntryView
from people import selectors
from people.events import Event
from people.rules.refusals import Refusal, Refused, Watch, bursts, repeated
from people.rules.roles import Role
from people.services.recording import Doing, record, writing
from people.services.work import send_notice

_DOORS = uuid5(NAMESPACE_OID, "people.refused_door")
_TOKENS = uuid5(NAMESPACE_OID, "people.refused_token")
_ALERTS = uuid5(NAMESPACE_OID, "people.refused_often")
_TOLD = (Role.ADMINISTRATOR, Role.QA_REVIEWER)
_DOOR = "refused_often"
_TOKEN = "tokens_refused"  # noqa: S105  (the code of a notice)


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


def record_refused_token(*, token: str, page: str, method: str, now: datetime) -> None:
    """Record that a token was shown which no station has, or one that was taken out of use; the token itself is not.

    In a minute at most as many entries as an alert needs, for each station and for all unknown tokens together: nobody
    fills the ledger by guessing. A token that is in use was turned away for another reason, and is not recorded here.
    """
    station = selectors.station_by_token(token)
    if station is not None and station.is_active:
        return
    where = Where() if station is None else Where(site=station.site, station=station.code, zone=station.zone)
    minute = now.strftime("%Y-%m-%d %H:%M")
    slots = [derive(_TOKENS, f"{where.station} {minute} {n}") for n in range(settings.REFUSALS_BEFORE_ALERT)]
    taken = ledger.entries_of_requests(slots)
    free = next((slot for slot in slots if slot not in taken), None)
    if free is None:
        return
    with writing():
        record(
            Doing(Actor.unknown(), where, now, free),
            event=Event.TOKEN_REFUSED,
            stream=f"station:{where.station}" if where.station else "people",
            facts={"page": page, "method": method, "station": where.station},
            subjects=[Subject("station", where.station)] if where.station else [],
        )


def alert_on_refusals(*, now: datetime) -> int:
    """Tell administrators and quality of whoever was refused too often of late; how many were spoken of.

    Too often: `REFUSALS_BEFORE_ALERT` times within `REFUSALS_WITHIN_MINUTES`. A second run says nothing anew. Tokens of
    no station are counted apart, and told once a burst: a device that was forgotten tries for as long as it is on.
    """
    watch = Watch(_DOOR, settings.REFUSALS_BEFORE_ALERT, settings.REFUSALS_WITHIN_MINUTES)
    since = now - timedelta(minutes=watch.minutes)
    watched = (Event.CREDENTIAL_FAILED, Event.DOOR_REFUSED, Event.TOKEN_REFUSED)
    entries = ledger.entries_between(since, now, events=watched)
    tokens = [_refusal(entry) for entry in entries if entry.event == Event.TOKEN_REFUSED]
    refusals = [_refusal(entry) for entry in entries if entry.event != Event.TOKEN_REFUSED]
    found = repeated(refusals, _alerted(watch, now), times=watch.times)
    told = sum(_alert(watch, who, of, now) for who, of in sorted(found.items()))
    return told + alert_on_bursts(watch=Watch(_TOKEN, watch.times, watch.minutes), refusals=tokens, now=now)


def alert_on_bursts(*, watch: Watch, refusals: Iterable[Refusal], now: datetime) -> int:
    """Tell administrators and quality of each burst among the refusals of the watch's minutes; how many were told.

    Once a burst: who goes on is spoken of again when the time of the watch has passed since the last word. Nobody is
    asked for authority; the worker calls it, of this room and of those above, with what they count.
    """
    found = bursts(refusals, _alerted(watch, now).keys(), times=watch.times)
    return sum(_alert(watch, who, of, now) for who, of in sorted(found.items()))


def _alerted(watch: Watch, now: datetime) -> dict[Refused, datetime]:
    """Of whom was told within the time of the watch, and when last."""
    since = now - timedelta(minutes=watch.minutes)
    alerts = ledger.entries_between(since, now, events=[Event.SECURITY_ALERTED])
    own = [it for it in alerts if it.facts.get("code", _DOOR) == watch.code]
    return {Refused(it.facts["kind"], it.facts["key"], it.facts.get("of", "")): it.occurred_at for it in own}


def _refusal(entry: EntryView) -> Refusal:
    return Refusal(_who(entry), entry.occurred_at, entry.site, str(entry.uuid))


def _who(entry: EntryView) -> Refused:
    user = entry.facts.get("user") if entry.actor_id is None else entry.actor_id
    if user is not None:
        return Refused("user", str(user))
    return Refused("station", entry.station) if entry.station else Refused("site", entry.site)


def _alert(watch: Watch, who: Refused, refusals: tuple[Refusal, ...], now: datetime) -> bool:
    apart = "" if watch.code == _DOOR else f" {watch.code} {who.of}"
    own = derive(_ALERTS, f"{who.kind} {who.key} {refusals[0].entry}{apart}")
    if ledger.entry_for_request(own) is not None:
        return False
    facts: dict[str, Any] = {
        "kind": who.kind,
        "key": who.key,
        "count": len(refusals),
        "since": refusals[0].at,
    }
    if apart:
        facts |= {"code": watch.code, "of": who.of}
    params = {"count": len(refusals), "minutes": watch.minutes} | ({"of": who.of} if who.of else {})
    with writing():
        record(
            Doing(Actor.service("people"), Where(), now, own),
            event=Event.SECURITY_ALERTED,
            stream="people",
            facts=facts,
            subjects=[Subject(who.kind, who.key)] if who.key else [],
        )
        for site in _sites(who, refusals, now):
            for role in _TOLD:
                send_notice(
                    site=site,
                    role=role,
                    code=watch.code,
                    subject=Subject(who.kind, who.key or site),
                    params=params,
                    actor=Actor.service("people"),
                    where=Where(site=site, zone=selectors.zone_of(site)),
                    now=now,
                    request_id=derive(own, f"{role} {site}"),
                )
    return True


def _sites(who: Refused, refusals: Iterable[Refusal], now: datetime) -> list[str]:
    """Whose administrators and quality hear of it: where it happened, else where the person works.

    Every site's, where neither has anybody of them: a word that nobody can read would be none.
    """
    found = {one.site for one in refusals if one.site}
    if not found and who.kind == "user" and (person := selectors.person(int(who.key), now)) is not None:
        found = set(person.sites(frozenset(Role), now))
    if not any(selectors.people_with_roles(_TOLD, site, now) for site in found):
        found |= {site.code for site in selectors.sites()}
    return sorted(found)
