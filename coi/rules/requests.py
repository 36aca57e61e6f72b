"""One person's request at a station, as given; and the digests by which a retry and a double trigger are known."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from coi.rules.late import LateClaim
from ledger.rules import canonical

# A trigger pulled twice: not a refusal, not a deviation.
REPEAT_WINDOW = timedelta(seconds=3)
MAX_BARCODES = 24
# A message names several things; all that the barcodes of one request name, at most.
MAX_READINGS = 64
MAX_VALUES = 24


class KeyedReason(StrEnum):
    """Why a code was typed and not scanned; empty for one that was scanned."""

    DAMAGED = "damaged"
    OUT_OF_REACH = "out_of_reach"
    SCANNER_FAILS = "scanner_fails"
    NO_SYMBOL = "no_symbol"


@dataclass(frozen=True)
class ScanRequest:
    """What one person sent: raw barcodes, the raw badge, and what they entered. `token` proves the station.

    With `keyed` the barcodes were typed by hand, and each must carry its check character. With `late` the step was done
    before; `late_words` are the reason in words.
    """

    scan_id: UUID
    token: str
    badge: bytes
    barcodes: tuple[bytes, ...] = ()
    pin: str = ""
    check: UUID | None = None
    step: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    keyed: KeyedReason | None = None
    late: LateClaim | None = None
    late_words: str = ""

    @property
    def is_keyed(self) -> bool:
        """Whether the barcodes were typed."""
        return self.keyed is not None

    def digest(self, key: bytes) -> str:
        """What makes this request itself, whatever its id: the same id with another digest is a conflict."""
        return _keyed(
            key, "request", [*self._content(), self.pin, str(self.check), sorted(self.values.items())]
        )

    def content_digest(self, key: bytes) -> str:
        """Who scanned what for which step: the same again within `REPEAT_WINDOW` is a double trigger."""
        return _keyed(key, "content", [*self._content(), self.pin, sorted(self.values.items())])

    def _content(self) -> list[object]:
        typed = [str(self.keyed)] if self.keyed is not None else []
        late = self.late
        said = (
            [[late.performed_at, str(late.reason), late.paper, self.late_words]] if late is not None else []
        )
        return [self.badge.hex(), [raw.hex() for raw in self.barcodes], self.step, *typed, *said]


def index_key(key: bytes, kind: str, value: str) -> str:
    """The keyed digest by which a personal identifier (wristband, MRN) is found without being stored."""
    return _keyed(key, kind, [value])


def _keyed(key: bytes, purpose: str, content: list[object]) -> str:
    return hmac.new(key, canonical([purpose, content]), hashlib.sha256).hexdigest()
