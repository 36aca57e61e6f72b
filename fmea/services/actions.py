"""Actions on rows: planned, changed, taken further. What an action refuses is recorded, and answered.

They are no part of the cells of a sheet, and go on while a version of it is being signed or is in effect.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from coi.services.recording import answered_once
from fmea.events import Event
from fmea.rules.actions import HOLDS, OPEN, Missing
from fmea.rules.moving import OWNER_TAKES_TO, Lowered, Refusal, Rerated, against, end_of, next_code
from fmea.rules.scales import ScaleKind
from fmea.rules.worksheet import MOST_ACTIONS, ActionStatus, Aim
from fmea.rules.worksheet_reading import MOST_TEXT, WorksheetReader, read_action
from fmea.selectors.actions import action as action_by_code
from fmea.selectors.actions import rows_by_code, today_at
from fmea.selectors.sheets import SheetView
from fmea.selectors.worksheets import ActionView, actions_of
from fmea.services.recording import known_sheet, topic_of_row, writing
from fmea.services.working import end_work, give_work
from ledger.rules import Actor, Subject, Where, derive, new, put
from ledger.rules.errors import Conflict, NotFound
from people import selectors as people
from people.rules.authority import Person
from people.rules.documents import Problem
from people.rules.rights import Right
from people.rules.roles import Role
from people.services import open_work_item, require
from qc.services.recording import Doing, Topic, asking, invalid, record, repeated

TABLE, RECORD_KIND = "fmea.action", "worksheet_action"
# Work of this cause ends when its action is done or dropped, or is another person's.
WORK = "fmea_action"
MOST_EVIDENCE, MOST_OF_A_NAME = 20, 80


@answered_once
def plan_action(
    *,
    code: str,
    row: str,
    text: str,
    aim: Aim,
    owner: int,
    due: date,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> str:
    """Plan an action on a row; it is work for its owner (a user id) until the end of the due day at the site.

    Answers with its code. Raises NotFound (worksheet, row), NotAllowed (role), Invalid (`required`, `too_long`,
    `not_of_this_site`, `too_many`).
    """
    asked = {"code": code, "row": row, "text": text, "aim": aim, "owner": owner, "due": due}
    doing = asking(actor, where, now, request_id, **asked)
    require(actor=actor, right=Right.PLAN_ACTION, site=known_sheet(code).site, now=now)
    if (earlier := repeated(doing, Event.ACTION_PLANNED, worksheet=code, row=row)) is not None:
        return str(earlier.facts["action"])
    _check_text(text)
    with writing():
        sheet = known_sheet(code, is_locked=True)
        if row not in rows_by_code(sheet, [row]):
            raise NotFound("row_unknown")
        person = _owner(owner, sheet.site, now)
        name = next_code(_codes_of(sheet))
        said = {"row": row, "text": text.strip(), "aim": str(aim), "due": due, "planned_at": now}
        who = {"owner_id": owner, "owner_name": person.printed_name, "status": str(ActionStatus.PLANNED)}
        made = new(TABLE, derive(request_id, "action"), sheet_id=sheet.id, code=name, **said, **who)
        record(doing, topic_of_action(code, row, name), Event.ACTION_PLANNED, {}, changes=(made,))
        _give(person, _Task(code, name, due, sheet.site), doing)
    return name


@answered_once
def change_action(
    *,
    code: str,
    action: str,
    text: str,
    aim: Aim,
    owner: int,
    due: date,
    reason: str,
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> None:
    """Change what an open action is about, whose it is or by when; the latter two for a reason. A new owner gets its
    work, and the old one has none of it any more. What is as it was is not recorded.

    Raises NotFound, NotAllowed (role), Conflict (`action_not_open`), Invalid (`required`, `too_long`,
    `not_of_this_site`).
    """
    asked = {"code": code, "action": action, "text": text, "aim": aim, "owner": owner, "due": due}
    doing = asking(actor, where, now, request_id, **asked, reason=reason)
    require(actor=actor, right=Right.CHANGE_ACTION, site=known_action(code, action).site, now=now)
    if repeated(doing, Event.ACTION_CHANGED, worksheet=code, action=action) is not None:
        return
    _check_text(text, reason)
    with writing():
        found = known_action(code, action, is_locked=True)
        if found.status not in OPEN:
            raise Conflict("action_not_open")
        values = _changed(found, {"text": text.strip(), "aim": str(aim), "owner_id": owner, "due": due})
        is_handed_over = bool({"owner_id", "due"} & set(values))
        if is_handed_over and not reason.strip():
            raise invalid({"reason": "required"})
        if "owner_id" in values:
            # whoever owns it from now on was not told yet that it is late
            values |= {"owner_name": _owner(owner, found.site, now).printed_name, "chased_at": None}
        if values:
            topic, changes = _topic(found), (put(TABLE, found.id, **values),)
            facts = {"changed": sorted(values)}
            record(doing, topic, Event.ACTION_CHANGED, facts, changes=changes, reason=reason.strip())
        if is_handed_over:
            end_work(_subject(code, action), doing)
            _give(_owner(owner, found.site, now), _Task(code, action, due, found.site), doing)


@answered_once
def move_action(
    *,
    code: str,
    action: str,
    to: ActionStatus,
    evidence: Sequence[str] | None = None,
    done_on: date | None = None,
    after: Mapping[ScaleKind, Rerated] | None = None,
    reason: str = "",
    actor: Actor,
    where: Where,
    now: datetime,
    request_id: UUID,
) -> tuple[Refusal, ...]:
    """Take an action further, with what shows that it was done, and the ratings after it, given by the actor.

    `evidence`, `done_on`, `after`: None leaves what is there. `reason`: why it is dropped, or goes back though it was
    done; then neither its day nor its ratings hold any more. Whoever owns it starts it and says that it is done; all
    else is for those who write worksheets, and nobody verifies their own. Answers with every reason against it, which
    are recorded; none when it is done. Raises NotFound, NotAllowed (role), Conflict (`action_changed`), Invalid
    (`required`, `too_long`, `out_of_range`, `in_the_future`).
    """
    given = {"evidence": evidence, "done_on": done_on, "after": after, "reason": reason}
    doing = asking(actor, where, now, request_id, code=code, action=action, to=to, **given)
    seen = known_action(code, action)
    is_own = seen.owner == actor.user_id and to in OWNER_TAKES_TO
    right = Right.MOVE_ACTION_OF_ONES_OWN if is_own else Right.MOVE_ACTION
    person = require(actor=actor, right=right, site=seen.site, now=now)
    earlier = repeated(doing, Event.ACTION_MOVED, Event.ACTION_REFUSED, worksheet=code, action=action)
    if earlier is not None:
        return tuple(_refusal(it) for it in earlier.facts.get("refused", ()))
    with writing():
        found = known_action(code, action, is_locked=True)
        if found.owner != seen.owner:
            raise Conflict("action_changed")
        moved = _moved(found, _Move(to, evidence, done_on, after, reason.strip()), person, now)
        if refused := _against(found, moved, to, reason):
            facts = {"to": str(to), "refused": [str(it) for it in refused]}
            record(doing, _topic(found), Event.ACTION_REFUSED, facts)
            return refused
        facts = {"from": str(found.status), "to": str(to)}
        changes = (put(TABLE, found.id, **moved),)
        record(doing, _topic(found), Event.ACTION_MOVED, facts, changes=changes, reason=reason.strip())
        _hand_on(found, to, doing)
    return ()


def topic_of_action(code: str, row: str, action: str) -> Topic:
    """Where entries about an action stand."""
    own = topic_of_row(code, row)
    return Topic(own.stream, {**own.named, "action": action}, (*own.subjects, _subject(code, action)))


def known_action(code: str, action: str, *, is_locked: bool = False) -> ActionView:
    """One action of a worksheet. Raises NotFound (`worksheet_unknown`, `action_unknown`)."""
    found = action_by_code(code, action, is_locked=is_locked)
    if found is None:
        raise NotFound("action_unknown" if known_sheet(code) else "worksheet_unknown")
    return found


@dataclass(frozen=True)
class _Move:
    """What is asked of an action, beside its status."""

    to: ActionStatus
    evidence: Sequence[str] | None
    done_on: date | None
    after: Mapping[ScaleKind, Rerated] | None
    reason: str


def _moved(found: ActionView, asked: _Move, by: Person, now: datetime) -> dict[str, Any]:
    """The columns that the action would have."""
    to, is_back = asked.to, found.status in HOLDS and asked.to not in HOLDS
    done_on = None if is_back else asked.done_on or found.done_on
    after = {} if is_back else _rated(found, asked.after, by.printed_name)
    evidence = found.evidence if asked.evidence is None else _named(asked.evidence)
    _check_move(found.site, asked, now)
    is_verified = to is ActionStatus.VERIFIED
    return {
        "status": str(to),
        "evidence": list(evidence),
        "done_on": done_on,
        "after": after,
        "dropped_why": asked.reason if to is ActionStatus.DROPPED else "",
        "verified_by_id": by.user_id if is_verified else None,
        "verified_by_name": by.printed_name if is_verified else "",
    }


def _check_move(site: str, asked: _Move, now: datetime) -> None:
    wrong = {"reason": "too_long"} if len(asked.reason) > MOST_TEXT else {}
    if asked.done_on is not None and asked.done_on > today_at(site, now):
        wrong["done_on"] = "in_the_future"
    names = asked.evidence or ()
    if len(names) > MOST_EVIDENCE or any(len(it) > MOST_OF_A_NAME for it in names):
        wrong["evidence"] = "too_long"
    for kind, it in (asked.after or {}).items():
        if not it.why.strip():
            wrong[f"after.{kind}.why"] = "required"
    if wrong:
        raise invalid(wrong)


def _named(evidence: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(it.strip() for it in evidence if it.strip()))


def _rated(
    found: ActionView, given: Mapping[ScaleKind, Rerated] | None, by: str
) -> dict[str, Mapping[str, Any]]:
    """The ratings after it as the document has them. What is as it was stays with whoever gave it."""
    if given is None:
        return dict(found.after)
    ratings: dict[str, Mapping[str, Any]] = {}
    for kind, it in given.items():
        own = {"rating": it.rating, "why": it.why.strip(), "justification": it.justification.strip()}
        said = {key: value for key, value in own.items() if value}
        before = found.after.get(str(kind), {})
        is_same = {key: value for key, value in before.items() if key != "by"} == said
        ratings[str(kind)] = before if is_same else {**said, "by": [by]}
    return ratings


def _against(
    found: ActionView, moved: Mapping[str, Any], to: ActionStatus, reason: str
) -> tuple[Refusal, ...]:
    """What speaks against it. Raises Invalid: a rating that is none, by its path."""
    item = {
        **found.as_item(),
        "owner": str(found.owner),
        "verified_by": str(moved["verified_by_id"] or ""),
        "evidence": moved["evidence"],
        "done_on": moved["done_on"].isoformat() if moved["done_on"] else None,
        "after": moved["after"],
    }
    faults: list[Problem] = []
    action = read_action(WorksheetReader(item, "", faults))
    if faults:
        raise invalid({it.path: it.code for it in faults})
    sheet = known_sheet(found.worksheet)
    row = rows_by_code(sheet, [found.row]).get(found.row)
    return against(action, to, row.scores.severity.rating if row is not None else None, reason)


def _refusal(code: str) -> Refusal:
    return Missing(code) if code in Missing._value2member_map_ else Lowered(code)


def _hand_on(found: ActionView, to: ActionStatus, doing: Doing) -> None:
    """Its work ends when nothing of it is to be done, and begins again when something is."""
    if to not in OPEN:
        end_work(_subject(found.worksheet, found.code), doing)
    elif found.status not in OPEN:
        task = _Task(found.worksheet, found.code, found.due, found.site)
        _give(people.person(found.owner, doing.now), task, doing)


@dataclass(frozen=True)
class _Task:
    """What an action is as work: of which worksheet and site, and until the end of which day."""

    code: str
    action: str
    due: date
    site: str


def _give(person: Person | None, task: _Task, doing: Doing) -> None:
    """Work for the owner; where they left meanwhile, for whoever looks after quality there."""
    due_at = end_of(task.due, people.zone_of(task.site))
    subject = _subject(task.code, task.action)
    if person is not None and person.may(Right.BE_GIVEN_WORK, task.site, doing.now):
        give_work(person, subject, WORK, site=task.site, doing=doing, due_at=due_at)
        return
    own = doing.as_keywords(derive(doing.request_id, "work of nobody"))
    open_work_item(site=task.site, role=Role.QA_REVIEWER, subject=subject, cause=WORK, due_at=due_at, **own)


def _changed(found: ActionView, values: Mapping[str, Any]) -> dict[str, Any]:
    was = {"text": found.text, "aim": found.aim, "owner_id": found.owner, "due": found.due}
    return {key: it for key, it in values.items() if it != was[key]}


def _owner(user: int, site: str, now: datetime) -> Person:
    found = people.person(user, now)
    if found is None or not found.may(Right.BE_GIVEN_WORK, site, now):
        raise invalid({"owner": "not_of_this_site"})
    return found


def _codes_of(sheet: SheetView) -> frozenset[str]:
    codes = frozenset(it.code for it in actions_of(sheet))
    if len(codes) >= MOST_ACTIONS:
        raise invalid({"actions": "too_many"}, most=MOST_ACTIONS)
    return codes


def _check_text(text: str, reason: str = "") -> None:
    wrong = {name: "too_long" for name, it in (("text", text), ("reason", reason)) if len(it) > MOST_TEXT}
    if not text.strip():
        wrong["text"] = "required"
    if wrong:
        raise invalid(wrong)


def _topic(found: ActionView) -> Topic:
    return topic_of_action(found.worksheet, found.row, found.code)


def _subject(code: str, action: str) -> Subject:
    return Subject(RECORD_KIND, f"{code}:{action}")
