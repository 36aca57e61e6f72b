"""What the verifier can find wrong, as values."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from ledger.rules.canonical import plain


class FindingKind(StrEnum):
    """What was done to the record."""

    ALTERED = "altered"
    REMOVED = "removed"
    INSERTED = "inserted"
    SIGNATURE = "signature"
    PROJECTION = "projection"
    EVIDENCE = "evidence"
    ROLLED_BACK = "rolled_back"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference between the record and what it proves to have been.

    `where` names the thing: table, entry id, stream and number, checkpoint size, file. `detail` says what
    differs.
    """

    kind: FindingKind
    where: str
    detail: str
    entry_id: int | None = None
    stream: str = ""
    seq: int | None = None
    event: str = ""
    table: str = ""
    row_id: str = ""
    columns: tuple[str, ...] = ()

    def as_plain(self) -> dict[str, Any]:
        """The finding as the report of a halt keeps it: only what it names."""
        return {name: plain(value) for name, value in asdict(self).items() if value not in (None, "", ())}

    def __str__(self) -> str:
        return f"{self.kind.value}: {self.where}: {self.detail}"
