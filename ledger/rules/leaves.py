"""What is hashed of an entry: every column, its subjects, and the digest of its body."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from ledger.rules.actors import Subject
from ledger.rules.canonical import dump, instant, plain
from ledger.rules.merkle import leaf_hash

LAYOUT = 1


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """An entry's columns as they are hashed. The leaf hash itself is the only column that is not here."""

    id: int
    uuid: UUID
    stream: str
    seq: int
    occurred_at: datetime
    recorded_at: datetime
    performed_at: datetime | None
    time_source: str
    zone: str
    site: str
    station: str
    actor_id: int | None
    actor_name: str
    actor_kind: str
    auth_method: str
    event: str
    schema: int
    body: bytes
    reason: str
    request_id: UUID
    check_id: UUID | None
    protocol_version: str
    software_version: str
    corrects_id: UUID | None

    def leaf(self, subjects: Iterable[Subject]) -> bytes:
        """The leaf hash over every column and the sorted subjects."""
        return leaf_hash(self.header(subjects))

    def header(self, subjects: Iterable[Subject]) -> bytes:
        """The canonical JSON that the leaf hash is over: every column, the body as its SHA-256, the subjects."""
        return dump(self._hashed(subjects))

    def _hashed(self, subjects: Iterable[Subject]) -> dict[str, Any]:
        # Written out, not made from the fields by reflection: this is the format that auditors re-derive, and
        # renaming an attribute must not change it. The body goes in as its digest, so that an entry can be
        # proven without showing it.
        return {
            "layout": LAYOUT,
            "id": self.id,
            "uuid": str(self.uuid),
            "stream": self.stream,
            "seq": self.seq,
            "occurred_at": instant(self.occurred_at),
            "recorded_at": instant(self.recorded_at),
            "performed_at": plain(self.performed_at),
            "time_source": self.time_source,
            "zone": self.zone,
            "site": self.site,
            "station": self.station,
            "actor": self.actor_id,
            "actor_name": self.actor_name,
            "actor_kind": self.actor_kind,
            "auth_method": self.auth_method,
            "event": self.event,
            "schema": self.schema,
            "body": sha256(self.body).hexdigest(),
            "reason": self.reason,
            "request_id": str(self.request_id),
            "check": plain(self.check_id),
            "protocol_version": self.protocol_version,
            "software_version": self.software_version,
            "corrects": plain(self.corrects_id),
            "subjects": [[subject.kind, subject.key] for subject in sorted(set(subjects))],
        }
