"""What an auditor saw: one entry for each page, in a stream of their own."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from ledger.rules import Actor, Subject, Where
from people.events import Event
from people.selectors.people import READER
from people.services.recording import Doing, record, writing


def record_page_seen(
    *,
    page: str,
    arguments: Mapping[str, str],
    method: str,
    status: int,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> None:
    """Record a page that an auditor was shown: the name of its address, its arguments, and how it was answered.

    What was typed into a search is no part of it: it could be a name. Nobody is asked for authority, for nothing is
    done; the page decided whether it is shown.
    """
    with writing():
        record(
            Doing(actor, where, now, request_id),
            event=Event.PAGE_SEEN,
            stream=f"auditor:{actor.user_id}",
            facts={"page": page, "arguments": dict(arguments), "method": method, "status": status},
            subjects=[Subject(READER, str(actor.user_id))],
        )
