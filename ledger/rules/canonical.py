"""Canonical bytes: one value, one byte string, on every machine and for as long as the record is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

INTEGER_LIMIT = 2**63


def instant(value: datetime) -> str:
    """An aware time as UTC with microseconds, always of one length, so that text order is time order."""
    if value.tzinfo is None or value.utcoffset() is None:
        raise TypeError("a time without a zone has no place in the ledger")
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def plain(value: Any) -> Any:
    """The value in JSON's own types: no floats, times in UTC, decimals and UUIDs as strings."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(str(value))
    if isinstance(value, int):
        if not -INTEGER_LIMIT <= value < INTEGER_LIMIT:
            raise ValueError("an integer beyond 64 bits does not survive every reader")
        return int(value)
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise TypeError("a decimal that is not a number has no canonical form")
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _key(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a key must be text, not {type(value).__name__}")
    return _text(str(value))


def _text(value: str) -> str:
    if "\x00" in value:
        raise ValueError("NUL cannot be stored in a text column")
    return value


def dump(value: Any) -> bytes:
    """Canonical JSON of a value that is already plain: UTF-8, sorted keys, no spaces."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def canonical(value: Any) -> bytes:
    """Canonical JSON of any value that `plain` accepts. Raises TypeError or ValueError for the others."""
    return dump(plain(value))


def parse(data: bytes) -> Any:
    """The value of canonical bytes."""
    return json.loads(data)
