"""Evidence files: each row's bytes are there and are what they were."""

from __future__ import annotations

from collections.abc import Generator
from hashlib import file_digest
from pathlib import Path

from django.conf import settings
from django.db import connections

from ledger.rules import Finding, FindingKind
from ledger.rules.evidence import path_of

BATCH = 2000


def findings(using: str) -> Generator[Finding, None, None]:
    """What is wrong with kept files."""
    last = ""
    while True:
        with connections[using].cursor() as cursor:
            cursor.execute(
                "SELECT sha256, min(id::text), min(size) FROM ledger_evidence WHERE sha256 > %s"
                " GROUP BY sha256 ORDER BY sha256 LIMIT %s",
                [last, BATCH],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        for sha256, row_id, size in rows:
            detail = _trouble(sha256, size)
            if detail:
                where = f"evidence {sha256}"
                yield Finding(FindingKind.EVIDENCE, where, detail, table="ledger.evidence", row_id=row_id)
        last = rows[-1][0]


def _trouble(sha256: str, size: int) -> str:
    path = Path(settings.EVIDENCE_DIR) / path_of(sha256)
    try:
        with path.open("rb") as file:
            found = file_digest(file, "sha256").hexdigest()
            length = file.tell()
    except OSError as error:
        return f"the file cannot be read: {error.strerror}"
    if found != sha256 or length != size:
        return "the file's bytes are not those that were stored"
    return ""
