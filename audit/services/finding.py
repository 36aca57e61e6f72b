"""Where what was scanned or typed leads to. That a patient was looked for by their number is recorded by `coi`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from audit.rules.edges import Edge
from audit.rules.questions import Ask
from audit.selectors.places import Place, places_called
from audit.selectors.search import NOTHING, Hits, find_entries
from coi.services import find_journey
from ledger.rules import Actor, Where
from ledger.rules.errors import Invalid, NotFound
from people import selectors as people


@dataclass(frozen=True)
class Wanted:
    """What is looked for: an identifier, a name or words, and of which time and site; `before`: where a page ended."""

    text: str
    since: datetime | None = None
    until: datetime | None = None
    site: str = ""
    before: Edge | None = None


@dataclass(frozen=True)
class Found:
    """What was found: things that questions can be about, and entries. `asked_at`: where persons were looked for."""

    places: tuple[Place, ...]
    hits: Hits = NOTHING
    asked_at: tuple[str, ...] = ()

    @property
    def one(self) -> Place | None:
        """The thing, where there is exactly one."""
        return self.places[0] if len(self.places) == 1 else None


def find_places(*, text: str, actor: Actor, where: Where, now: datetime, request_id: UUID) -> Found:
    """What goes by exactly this: a journey by any identifier, a batch, a station, a person, a lot."""
    person = people.person(actor.user_id, now) if actor.user_id is not None else None
    if person is None:
        raise NotFound("person_unknown")
    others = places_called(person, text, now)
    found = find_journey(text=text, actor=actor, where=where, now=now, request_id=request_id)
    # the code of a batch or a lot leads to a journey as well: whoever gave that code means the batch, or the lot
    is_told = {"batch"} if any(one.ask is Ask.BATCH for one in others) else set()
    journeys = tuple(
        Place(Ask.JOURNEY, match.coi_id, match.coi_id, match.treating_site)
        for match in found.matches
        if set(match.kinds) - is_told
    )
    return Found((*journeys, *others), asked_at=found.asked_at)


def search(*, wanted: Wanted, actor: Actor, where: Where, now: datetime, request_id: UUID) -> Found:
    """The same, and the entries with all of these words, or of this time, that the actor may read.

    Things stand on the first page alone: who turns to older entries looks for no person again.
    Raises Invalid: `before_since`, by field.
    """
    if wanted.since and wanted.until and wanted.until <= wanted.since:
        raise Invalid("fields_invalid", detail={"fields": {"until": "before_since"}})
    text, found = wanted.text, Found(())
    if wanted.before is None:
        found = find_places(text=text, actor=actor, where=where, now=now, request_id=request_id)
    person = people.person(actor.user_id or 0, now)
    if person is None:
        raise NotFound("person_unknown")
    about = {"since": wanted.since, "until": wanted.until}
    hits = find_entries(person, text, now, **about, site=wanted.site, before=wanted.before)
    return Found(found.places, hits, found.asked_at)
