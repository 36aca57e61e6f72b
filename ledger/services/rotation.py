"""Let another key take over the signing of checkpoints, without breaking what the old one signed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from ledger import selectors
from ledger.events import Event
from ledger.rules import Actor, Subject, Where, derive, new, notes
from ledger.rules.canonical import instant
from ledger.rules.errors import Conflict, Invalid
from ledger.rules.merkle import EMPTY_ROOT
from ledger.rules.signing_keys import FIRST, SigningKeys, Takeover, state
from ledger.services import checkpoints, sealing
from ledger.services.append import append


def rotate_signing_key(
    *, new_key: Ed25519PrivateKey, actor: Actor, now: datetime, request_id: UUID, reason: str
) -> Takeover:
    """Let `new_key` sign from the next checkpoint on: stated by the key in the settings and by itself.

    Sealing waits from then on until the settings hold the new key. Raises Invalid or Conflict.
    """
    old = checkpoints.signing_key()
    with transaction.atomic(), connection.cursor() as cursor:
        keys = _ready(cursor, reason)
        if (done := _done(keys, request_id)) is not None:
            if done.new != notes.verifier_key(keys.origin, new_key.public_key()):
                raise Conflict("request_id_used", "this request let another key take over")
            return done
        if keys.newest != old.public_key():
            raise Conflict("not_the_signing_key", "the key in the settings is not the one that signs now")
        takeover = _takeover(cursor, keys, new_key.public_key(), now)
        statement = state(takeover, old=old, new=new_key)
        _record(keys, takeover, statement, actor=actor, now=now, request_id=request_id, reason=reason)
    _export()
    return takeover


def replace_lost_key(
    *, old: Ed25519PublicKey | None, actor: Actor, now: datetime, request_id: UUID, reason: str
) -> Takeover:
    """Let the key in the settings take over from one that is lost: it states that alone, which stays in view.

    `old` is needed where neither a statement nor the folder of checkpoints names the key that signed until now.
    Raises Invalid or Conflict.
    """
    key = checkpoints.signing_key()
    with transaction.atomic(), connection.cursor() as cursor:
        keys = _ready(cursor, reason)
        if (done := _done(keys, request_id)) is not None:
            return done
        lost = keys.newest if keys.takeovers else _signer_until_now(cursor, old)
        before = SigningKeys(keys.origin, lost, keys.statements, keys.takeovers)
        takeover = _takeover(cursor, before, key.public_key(), now, is_emergency=True)
        statement = state(takeover, old=None, new=key)
        _record(before, takeover, statement, actor=actor, now=now, request_id=request_id, reason=reason)
    _export()
    return takeover


def _ready(cursor: CursorWrapper, reason: str) -> SigningKeys:
    if not reason.strip():
        raise Invalid("reason_required", "a key is replaced for a reason")
    # no checkpoint may come between reading the newest one and stating what the old key signed
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [sealing.LOCK])
    keys = checkpoints.signing_keys(cursor)
    if keys.faults:
        number, why = keys.faults[0]
        raise Conflict("signing_keys_broken", f"the statement of key {number} does not hold: {why}")
    return keys


def _done(keys: SigningKeys, request_id: UUID) -> Takeover | None:
    """What this request did already: others may have taken over since."""
    entry = selectors.entry_for_request(request_id)
    if entry is None:
        return None
    if entry.event != Event.SIGNING_KEY_ROTATED:
        raise Conflict("request_id_used", "this request wrote another entry")
    number: int = entry.facts["number"]
    return keys.takeovers[number - FIRST]


def _signer_until_now(cursor: CursorWrapper, given: Ed25519PublicKey | None) -> Ed25519PublicKey:
    """The public key that signed the newest checkpoint: the one given, or one of those exported."""
    last = sealing.latest(cursor)
    exported = [notes.read_verifier_key(text)[1] for text in checkpoints.exported_keys()]
    for key in exported if given is None else [given]:
        try:
            if last is None or notes.verify(last.note, origin=settings.LEDGER_ORIGIN, key=key):
                return key
        except notes.BadNote:
            continue
    raise Invalid("old_key_unknown", "the public key that signed the newest checkpoint is not known: give it")


def _takeover(
    cursor: CursorWrapper,
    keys: SigningKeys,
    to: Ed25519PublicKey,
    now: datetime,
    *,
    is_emergency: bool = False,
) -> Takeover:
    if keys.knows(to):
        raise Conflict("key_used_before", "this key signs or has signed this ledger: make a new one")
    last = sealing.latest(cursor)
    return Takeover(
        origin=keys.origin,
        after=last.size if last else 0,
        root=last.root if last else EMPTY_ROOT,
        old=notes.verifier_key(keys.origin, keys.newest),
        new=notes.verifier_key(keys.origin, to),
        is_emergency=is_emergency,
        stated_at=instant(now),
    )


def _record(
    keys: SigningKeys,
    takeover: Takeover,
    statement: str,
    *,
    actor: Actor,
    now: datetime,
    request_id: UUID,
    reason: str,
) -> None:
    number = len(keys.statements) + FIRST
    append(
        event=Event.SIGNING_KEY_ROTATED,
        stream="ledger",
        actor=actor,
        where=Where(),
        now=now,
        request_id=request_id,
        facts={
            "number": number,
            "after": takeover.after,
            "old": takeover.old,
            "new": takeover.new,
            "is_emergency": takeover.is_emergency,
        },
        changes=[
            new("ledger.signingkey", derive(request_id, "signing key"), number=number, statement=statement)
        ],
        subjects=[Subject("signing_key", str(number))],
        reason=reason,
    )


def _export() -> None:
    with connection.cursor() as cursor:
        checkpoints.export_keys(checkpoints.signing_keys(cursor))
