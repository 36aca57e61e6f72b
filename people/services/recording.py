"""What every service of this room does alike: ask for authority, recognise a repeat, name a conflict."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from ledger import selectors as ledger_selectors
from ledger.rules import Actor, ActorKind, Change, EntryRef, Subject, Where, derive
from ledger.rules.canonical import plain
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from ledger.services import append, store_evidence
from people import selectors
from people.rules.authority import Person
from people.rules.rights import Right

REQUEST_CONSTRAINT = "ledger_entry_request_id_uniq"

# What a broken constraint means to the one who asked. Anything else is a fault of ours and goes on.
_CONFLICTS = {
    "people_provider_link_subject_uniq": "subject_linked_already",
    "people_badge_code_uniq": "badge_code_used",
    "people_document_code_uniq": "document_code_used",
    "people_version_number_uniq": "version_used",
    "people_version_one_effective": "another_version_effective",
    "people_signature_once": "already_signed",
    "people_organisation_code_key": "organisation_code_used",
    "people_site_code_key": "site_code_used",
    "people_place_code_key": "place_code_used",
    "people_station_code_key": "station_code_used",
    "people_user_username_key": "username_used",
    "people_requirement_once": "programme_required_already",
}


@dataclass(frozen=True)
class Doing:
    """Who does what, where and when, and under which request: what every service hands down."""

    actor: Actor
    where: Where
    now: datetime
    request_id: UUID

    def as_keywords(self, request_id: UUID | None = None) -> dict[str, Any]:
        """As every other service takes it; a further entry has a request id of its own."""
        return {
            "actor": self.actor,
            "where": self.where,
            "now": self.now,
            "request_id": request_id or self.request_id,
        }


@dataclass(frozen=True)
class EvidenceFile:
    """A file that shows what is recorded: a certificate, a test. Kept beside the entry, under a name of ours."""

    data: bytes
    media_type: str

    def id_for(self, doing: Doing) -> UUID:
        """The id that it is kept under."""
        return derive(derive(doing.request_id, "file"), "evidence")

    def keep(self, doing: Doing, name: str) -> UUID:
        """Store it inside the caller's transaction; the same request stores it once. Raises Invalid (type, size)."""
        kept = store_evidence(
            data=self.data,
            media_type=self.media_type,
            name=name,
            **doing.as_keywords(derive(doing.request_id, "file")),
        )
        return kept.id


def record(
    doing: Doing,
    *,
    event: str,
    stream: str,
    facts: Mapping[str, Any],
    changes: Sequence[Change] = (),
    subjects: Sequence[Subject] = (),
    reason: str = "",
    check: UUID | None = None,
) -> EntryRef:
    """Append the entry of a use case."""
    return append(
        event=event,
        stream=stream,
        facts=facts,
        changes=changes,
        subjects=subjects,
        reason=reason,
        check=check,
        **doing.as_keywords(),
    )


@contextmanager
def writing(conflicts: Mapping[str, str] = _CONFLICTS) -> Iterator[None]:
    """The transaction of one use case; a broken constraint is named once the transaction is over.

    `conflicts`: what each constraint means to the one who asked, where a room above has its own.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = constraint_of(error)
        # Ids of rows follow from the request's, so a key that exists is a request that is there twice at once too.
        is_twice = name == REQUEST_CONSTRAINT or name.endswith("_pkey")
        code = "request_id_used" if is_twice else conflicts.get(name)
        if code is None:
            raise
        raise Conflict(code) from error


def constraint_of(error: IntegrityError) -> str:
    """The name of the constraint that was broken, or empty."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


def require(*, actor: Actor, right: Right, site: str, now: datetime) -> Person:
    """The person behind the actor, if the right is theirs at the site; NotAllowed otherwise."""
    if actor.kind is ActorKind.PERSON and actor.user_id is not None:
        person = selectors.person(actor.user_id, now)
        if person is not None and person.may(right, site, now):
            return person
    raise NotAllowed("role_missing", detail={"roles": sorted(right.roles), "site": site})


def require_anywhere(*, actor: Actor, right: Right, now: datetime) -> Person:
    """As `require`, at whatever site: for what belongs to no site yet."""
    if actor.kind is ActorKind.PERSON and actor.user_id is not None:
        person = selectors.person(actor.user_id, now)
        if person is not None and person.sites_of(right, now):
            return person
    raise NotAllowed("role_missing", detail={"roles": sorted(right.roles), "site": ""})


def is_repeat(*, request_id: UUID, event: str, facts: Mapping[str, Any]) -> bool:
    """Whether this very request was carried out before; Conflict when its id was used for another one."""
    earlier = ledger_selectors.entry_for_request(request_id)
    if earlier is None:
        return False
    if earlier.event != event or earlier.facts != plain(facts):
        raise Conflict("request_id_used")
    return True


def site_id(code: str) -> str:
    """The id of a site that must exist."""
    site = selectors.site_by_code(code)
    if site is None:
        raise NotFound("site_unknown")
    return site.id


def refuse_bad(**problems: str | None) -> None:
    """Raise Invalid naming every field that has a problem; nothing has been written yet."""
    wrong = {name: code for name, code in problems.items() if code is not None}
    if wrong:
        raise Invalid("fields_invalid", detail={"fields": wrong})
