"""What the services of this room do alike: ask for authority, name a broken constraint."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial, wraps
from typing import ParamSpec, TypeVar
from uuid import UUID

from coi.events import Event
from ledger.rules import Actor, ActorKind, AuthMethod, Where, canonical
from ledger.rules.errors import Conflict, NotAllowed, NotFound
from ledger.selectors import EntryView, entry_for_request
from people import selectors as people
from people.rules.authority import Person
from people.rules.rights import Right
from people.rules.sites import StationView
from people.services.recording import writing as writing_with

# What a broken constraint means to the one who asked. Anything else is a fault of ours and goes on.
writing = partial(
    writing_with,
    {
        "coi_alias_uniq": "alias_of_another_order",
        "coi_product_code_key": "product_code_used",
        "coi_patient_mrn_uniq": "patient_enrolled",
        "coi_alias_worldwide": "alias_of_another_order",
        "coi_reconciliation_one_open": "reconciliation_open",
        "coi_reconciliation_one_open_merge": "reconciliation_open",
        "coi_materiallot_code_key": "lot_code_used",
        "coi_material_lot_once": "lot_registered",
        "coi_equipment_code_key": "equipment_code_used",
        "coi_printer_code_key": "printer_code_used",
        "coi_printjob_copy_id_key": "print_asked",
        "coi_weight_supersedes_id_key": "weight_corrected",
    },
)

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


def answered_once(service: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """A service whose request may come twice at one moment: the second gets the answer of the first.

    The second waits for a lock of the first, or for its row, and then finds everything done: a conflict, unless it was
    this very request that did it. Then the service is asked again, and looks up its answer with `repeated`, which also
    refuses a request of another content.
    """

    @wraps(service)
    def ask(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        try:
            return service(*args, **kwargs)
        except Conflict:
            request_id = kwargs.get("request_id")
            if not isinstance(request_id, UUID) or entry_for_request(request_id) is None:
                raise
        return service(*args, **kwargs)

    return ask


def repeated(request_id: UUID, event: Event, **facts: object) -> EntryView | None:
    """The entry of this very request, if it was carried out before; Conflict when its id was used for another one."""
    earlier = entry_for_request(request_id)
    if earlier is None:
        return None
    if earlier.event != event or any(earlier.facts.get(name) != value for name, value in facts.items()):
        raise Conflict("request_id_used")
    return earlier


def digest_of(record: object) -> str:
    """SHA-256 of a record's canonical bytes: what a signature is over."""
    return hashlib.sha256(canonical(record)).hexdigest()


def facility_of(site: str) -> str:
    """The facility number (FIN) under which a site issues identifiers; NotFound when it has none."""
    view = people.site_by_code(site)
    fin = dict(view.identifiers).get("fin", "") if view is not None else ""
    if not fin:
        raise NotFound("facility_unknown", detail={"site": site})
    return fin


def require_at(sites: Sequence[str], right: Right, *, actor: Actor, now: datetime) -> Person:
    """The person behind the actor, if the right is theirs at any of the sites; NotAllowed otherwise."""
    person = people.person(actor.user_id, now) if actor.user_id is not None else None
    if person is None or not any(person.may(right, site, now) for site in sites):
        raise NotAllowed("role_missing", detail={"roles": sorted(right.roles), "sites": sorted(set(sites))})
    return person


def actor_of(person: Person, auth: AuthMethod) -> Actor:
    """The person as an entry names them."""
    return Actor(ActorKind.PERSON, person.printed_name, person.user_id, auth)


def where_of(station: StationView) -> Where:
    """The station as an entry names it."""
    return Where(site=station.site, station=station.code, zone=station.zone)
