"""The identifiers that others have for a journey: added, refused where they are another's, retired and never moved.

Note [An alias never moves]
~~~~~~~~~~~~~~~~~~~~~~~~~~~
A row of an alias keeps its journey (or patient), its kind, its issuer and its value for good; a trigger in the database
holds that. A wrong one is retired with a reason and stays in view; what is right is a new row. So every identifier
finds one journey at any moment, and whatever it found before can still be told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from coi.events import Event
from coi.models import Alias, Collection, Order, Patient
from coi.rules.aliases import (
    GIVERS,
    OF_PATIENT,
    PERSONAL,
    WORLDWIDE,
    AliasKind,
    RetireReason,
    key_of,
    value_problem,
)
from coi.rules.requests import index_key
from coi.rules.vault import VaultKind
from coi.selectors.known import secret_index_key
from coi.services import vault
from coi.services.numbers import lock_value
from coi.services.recording import answered_once, repeated, writing
from ledger.rules import Actor, Change, Subject, Where, derive, new, put
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from ledger.selectors import entry_for_request
from people import selectors as people
from people.rules.authority import Person
from people.rules.rights import Right
from people.services.recording import Doing, record

MAX_TEXT = 4000


@dataclass(frozen=True)
class _Asked:
    """An alias that is to be added, and whose it is to be."""

    order: Order
    patient: UUID | None
    kind: AliasKind
    issuer: str
    value: str
    key: str

    @property
    def owner(self) -> dict[str, UUID | None]:
        """The columns that say whose it is."""
        is_patients = self.kind in OF_PATIENT
        return {
            "order_id": None if is_patients else self.order.id,
            "patient_id": self.patient if is_patients else None,
        }

    def is_mine(self, row: Alias) -> bool:
        """Whether the row is of this journey, or of this patient (or of one that was merged into them)."""
        if row.patient_id is not None:
            return self.kind in OF_PATIENT and root_of(row.patient_id) == self.patient
        return row.order_id == self.owner["order_id"]


@answered_once
def add_alias(
    *,
    coi_id: str,
    issuer: str,
    kind: str,
    value: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> UUID | None:
    """Give a journey (or its patient) another party's identifier, exactly as it is. Answers with the id of the row.

    What it has already is not added twice (None). One that is another's is refused and recorded: Conflict, which names
    the other journey to those who may see it. Raises NotFound, NotAllowed, Invalid.
    """
    asked, person = _asked(coi_id, kind, (issuer, value), actor, now)
    doing = Doing(actor, where, now, request_id)
    _refuse_again(asked, person, doing)
    row = derive(request_id, "alias")
    if repeated(request_id, Event.ALIAS_ADDED, request=_fingerprint(asked)):
        return row
    try:
        with writing():
            lock_value(asked.key)
            found = _holders(asked)
            _refuse_anothers(found)
            if found:
                return None
            _record_added(asked, row, doing)
    except Conflict as conflict:
        if conflict.code != "alias_of_another_order":
            raise
        _record_refused(asked, doing)
        raise _conflict(asked, person, now) from conflict
    return row


@answered_once
def retire_alias(
    *,
    alias: UUID,
    reason: RetireReason,
    text: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
    corrected: str = "",
) -> UUID | None:
    """End an alias that is wrong or no longer counts; it stays in view. With `corrected`, this value takes its place.

    Who may add it may retire it. Answers with the id of the new row, if there is one. A hospital number under which the
    patient was enrolled is none of these: see `coi.services.reconciliations`. Raises NotFound, NotAllowed, Invalid,
    Conflict (retired already; the corrected value is another's).
    """
    row = Alias.objects.filter(id=alias).first()
    order = _order_of(row) if row is not None else None
    if row is None or order is None:
        raise NotFound("alias_unknown")
    kind = AliasKind(row.kind)
    person = _require(order, kind, actor, now, "alias_unknown")
    _judge_retiring(kind, text, corrected)
    doing = Doing(actor, where, now, request_id)
    facts = {"alias": str(kind), "issuer": row.issuer_id, "row": row.id, "retired": str(reason)}
    key = key_of(secret_index_key(), kind, row.issuer_id, corrected) if corrected else ""
    patient = root_of(row.patient_id) if row.patient_id is not None else None
    asked = _Asked(order, patient, kind, row.issuer_id, corrected, key)
    _refuse_again(asked, person, doing)
    made = derive(request_id, "alias") if corrected else None
    if repeated(request_id, Event.ALIAS_RETIRED, row=str(row.id), retired=str(reason)):
        return made
    try:
        with writing():
            _retire(row, asked, made=made, text=text, doing=doing, facts=facts)
    except Conflict as conflict:
        if conflict.code != "alias_of_another_order":
            raise
        _record_refused(asked, doing)
        raise _conflict(asked, person, now) from conflict
    return made


def _retire(
    row: Alias, asked: _Asked, *, made: UUID | None, text: str, doing: Doing, facts: dict[str, object]
) -> None:
    if made is not None:
        lock_value(asked.key)
    current = Alias.objects.select_for_update(no_key=True).get(id=row.id)
    if current.retired_at is not None:
        raise Conflict("alias_retired")
    if made is not None and (found := _holders(asked)):
        is_mine = all(is_mine for is_mine, _ in found)
        raise Conflict("nothing_changes" if is_mine else "alias_of_another_order")
    digest = vault.keep(kind=VaultKind.TEXT, id=derive(doing.request_id, "text"), plain=text.encode())
    retired = put(
        "coi.alias",
        row.id,
        retired_at=doing.now,
        retired_by_name=doing.actor.name,
        retire_reason=facts["retired"],
    )
    record(
        doing,
        event=Event.ALIAS_RETIRED,
        stream=f"journey:{asked.order.coi_id}",
        facts={**facts, **shown_value(asked.kind, row.value_key), "text_sha256": digest},
        changes=[retired, *([alias_row(made, asked.owner, asked, doing, row.id)] if made else [])],
        subjects=_subjects(asked),
    )


def _judge_retiring(kind: AliasKind, text: str, corrected: str) -> None:
    wrong: dict[str, str] = {}
    if not text.strip() or len(text) > MAX_TEXT:
        wrong["text"] = "text_required"
    if corrected and (problem := value_problem(kind, corrected)):
        wrong["corrected"] = problem
    if wrong:
        raise Invalid("fields_invalid", detail={"fields": wrong})


# --- what is asked for, and by whom -----------------------------------------------------------------------------------


def _asked(
    coi_id: str, kind: str, given: tuple[str, str], actor: Actor, now: datetime
) -> tuple[_Asked, Person]:
    issuer, value = given
    if kind not in set(AliasKind):
        raise Invalid("fields_invalid", detail={"fields": {"kind": "not_choice"}})
    sort = AliasKind(kind)
    order = Order.objects.filter(coi_id=coi_id).first() if "\x00" not in coi_id else None
    if order is None:
        raise NotFound("order_unknown")
    person = _require(order, sort, actor, now, "order_unknown")
    if problem := value_problem(sort, value):
        raise Invalid("fields_invalid", detail={"fields": {"value": problem}})
    if people.site_by_code(issuer) is None:
        raise NotFound("site_unknown", detail={"site": issuer})
    patient = root_of(order.patient_id) if order.patient_id is not None else None
    if sort in OF_PATIENT and patient is None:
        raise Invalid("fields_invalid", detail={"fields": {"kind": "patient_missing"}})
    key = key_of(secret_index_key(), sort, issuer, value)
    return _Asked(order, patient, sort, issuer, value, key), person


def _require(order: Order, kind: AliasKind, actor: Actor, now: datetime, unknown: str) -> Person:
    """The person, if they may give this kind of alias to this order; a stranger to it is told that there is none."""
    person = people.person(actor.user_id, now) if actor.user_id is not None else None
    sites = order.sites
    if person is None or not person.sites_of(Right.SEE_JOURNEYS, now) & set(sites.values()):
        raise NotFound(unknown)
    if not any(person.may(giver.right, sites[giver.party], now) for giver in GIVERS[kind]):
        asked = {sites[giver.party] for giver in GIVERS[kind]}
        roles = {str(role) for giver in GIVERS[kind] for role in giver.right.roles}
        raise NotAllowed("role_missing", detail={"roles": sorted(roles), "sites": sorted(asked)})
    return person


def root_of(patient: UUID) -> UUID:
    """The patient that this one was merged into, else this one."""
    found = Patient.objects.filter(id=patient).values_list("merged_into", flat=True).first()
    return found or patient


def _order_of(row: Alias) -> Order | None:
    """The order that an alias is shown at; of a patient's, the latest."""
    if row.order_id is not None:
        return Order.objects.filter(id=row.order_id).first()
    of_patient = Order.objects.filter(patient=row.patient_id) | Order.objects.filter(
        patient__merged_into=row.patient_id
    )
    return of_patient.order_by("-ordered_at").first()


# --- whose an identifier is already -----------------------------------------------------------------------------------


def _holders(asked: _Asked) -> list[tuple[bool, Order | None]]:
    """Who has this identifier now: whether that is the one who is to get it, and an order of theirs."""
    rows = Alias.objects.filter(kind=asked.kind, value_key=asked.key, retired_at__isnull=True)
    if asked.kind not in WORLDWIDE:
        rows = rows.filter(issuer__code=asked.issuer)
    found = [(asked.is_mine(row), _order_of(row)) for row in rows]
    own: Sequence[Order] = ()
    if asked.kind is AliasKind.MRN:
        return found + _enrolled(asked)
    if asked.kind is AliasKind.DIN:
        dins = Collection.objects.filter(din=asked.value)
        own = list(Order.objects.filter(id__in=dins.values("order")))
    elif asked.kind is AliasKind.COID:
        own = list(Order.objects.filter(coi_id=asked.value))
    return found + [(order.id == asked.order.id, order) for order in own]


def _enrolled(asked: _Asked) -> list[tuple[bool, Order | None]]:
    """Patients who are enrolled by this number at the site that gives it."""
    rows = Patient.objects.filter(treating_site__code=asked.issuer, mrn_index=asked.key)
    return [
        (
            (row.merged_into_id or row.id) == asked.patient,
            Order.objects.filter(patient=row).order_by("-ordered_at").first(),
        )
        for row in rows
    ]


def _refuse_anothers(found: Sequence[tuple[bool, Order | None]]) -> None:
    if any(not is_mine for is_mine, _ in found):
        raise Conflict("alias_of_another_order")


def _conflict(asked: _Asked, person: Person, now: datetime) -> Conflict:
    """What is said: the kind, and the other journey to those who may see that one."""
    sites = person.sites_of(Right.SEE_JOURNEYS, now)
    others = [order for is_mine, order in _holders(asked) if not is_mine and order is not None]
    shown = next((order.coi_id for order in others if sites & set(order.sites.values())), "")
    return Conflict("alias_of_another_order", detail={"kind": str(asked.kind), "journey": shown})


# --- writing ----------------------------------------------------------------------------------------------------------


def shown_value(kind: AliasKind, value: str) -> dict[str, str]:
    """The value for the record; of a personal one nothing."""
    return {} if kind in PERSONAL else {"value": value}


def _fingerprint(asked: _Asked) -> str:
    content = "\x1f".join((asked.order.coi_id, asked.kind, asked.issuer, asked.value))
    return index_key(secret_index_key(), "alias-request", content)


def alias_row(
    row: UUID, owner: dict[str, UUID | None], asked: _Asked, doing: Doing, replaces: UUID | None = None
) -> Change:
    """The row of a new alias."""
    return new(
        "coi.alias",
        row,
        **owner,
        issuer_id=asked.issuer,
        kind=str(asked.kind),
        value_key=asked.key,
        added_at=doing.now,
        added_by_name=doing.actor.name,
        replaces_id=replaces,
    )


def _subjects(asked: _Asked) -> list[Subject]:
    patient = [Subject("patient", str(asked.patient))] if asked.kind in OF_PATIENT else []
    return [Subject("order", asked.order.coi_id), *patient]


def _record_added(asked: _Asked, row: UUID, doing: Doing) -> None:
    facts = {"alias": str(asked.kind), "issuer": asked.issuer, "request": _fingerprint(asked)}
    record(
        doing,
        event=Event.ALIAS_ADDED,
        stream=f"journey:{asked.order.coi_id}",
        facts={**facts, **shown_value(asked.kind, asked.value)},
        changes=[alias_row(row, asked.owner, asked, doing)],
        subjects=_subjects(asked),
    )


def _refuse_again(asked: _Asked, person: Person, doing: Doing) -> None:
    """Raise Conflict for a request that was refused and recorded before: it is not recorded twice."""
    earlier = entry_for_request(doing.request_id)
    if earlier is not None and earlier.event == Event.ALIAS_REFUSED:
        raise _conflict(asked, person, doing.now)


def _record_refused(asked: _Asked, doing: Doing) -> None:
    """The attempt is an entry of both journeys, in a transaction of its own: what was refused is rolled back."""
    others = {order.coi_id for is_mine, order in _holders(asked) if not is_mine and order is not None}
    with writing():
        record(
            doing,
            event=Event.ALIAS_REFUSED,
            stream=f"journey:{asked.order.coi_id}",
            facts={"alias": str(asked.kind), "issuer": asked.issuer, "request": _fingerprint(asked)},
            subjects=sorted({*_subjects(asked), *(Subject("order", other) for other in others)}),
        )
