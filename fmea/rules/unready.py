"""What keeps a worksheet from being signed: what is not filled in, names that lead nowhere, and decisions not taken.

All of it may be so while people work on a worksheet, and none of it once it goes to review.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from fmea.rules.actions import BeforeAfter, all_before_after, lacks
from fmea.rules.priority import ActionPriority
from fmea.rules.scales import ScaleKind
from fmea.rules.worksheet import (
    RESIDUAL_FROM,
    Action,
    ActionStatus,
    Aim,
    Decision,
    Row,
    Score,
    Worksheet,
)
from fmea.rules.worksheet_reading import parse
from people.rules.documents import Problem

_TEXTS = ("step", "function", "mode", "effect", "cause")


def unready(worksheet: Worksheet) -> tuple[Problem, ...]:
    """Everything that is still to be done, in the order of the document."""
    lines = all_before_after(worksheet)
    rows = [it for n, line in enumerate(lines) for it in _row(worksheet, line, f"rows[{n}]")]
    actions = [
        it for n, one in enumerate(worksheet.actions) for it in _action(worksheet, one, f"actions[{n}]")
    ]
    return (*_header(worksheet), *rows, *actions)


def all_problems(content: Any) -> tuple[Problem, ...]:
    """Faults of the document's shape; where it has none, everything that is still to be done."""
    worksheet, faults = parse(content)
    return faults if worksheet is None else unready(worksheet)


def _header(worksheet: Worksheet) -> Iterator[Problem]:
    wanted: Mapping[str, bool] = {
        "scope": bool(worksheet.scope.strip()),
        "formality.why": bool(worksheet.formality_why.strip()),
        "look_again": worksheet.look_again is not None,
        "team": bool(worksheet.team),
        "steps": bool(worksheet.steps),
        "rows": bool(worksheet.rows),
    }
    yield from (Problem(key, "required") for key, is_there in wanted.items() if not is_there)
    if worksheet.team and not any(it.is_lead for it in worksheet.team):
        yield Problem("team", "lead_missing")
    for n, step in enumerate(worksheet.steps):
        if not step.title.strip():
            yield Problem(f"steps[{n}].title", "required")


def _row(worksheet: Worksheet, line: BeforeAfter, path: str) -> Iterator[Problem]:
    row = line.row
    yield from (Problem(f"{path}.{key}", "required") for key in _TEXTS if not getattr(row, key).strip())
    if row.step and row.step not in worksheet.step_of:
        yield Problem(f"{path}.step", "unknown_step", {"given": row.step})
    for kind in ScaleKind:
        yield from _score(row.scores.of(kind), f"{path}.{kind}")
    yield from _answered(line, path)
    yield from _residual(row, line, path)


def _score(score: Score, path: str) -> Iterator[Problem]:
    if score.rating is None:
        yield Problem(f"{path}.rating", "required")
        return
    if not score.by:
        yield Problem(f"{path}.by", "required")
    if not score.why.strip():
        yield Problem(f"{path}.why", "required")


def _answered(line: BeforeAfter, path: str) -> Iterator[Problem]:
    """High: an action that was not dropped, or why there is none."""
    is_high = line.priority_before is ActionPriority.HIGH
    if is_high and not line.row.no_action_why.strip() and not _live(line):
        yield Problem(f"{path}.no_action_why", "action_or_reason_required")


def _live(line: BeforeAfter) -> tuple[Action, ...]:
    return tuple(it for it in line.actions if it.status is not ActionStatus.DROPPED)


def needs_residual(row: Row) -> bool:
    """Whether what is left of a row's risk has to be decided on: severity 9 or 10, whatever its priority.

    An action that lowers the severity does not lift this.
    """
    return row.scores.severity.rating is not None and row.scores.severity.rating >= RESIDUAL_FROM


def _residual(row: Row, line: BeforeAfter, path: str) -> Iterator[Problem]:
    residual = row.residual
    if residual.decision is None:
        if needs_residual(row):
            yield Problem(f"{path}.residual.decision", "residual_decision_required")
        return
    for key in ("why", "by"):
        if not getattr(residual, key).strip():
            yield Problem(f"{path}.residual.{key}", "required")
    if residual.decision is Decision.NOT_ACCEPTED:
        yield Problem(f"{path}.residual.decision", "risk_not_accepted")
    if residual.decision is Decision.ACCEPTED_UNTIL_ACTION and not _live(line):
        yield Problem(f"{path}.residual.decision", "action_required")


def _action(worksheet: Worksheet, action: Action, path: str) -> Iterator[Problem]:
    row = worksheet.row_of.get(action.row)
    if not action.row:
        yield Problem(f"{path}.row", "required")
    elif row is None:
        yield Problem(f"{path}.row", "unknown_row", {"given": action.row})
    yield from (Problem(path, str(code)) for code in lacks(action))
    after = action.after
    for kind in ScaleKind:
        if after.of(kind).rating is not None:
            yield from _score(after.of(kind), f"{path}.after.{kind}")
    before = row.scores.severity.rating if row else None
    if is_unjustified(before, after.severity):
        yield Problem(f"{path}.after.severity.justification", "severity_lowered", {"before": before})
    elif before is not None and (after.severity.rating or before) < before and action.aim is not Aim.SEVERITY:
        yield Problem(f"{path}.aim", "not_aimed_at_severity")


def is_unjustified(before: int | None, severity: Score) -> bool:
    """Whether a severity is lower than before and nobody said what makes the effect itself less severe.

    A control makes a failure rarer or seen sooner; what it does to the patient once it is there seldom changes.
    """
    is_lower = before is not None and severity.rating is not None and severity.rating < before
    return is_lower and not severity.justification.strip()
