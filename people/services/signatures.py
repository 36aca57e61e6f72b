"""Electronic signatures: made with two components just shown, over the digest of one record."""

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ledger.rules import Actor, Subject, Where, derive, new
from ledger.rules.errors import NotAllowed
from ledger.services import append
from people.events import Event
from people.rules.authority import Person
from people.rules.credentials import Confirmed, Credential, CredentialState
from people.rules.signatures import Meaning, SignatureView
from people.services.credentials import confirm
from people.services.recording import refuse_bad

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


def confirm_or_refuse(
    *, credential: Credential, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> Confirmed:
    """Both components of the actor's own credential, or NotAllowed; outside the use case's transaction."""
    check = confirm(credential=credential, where=where, now=now, request_id=request_id)
    if check.confirmed is None:
        is_locked = check.state is CredentialState.LOCKED
        raise NotAllowed("credential_locked" if is_locked else "credential_refused")
    if check.confirmed.user_id != actor.user_id:
        raise NotAllowed("credential_of_another")
    return check.confirmed


def sign(
    *,
    signer: Person,
    meaning: Meaning,
    record_kind: str,
    record_id: str,
    record_digest: str,
    credential: Confirmed,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
    stream: str = "people",
    subjects: Sequence[Subject] = (),
    check: UUID | None = None,
    reason: str = "",
) -> SignatureView:
    """Sign a record inside the caller's transaction; `credential` is what `confirm` answered for the signer.

    The entry goes to `stream`, so that a signature about a journey stands in that journey. Three statements.
    """
    refuse_bad(record_digest=None if _DIGEST.fullmatch(record_digest) else "not_sha256")
    if credential.user_id != signer.user_id or not signer.is_active:
        raise NotAllowed("credential_of_another")
    if not credential.is_fresh(now):
        raise NotAllowed("credential_stale")
    row = derive(request_id, "signature")
    record = {"record_kind": record_kind, "record_id": record_id, "record_digest": record_digest}
    made = {"signer_id": signer.user_id, "meaning": meaning.value, "auth": credential.auth.value}
    values = {**record, **made, "printed_name": signer.printed_name, "signed_at": now, "zone": where.zone}
    append(
        event=Event.SIGNATURE_MADE,
        stream=stream,
        actor=actor,
        where=where,
        now=now,
        request_id=request_id,
        facts={"signature": row, **record, **made},
        changes=[new("people.signature", row, **values)],
        subjects=[Subject("user", str(signer.user_id)), Subject(record_kind, record_id), *subjects],
        check=check,
        reason=reason,
    )
    return SignatureView(
        id=str(row),
        signer_id=signer.user_id,
        printed_name=signer.printed_name,
        meaning=meaning,
        signed_at=now,
        zone=where.zone,
        auth=credential.auth.value,
        **record,
    )
