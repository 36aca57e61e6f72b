"""Changing who the patient behind a COI id is: asked for by one person, signed for by another.

Note [A COI id keeps its patient]
~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
An order keeps the patient it was placed for; a trigger in the database holds that. What changes is what is known of the
patient (name, birth date, hospital number), or that two patients of the records are one person: then one of them points
to the other. Nothing of it happens without an approved reconciliation, whoever asks: a person, later a hospital's own
system. From the asking to the decision no critical step of the patient's journeys goes on
(`coi.rules.interlocks.reconciliation_interlock`), so that nobody is treated under an identity that is in question.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from coi.events import Event
from coi.models import Alias, Order, Patient, Reconciliation
from coi.rules.aliases import AliasKind, key_of
from coi.rules.reconciliations import (
    ReconciliationKind,
    ReconciliationState,
    Source,
)
from coi.rules.vault import VaultKind
from coi.selectors.known import secret_index_key
from coi.services import numbers, vault
from coi.services.aliases import root_of
from coi.services.numbers import lock_value
from coi.services.orders import PatientDetails, details_json, judge_details, patient_of_mrn
from coi.services.recording import answered_once, digest_of, repeated, writing
from coi.services.signed import as_signed
from ledger.rules import Actor, Change, Subject, Where, derive, new, put
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from ledger.selectors import entries_for_subject
from people import selectors as people
from people.rules.authority import Person
from people.rules.credentials import Confirmed, Credential
from people.rules.rights import Right
from people.rules.signatures import Meaning, SignatureView
from people.services import confirm_or_refuse, require, sign
from people.services.recording import Doing, record

MAX_TEXT = 4000


@dataclass(frozen=True)
class Identities:
    """Who the patient was and would be, for the one who decides."""

    before: dict[str, str]
    after: dict[str, str]


@answered_once
def change_patient_details(
    *,
    coi_id: str,
    details: PatientDetails,
    kind: ReconciliationKind,
    reason: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> str:
    """Ask to change name, birth date or hospital number of the patient behind a COI id. Answers with the code of it.

    A coordinator of the treating site may. Raises NotFound, NotAllowed, Invalid (texts; nothing changes), Conflict
    (another request is open; the number is another patient's).
    """
    judge_details(details)
    if kind is ReconciliationKind.MERGE:
        raise Invalid("fields_invalid", detail={"fields": {"kind": "not_choice"}})
    order, patient = _of(coi_id, Right.CHANGE_PATIENT_DETAILS, actor, now)
    site = order.treating_site_id
    doing = Doing(actor, where, now, request_id)
    index = key_of(secret_index_key(), AliasKind.MRN, site, details.mrn)
    if earlier := repeated(request_id, Event.RECONCILIATION_ASKED, what=str(kind)):
        return str(earlier.facts["reconciliation"])
    _need_text(reason=reason)
    with writing():
        lock_value(index)
        _lock_patients(patient)
        holder = patient_of_mrn(site, index)
        if holder is not None and holder != patient:
            raise Conflict("mrn_in_use")
        identity = vault.identity_of(patient)
        if vault.opened(kind=VaultKind.PATIENT, id=identity) == details_json(details):
            raise Conflict("nothing_changes")
        piece = derive(request_id, "details")
        digest = vault.keep_json(kind=VaultKind.PATIENT, id=piece, content=details_json(details))
        values = {
            "kind": str(kind),
            "patient_id": patient,
            "details": piece,
            "mrn_index": index,
            "old_digest": vault.kept_digest(kind=VaultKind.PATIENT, id=identity),
            "new_digest": digest,
        }
        return _ask(values, reason, [order], doing)


@answered_once
def merge_patients(
    *,
    keep: str,
    give_up: str,
    reason: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> str:
    """Ask to say that the patients behind two COI ids are one person, known as the first. Answers with the code of it.

    Both have to be patients of the coordinator's own site. Both COI ids stay as they are.
    """
    kept, first = _of(keep, Right.MERGE_PATIENTS, actor, now)
    given_up, second = _of(give_up, Right.MERGE_PATIENTS, actor, now)
    doing = Doing(actor, where, now, request_id)
    if earlier := repeated(request_id, Event.RECONCILIATION_ASKED, what=str(ReconciliationKind.MERGE)):
        return str(earlier.facts["reconciliation"])
    _need_text(reason=reason)
    if first == second:
        raise Conflict("same_patient")
    if kept.treating_site_id != given_up.treating_site_id:
        raise Conflict("patients_of_two_sites")
    with writing():
        _lock_patients(first, second)
        identities = [vault.identity_of(patient) for patient in (second, first)]
        old, after = (vault.kept_digest(kind=VaultKind.PATIENT, id=identity) for identity in identities)
        values = {
            "kind": str(ReconciliationKind.MERGE),
            "patient_id": first,
            "give_up_id": second,
            "old_digest": old,
            "new_digest": after,
        }
        return _ask(values, reason, [kept, given_up], doing)


def show_reconciliation(
    *, code: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> Identities:
    """The identities before and after, for those who may decide and for whoever asked. Every look is an entry."""
    row = _open_or_decided(code, actor, now)
    require(actor=actor, right=Right.SHOW_RECONCILIATION, site=row.patient.treating_site_id, now=now)
    after = row.details or vault.identity_of(row.patient_id)
    before = vault.identity_of(row.give_up_id or row.patient_id)
    if row.state != ReconciliationState.OPEN:
        raise Conflict("reconciliation_decided")
    with writing():
        _record(row, Event.RECONCILIATION_SHOWN, {}, (), Doing(actor, where, now, request_id))
        return Identities(
            before=vault.opened(kind=VaultKind.PATIENT, id=before),
            after=vault.opened(kind=VaultKind.PATIENT, id=after),
        )


@answered_once
def approve_reconciliation(
    *,
    code: str,
    credential: Credential,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> None:
    """Sign for it, and let it happen. Quality or a supervisor of the treating site may, and not whoever asked.

    Raises NotFound, NotAllowed (role, credential, own request), Conflict (decided already; the number was given to
    another patient meanwhile).
    """
    if repeated(request_id, Event.RECONCILIATION_APPROVED, reconciliation=code):
        return
    doing = Doing(actor, where, now, request_id)
    row, confirmed, signer = _deciding(code, Right.APPROVE_RECONCILIATION, credential, doing)
    if not _has_looked(row, signer):
        raise Conflict("reconciliation_not_looked_at")
    with writing():
        if row.mrn_index:
            lock_value(row.mrn_index)
        _lock_open(row)
        changes = _merged(row) if row.give_up_id is not None else _changed(row, doing)
        signature = _sign(row, Meaning.APPROVAL, confirmed, signer, doing)
        decided = _decided(row, ReconciliationState.APPROVED, doing, signature=signature.id)
        _record(row, Event.RECONCILIATION_APPROVED, {"signature": signature.id}, [*changes, decided], doing)


@answered_once
def reject_reconciliation(
    *,
    code: str,
    text: str,
    credential: Credential,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> None:
    """Turn it down, with a reason and a signature; nothing changes. Whoever may approve it may."""
    if repeated(request_id, Event.RECONCILIATION_REJECTED, reconciliation=code):
        return
    _need_text(text=text)
    doing = Doing(actor, where, now, request_id)
    row, confirmed, signer = _deciding(code, Right.REJECT_RECONCILIATION, credential, doing)
    with writing():
        _lock_open(row)
        piece = derive(request_id, "text")
        digest = vault.keep(kind=VaultKind.TEXT, id=piece, plain=text.encode())
        signature = _sign(row, Meaning.REJECTION, confirmed, signer, doing)
        decided = _decided(
            row, ReconciliationState.REJECTED, doing, signature=signature.id, decision_text=piece
        )
        facts = {"signature": signature.id, "text_sha256": digest}
        _record(row, Event.RECONCILIATION_REJECTED, facts, [decided], doing)


# --- asking -----------------------------------------------------------------------------------------------------------


def _of(coi_id: str, right: Right, actor: Actor, now: datetime) -> tuple[Order, UUID]:
    """The order and its patient, for a coordinator of the site that treats them."""
    order = (
        Order.objects.filter(coi_id=coi_id, patient__isnull=False).first() if "\x00" not in coi_id else None
    )
    person = people.person(actor.user_id, now) if actor.user_id is not None else None
    if order is None or order.patient_id is None or person is None:
        raise NotFound("order_unknown")
    if not person.sites_of(Right.SEE_JOURNEYS, now) & set(order.sites.values()):
        raise NotFound("order_unknown")
    require(actor=actor, right=right, site=order.treating_site_id, now=now)
    return order, root_of(order.patient_id)


def _ask(values: dict[str, Any], reason: str, orders: Sequence[Order], doing: Doing) -> str:
    (number,) = numbers.next_numbers(f"reconciliation:{doing.now:%y}")
    code, text = f"R{doing.now:%y}-{number:05d}", derive(doing.request_id, "reason")
    row = new(
        "coi.reconciliation",
        derive(doing.request_id, "reconciliation"),
        code=code,
        state=str(ReconciliationState.OPEN),
        source=str(Source.PERSON),
        reason=text,
        asked_by_id=doing.actor.user_id,
        asked_by_name=doing.actor.name,
        asked_at=doing.now,
        **values,
    )
    facts = {
        "reconciliation": code,
        "what": values["kind"],
        "old_sha256": values["old_digest"],
        "new_sha256": values["new_digest"],
        "text_sha256": vault.keep(kind=VaultKind.TEXT, id=text, plain=reason.encode()),
    }
    patients: set[UUID] = {values[name] for name in ("patient_id", "give_up_id") if name in values}
    record(
        doing,
        event=Event.RECONCILIATION_ASKED,
        stream=f"site:{orders[0].treating_site_id}",
        facts=facts,
        changes=[row],
        subjects=_subjects(code, patients),
    )
    return code


def _subjects(code: str, patients: set[UUID]) -> list[Subject]:
    """The reconciliation, the patients, and every journey of theirs."""
    orders = Order.objects.filter(patient__in=patients) | Order.objects.filter(
        patient__merged_into__in=patients
    )
    coi_ids = sorted(set(orders.values_list("coi_id", flat=True)))
    return sorted(
        {
            Subject("reconciliation", code),
            *(Subject("patient", str(patient)) for patient in patients),
            *(Subject("order", coi_id) for coi_id in coi_ids),
        }
    )


def _lock_patients(*patients: UUID) -> None:
    """These patients, in the order of their ids; one request is open for each at a time."""
    list(Patient.objects.select_for_update(no_key=True).filter(id__in=patients).order_by("id"))
    ids = list(patients)
    found = Reconciliation.objects.filter(state=ReconciliationState.OPEN)
    if found.filter(patient__in=ids).exists() or found.filter(give_up__in=ids).exists():
        raise Conflict("reconciliation_open")


def _need_text(**texts: str) -> None:
    wrong = {
        name: "text_required" for name, text in texts.items() if not text.strip() or len(text) > MAX_TEXT
    }
    if wrong:
        raise Invalid("fields_invalid", detail={"fields": wrong})


# --- deciding ---------------------------------------------------------------------------------------------------------


def _open_or_decided(code: str, actor: Actor, now: datetime) -> Reconciliation:
    """The reconciliation, for those who hold a role at the treating site; nobody else learns that there is one."""
    found = Reconciliation.objects.select_related("patient").filter(code=code) if "\x00" not in code else None
    row = found.first() if found is not None else None
    person = people.person(actor.user_id, now) if actor.user_id is not None else None
    if row is None or person is None or not person.may(Right.SEE_JOURNEYS, row.patient.treating_site_id, now):
        raise NotFound("reconciliation_unknown")
    return row


def _deciding(
    code: str, right: Right, credential: Credential, doing: Doing
) -> tuple[Reconciliation, Confirmed, Person]:
    """The open reconciliation and the signer, whose credential is checked outside the use case's transaction."""
    row = _open_or_decided(code, doing.actor, doing.now)
    signer = require(actor=doing.actor, right=right, site=row.patient.treating_site_id, now=doing.now)
    if row.asked_by_id == signer.user_id:
        raise NotAllowed("reconciliation_own")
    if row.state != ReconciliationState.OPEN:
        raise Conflict("reconciliation_decided")
    confirmed = confirm_or_refuse(credential=credential, **doing.as_keywords())
    return row, confirmed, signer


def _has_looked(row: Reconciliation, signer: Person) -> bool:
    """Whether the signer was shown both identities: nobody answers for what they have not seen."""
    return any(
        entry.event == Event.RECONCILIATION_SHOWN and entry.actor_id == signer.user_id
        for entry in entries_for_subject("reconciliation", row.code)
    )


def _lock_open(row: Reconciliation) -> None:
    """Journeys first, as everywhere; then the patients, then the request. Conflict when somebody was quicker."""
    patients = [row.patient_id, *([row.give_up_id] if row.give_up_id else [])]
    orders = Order.objects.filter(patient__in=patients) | Order.objects.filter(
        patient__merged_into__in=patients
    )
    ids = sorted(str(order) for order in orders.values_list("id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM coi_order WHERE id = ANY(%s::text[]::uuid[]) ORDER BY id FOR NO KEY UPDATE", [ids]
        )
    list(Patient.objects.select_for_update(no_key=True).filter(id__in=patients).order_by("id"))
    current = Reconciliation.objects.select_for_update(no_key=True).get(id=row.id)
    if current.state != ReconciliationState.OPEN:
        raise Conflict("reconciliation_decided")


def _changed(row: Reconciliation, doing: Doing) -> list[Change]:
    """The new identity; the number that was right until now goes on finding the patient, a wrong one does not."""
    patient = row.patient
    holder = patient_of_mrn(patient.treating_site_id, row.mrn_index)
    if holder is not None and holder != patient.id:
        raise Conflict("mrn_in_use")
    changes = [put("coi.patient", patient.id, identity=row.details, mrn_index=row.mrn_index)]
    known = Alias.objects.filter(
        issuer__code=patient.treating_site_id,
        kind=AliasKind.MRN,
        value_key=patient.mrn_index,
        retired_at__isnull=True,
    )
    is_new_number = row.kind == ReconciliationKind.CHANGE and patient.mrn_index != row.mrn_index
    if is_new_number and not known.exists():
        changes.append(
            new(
                "coi.alias",
                derive(doing.request_id, "alias"),
                patient_id=patient.id,
                issuer_id=patient.treating_site_id,
                kind=str(AliasKind.MRN),
                value_key=patient.mrn_index,
                added_at=doing.now,
                added_by_name=doing.actor.name,
            )
        )
    return changes


def _merged(row: Reconciliation) -> list[Change]:
    """Whoever is given up points to whom is kept, and so does everybody who pointed to them."""
    earlier = Patient.objects.filter(merged_into=row.give_up_id).order_by("id").values_list("id", flat=True)
    both = [row.give_up_id, *earlier]
    return [put("coi.patient", patient, merged_into_id=row.patient_id) for patient in both if patient]


def _sign(
    row: Reconciliation, meaning: Meaning, confirmed: Confirmed, signer: Person, doing: Doing
) -> SignatureView:
    return sign(
        signer=signer,
        meaning=meaning,
        record_kind="reconciliation",
        record_id=row.code,
        record_digest=digest_of(as_signed(row)),
        credential=confirmed,
        stream=f"site:{row.patient.treating_site_id}",
        **doing.as_keywords(derive(doing.request_id, "sign")),
    )


def _decided(row: Reconciliation, state: ReconciliationState, doing: Doing, **more: object) -> Change:
    return put(
        "coi.reconciliation",
        row.id,
        state=str(state),
        decided_by_id=doing.actor.user_id,
        decided_by_name=doing.actor.name,
        decided_at=doing.now,
        **more,
    )


def _record(
    row: Reconciliation, event: Event, facts: dict[str, Any], changes: Sequence[Change], doing: Doing
) -> None:
    patients = {row.patient_id, *([row.give_up_id] if row.give_up_id else [])}
    record(
        doing,
        event=event,
        stream=f"site:{row.patient.treating_site_id}",
        facts={
            "reconciliation": row.code,
            "what": row.kind,
            "old_sha256": row.old_digest,
            "new_sha256": row.new_digest,
            **facts,
        },
        changes=changes,
        subjects=_subjects(row.code, patients),
    )
