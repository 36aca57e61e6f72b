"""Worksheets whole: what is on the sheet, with its actions and with what was decided on the risks that are left."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from fmea.models import Action, ResidualDecision
from fmea.rules.cells import Table
from fmea.rules.draft import Draft
from fmea.rules.residual import risk_digest
from fmea.rules.worksheet import KIND, ActionStatus, Decision, Worksheet
from fmea.rules.worksheet_reading import parse
from fmea.selectors.sheets import SheetView, whole_draft
from people import selectors as people
from people.rules.documents import DocumentVersionView, Problem


@dataclass(frozen=True)
class ActionView:
    """One action, as its table has it."""

    id: UUID
    worksheet: str
    site: str
    code: str
    row: str
    text: str
    aim: str
    owner: int
    owner_name: str
    due: date
    status: ActionStatus
    evidence: tuple[str, ...]
    done_on: date | None
    verified_by_name: str
    dropped_why: str
    after: Mapping[str, Any]
    planned_at: datetime
    chased_at: datetime | None

    def as_item(self) -> dict[str, Any]:
        """As the document of a worksheet has it."""
        known = {
            "code": self.code,
            "row": self.row,
            "text": self.text,
            "aim": self.aim,
            "owner": self.owner_name,
            "due": self.due.isoformat(),
            "status": str(self.status),
            "evidence": list(self.evidence),
            "done_on": self.done_on.isoformat() if self.done_on else None,
            "verified_by": self.verified_by_name,
            "dropped_why": self.dropped_why,
            "after": dict(self.after),
        }
        return {key: it for key, it in known.items() if it}


@dataclass(frozen=True)
class ResidualView:
    """A signed decision on the risk that is left in a row. `is_current`: the row is still what was signed."""

    row: str
    decision: Decision
    why: str
    by_name: str
    signature: UUID
    decided_at: datetime
    is_current: bool


@dataclass(frozen=True)
class AtWork:
    """A sheet with all that belongs to it. `worksheet` is None where `faults` say that it cannot be read."""

    sheet: SheetView
    draft: Draft
    content: dict[str, Any]
    worksheet: Worksheet | None
    faults: tuple[Problem, ...]
    actions: tuple[ActionView, ...]
    residuals: Mapping[str, ResidualView]


def at_work(found: SheetView) -> AtWork:
    """The sheet as it stands, with its actions and its decisions (three statements)."""
    draft = whole_draft(found)
    actions = actions_of(found)
    residuals = residuals_of(found, draft)
    content = draft.content()
    for row in content.get(Table.ROWS.value, []):
        decided = residuals.get(row["code"])
        if decided is not None and decided.is_current:
            said = {"decision": str(decided.decision), "why": decided.why, "by": decided.by_name}
            row["residual"] = said
    if actions:
        content[Table.ACTIONS.value] = [it.as_item() for it in actions]
    worksheet, faults = parse(content)
    return AtWork(found, draft, content, worksheet, faults, actions, residuals)


def action_rows() -> QuerySet[Action]:
    """Actions with the sheet that they belong to."""
    return Action.objects.select_related("sheet")


def action_view(row: Action) -> ActionView:
    """One action as a value."""
    return ActionView(
        id=row.pk,
        worksheet=row.sheet.code,
        site=row.sheet.site_id,
        code=row.code,
        row=row.row,
        text=row.text,
        aim=row.aim,
        owner=row.owner_id,
        owner_name=row.owner_name,
        due=row.due,
        status=ActionStatus(row.status),
        evidence=tuple(row.evidence),
        done_on=row.done_on,
        verified_by_name=row.verified_by_name,
        dropped_why=row.dropped_why,
        after=row.after,
        planned_at=row.planned_at,
        chased_at=row.chased_at,
    )


def actions_of(found: SheetView) -> tuple[ActionView, ...]:
    """The actions of a sheet, in the order in which they were planned (one statement)."""
    rows = action_rows().filter(sheet_id=found.id).order_by("planned_at", "code")
    return tuple(action_view(row) for row in rows)


def residuals_of(found: SheetView, draft: Draft) -> dict[str, ResidualView]:
    """The latest decision on each row that has one (one statement)."""
    rows = ResidualDecision.objects.filter(sheet_id=found.id).order_by("row", "-decided_at").distinct("row")
    items = draft.tables[Table.ROWS]
    return {
        row.row: ResidualView(
            row=row.row,
            decision=Decision(row.decision),
            why=row.why,
            by_name=row.by_name,
            signature=row.signature,
            decided_at=row.decided_at,
            is_current=row.row in items and row.digest == risk_digest(found.code, items[row.row]),
        )
        for row in rows
    }


def effective_worksheet(code: str, at: datetime) -> tuple[DocumentVersionView, Worksheet] | None:
    """The version in effect and what it says, or None."""
    version = people.effective_document(KIND, code, at)
    worksheet = parse(version.content)[0] if version is not None else None
    return None if version is None or worksheet is None else (version, worksheet)
