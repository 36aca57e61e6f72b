"""What other programs send about actions, by its shape alone; and what they are told."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from fmea.forms.action_words import REFUSALS
from fmea.rules.moving import Refusal, Rerated
from fmea.rules.scales import ScaleKind
from fmea.rules.worksheet import ActionStatus, Aim
from fmea.rules.worksheet_reading import MOST_TEXT
from fmea.selectors.actions import ActionLine
from fmea.services.actions import MOST_EVIDENCE, MOST_OF_A_NAME
from people.rules.days import day_in
from qc.forms.sent import Sent

_CODE = 32
_RATING = {"rating", "why", "justification"}
_Choice = TypeVar("_Choice", bound=StrEnum)


def parse_plan(data: Mapping[str, Any]) -> tuple[UUID, dict[str, Any]]:
    """An action to be planned: its request id, and what the service takes. Raises Invalid, by field."""
    sent = Sent(data, {"request_id", "row", "text", "aim", "owner", "due"})
    request_id = sent.id("request_id")
    asked = {
        "row": sent.text("row", _CODE, is_required=True),
        "text": sent.text("text", MOST_TEXT, is_required=True, is_prose=True),
        "aim": _one_of(sent, "aim", Aim, Aim.PREVENTION),
        "owner": _count(sent, "owner"),
        "due": _day(sent, "due", is_required=True),
    }
    sent.check()
    return request_id, asked


def parse_move(data: Mapping[str, Any]) -> tuple[UUID, dict[str, Any]]:
    """A step of an action. What is not sent stays as it is. Raises Invalid, by field."""
    sent = Sent(data, {"request_id", "to", "evidence", "done_on", "after", "reason"})
    request_id = sent.id("request_id")
    is_named = "evidence" in sent.data
    asked = {
        "to": _one_of(sent, "to", ActionStatus, ActionStatus.PLANNED),
        "evidence": sent.texts("evidence", MOST_EVIDENCE, MOST_OF_A_NAME) if is_named else None,
        "done_on": _day(sent, "done_on"),
        "after": _after(sent),
        "reason": sent.text("reason", MOST_TEXT, is_prose=True),
    }
    sent.check()
    return request_id, asked


def _after(sent: Sent) -> dict[ScaleKind, Rerated] | None:
    raw = sent.data.get("after")
    if raw is None:
        return None
    if not isinstance(raw, Mapping) or set(raw) - set(ScaleKind):
        sent.wrong["after"] = "not_a_choice" if isinstance(raw, Mapping) else "not_an_object"
        return None
    found: dict[ScaleKind, Rerated] = {}
    for kind in ScaleKind:
        if kind in raw:
            own = Sent(raw[kind], _RATING)
            why = own.text("why", MOST_TEXT, is_required=True, is_prose=True)
            justification = own.text("justification", MOST_TEXT, is_prose=True)
            found[kind] = Rerated(_count(own, "rating"), why, justification)
            sent.wrong.update({f"after.{kind}.{name}": code for name, code in own.wrong.items()})
    return found


def _one_of(sent: Sent, name: str, choices: type[_Choice], default: _Choice) -> _Choice:
    given = sent.data.get(name)
    if isinstance(given, str) and given in choices._value2member_map_:
        return choices(given)
    sent.wrong[name] = "not_a_choice" if name in sent.data else "empty"
    return default


def _count(sent: Sent, name: str) -> int:
    given = sent.data.get(name)
    if isinstance(given, int) and not isinstance(given, bool) and 0 < given < 2**31:
        return given
    sent.wrong[name] = "not_a_number" if name in sent.data else "empty"
    return 0


def _day(sent: Sent, name: str, *, is_required: bool = False) -> date | None:
    given = sent.data.get(name)
    if given is None:
        if is_required:
            sent.wrong[name] = "empty"
        return None
    found = day_in(given)
    if found is None:
        sent.wrong[name] = "not_a_day"
    return found


def action_answer(line: ActionLine, days_late: int) -> dict[str, Any]:
    """An action, with its row before and after it."""
    it, change = line.action, line.change
    return {
        "worksheet": it.worksheet,
        "action": it.code,
        "row": it.row,
        "text": it.text,
        "aim": it.aim,
        "owner": it.owner,
        "owner_name": it.owner_name,
        "due": it.due,
        "days_late": days_late,
        "status": str(it.status),
        "evidence": list(it.evidence),
        "done_on": it.done_on,
        "verified_by": it.verified_by_name,
        "dropped_why": it.dropped_why,
        "after": dict(it.after),
        "before_after": None
        if change is None
        else {
            "before": _side(change.before.ratings, change.rpn_before, change.priority_before),
            "after": _side(change.after.ratings, change.rpn_after, change.priority_after),
        },
        "planned_at": it.planned_at,
        "chased_at": it.chased_at,
    }


def _side(ratings: tuple[int | None, ...], rpn: int | None, priority: str | None) -> dict[str, Any]:
    return {**dict(zip(map(str, ScaleKind), ratings, strict=True)), "rpn": rpn, "priority": priority}


def moved_answer(line: ActionLine, days_late: int, refused: tuple[Refusal, ...]) -> dict[str, Any]:
    """What came of a step: the action as it stands, and every reason why nothing was done."""
    reasons = [{"code": str(code), "text": str(REFUSALS[code])} for code in refused]
    outcome = "refused" if reasons else "accepted"
    return {"outcome": outcome, "refusals": reasons, "action": action_answer(line, days_late)}
