"""Finding a journey by any identifier. Looking for one by an identifier of a person is recorded."""

from datetime import datetime
from uuid import UUID

from coi.events import Event
from coi.selectors import finding
from coi.selectors.finding import Found
from coi.services.recording import writing
from ledger.rules import Actor, Subject, Where
from ledger.rules.errors import NotFound
from people import selectors as people
from people.services.recording import Doing, record


def find_journey(*, text: str, actor: Actor, where: Where, now: datetime, request_id: UUID) -> Found:
    """The journeys that go by exactly this text, among those that the actor may see.

    Where nothing but an identifier of a person led there, or none was found and persons were looked for, that is an
    entry: kinds and journeys, and never the text.
    """
    person = people.person(actor.user_id, now) if actor.user_id is not None else None
    if person is None:
        raise NotFound("person_unknown")
    found = finding.find(person, text, now)
    personal = [match for match in found.matches if match.is_personal]
    if not found.asked_at or (found.matches and not personal):
        return found
    with writing():
        kinds = sorted({kind for match in personal for kind in match.kinds})
        record(
            Doing(actor, where, now, request_id),
            event=Event.IDENTITY_LOOKED_UP,
            stream=f"site:{found.asked_at[0]}",
            facts={"kinds": kinds, "alias": kinds[0] if len(kinds) == 1 else "", "journeys": len(personal)},
            subjects=[Subject("order", match.coi_id) for match in personal],
        )
    return found
