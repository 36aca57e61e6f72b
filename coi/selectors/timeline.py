"""What happened to a journey, entry by entry; the words are made at the door."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from coi.selectors.protocols import pinned_protocol, titles_of
from coi.selectors.quality import mask
from coi.selectors.texts import kept_texts
from coi.selectors.visible import sites_of, visible_orders
from ledger import selectors as ledger
from ledger.rules.errors import NotFound
from ledger.selectors import EntryView
from people import selectors as people
from people.rules.authority import Person


@dataclass(frozen=True)
class TimelineEntry:
    """One entry: when, where, who, what.

    `late_words`: what was written of why it was recorded late, for who belongs to the site where it was.
    """

    uuid: UUID
    at: datetime
    recorded_at: datetime
    performed_at: datetime | None
    is_simulated: bool
    zone: str
    site: str
    station: str
    actor: str
    actor_kind: str
    auth: str
    event: str
    facts: Mapping[str, Any]
    reason: str
    check: UUID | None
    late_words: str = ""


@dataclass(frozen=True)
class Timeline:
    """All entries that concern a journey, oldest first, the titles of its protocol's steps and the stations' names."""

    coi_id: str
    entries: tuple[TimelineEntry, ...]
    titles: Mapping[str, str]
    stations: Mapping[str, str]


def timeline(viewer: Person, coi_id: str, now: datetime) -> Timeline:
    """The entries of a journey. NotFound where there is none, or none that is the viewer's to see."""
    found = visible_orders(viewer, now)
    order = None if "\x00" in coi_id else found.filter(coi_id=coi_id).first()
    if order is None:
        raise NotFound("order_unknown")
    protocol, _version = pinned_protocol(str(order.protocol_id))
    entries = ledger.entries_for_subject("order", coi_id)
    refusals = [refusal for entry in entries for refusal in _refusals(entry)]
    masked = iter(mask(viewer, now, refusals))
    mine = sites_of(viewer, now)
    texts = kept_texts({_late_text(entry) for entry in entries if entry.site in mine} - {""})
    return Timeline(
        coi_id=coi_id,
        entries=tuple(_entry(entry, masked, texts) for entry in entries),
        titles=titles_of(protocol),
        stations={view.code: view.name for view in people.stations({entry.site for entry in entries})},
    )


def _refusals(entry: EntryView) -> list[dict[str, Any]]:
    """The refusals that an entry tells in full; a cleared STOP names their codes alone."""
    return [refusal for refusal in entry.facts.get("refusals", ()) if isinstance(refusal, dict)]


def _late_text(entry: EntryView) -> str:
    """Under which id the words of a step lie that was recorded late; empty for every other entry."""
    return (
        str(entry.facts["late"]["text"]) if entry.performed_at is not None and "late" in entry.facts else ""
    )


def _entry(entry: EntryView, masked: Any, texts: Mapping[str, str]) -> TimelineEntry:
    facts = dict(entry.facts)
    if told := _refusals(entry):
        facts["refusals"] = [next(masked) for _ in told]
    return TimelineEntry(
        uuid=entry.uuid,
        at=entry.occurred_at,
        recorded_at=entry.recorded_at,
        performed_at=entry.performed_at,
        is_simulated=entry.time_source == "simulated",
        zone=entry.zone,
        site=entry.site,
        station=entry.station,
        actor=entry.actor_name,
        actor_kind=entry.actor_kind,
        auth=entry.auth_method,
        event=entry.event,
        facts=facts,
        reason=entry.reason,
        check=entry.check_id,
        late_words=texts.get(_late_text(entry), ""),
    )
