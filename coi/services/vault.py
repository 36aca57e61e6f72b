"""Putting personal data into the vault, revealing it, erasing it."""

import json
import os
from base64 import b64decode
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from coi.events import Event
from coi.models import Order, Patient, Reconciliation, Vault
from coi.rules import vault
from coi.rules.vault import VaultKind
from coi.services.recording import answered_once, digest_of, repeated, writing
from ledger.rules import Actor, Subject, Where, derive
from ledger.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from ledger.services import append
from people import selectors as people
from people.rules.authority import Person
from people.rules.credentials import Confirmed, Credential
from people.rules.rights import Right
from people.rules.signatures import Meaning, SignatureView
from people.services import confirm_or_refuse, sign
from people.services.recording import Doing, record

_KEY_ID = "1"
_KEEP = """/* prepared: keep_in_vault */
INSERT INTO coi_vault (id, kind, key_id, ciphertext) VALUES (%s::uuid, %s::text, %s::text, %s::bytea)
"""


def keep(*, kind: VaultKind, id: UUID, plain: bytes) -> str:
    """Seal one piece under its id (one INSERT) and answer with the digest that may stand in the ledger."""
    sealed = vault.seal(
        plain,
        key=b64decode(settings.VAULT_KEY),
        salt=os.urandom(vault.SALT_BYTES),
        nonce=os.urandom(vault.NONCE_BYTES),
        context=f"{kind}:{id}",
    )
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [id, str(kind), _KEY_ID, sealed.ciphertext])
    return sealed.digest


def keep_json(*, kind: VaultKind, id: UUID, content: Any) -> str:
    """Seal a JSON value; see `keep`."""
    return keep(kind=kind, id=id, plain=json.dumps(content, sort_keys=True).encode())


def reveal_identity(
    *, coi_id: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> dict[str, str]:
    """Name, birth date and MRN behind a COI id, for the treating site alone. Every look is an entry.

    Raises NotFound for another site's patient (it is not theirs to know), NotAllowed without a role for it.
    """
    order = Order.objects.filter(coi_id=coi_id, patient__isnull=False).first()
    person = people.person(actor.user_id, now) if actor.user_id is not None else None
    if order is None or order.patient_id is None or person is None:
        raise NotFound("order_unknown")
    if not person.roles(order.treating_site_id, now):
        raise NotFound("order_unknown")
    if not person.may(right := Right.REVEAL_IDENTITY, site := order.treating_site_id, now):
        raise NotAllowed("role_missing", detail={"roles": sorted(right.roles), "site": site})
    with transaction.atomic():
        append(
            event=Event.IDENTITY_REVEALED,
            stream=f"journey:{coi_id}",
            actor=actor,
            where=where,
            now=now,
            request_id=request_id,
            facts={"patient": str(order.patient_id)},
            subjects=[Subject("order", coi_id), Subject("patient", str(order.patient_id))],
        )
        return opened(kind=VaultKind.PATIENT, id=identity_of(order.patient_id))


def identity_of(patient: UUID) -> UUID:
    """Under which id the identity lies: a patient's own, the latest that was signed for, that of whom they were merged
    into."""
    row = Patient.objects.select_related("merged_into").get(id=patient)
    kept = row.merged_into or row
    return kept.identity or kept.id


def kept_digest(*, kind: VaultKind, id: UUID) -> str:
    """The digest that the ledger holds of a sealed piece; empty once it is erased."""
    row = Vault.objects.filter(id=id, kind=kind).first()
    key = b64decode(settings.VAULT_KEY)
    unsealed = (
        vault.unseal(bytes(row.ciphertext), key=key, context=f"{kind}:{id}") if row is not None else None
    )
    return unsealed[1] if unsealed is not None else ""


def opened(*, kind: VaultKind, id: UUID) -> dict[str, str]:
    """A sealed JSON object, for a service that has asked for authority. NotFound when it is gone or unreadable."""
    row = Vault.objects.filter(id=id, kind=kind).first()
    if row is None:
        raise NotFound("vault_unknown")
    key = b64decode(settings.VAULT_KEY)
    unsealed = vault.unseal(bytes(row.ciphertext), key=key, context=f"{kind}:{id}")
    if unsealed is None:
        raise NotFound("vault_erased" if row.erased_at else "vault_unreadable")
    found: dict[str, str] = json.loads(unsealed[0])
    return found


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
) -> None:
    """Blank a patient's identity for good, where the law asks for it, signed by whoever answers for it.

    All of it: of those who were found to be the same person too. The ledger stays valid. Raises Invalid (no reason),
    NotFound, NotAllowed (no administrator of the treating site; credential), Conflict (erased already).
    """
    if not reason.strip():
        raise Invalid("fields_invalid", detail={"fields": {"reason": "text_required"}})
    site, signer = _eraser(patient, actor, now)
    if repeated(request_id, Event.VAULT_ERASED, patient=str(patient)):
        return
    doing = Doing(actor, where, now, request_id)
    # Outside the transaction: a wrong password is counted whatever becomes of this.
    confirmed = confirm_or_refuse(
        credential=credential, actor=actor, where=where, now=now, request_id=request_id
    )
    with writing():
        pieces = _pieces_of(patient)
        if not pieces:
            raise Conflict("patient_erased")
        signature = _sign_erasure(patient, site, reason, (signer, confirmed), doing)
        record(
            doing,
            event=Event.VAULT_ERASED,
            stream=f"site:{site}",
            facts={"patient": str(patient), "signature": signature.id},
            subjects=[Subject("patient", str(patient))],
            reason=reason,
        )
        Vault.objects.filter(id__in=pieces).update(ciphertext=b"", erased_at=now)


def _pieces_of(patient: UUID) -> list[UUID]:
    """What of the person's identity still lies in the vault, locked: of every row that a reconciliation found to be
    the same person, and every identity that was asked for.
    """
    one = Patient.objects.filter(id=patient).values(root=Coalesce("merged_into", "id"))
    rows = Patient.objects.filter(Q(id__in=one) | Q(merged_into__in=one)).values_list("id", flat=True)
    asked = Reconciliation.objects.filter(patient__in=rows, details__isnull=False)
    kept = Vault.objects.select_for_update(no_key=True).filter(kind=VaultKind.PATIENT, erased_at__isnull=True)
    ids: list[Any] = [*rows, *asked.values_list("details", flat=True)]
    return list(kept.filter(id__in=ids).order_by("id").values_list("id", flat=True))


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


def _sign_erasure(
    patient: UUID, site: str, reason: str, by: tuple[Person, Confirmed], doing: Doing
) -> SignatureView:
    signer, confirmed = by
    return sign(
        signer=signer,
        meaning=Meaning.RESPONSIBILITY,
        record_kind="patient",
        record_id=str(patient),
        record_digest=digest_of({"erased": str(patient), "site": site, "reason": reason}),
        credential=confirmed,
        actor=doing.actor,
        where=doing.where,
        now=doing.now,
        request_id=derive(doing.request_id, "sign"),
        stream=f"site:{site}",
        reason=reason,
    )
