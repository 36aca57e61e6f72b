"""A row of a printed worksheet: what it says, what its actions made of it, and how it was scored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fmea.rules import printed_words as words
from fmea.rules.actions import BeforeAfter, days_late
from fmea.rules.priority import ActionPriority
from fmea.rules.scales import ScaleKind
from fmea.rules.worksheet import Action, Control, Evidence, Row, Score, Scores, Worksheet


@dataclass(frozen=True, eq=False)
class Told:
    """What the words of a row are made from. `said`: words for codes; `today`: at the site, for what is late."""

    worksheet: Worksheet
    said: Mapping[str, str]
    today: date

    def code(self, code: str) -> str:
        """A code in words; one that nobody gave words for speaks for itself."""
        return self.said.get(code) or code.replace("_", " ")


def row(told: Told, line: BeforeAfter) -> dict[str, Any]:
    """One row with its actions."""
    it = line.row
    step = told.worksheet.step_of.get(it.step)
    return {
        "code": it.code,
        "step": it.step,
        "step_title": step.title if step else "",
        "function": it.function,
        "mode": it.mode,
        "effect": it.effect,
        "cause": it.cause,
        "prevention": [_control(told, one) for one in it.prevention_controls],
        "detection": [_control(told, one) for one in it.detection_controls],
        "evidence": [_evidence(told, one) for one in it.evidence],
        "before": _numbers(line.before, line.rpn_before, line.priority_before),
        "after": _numbers(line.after, line.rpn_after, line.priority_after),
        "is_changed": line.before != line.after,
        "no_action_why": it.no_action_why,
        "actions": [_action(told, one) for one in line.actions],
    }


def _numbers(it: Scores, rpn: int | None, priority: ActionPriority | None) -> dict[str, Any]:
    severity, occurrence, detection = it.ratings
    return {
        "s": severity,
        "o": occurrence,
        "d": detection,
        "rpn": rpn,
        "ap": str(priority or ""),
        "words": words.PRIORITIES[priority] if priority else "",
    }


def _control(told: Told, it: Control) -> dict[str, Any]:
    return {"text": it.text, "links": [f"{words.LINKS[one.kind]}: {told.code(one.ref)}" for one in it.links]}


def _evidence(told: Told, it: Evidence) -> str:
    at = f", at {', '.join(told.code(one) for one in it.at)}" if it.at else ""
    return f"{words.EVIDENCE[it.kind]}: {told.code(it.ref)}{at}"


def _action(told: Told, it: Action) -> dict[str, Any]:
    severity, occurrence, detection = it.after.ratings
    return {
        "code": it.code,
        "text": it.text,
        "aim": words.AIMS[it.aim] if it.aim else "",
        "owner": it.owner,
        "due": it.due.isoformat() if it.due else "",
        "days_late": days_late(it, told.today),
        "status": str(it.status),
        "words": words.STATUSES[it.status],
        "evidence": list(it.evidence),
        "done_on": it.done_on.isoformat() if it.done_on else "",
        "verified_by": it.verified_by,
        "dropped_why": it.dropped_why,
        "justification": it.after.severity.justification,
        "wanted": {"s": severity, "o": occurrence, "d": detection},
    }


def scoring(told: Told, it: Row) -> dict[str, Any]:
    """Who scored a row, why, and when to look again: once for all three ratings, beside one that has its own."""
    given = [(kind, it.scores.of(kind)) for kind in ScaleKind if it.scores.of(kind).rating is not None]
    people = {score.by for _, score in given}
    days = {told.worksheet.looks_again(score) for _, score in given}
    common = next(iter(days)) if len(days) == 1 else told.worksheet.look_again
    return {
        "row": it.code,
        "mode": it.mode,
        "by": list(given[0][1].by) if len(people) == 1 else [],
        "look_again": _day(common),
        "scores": [
            _score(kind, score, () if len(people) == 1 else score.by)
            | {"look_again": "" if told.worksheet.looks_again(score) == common else _day(score.look_again)}
            for kind, score in given
        ],
    }


def _score(kind: ScaleKind, it: Score, by: tuple[str, ...]) -> dict[str, Any]:
    return {
        "letter": words.LETTERS[kind],
        "rating": it.rating,
        "why": it.why,
        "by": list(by),
        "votes": sorted(one.rating for one in it.votes),
        "justification": it.justification,
    }


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
