"""Putting personal data into the vault, and revealing it."""

import json
import os
from base64 import b64decode
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from coi.events import Event
from coi.models import Order, Patient, Vault
from coi.rules import vault
from coi.rules.vault import VaultKind
from ledger.rules import Actor, Subject, Where
from ledger.rules.errors import NotAllowed, NotFound
from ledger.services import append
from people import selectors as people
from people.rules.rights import Right

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
