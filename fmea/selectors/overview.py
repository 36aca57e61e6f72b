"""All worksheets that a person may see, each in one line: how far it is, what it holds, and what is late."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet

from fmea.models import Action, SheetItem
from fmea.rules.actions import OPEN
from fmea.rules.cells import Table
from fmea.rules.priority import ActionPriority, table_of
from fmea.rules.scales import ScaleKind
from fmea.rules.worksheet import KIND
from fmea.selectors.sheets import SheetView, visible_sheets
from people import selectors as people
from people.rules.authority import Person
from people.rules.documents import DocumentState, DocumentVersionView


@dataclass(frozen=True)
class WorksheetLine:
    """One worksheet. `priorities` counts its rows, `unscored` those that lack a rating; days are those of its site.

    `look_again`: the first day on which something of it is to be looked at again. `open`: where the version that is on
    its way stands. `effective`: the version in effect.
    """

    sheet: SheetView
    zone: str
    today: date
    rows: int
    priorities: Mapping[ActionPriority, int]
    unscored: int
    look_again: date | None
    open_actions: int
    overdue_actions: int
    open: DocumentState | None
    effective: DocumentVersionView | None

    @property
    def is_late(self) -> bool:
        """Whether something of it should have been looked at again, or done."""
        return self.is_look_late or self.overdue_actions > 0

    @property
    def is_look_late(self) -> bool:
        """Whether the day to look again has passed."""
        return self.look_again is not None and self.look_again < self.today


@dataclass
class _Counted:
    rows: int = 0
    priorities: Counter[ActionPriority] = field(default_factory=Counter)
    unscored: int = 0
    days: list[date] = field(default_factory=list)


def worksheet_lines(viewer: Person, at: datetime) -> tuple[WorksheetLine, ...]:
    """What is late first, then by the day on which it is looked at again (six statements, however much there is)."""
    sheets = visible_sheets(viewer, at)
    zones = {site.code: site.zone for site in people.sites()}
    todays = {it.id: at.astimezone(ZoneInfo(zones.get(it.site, "UTC"))).date() for it in sheets}
    counted = _counted(sheets)
    actions = _actions(todays)
    states = people.open_states(KIND, [it.code for it in sheets])
    effective = {it.code: it for it in people.effective_documents(KIND, at)}
    lines = [
        WorksheetLine(
            sheet=it,
            zone=zones.get(it.site, "UTC"),
            today=todays[it.id],
            rows=counted[it.id].rows,
            priorities=counted[it.id].priorities,
            unscored=counted[it.id].unscored,
            look_again=min(counted[it.id].days, default=None),
            open_actions=actions[it.id][0],
            overdue_actions=actions[it.id][1],
            open=states.get(it.code),
            effective=effective.get(it.code),
        )
        for it in sheets
    ]
    return tuple(sorted(lines, key=lambda it: (not it.is_late, it.look_again or date.max, it.sheet.code)))


def _counted(sheets: Sequence[SheetView]) -> Mapping[UUID, _Counted]:
    found = {it.id: _Counted() for it in sheets}
    tables = {it.id: table_of(it.header) for it in sheets}
    own = {it.id: _day(it.header.get("look_again")) for it in sheets}
    for sheet, ratings, days in _scores(list(found)):
        one, priority = found[sheet], tables[sheet].priority(*ratings)
        one.rows += 1
        if priority is None:
            one.unscored += 1
        else:
            one.priorities[priority] += 1
        # a score without a day of its own is looked at with the worksheet
        one.days.extend(day for day in (it or own[sheet] for it in days) if day is not None)
    for id, day in own.items():
        if day is not None:
            found[id].days.append(day)
    return found


def _scores(sheets: Sequence[UUID]) -> list[tuple[UUID, list[int | None], list[date | None]]]:
    rows: QuerySet[Any] = SheetItem.objects.filter(sheet__in=sheets, part=Table.ROWS.value, gone__isnull=True)
    columns = [F(f"values__{kind}__{key}") for key in ("rating", "look_again") for kind in ScaleKind]
    named = {f"c{n}": column for n, column in enumerate(columns)}
    size = len(ScaleKind)
    return [
        (sheet, [it if type(it) is int else None for it in cells[:size]], [_day(it) for it in cells[size:]])
        for sheet, *cells in rows.annotate(**named).values_list("sheet_id", *named)
    ]


def _day(raw: Any) -> date | None:
    try:
        return date.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        return None


def _actions(todays: Mapping[UUID, date]) -> Mapping[UUID, tuple[int, int]]:
    """How many actions of each sheet are open, and how many of these are late."""
    found: dict[UUID, list[date]] = defaultdict(list)
    rows = Action.objects.filter(sheet__in=list(todays), status__in=[str(it) for it in OPEN])
    for sheet, due in rows.values_list("sheet_id", "due"):
        found[sheet].append(due)
    return {id: (len(found[id]), sum(due < today for due in found[id])) for id, today in todays.items()}
