"""What other programs send: numbers row by row, and answers to signals; by their shape alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime

from cpv.rules.programme.answering import Decision, SignalState
from cpv.services import ExternalRow
from cpv.services.answering import MOST_WORDS
from cpv.services.external import MOST_ROWS
from ledger.rules.errors import Invalid

MOST_STRATA = 3
_SITE, _PLAN, _SHORT, _VALUE = 16, 64, 64, 40
_ROW = {"parameter", "subject", "made_at", "value", "stratum"}


@dataclass(frozen=True)
class Handed:
    """Numbers of one site under one plan."""

    request_id: UUID
    plan: str
    site: str
    rows: tuple[ExternalRow, ...]


@dataclass(frozen=True)
class Closed:
    """How a signal is to be closed."""

    request_id: UUID
    decision: Decision
    cause: str
    deviation: str


class _Sent:
    """The fields of one object; each that is wrong is named with a code."""

    def __init__(self, data: Any, known: set[str]) -> None:
        self.data: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
        self.wrong = {_readable(name): "unknown_field" for name in self.data if name not in known}
        if not isinstance(data, Mapping):
            self.wrong["row"] = "not_an_object"

    def text(self, name: str, most: int, *, is_required: bool = True, is_prose: bool = False) -> str:
        value = self.data.get(name, "")
        if not isinstance(value, str):
            self.wrong[name] = "not_a_text"
            return ""
        if is_required and not value.strip():
            self.wrong[name] = "required"
        elif len(value) > most:
            self.wrong[name] = "too_long"
        elif not (value.replace("\n", " ") if is_prose else value).isprintable():
            self.wrong[name] = "not_printable"
        return value

    def id(self, name: str) -> UUID:
        try:
            return UUID(str(self.data[name]))
        except (KeyError, ValueError):
            self.wrong[name] = "not_a_uuid" if name in self.data else "required"
            return UUID(int=0)

    def moment(self, name: str) -> datetime:
        """With its offset from UTC: no zone is guessed."""
        try:
            found = parse_datetime(str(self.data.get(name, "")))
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            self.wrong[name] = "not_a_moment" if name in self.data else "required"
            return datetime.max.replace(tzinfo=UTC)
        return found

    def number(self, name: str) -> str:
        """A number as it was written: as text, or as a number of JSON, whose digits are taken as they stand."""
        value = self.data.get(name, "")
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return self.text(name, _VALUE)

    def texts(self, name: str) -> tuple[str, ...]:
        found = self.data.get(name, [])
        if not isinstance(found, list) or len(found) > MOST_STRATA or not all(map(_is_short, found)):
            self.wrong[name] = "not_texts"
            return ()
        return tuple(found)


def parse_rows(data: Mapping[str, Any]) -> Handed:
    """The numbers of a request. Raises Invalid: `fields_invalid` by field, `rows_invalid` by row and field."""
    sent = _Sent(data, {"request_id", "plan", "site", "rows"})
    request_id, plan, site = sent.id("request_id"), sent.text("plan", _PLAN), sent.text("site", _SITE)
    raw = data.get("rows")
    if not isinstance(raw, list) or not 0 < len(raw) <= MOST_ROWS:
        sent.wrong["rows"] = "number_of_rows" if isinstance(raw, list) else "not_a_list"
    if sent.wrong:
        raise Invalid("fields_invalid", detail={"fields": sent.wrong})
    faults: list[dict[str, Any]] = []
    rows = []
    for number, one in enumerate(raw or (), start=1):
        row, wrong = _row(one)
        rows.append(row)
        faults += [{"row": number, "field": field, "code": code} for field, code in wrong.items()]
    if faults:
        raise Invalid("rows_invalid", detail={"rows": faults})
    return Handed(request_id, plan, site, tuple(rows))


def _row(data: Any) -> tuple[ExternalRow, Mapping[str, str]]:
    sent = _Sent(data, _ROW)
    row = ExternalRow(
        parameter=sent.text("parameter", _SHORT),
        subject=sent.text("subject", _SHORT),
        made_at=sent.moment("made_at"),
        value=sent.number("value"),
        stratum=sent.texts("stratum"),
    )
    return row, sent.wrong


def parse_taking(data: Mapping[str, Any]) -> UUID:
    """The request id of somebody who takes a signal on. Raises Invalid."""
    sent = _Sent(data, {"request_id"})
    found = sent.id("request_id")
    _sound(sent)
    return found


def parse_closing(data: Mapping[str, Any]) -> Closed:
    """How a signal is to be closed. Raises Invalid."""
    sent = _Sent(data, {"request_id", "decision", "cause", "deviation"})
    decision = sent.text("decision", _SHORT)
    if "decision" not in sent.wrong and decision not in {it.value for it in Decision}:
        sent.wrong["decision"] = "not_a_choice"
    request_id = sent.id("request_id")
    cause = sent.text("cause", MOST_WORDS, is_required=False, is_prose=True)
    deviation = sent.text("deviation", 40, is_required=False)
    _sound(sent)
    return Closed(request_id, Decision(decision), cause, deviation)


def parse_asked(query: Mapping[str, str]) -> tuple[tuple[SignalState, ...], datetime | None]:
    """Which signals are asked for: the states, those that are open if none is named, and since when. Raises Invalid."""
    sent = _Sent(dict(query), {"state", "since"})
    wanted = [part for part in query.get("state", "raised,acknowledged").split(",") if part]
    if not wanted or not set(wanted) <= {it.value for it in SignalState}:
        sent.wrong["state"] = "not_a_choice"
    since = sent.moment("since") if "since" in query else None
    _sound(sent)
    return tuple(SignalState(part) for part in dict.fromkeys(wanted)), since


def _sound(sent: _Sent) -> None:
    if sent.wrong:
        raise Invalid("fields_invalid", detail={"fields": sent.wrong})


def _readable(name: object) -> str:
    """A name that somebody sent, so that an answer can hold it."""
    return str(name).encode("ascii", "backslashreplace").decode()[:40]


def _is_short(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _SHORT and value.isprintable()
