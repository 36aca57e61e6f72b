"""A sheet opened, and its cells changed by several people at once: what somebody else wrote is never written over."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from coi.services.recording import answered_once
from fmea.events import Event
from fmea.rules.cells import LISTS, Table
from fmea.rules.draft import Draft, News, Stamp, news
from fmea.rules.editing import Applied, Conflict, Operation, apply
from fmea.rules.worksheet import KIND, MOST_ROWS, MOST_STEPS
from fmea.rules.worksheet_reading import ITEM_CODE, problems
from fmea.rules.writing import MOST_OPERATIONS, Asked, forbidden, operations, scored, touched
from fmea.selectors.sheets import Key, KnownItem, SheetView, draft_of, items_of, resting
from fmea.services.recording import ITEM, SHEET, known_sheet, topic_of_sheet, writing
from ledger.rules import Actor, Change, Where, derive, new, put
from ledger.rules.errors import Conflict as Refused
from ledger.rules.errors import Invalid
from people import selectors as people
from people.rules.rights import Right
from people.services import require
from qc.services.recording import Doing, asking, invalid, record, repeated

# Codes that addresses of pages have taken.
RESERVED = frozenset({"actions", "new", "scoring"})
MOST = {Table.ROWS: MOST_ROWS, Table.STEPS: MOST_STEPS}


@dataclass(frozen=True)
class Edited:
    """What became of an edit: the draft after it, what was done, what was not, what undoes it, and what others did.

    `draft` knows the items that were touched, the others by their code alone.
    """

    draft: Draft
    done: tuple[Operation, ...]
    conflicts: tuple[Conflict, ...]
    undo: tuple[Operation, ...]
    news: tuple[News, ...]

    @property
    def revision(self) -> int:
        """The revision that the sheet has now."""
        return self.draft.revision


@answered_once
def open_sheet(
    *,
    code: str,
    site: str,
    content: Mapping[str, Any],
    base: int = 0,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> UUID:
    """Begin to work on a worksheet, with what it begins with; `base` is the version that this is, 0 for a new one.

    Actions and decisions on what is left are no part of it. Answers with its id. Raises NotAllowed (role), Conflict
    (`worksheet_code_used`), Invalid (a code that is none; `content_invalid` with every fault).
    """
    doing = asking(actor, where, now, request_id, code=code, site=site, content=content, base=base)
    require(actor=actor, right=Right.OPEN_SHEET, site=site, now=now)
    id = derive(request_id, "sheet")
    if repeated(doing, Event.SHEET_OPENED, worksheet=code):
        return id
    if not ITEM_CODE.fullmatch(code) or code.lower() in RESERVED:
        raise invalid({"code": "code_reserved" if code.lower() in RESERVED else "code_shape"})
    if faults := problems(content):
        raise Invalid("content_invalid", detail={"problems": [asdict(it) for it in faults]})
    if not base and people.versions_of(KIND, code):
        raise Refused("worksheet_code_used")
    draft = Draft.of({key: it for key, it in content.items() if key != Table.ACTIONS.value})
    about = {"code": code, "site_id": site, "base": base, "opened_at": now}
    written = {"header": dict(draft.tables[Table.HEADER][""]), "order": _order(draft)}
    with writing():
        items = [
            new(
                ITEM,
                derive(id, f"{table}:{it}"),
                sheet_id=id,
                part=str(table),
                code=it,
                values=_bare(values),
            )
            for table in MOST
            for it, values in draft.tables[table].items()
        ]
        changes = (new(SHEET, id, **about, **written), *items)
        facts = {"base": base, "rows": len(draft.tables[Table.ROWS])}
        record(doing, topic_of_sheet(code), Event.SHEET_OPENED, facts, changes=changes)
    return id


@answered_once
def edit_sheet(
    *,
    code: str,
    asked: Sequence[Asked],
    base: int,
    editor: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> Edited:
    """Change cells of a sheet whose revision `base` this editor (one open page) last saw.

    What can be merged is done; what somebody else wrote since comes back as a conflict, with both values. The same
    request again does nothing and answers how things stand. Raises NotFound, NotAllowed (role), Conflict (`resting`: a
    version is being signed), Invalid (`not_written_here`, `too_many`, `not_a_revision`, `not_on_the_sheet`).
    """
    doing = asking(actor, where, now, request_id, code=code, asked=asked, base=base, editor=editor)
    person = require(actor=actor, right=Right.EDIT_SHEET, site=known_sheet(code).site, now=now)
    repeated(doing, Event.SHEET_EDITED, worksheet=code)
    _check(asked)
    with writing():
        found = known_sheet(code, is_locked=True)
        if resting([code]):
            raise Refused("resting")
        if base > found.revision:
            raise invalid({"base": "not_a_revision"})
        known = items_of(found, touched(asked))
        before = draft_of(found, known)
        applied = _applied(before, asked, base, editor)
        signed = scored(applied.done, person.printed_name)
        after = apply(applied.draft, signed, base=applied.draft.revision, editor=editor).draft
        _check_size(after)
        if applied.done:
            _write(doing, _Written(found, known, after, applied.done))
    return Edited(after, applied.done, applied.conflicts, applied.undo, news(after, base, editor))


def write_cells(found: SheetView, done: Sequence[Operation], editor: str, doing: Doing) -> Draft:
    """Write cells that follow from what people did elsewhere (what a team agreed on), inside the caller's transaction,
    which has locked the sheet. The sheet has an entry of its own, with the request id of `doing`.
    """
    known = items_of(found, {(it.table, it.item) for it in done})
    applied = apply(draft_of(found, known), done, base=found.revision, editor=editor)
    if applied.done:
        _write(doing, _Written(found, known, applied.draft, applied.done))
    return applied.draft


def _applied(before: Draft, asked: Sequence[Asked], base: int, editor: str) -> Applied:
    try:
        return apply(before, operations(before, asked), base=base, editor=editor)
    except ValueError as error:
        raise invalid({"at": "not_on_the_sheet"}) from error


def _check(asked: Sequence[Asked]) -> None:
    if len(asked) > MOST_OPERATIONS:
        raise invalid({"operations": "too_many"}, most=MOST_OPERATIONS)
    if places := forbidden(asked):
        raise invalid({f"operations[{place}]": "not_written_here" for place in places})


def _check_size(draft: Draft) -> None:
    for table, most in MOST.items():
        if len(draft.tables[table]) > most:
            raise invalid({str(table): "too_many"}, most=most)


@dataclass(frozen=True)
class _Written:
    """A change of a sheet: the sheet and its items before, the draft after, and what was done."""

    sheet: SheetView
    known: Mapping[Key, KnownItem]
    draft: Draft
    done: Sequence[Operation]


def _write(doing: Doing, it: _Written) -> None:
    facts = {
        "revision": it.draft.revision,
        "cells": sorted({f"{one.table}:{one.item}:{getattr(one, 'column', '')}" for one in it.done}),
    }
    record(doing, topic_of_sheet(it.sheet.code), Event.SHEET_EDITED, facts, changes=tuple(_changes(it)))


def _changes(it: _Written) -> list[Change]:
    draft, found = it.draft, it.sheet
    values: dict[str, Any] = {"revision": draft.revision}
    keys = {(one.table, one.item) for one in it.done}
    if any(table is Table.HEADER for table, _ in keys):
        values["header"] = dict(draft.tables[Table.HEADER][""])
        values["stamps"] = _plain(draft.stamps.get((Table.HEADER, ""), {}))
    if (order := _order(draft)) != {str(table): list(codes) for table, codes in found.order.items()}:
        values["order"] = order
    items = [_item(it, key) for key in sorted(keys) if key[0] is not Table.HEADER]
    return [put(SHEET, found.id, **values), *items]


def _item(it: _Written, key: Key) -> Change:
    table, code = key
    values = it.draft.tables[table].get(code)
    gone = it.draft.gone.get(key)
    written = {
        "stamps": _plain(it.draft.stamps.get(key, {})),
        "gone": None if gone is None else [gone.revision, gone.editor],
        **({} if values is None else {"values": _bare(values)}),
    }
    if (known := it.known.get(key)) is not None:
        return put(ITEM, known.id, **written)
    about = {"sheet_id": it.sheet.id, "part": str(table), "code": code}
    return new(ITEM, derive(it.sheet.id, f"{table}:{code}"), **about, **written)


def _bare(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of an item: the decision on what is left is signed, and stands elsewhere."""
    return {key: it for key, it in values.items() if key != "residual"}


def _order(draft: Draft) -> dict[str, list[str]]:
    return {str(table): list(draft.tables[table]) for table in LISTS if table in MOST}


def _plain(stamps: Mapping[str, Stamp]) -> dict[str, list[Any]]:
    return {column: [it.revision, it.editor] for column, it in stamps.items()}
