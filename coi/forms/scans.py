"""Requests of a station, from bytes: shape alone. What a scan means is decided by `coi.services`.

What bad input gets here: no JSON 400, another media type 415, too many bytes 413, fields of a wrong shape 422 with the
name of each. Text of a barcode is taken as it is, whatever it holds (NUL, lone surrogates, control characters): it
becomes bytes and is recorded, at worst as unreadable.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from coi.rules.identifiers import MAX_BYTES
from coi.rules.late import MOST_PAPER, MOST_WORDS, LateClaim, LateReason
from coi.rules.qualification import MOST_READINGS, CardReading
from coi.rules.requests import MAX_BARCODES, MAX_VALUES, KeyedReason, ScanRequest
from coi.rules.scanners import Ending, Transmission
from ledger.rules.errors import DomainError, Invalid

MAX_BODY = 64 * 1024
MAX_PIN = 64
MAX_WORD = 40
MAX_VALUE = 80
MOST_MILLISECONDS = 600_000
_Parsed = TypeVar("_Parsed")


class NotJson(DomainError):
    """The body is not JSON, or not an object (400)."""

    http_status = 400

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(code, detail={"why": why} if why else {})


class TooLarge(DomainError):
    """The body or a barcode is larger than the door is (413)."""

    http_status = 413

    def __init__(self, what: str, limit: int) -> None:
        super().__init__("too_large", detail={"what": what, "limit_bytes": limit})


class WrongMedia(DomainError):
    """The body says that it is something else than JSON (415)."""

    http_status = 415

    def __init__(self, found: str) -> None:
        super().__init__("unsupported_media_type", "Send application/json.", detail={"found": found[:80]})


class FieldFault(ValueError):
    """One field has the wrong shape; its code says how."""


@dataclass(frozen=True)
class Clearance:
    """The second person's clearance of a STOP."""

    request_id: UUID
    badge: str
    pin: str


class Body(Protocol):
    """What is asked of a request: Django's and the REST framework's both have it."""

    META: dict[str, Any]

    @property
    def body(self) -> bytes: ...


