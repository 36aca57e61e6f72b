"""Actions: one by its code, those of a person, those that are late; and the rows that they are about."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from coi.selectors.visible import sites_of
from fmea.rules.actions import OPEN, BeforeAfter, before_after
from fmea.rules.cells import Table
from fmea.rules.priority import PriorityTable, table_of
from fmea.rules.worksheet import Action, Row
from fmea.rules.worksheet_reading import ITEM_CODE, WorksheetReader, read_action, read_row
from fmea.selectors.sheets import SheetView, items_of
from fmea.selectors.worksheets import ActionView, action_rows, action_view, actions_of
from people import selectors as people
from people.rules.authority import Person

# So many actions stand in one list of several worksheets.
MOST = 500
_OPEN = sorted(it.value for it in OPEN)


@dataclass(frozen=True)
class ActionLine:
    """An action, the row that it is about as it stands (None: it was taken out), and the row before and after it."""

    action: ActionView
    row: Row | None
    change: BeforeAfter | None


def action(worksheet: str, code: str, *, is_locked: bool = False) -> ActionView | None:
    """One action (one statement); `is_locked`: nobody else changes it until the transaction ends."""
    if not ITEM_CODE.fullmatch(code) or "\x00" in worksheet:
        return None
    rows = action_rows().filter(sheet__code=worksheet, code=code)
    row = (rows.select_for_update(of=("self",), no_key=True) if is_locked else rows).first()
    return None if row is None else action_view(row)


def as_ruled(view: ActionView) -> Action:
    """The action as the rules know it. Owner and verifier are told apart by their ids there, for names may be alike."""
    return read_action(WorksheetReader({**view.as_item(), "owner": str(view.owner)}, "", []))


def today_at(site: str, at: datetime) -> date:
    """Which day it is at a site."""
    return at.astimezone(ZoneInfo(people.zone_of(site))).date()


def open_actions_before(day: date) -> tuple[ActionView, ...]:
    """Open actions of all worksheets that were due before this day, the longest due first (one statement)."""
    rows = action_rows().filter(status__in=_OPEN, due__lt=day).order_by("due", "sheet__code", "code")
    return tuple(action_view(row) for row in rows)


def actions_owned(viewer: Person, at: datetime) -> tuple[ActionView, ...]:
    """Open actions of the viewer at the sites that they may see, due first (one statement)."""
    rows = action_rows().filter(
        owner=viewer.user_id, status__in=_OPEN, sheet__site__in=sorted(sites_of(viewer, at))
    )
    return tuple(action_view(row) for row in rows.order_by("due", "sheet__code", "code")[:MOST])


def late_actions(viewer: Person, at: datetime) -> tuple[ActionView, ...]:
    """Late ones at the sites that the viewer may see, the longest late first (two statements)."""
    own = sites_of(viewer, at)
    days = {site.code: at.astimezone(ZoneInfo(site.zone)).date() for site in people.sites()}
    if not own:
        return ()
    latest = max(days[site] for site in own)
    rows = action_rows().filter(status__in=_OPEN, due__lt=latest, sheet__site__in=sorted(own))
    found = [action_view(row) for row in rows.order_by("due", "sheet__code", "code")[:MOST]]
    return tuple(it for it in found if it.due < days[it.site])


def lines_of(found: SheetView) -> tuple[ActionLine, ...]:
    """All actions of a sheet with their rows, as they were planned (two statements)."""
    actions = actions_of(found)
    rows, table = rows_by_code(found, {it.row for it in actions}), table_of(found.header)
    return tuple(_line(it, rows, table) for it in actions)


def line_of(found: SheetView, one: ActionView) -> ActionLine:
    """One action of a sheet with its row (one statement)."""
    return _line(one, rows_by_code(found, {one.row}), table_of(found.header))


def rows_by_code(found: SheetView, codes: Collection[str]) -> dict[str, Row]:
    """The rows of a sheet with these codes that are still on it (one statement)."""
    keys = [(Table.ROWS, code) for code in codes if ITEM_CODE.fullmatch(code)]
    items = items_of(found, keys) if keys else {}
    return {
        code: read_row(WorksheetReader(item.values, "", []))
        for (table, code), item in items.items()
        if table is Table.ROWS and item.gone is None
    }


def _line(one: ActionView, rows: Mapping[str, Row], table: PriorityTable) -> ActionLine:
    row = rows.get(one.row)
    change = None if row is None else before_after(row, (as_ruled(one),), table)
    return ActionLine(one, row, change)
