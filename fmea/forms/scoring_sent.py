"""What programs send about scoring and about risks that are left; by its shape alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fmea.rules.scales import HIGHEST, LOWEST, ScaleKind
from fmea.rules.team import Ratings
from fmea.rules.worksheet import Decision
from fmea.rules.worksheet_reading import MOST_TEXT
from qc.forms.sent import Sent, readable

MOST_TEAM = 100
_CODE, _DIGEST, _PASSWORD = 32, 64, 200


@dataclass(frozen=True)
class ToBegin:
    """A row, and who is to score it."""

    request_id: UUID
    row: str
    team: tuple[int, ...]


@dataclass(frozen=True)
class Rated:
    """Ratings and why."""

    request_id: UUID
    ratings: Ratings
    why: str


@dataclass(frozen=True)
class Answered:
    """What somebody signs of what was agreed on."""

    request_id: UUID
    dissent: str
    seen: str
    password: str
    username: str = ""


@dataclass(frozen=True)
class Decided:
    """What somebody signs of the risk that is left."""

    request_id: UUID
    decision: Decision
    why: str
    seen: str
    password: str
    username: str = ""


def parse_beginning(data: Mapping[str, Any]) -> ToBegin:
    """A round to begin. Raises Invalid."""
    sent = Sent(data, {"request_id", "row", "team"})
    request_id, row = sent.id("request_id"), sent.text("row", _CODE, is_required=True)
    team = data.get("team")
    if not isinstance(team, list) or len(team) > MOST_TEAM or not all(_is_count(it) for it in team):
        sent.wrong["team"] = "not_a_list"
    sent.check()
    return ToBegin(request_id, row, tuple(team or ()))


def parse_asking(data: Mapping[str, Any]) -> UUID:
    """The request id of a step that says nothing more. Raises Invalid."""
    sent = Sent(data, {"request_id"})
    found = sent.id("request_id")
    sent.check()
    return found


def parse_rated(data: Mapping[str, Any]) -> Rated:
    """Ratings by scale, and why. Raises Invalid."""
    sent = Sent(data, {"request_id", "ratings", "why"})
    request_id, why = sent.id("request_id"), sent.text("why", MOST_TEXT, is_prose=True)
    raw = data.get("ratings")
    if not isinstance(raw, Mapping):
        sent.wrong["ratings"] = "not_an_object"
        raw = {}
    known = {str(kind) for kind in ScaleKind}
    for name, rating in raw.items():
        if name not in known:
            sent.wrong[readable(f"ratings.{name}")] = "unknown_field"
        elif not _is_count(rating) or not LOWEST <= rating <= HIGHEST:
            sent.wrong[f"ratings.{name}"] = "not_a_rating"
    sent.check()
    return Rated(request_id, {ScaleKind(name): rating for name, rating in raw.items()}, why)


def parse_answer(data: Mapping[str, Any]) -> Answered:
    """A signature under what was agreed on, or under why not. Raises Invalid."""
    sent = Sent(data, {"request_id", "dissent", "seen", "password", "username"})
    found = Answered(
        request_id=sent.id("request_id"),
        dissent=sent.text("dissent", MOST_TEXT, is_prose=True),
        seen=sent.text("seen", _DIGEST, is_required=True),
        password=sent.text("password", _PASSWORD, is_required=True),
        username=sent.text("username", _CODE),
    )
    sent.check()
    return found


def parse_decision(data: Mapping[str, Any]) -> Decided:
    """A decision on the risk that is left. Raises Invalid."""
    sent = Sent(data, {"request_id", "decision", "why", "seen", "password", "username"})
    decision = sent.text("decision", _CODE, is_required=True)
    if "decision" not in sent.wrong and decision not in set(Decision):
        sent.wrong["decision"] = "not_a_choice"
    request_id, why = sent.id("request_id"), sent.text("why", MOST_TEXT, is_required=True, is_prose=True)
    seen = sent.text("seen", _DIGEST, is_required=True)
    password = sent.text("password", _PASSWORD, is_required=True)
    username = sent.text("username", _CODE)
    sent.check()
    return Decided(request_id, Decision(decision), why, seen, password, username)


def _is_count(it: Any) -> bool:
    return isinstance(it, int) and not isinstance(it, bool)
