"""What a question can be about, as the viewer may see it: a journey, a batch, a person, a station, a lot."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from audit.rules.questions import Ask
from coi.rules.identifiers import Identifier, read
from coi.rules.stock import supplier_lot
from coi.selectors.batches import visible_batch
from coi.selectors.stock import lots_called
from coi.selectors.visible import sites_of, visible_orders
from people import selectors as people
from people.rules.authority import Person
from people.rules.rights import Right

MAX_TEXT = 4096


@dataclass(frozen=True)
class Place:
    """One thing that a question can be about. `key`: as a question names it; `title`: as people do."""

    ask: Ask
    key: str
    title: str
    site: str = ""


def place_of(viewer: Person, ask: Ask, key: str, now: datetime) -> Place | None:
    """The thing of this kind with this key; None where there is none, or it is not theirs to see."""
    look = _LOOKS.get(ask)
    return None if look is None or not _is_sound(key) else look(viewer, key, now)


def places_called(viewer: Person, text: str, now: datetime) -> tuple[Place, ...]:
    """Batches, stations, people and lots that go by what was scanned or typed; journeys are found by `coi`."""
    if not _is_sound(text):
        return ()
    named = text.strip()
    exact = (_batch(viewer, named, now), _station(viewer, named, now))
    return (
        *(one for one in exact if one is not None),
        *_people(viewer, named, now),
        *_lots(viewer, text, now),
    )


def _is_sound(text: str) -> bool:
    """Whether it can be asked of the database: a scanner may send control characters, and nothing sends these."""
    is_text = "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
    return is_text and bool(text.strip()) and len(text) <= MAX_TEXT


def _journey(viewer: Person, key: str, now: datetime) -> Place | None:
    found = visible_orders(viewer, now).filter(coi_id=key).values_list("coi_id", "treating_site_id").first()
    return None if found is None else Place(Ask.JOURNEY, found[0], found[0], str(found[1]))


def _batch(viewer: Person, key: str, now: datetime) -> Place | None:
    found = visible_batch(viewer, key, now)
    return None if found is None else Place(Ask.BATCH, found.code, found.code, found.site)


def _station(viewer: Person, key: str, now: datetime) -> Place | None:
    found = people.station_by_code(key)
    if found is None or found.site not in sites_of(viewer, now):
        return None
    return Place(Ask.STATION, found.code, f"{found.name} ({found.code})", found.site)


def _person(viewer: Person, key: str, now: datetime) -> Place | None:
    found = people.staff_called(key, viewer.sites_of(Right.READ_PEOPLE, now))
    own = [one for one in found if one.username == key.lower()]
    return Place(Ask.PERSON, own[0].username, own[0].printed_name) if own else None


def _people(viewer: Person, text: str, now: datetime) -> tuple[Place, ...]:
    """By username, by name, or by their badge."""
    badge = people.read_badge(text, now).person
    sites = viewer.sites_of(Right.READ_PEOPLE, now)
    found = people.staff_called(text, sites, user_id=None if badge is None else badge.user_id)
    return tuple(Place(Ask.PERSON, one.username, one.printed_name) for one in found)


def _lot(viewer: Person, key: str, now: datetime) -> Place | None:
    return next((one for one in _lots(viewer, key, now) if one.key == key), None)


def _lots(viewer: Person, text: str, now: datetime) -> tuple[Place, ...]:
    """By id, by our code, by the supplier's number, or by the supplier's own label."""
    read_as = read(text.encode())
    number = supplier_lot(read_as) if isinstance(read_as, Identifier) else None
    found = lots_called(number[1] if number else text.strip(), sites_of(viewer, now))
    return tuple(Place(Ask.LOT, it.id, f"{it.kind} {it.name} ({it.code})", it.site) for it in found)


_LOOKS: Mapping[Ask, Callable[[Person, str, datetime], Place | None]] = {
    Ask.JOURNEY: _journey,
    Ask.BATCH: _batch,
    Ask.PERSON: _person,
    Ask.STATION: _station,
    Ask.LOT: _lot,
}
