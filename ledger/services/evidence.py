"""Keep files as evidence: by what they hold, recorded by an entry, never overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from ledger import selectors
from ledger.events import Event
from ledger.rules import Actor, Subject, Where, derive, new
from ledger.rules.errors import Conflict, Invalid
from ledger.rules.evidence import digest, path_of, refusal
from ledger.selectors import EvidenceView
from ledger.services.append import append
from ledger.services.files import write_once


@transaction.atomic
def store_evidence(
    *,
    data: bytes,
    media_type: str,
    name: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
    stream: str = "ledger",
    subjects: Sequence[Subject] = (),
) -> EvidenceView:
    """Keep the bytes and record them. The name is a label of ours and holds no personal data.

    The same request again returns what it stored. The same bytes under another request are one more record
    of one file. Raises Invalid for a type or size that is not kept.
    """
    code = refusal(data, media_type)
    if code is not None:
        raise Invalid(code, f"the file {name!r} is not kept: {code}")
    sha256, evidence_id = digest(data), derive(request_id, "evidence")
    stored = selectors.evidence(evidence_id)
    if stored is not None:
        if (stored.sha256, stored.media_type, stored.name) != (sha256, media_type, name):
            raise Conflict("request_reused", "this request stored another file")
        return stored
    # The file before the row: a crash between them leaves a file that nobody names, never a name without a
    # file.
    write_once(Path(settings.EVIDENCE_DIR) / path_of(sha256), data)
    values = {"sha256": sha256, "size": len(data), "media_type": media_type, "name": name, "stored_at": now}
    append(
        event=Event.EVIDENCE_STORED,
        stream=stream,
        actor=actor,
        where=where,
        now=now,
        request_id=request_id,
        facts={
            "evidence": evidence_id,
            "sha256": sha256,
            "size": len(data),
            "media_type": media_type,
            "name": name,
        },
        changes=[new("ledger.evidence", evidence_id, **values)],
        subjects=[Subject("evidence", str(evidence_id)), *subjects],
    )
    return EvidenceView(
        id=evidence_id, sha256=sha256, size=len(data), media_type=media_type, name=name, stored_at=now
    )
