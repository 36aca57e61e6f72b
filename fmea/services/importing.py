"""A file taken into a worksheet: kept as it was handed in, looked at, and then taken in whole or not at all."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from coi.services.recording import answered_once
from fmea.events import Event
from fmea.rules.editing import Insert, Operation, SetCell
from fmea.rules.worksheet import Aim
from fmea.rules.writing import NOT_WRITTEN_HERE
from fmea.selectors.worksheets import at_work
from fmea.services.actions import plan_action
from fmea.services.recording import known_sheet, topic_of_sheet, writing
from fmea.services.sheets import edit_sheet
from fmea.services.workbooks import read_workbook
from ledger import selectors as ledger
from ledger.rules import Actor, Subject, Where, derive
from ledger.rules.errors import Conflict, Invalid, NotFound
from ledger.rules.evidence import SPREADSHEET
from ledger.services import store_evidence
from people import selectors as people
from people.rules.rights import Right
from people.services import require
from qc.services.recording import asking, record, repeated


@answered_once
def keep_file(*, code: str, data: bytes, actor: Actor, where: Where, now: datetime, request_id: UUID) -> UUID:
    """Keep a spreadsheet that somebody hands in for a worksheet; nothing is taken in yet. Answers with its id.

    Raises NotFound, NotAllowed (role), Invalid (a type or size that is not kept).
    """
    doing = asking(actor, where, now, request_id, code=code, data=data)
    require(actor=actor, right=Right.KEEP_FILE, site=known_sheet(code).site, now=now)
    topic = topic_of_sheet(code)
    kept = store_evidence(
        data=data,
        media_type=SPREADSHEET,
        name=f"{code}.xlsx",
        stream=topic.stream,
        subjects=topic.subjects,
        **doing.as_keywords(),
    )
    return kept.id


def file_of(code: str, id: UUID) -> bytes:
    """The bytes of a file that was handed in for this worksheet. Raises NotFound, EvidenceDamaged."""
    stream = topic_of_sheet(code).stream
    if not any(it.stream == stream for it in ledger.entries_for_subject("evidence", str(id))):
        raise NotFound("file_unknown")
    data = ledger.evidence_bytes(id)
    if data is None:
        raise NotFound("file_unknown")
    return data


@answered_once
def import_sheet(
    *, code: str, file: UUID, base: int, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> None:
    """Take in what a kept file says, as it was looked at beside the revision `base`: all of it, or nothing.

    Whoever takes it in has given its ratings. Actions whose owner works at the site are planned (`plannable`). Raises
    NotFound, NotAllowed (role), Conflict (`content_changed`: the sheet is another than the one looked at; `resting`),
    Invalid (`file_invalid`: something is wrong with it).
    """
    doing = asking(actor, where, now, request_id, code=code, file=file, base=base)
    require(actor=actor, right=Right.IMPORT_SHEET, site=known_sheet(code).site, now=now)
    if repeated(doing, Event.SHEET_IMPORTED, worksheet=code):
        return
    data = file_of(code, file)
    with writing():
        found = known_sheet(code, is_locked=True)
        if found.revision != base:
            raise Conflict("content_changed")
        preview = read_workbook(data, at_work(found).content)
        if preview.faults:
            raise Invalid("file_invalid")
        owners = owners_at(found.site, now)
        planned = plannable(preview.actions, owners)
        asked = [it for it in preview.operations if not _is_elsewhere(it)]
        own = doing.as_keywords(derive(request_id, "cells"))
        edit_sheet(code=code, asked=asked, base=base, editor=f"{actor.name}/{file}", **own)
        for one in planned:
            more = doing.as_keywords(derive(request_id, f"action {one.item}"))
            plan_action(code=code, **_planned(one.values, owners), **more)
        facts = {"file": file, "operations": len(asked), "actions": len(planned)}
        subjects = (Subject("evidence", str(file)),)
        record(doing, topic_of_sheet(code), Event.SHEET_IMPORTED, facts, subjects=subjects)


def _is_elsewhere(it: Operation) -> bool:
    """Whether this is written elsewhere than on the sheet."""
    return isinstance(it, SetCell) and it.column in NOT_WRITTEN_HERE


def owners_at(site: str, now: datetime) -> dict[str, int]:
    """Who may own an action at a site: user ids by printed name; a name that two people bear is nobody's."""
    able = people.people_with_roles(Right.BE_GIVEN_WORK.roles, site, now)
    found = {it.user_id: it.printed_name for it in able}
    names = list(found.values())
    return {name: user for user, name in found.items() if names.count(name) == 1}


def plannable(actions: Sequence[Insert], owners: Mapping[str, int]) -> tuple[Insert, ...]:
    """Actions of a file that say what, whose and by when, of people who work at the site."""
    wanted = ("row", "text", "aim", "due")
    return tuple(
        it for it in actions if all(it.values.get(key) for key in wanted) and it.values.get("owner") in owners
    )


def _planned(values: Mapping[str, Any], owners: Mapping[str, int]) -> dict[str, Any]:
    return {
        "row": values["row"],
        "text": values["text"],
        "aim": Aim(values["aim"]),
        "owner": owners[values["owner"]],
        "due": date.fromisoformat(values["due"]),
    }
