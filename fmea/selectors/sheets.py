"""Sheets at work: one as it stands, the part of it that a change touches, and which a person may see."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, F, Func, JSONField, Q, QuerySet, Value

from coi.selectors.visible import sites_of
from fmea.models import Sheet, SheetItem
from fmea.rules.cells import Table
from fmea.rules.draft import Draft, News, Stamp, news
from fmea.rules.worksheet import KIND
from people import selectors as people
from people.rules.authority import Person
from people.rules.documents import DocumentState, DocumentVersionView

Key = tuple[Table, str]
_KEPT = (Table.STEPS, Table.ROWS)
# While a version is in one of these, people read and sign what they read: the sheet rests.
_SIGNING = (DocumentState.IN_REVIEW, DocumentState.REVIEWED, DocumentState.APPROVED)


@dataclass(frozen=True)
class SheetView:
    """A sheet without its items. `base`: the version that it began from, 0 before the first."""

    id: UUID
    code: str
    site: str
    base: int
    revision: int
    header: Mapping[str, Any]
    header_stamps: Mapping[str, Stamp]
    order: Mapping[Table, tuple[str, ...]]
    opened_at: datetime

    @property
    def title(self) -> str:
        """What the worksheet is called; its code until somebody names it."""
        return str(self.header.get("title") or self.code)


@dataclass(frozen=True)
class KnownItem:
    """A row of the table of items: whose it is, and whether it is there."""

    id: UUID
    values: Mapping[str, Any]
    stamps: Mapping[str, Stamp]
    gone: Stamp | None


def sheet(code: str, *, is_locked: bool = False) -> SheetView | None:
    """One sheet by its code (one statement); `is_locked`: nobody else changes it until the transaction ends."""
    rows = Sheet.objects.filter(code=code)
    row = (rows.select_for_update(no_key=True) if is_locked else rows).first()
    return None if row is None else _view(row)


def visible_sheet(viewer: Person, code: str, at: datetime) -> SheetView | None:
    """One that the viewer may see: of a site at which they hold any role."""
    found = sheet(code)
    return found if found is not None and found.site in sites_of(viewer, at) else None


def visible_sheets(viewer: Person, at: datetime) -> tuple[SheetView, ...]:
    """All that the viewer may see, by code (one statement)."""
    rows = Sheet.objects.filter(site__in=sorted(sites_of(viewer, at))).order_by("code")
    return tuple(_view(row) for row in rows)


def items_of(found: SheetView, keys: Iterable[Key] | None = None) -> dict[Key, KnownItem]:
    """Items by table and code, those that were taken out too (one statement); all, or those of `keys`."""
    rows = SheetItem.objects.filter(sheet_id=found.id)
    if keys is not None:
        rows = rows.filter(code__in=sorted({code for _, code in keys}))
    return _known(rows)


def news_since(found: SheetView, since: int, editor: str) -> tuple[News, ...]:
    """What other editors changed after a revision, oldest first (one statement, none where nobody did)."""
    if found.revision <= since:
        return ()
    return news(draft_of(found, _changed(found, since)), since, editor)


def _changed(found: SheetView, since: int) -> dict[Key, KnownItem]:
    """The items that anybody changed, put in or took out after a revision."""
    newer = Func(
        F("stamps"),
        Value("$.*[0] ? (@ > $since)"),
        Value({"since": since}, JSONField()),
        function="jsonb_path_exists",
        output_field=BooleanField(),
    )
    rows = SheetItem.objects.filter(sheet_id=found.id).alias(newer=newer)
    return _known(rows.filter(Q(newer=True) | Q(gone__0__gt=since)))


def bare_items(found: SheetView) -> dict[Key, Mapping[str, Any] | None]:
    """What stands in every item, None for one that was taken out; nothing of who wrote it (one statement)."""
    rows = SheetItem.objects.filter(sheet_id=found.id)
    return {
        (Table(part), code): values if gone is None else None
        for part, code, values, gone in rows.values_list("part", "code", "values", "gone")
    }


def _known(rows: QuerySet[SheetItem]) -> dict[Key, KnownItem]:
    columns = ("id", "part", "code", "values", "stamps", "gone")
    return {
        (Table(part), code): KnownItem(id, values, _stamps(stamps), _stamp(gone))
        for id, part, code, values, stamps, gone in rows.values_list(*columns)
    }


def draft_of(found: SheetView, items: Mapping[Key, KnownItem]) -> Draft:
    """The draft of a sheet. Items that are not among these stand in it by their code alone: it is for changes of those
    that are, and for their order.
    """
    tables: dict[Table, dict[str, Mapping[str, Any]]] = {Table.HEADER: {"": found.header}, Table.ACTIONS: {}}
    for table in _KEPT:
        tables[table] = {
            code: items[table, code].values if (table, code) in items else {"code": code}
            for code in found.order.get(table, ())
        }
    there = {key: it for key, it in items.items() if it.gone is None}
    return Draft(
        tables,
        found.revision,
        stamps={(Table.HEADER, ""): found.header_stamps, **{key: it.stamps for key, it in there.items()}},
        gone={key: it.gone for key, it in items.items() if it.gone is not None},
        kept={key: it.values for key, it in items.items() if it.gone is not None},
    )


def whole_draft(found: SheetView) -> Draft:
    """The draft with all its items (one statement)."""
    return draft_of(found, items_of(found))


def resting(codes: Collection[str]) -> frozenset[str]:
    """Which of these sheets rest because a version of theirs is being read and signed (one statement)."""
    return frozenset(code for code, state in people.open_states(KIND, codes).items() if state in _SIGNING)


def version_being_signed(code: str) -> DocumentVersionView | None:
    """The version for which a sheet rests (one statement where it does not)."""
    if not resting([code]):
        return None
    return next((it for it in people.versions_of(KIND, code) if it.state in _SIGNING), None)


def _view(row: Sheet) -> SheetView:
    return SheetView(
        id=row.pk,
        code=row.code,
        site=row.site_id,
        base=row.base,
        revision=row.revision,
        header=row.header,
        header_stamps=_stamps(row.stamps),
        order={Table(name): tuple(codes) for name, codes in row.order.items()},
        opened_at=row.opened_at,
    )


def _stamps(raw: Mapping[str, Any]) -> dict[str, Stamp]:
    return {column: Stamp(*it) for column, it in raw.items()}


def _stamp(raw: Any) -> Stamp | None:
    return None if raw is None else Stamp(*raw)