def read_body(request: Body, most: int = MAX_BODY) -> Mapping[str, Any]:
    """The JSON object that a request carries; a body of more than `most` bytes is not even read."""
    media = str(request.META.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()
    if media != "application/json":
        raise WrongMedia(media)
    if int(request.META.get("CONTENT_LENGTH") or 0) > most:
        raise TooLarge("body", most)
    return read_json(request.body, most)


def read_json(body: bytes, most: int = MAX_BODY) -> Mapping[str, Any]:
    """The one JSON object of a body. A name that stands twice in it is refused: which of the two was meant?"""
    if len(body) > most:
        raise TooLarge("body", most)
    try:
        found = json.loads(body, object_pairs_hook=_once, parse_float=str, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise NotJson("malformed", type(error).__name__) from error
    if not isinstance(found, Mapping):
        raise NotJson("not_an_object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


def parse_scan(data: Mapping[str, Any], token: str, zone: str = "") -> ScanRequest:
    """The scan of a request; Invalid names every field that is wrong, TooLarge a barcode over the limit.

    A time without an offset from UTC is one of this zone; without a zone it is refused.
    """
    fields = _Fields(data)
    late, words = _late(fields, zone)
    scan = ScanRequest(
        scan_id=fields.take("scan_id", _uuid, UUID(int=0), required=True),
        token=token,
        badge=fields.take("badge", _raw, b"", required=True),
        barcodes=fields.take("barcodes", _raw_list, ()),
        pin=fields.take("pin", _pin, ""),
        check=fields.take("check", _uuid, None),
        step=fields.take("step", _word, ""),
        values=fields.take("values", _values, {}),
        keyed=_keyed(fields),
        late=late,
        late_words=words,
    )
    fields.close()
    return scan


def _keyed(fields: "_Fields") -> KeyedReason | None:
    """Why the codes were typed, if they were; one without the other is a fault."""
    is_keyed = fields.take("is_keyed", _flag, False)
    reason = fields.take("keyed_reason", _reason, None, required=is_keyed)
    if reason is not None and not is_keyed:
        fields.faults["keyed_reason"] = "not_keyed"
    return reason if is_keyed else None


def _late(fields: "_Fields", zone: str) -> tuple[LateClaim | None, str]:
    """That the step was done before, and the reason in words; None where nothing is said of it."""
    given = fields.take("late", _object, None)
    if given is None:
        return None, ""
    inner = _Fields(given)
    at = inner.take("performed_at", lambda value: _moment(value, zone), None, required=True)
    reason = inner.take("reason", _late_reason, None, required=True)
    paper = inner.take("paper", lambda value: _said(value, MOST_PAPER), "", required=True)
    words = inner.take("words", lambda value: _said(value, MOST_WORDS), "", required=True)
    inner.faults |= {name[:MAX_VALUE]: "unknown_field" for name in inner.left}
    fields.faults |= {f"late.{name}": fault for name, fault in inner.faults.items()}
    if at is None or reason is None:
        return None, ""
    return LateClaim(at, reason, paper), words


def parse_clearance(data: Mapping[str, Any]) -> Clearance:
    """The clearance of a request."""
    fields = _Fields(data)
    clearance = Clearance(
        request_id=fields.take("request_id", _uuid, UUID(int=0), required=True),
        badge=fields.take("badge", _word, "", required=True),
        pin=fields.take("pin", _pin, "", required=True),
    )
    fields.close()
    return clearance


@dataclass(frozen=True)
class CardScan:
    """The whole test card, and who signs for it."""

    request_id: UUID
    badge: str
    pin: str
    make: str
    serial: str
    readings: tuple[CardReading, ...]


def parse_symbol(data: Mapping[str, Any]) -> CardReading:
    """One scan of one symbol of the test card."""
    fields = _Fields(data)
    reading = CardReading(
        symbol=fields.take("symbol", _word, "", required=True),
        transmission=Transmission(
            raw=fields.take("text", _raw, b"", required=True),
            ending=fields.take("ending", _ending, Ending.NONE, required=True),
            slowest_ms=fields.take("slowest_ms", _milliseconds, None),
        ),
    )
    fields.close()
    return reading


def parse_card(data: Mapping[str, Any]) -> CardScan:
    """The whole test card of a request."""
    fields = _Fields(data)
    card = CardScan(
        request_id=fields.take("request_id", _uuid, UUID(int=0), required=True),
        badge=fields.take("badge", _word, "", required=True),
        pin=fields.take("pin", _pin, "", required=True),
        make=fields.take("make", _value, ""),
        serial=fields.take("serial", _value, ""),
        readings=fields.take("readings", _readings, (), required=True),
    )
    fields.close()
    return card


def _readings(value: Any) -> tuple[CardReading, ...]:
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise FieldFault("not_a_list")
    if len(value) > MOST_READINGS:
        raise FieldFault("too_many")
    try:
        return tuple(parse_symbol(one) for one in value)
    except Invalid as error:
        raise FieldFault("fields_invalid") from error


def _ending(value: Any) -> Ending:
    try:
        return Ending(_text(value))
    except ValueError as error:
        raise FieldFault("not_choice") from error


def _milliseconds(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_MILLISECONDS:
        raise FieldFault("not_milliseconds")
    return value


class _Fields:
    """Takes fields one by one and collects every fault."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.left = dict(data)
        self.faults: dict[str, str] = {}

    def take(
        self, name: str, parse: Callable[[Any], _Parsed], empty: _Parsed, *, required: bool = False
    ) -> _Parsed:
        value = self.left.pop(name, None)
        if value is None:
            if required:
                self.faults[name] = "required"
            return empty
        try:
            return parse(value)
        except FieldFault as fault:
            self.faults[name] = str(fault)
            return empty

    def close(self) -> None:
        self.faults |= {name[:MAX_VALUE]: "unknown_field" for name in self.left}
        if self.faults:
            readable = {_readable(name): fault for name, fault in self.faults.items()}
            raise Invalid("fields_invalid", detail={"fields": readable})


def _readable(name: str) -> str:
    return name.encode("ascii", "backslashreplace").decode()


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise FieldFault("not_true_or_false")
    return value


def _reason(value: Any) -> KeyedReason | None:
    text = _text(value)
    if text not in set(KeyedReason):
        raise FieldFault("not_choice")
    return KeyedReason(text)


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise FieldFault("not_an_object")
    return value


def _late_reason(value: Any) -> LateReason:
    text = _text(value)
    if text not in set(LateReason):
        raise FieldFault("not_choice")
    return LateReason(text)


def _said(value: Any, longest: int) -> str:
    text = _clean(value, longest).strip()
    if not text:
        raise FieldFault("required")
    return text


def _moment(value: Any, zone: str) -> datetime:
    """A moment of this century; where the clocks are set back, one of the hour that comes twice is the later one.

    A time that the clocks skipped is refused, and so is one whose zone is not known.
    """
    text = _text(value)
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise FieldFault("not_a_moment") from error
    if not 2000 <= found.year < 2100 or (found.tzinfo is None and not zone):
        raise FieldFault("not_a_moment")
    if found.tzinfo is not None:
        return found.astimezone(UTC)
    moment = found.replace(tzinfo=ZoneInfo(zone), fold=1).astimezone(UTC)
    if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != found:
        raise FieldFault("not_a_moment")
    return moment


def _uuid(value: Any) -> UUID:
    text = _text(value)
    try:
        return UUID(text)
    except ValueError as error:
        raise FieldFault("not_a_uuid") from error


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise FieldFault("not_a_text")
    return value


def _raw(value: Any) -> bytes:
    raw = _text(value).encode("utf-8", "surrogatepass")
    if len(raw) > MAX_BYTES:
        raise TooLarge("barcode", MAX_BYTES)
    return raw


def _raw_list(value: Any) -> tuple[bytes, ...]:
    if not isinstance(value, list):
        raise FieldFault("not_a_list")
    if len(value) > MAX_BARCODES:
        raise FieldFault("too_many")
    return tuple(_raw(one) for one in value)


def _clean(value: Any, longest: int) -> str:
    """Text that is stored as text: no control characters, no lone surrogates."""
    text = _text(value)
    if len(text) > longest:
        raise FieldFault("too_long")
    if not all(character.isprintable() for character in text):
        raise FieldFault("not_printable")
    return text


def _word(value: Any) -> str:
    return _clean(value, MAX_WORD)


def _pin(value: Any) -> str:
    return _clean(value, MAX_PIN)


def _values(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise FieldFault("not_an_object")
    if len(value) > MAX_VALUES:
        raise FieldFault("too_many")
    return {_word(name): _value(given) for name, given in value.items()}


def _value(given: Any) -> str:
    is_count = isinstance(given, int) and not isinstance(given, bool)
    return _clean(str(given) if is_count else given, MAX_VALUE)
