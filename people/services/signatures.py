"""Electronic signatures: made with two components just shown, over the digest of one record."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from ledger.rules import Actor, Subject, Where, derive, new
from ledger.rules.errors import NotAllowed
from people.events import Event
from people.rules.authority import Person
from people.rules.credentials import Confirmed, Credential, CredentialState, PasswordCredential
from people.rules.signatures import Meaning, SignatureView
from people.services.credentials import confirm
from people.services.recording import Doing, record, refuse_bad

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


def confirm_or_refuse(
    *, credential: Credential, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> Confirmed:
    """Both components of the actor's own credential, or NotAllowed; outside the use case's transaction.

    In a continuous series of signings the username of the session stands for the first; after a pause it is asked for
    again (`username_needed`), and nothing is counted as a wrong attempt.
    """
    series = credential.series if isinstance(credential, PasswordCredential) else None
    if series is not None and not series.goes_on(actor.user_id or 0, now):
        raise NotAllowed("username_needed")
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
    _check(signer, credential, now)
    signed = (record_kind, record_id, record_digest)
    row = derive(request_id, "signature")
    view = _view(str(row), signer, meaning, signed, _Shown(credential, now, where.zone))
    values = {name: value for name, value in asdict(view).items() if name != "id"}
    record(
        Doing(actor, where, now, request_id),
        event=Event.SIGNATURE_MADE,
        stream=stream,
        facts={"signature": row, "meaning": meaning.value, "record": signed},
        changes=[new("people.signature", row, **values)],
        subjects=[Subject("user", str(signer.user_id)), Subject(record_kind, record_id), *subjects],
        check=check,
        reason=reason,
    )
    return view


@dataclass(frozen=True)
class _Shown:
    """What was shown to sign, when, and in which zone."""

    credential: Confirmed
    at: datetime
    zone: str


def _view(
    id: str, signer: Person, meaning: Meaning, signed: tuple[str, str, str], shown: _Shown
) -> SignatureView:
    record_kind, record_id, record_digest = signed
    return SignatureView(
        id=id,
        signer_id=signer.user_id,
        printed_name=signer.printed_name,
        meaning=meaning,
        signed_at=shown.at,
        zone=shown.zone,
        auth=shown.credential.auth.value,
        record_kind=record_kind,
        record_id=record_id,
        record_digest=record_digest,
    )


def _check(signer: Person, credential: Confirmed, now: datetime) -> None:
    if credential.user_id != signer.user_id or not signer.is_active:
        raise NotAllowed("credential_of_another")
    if not credential.is_fresh(now):
        raise NotAllowed("credential_stale")
