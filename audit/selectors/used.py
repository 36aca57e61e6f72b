"""What was used on the cells, with its state at the moment of use, as the entries until then tell it."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from coi.events import Event
from ledger.selectors.histories import entries_of_period

STREAM = "stock"
_EVENTS = (
    *(Event.LOT_RECEIVED, Event.LOT_STATUS_SET),
    *(Event.EQUIPMENT_REGISTERED, Event.EQUIPMENT_STATUS_SET),
)


@dataclass(frozen=True)
class Stock:
    """A lot or device as it stood: its kind and name, quality's word on it, and until when it was good."""

    kind: str
    name: str
    status: str
    good_until: datetime


def stock_at(used: Iterable[tuple[str, datetime]]) -> Mapping[tuple[str, datetime], Stock]:
    """How each lot or device, by its code, stood at a moment; one that was not known then is not there (one
    statement)."""
    wanted = sorted(set(used), key=lambda it: it[1])
    if not wanted:
        return {}
    # The end of a period is no part of it: what occurred at the moment of the last use is read with it.
    until = wanted[-1][1] + timedelta.resolution
    entries = entries_of_period(None, until, events=_EVENTS, streams=[STREAM])
    told = deque((entry.occurred_at, change) for entry in entries for change in entry.changes)
    rows: dict[str, dict[str, Any]] = {}
    found: dict[tuple[str, datetime], Stock] = {}
    for code, at in wanted:
        while told and told[0][0] <= at:
            change = told.popleft()[1]
            rows.setdefault(change.id, {}).update(change.values)
        row = next((it for it in rows.values() if it.get("code") == code), None)
        if row is not None:
            found[code, at] = _stock(row)
    return found


def _stock(row: Mapping[str, Any]) -> Stock:
    good_until = datetime.fromisoformat(str(row.get("expires_at") or row.get("calibration_due_at")))
    kind, name = str(row.get("material") or row.get("kind")), str(row.get("lot_no") or row.get("name"))
    return Stock(kind, name, str(row["status"]), good_until)
