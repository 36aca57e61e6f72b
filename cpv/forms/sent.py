"""What other programs send: numbers row by row, and answers to signals; by their shape alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cpv.rules.programme.answering import MOST_WORDS, Decision, SignalState
from cpv.services import ExternalRow
from cpv.services.external import MOST_ROWS
from ledger.rules.errors import Invalid
from qc.forms.sent import Sent

MOST_STRATA = 3
_SITE, _PLAN, _SHORT, _VALUE, _DEVIATION = 16, 64, 64, 40, 40
_ROW = {"parameter", "subject", "made_at", "value", "stratum"}
_OPEN = ",".join((SignalState.RAISED, SignalState.ACKNOWLEDGED))


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


def parse_rows(data: Mapping[str, Any]) -> Handed:
    """The numbers of a request. Raises Invalid: `fields_invalid` by field, `rows_invalid` by row and field."""
    sent = Sent(data, {"request_id", "plan", "site", "rows"})
    request_id = sent.id("request_id")
    plan, site = sent.text("plan", _PLAN, is_required=True), sent.text("site", _SITE, is_required=True)
    raw = data.get("rows")
    if not isinstance(raw, list) or not 0 < len(raw) <= MOST_ROWS:
        sent.wrong["rows"] = "number_of_rows" if isinstance(raw, list) else "not_a_list"
    sent.check()
    read = [_row(one) for one in raw or ()]
    faults = [
        {"row": number, "field": field, "code": code}
        for number, (_one, wrong) in enumerate(read, start=1)
        for field, code in wrong.items()
    ]
    if faults:
        raise Invalid("rows_invalid", detail={"rows": faults})
    return Handed(request_id, plan, site, tuple(one for one, _wrong in read))


def _row(data: Any) -> tuple[ExternalRow, Mapping[str, str]]:
    sent = Sent(data, _ROW)
    if not isinstance(data, Mapping):
        sent.wrong["row"] = "not_an_object"
    row = ExternalRow(
        parameter=sent.text("parameter", _SHORT, is_required=True),
        subject=sent.text("subject", _SHORT, is_required=True),
        made_at=sent.moment("made_at"),
        value=_number(sent, "value"),
        stratum=sent.texts("stratum", MOST_STRATA, _SHORT),
    )
    return row, sent.wrong


def _number(sent: Sent, name: str) -> str:
    """A number as it was written: as text, or as a number of JSON, whose digits are taken as they stand."""
    value = sent.data.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return sent.text(name, _VALUE, is_required=True)


def parse_taking(data: Mapping[str, Any]) -> UUID:
    """The request id of somebody who takes a signal on. Raises Invalid."""
    sent = Sent(data, {"request_id"})
    found = sent.id("request_id")
    sent.check()
    return found


def parse_closing(data: Mapping[str, Any]) -> Closed:
    """How a signal is to be closed. Raises Invalid."""
    sent = Sent(data, {"request_id", "decision", "cause", "deviation"})
    request_id, decision = sent.id("request_id"), sent.text("decision", _SHORT, is_required=True)
    if "decision" not in sent.wrong and decision not in {it.value for it in Decision}:
        sent.wrong["decision"] = "not_a_choice"
    cause = sent.text("cause", MOST_WORDS, is_prose=True)
    deviation = sent.text("deviation", _DEVIATION)
    sent.check()
    return Closed(request_id, Decision(decision), cause, deviation)


def parse_asked(query: Mapping[str, str]) -> tuple[tuple[SignalState, ...], datetime | None]:
    """Which signals are asked for: the states, those that are open if none is named, and since when. Raises Invalid."""
    sent = Sent(query, {"state", "since"})
    wanted = [part for part in query.get("state", _OPEN).split(",") if part]
    if not wanted or not set(wanted) <= {it.value for it in SignalState}:
        sent.wrong["state"] = "not_a_choice"
    since = sent.moment("since") if "since" in query else None
    sent.check()
    return tuple(SignalState(part) for part in dict.fromkeys(wanted)), since
