"""Erasing who a patient was, where the law asks for it and no rule keeps it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.db.models.functions import Coalesce

from coi.events import Event
from coi.models import Alias, Order, Patient, Reconciliation, Scan, Vault
from coi.rules.aliases import AliasKind
from coi.rules.retention import StillKept
from coi.rules.vault import VaultKind
from coi.selectors.retention import SITES, names_of
from coi.services.numbers import lock_value
from coi.services.recording import answered_once, digest_of, writing
from ledger.rules import Actor, Subject, Where, derive
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from ledger.selectors import EntryView, entry_for_request
from people import selectors as people
from people.rules.authority import Person
from people.rules.credentials import Confirmed, Credential
from people.rules.rights import Right
from people.rules.signatures import Meaning, SignatureView
from people.services import confirm_or_refuse, sign
from people.services.recording import Doing, record


@dataclass(frozen=True)
class Erasure:
    """What came of asking for it: done, or refused since the names of these journeys have to be kept."""

    kept: tuple[StillKept, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether the names are gone."""
        return not self.kept


@dataclass(frozen=True)
class _Asked:
    """Whose names, at which site, and why."""

    patient: UUID
    site: str
    reason: str


@answered_once
def erase_patient(
    *,
    patient: UUID,
    reason: str,
    credential: Credential,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> Erasure:
    """Blank a patient's identity for good, where the law asks for it, signed by whoever answers for it.

    All of it: of those who were found to be the same person too, and the raw bytes of the scans of their journeys. The
    ledger stays valid, and what traces the cells stays in it. Refused, and that is recorded, while the names behind a
    COI id of the patient have to be kept. Raises Invalid (no reason), NotFound, NotAllowed (no administrator of the
    treating site; credential), Conflict (erased already).
    """
    if not reason.strip():
        raise Invalid("fields_invalid", detail={"fields": {"reason": "text_required"}})
    site, signer = _eraser(patient, actor, now)
    if (earlier := entry_for_request(request_id)) is not None:
        return _as_before(earlier, patient)
    asked, doing = _Asked(patient, site, reason), Doing(actor, where, now, request_id)
    # Outside the transaction: a wrong password is counted whatever becomes of this.
    confirmed = confirm_or_refuse(
        credential=credential, actor=actor, where=where, now=now, request_id=request_id
    )
    with writing():
        persons = _nobody_enrolled(patient)
        kept = _still_kept(persons, site, now)
        pieces = _pieces_of(persons)
        if not pieces:
            raise Conflict("patient_erased")
        if kept:
            _record(Event.ERASURE_REFUSED, asked, {"kept": [one.facts for one in kept]}, doing)
            return Erasure(kept)
        signature = _sign_erasure(asked, (signer, confirmed), doing)
        _record(Event.VAULT_ERASED, asked, {"signature": signature.id}, doing)
        Vault.objects.filter(id__in=[*pieces, *_scans_of(persons)]).update(ciphertext=b"", erased_at=now)
    return Erasure()


def _as_before(earlier: EntryView, patient: UUID) -> Erasure:
    """The answer of the first time; Conflict when the request's id was used for another one."""
    is_known = earlier.event in (Event.VAULT_ERASED, Event.ERASURE_REFUSED)
    if not is_known or earlier.facts["patient"] != str(patient):
        raise Conflict("request_id_used")
    return Erasure(tuple(StillKept.from_facts(one) for one in earlier.facts.get("kept", ())))


def _still_kept(persons: Sequence[UUID], site: str, now: datetime) -> tuple[StillKept, ...]:
    """The journeys for which the names are kept, locked as scans lock theirs: nothing is collected meanwhile."""
    locked = Order.objects.select_for_update(no_key=True, of=("self",)).filter(patient__in=persons)
    orders = locked.select_related(*SITES).order_by("id")
    today = now.astimezone(ZoneInfo(people.zone_of(site))).date()
    return tuple(
        StillKept.by(coi_id, kept)
        for coi_id, kept in sorted(names_of(orders, now).items())
        if not kept.may_be_erased(today)
    )


def _record(event: Event, asked: _Asked, facts: Mapping[str, Any], doing: Doing) -> None:
    record(
        doing,
        event=event,
        stream=f"site:{asked.site}",
        facts={"patient": str(asked.patient), **facts},
        subjects=[Subject("patient", str(asked.patient))],
        reason=asked.reason,
    )


def _rows_of(patient: UUID) -> list[UUID]:
    """Every row that a reconciliation found to be the same person."""
    one = Patient.objects.filter(id=patient).values(root=Coalesce("merged_into", "id"))
    rows = Patient.objects.filter(Q(id__in=one) | Q(merged_into__in=one))
    return list(rows.order_by("id").values_list("id", flat=True))


def _nobody_enrolled(patient: UUID) -> list[UUID]:
    """The rows of the person, with their numbers locked as enrolling locks them: another order would need the names."""
    persons = _rows_of(patient)
    own = Patient.objects.filter(id__in=persons).values_list("mrn_index", flat=True)
    given = Alias.objects.filter(patient__in=persons, kind=AliasKind.MRN).values_list("value_key", flat=True)
    for number in sorted({*own, *given}):
        lock_value(number)
    return _rows_of(patient)  # whoever had the lock may have merged one more


def _pieces_of(persons: Sequence[UUID]) -> list[UUID]:
    """What of the person's identity still lies in the vault, locked: of each row, and every one that was asked for.

    The rows are locked as whoever asks for other details locks them: none is added meanwhile.
    """
    list(Patient.objects.select_for_update(no_key=True).filter(id__in=persons).order_by("id"))
    asked = Reconciliation.objects.filter(patient__in=persons, details__isnull=False)
    kept = Vault.objects.select_for_update(no_key=True).filter(kind=VaultKind.PATIENT, erased_at__isnull=True)
    ids: list[Any] = [*persons, *asked.values_list("details", flat=True)]
    return list(kept.filter(id__in=ids).order_by("id").values_list("id", flat=True))


def _scans_of(persons: Sequence[UUID]) -> list[UUID]:
    """The raw bytes of every scan of the person's journeys: a hospital's own wristband may hold the name itself.

    What a scan came to lies elsewhere, and stays. Nobody scans meanwhile: the journeys are locked.
    """
    scans = Scan.objects.filter(order__patient__in=persons).values("id")
    kept = Vault.objects.select_for_update(no_key=True).filter(kind=VaultKind.SCAN, erased_at__isnull=True)
    return list(kept.filter(id__in=scans).order_by("id").values_list("id", flat=True))


def _eraser(patient: UUID, actor: Actor, now: datetime) -> tuple[str, Person]:
    """The treating site and its administrator; for anybody who is nobody there, there is no such patient."""
    row = Patient.objects.filter(id=patient).first()
    person = people.person(actor.user_id, now) if actor.user_id is not None else None
    if row is None or person is None or not person.roles(row.treating_site_id, now):
        raise NotFound("patient_unknown")
    site = row.treating_site_id
    if not person.may(Right.ERASE_PATIENT, site, now):
        raise NotAllowed("role_missing", detail={"roles": sorted(Right.ERASE_PATIENT.roles), "site": site})
    return site, person


def _sign_erasure(asked: _Asked, by: tuple[Person, Confirmed], doing: Doing) -> SignatureView:
    signer, confirmed = by
    erased = {"erased": str(asked.patient), "site": asked.site, "reason": asked.reason}
    return sign(
        signer=signer,
        meaning=Meaning.RESPONSIBILITY,
        record_kind="patient",
        record_id=str(asked.patient),
        record_digest=digest_of(erased),
        credential=confirmed,
        stream=f"site:{asked.site}",
        reason=asked.reason,
        **doing.as_keywords(derive(doing.request_id, "sign")),
    )
