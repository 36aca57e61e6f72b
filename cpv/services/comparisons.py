"""Opening a comparison: whoever looks at results before all of them are there has it on record."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from coi.services.recording import answered_once
from cpv.events import Event
from cpv.rules.programme.arranging import ComparisonRefusal
from cpv.selectors import comparisons as selectors
from cpv.selectors.comparisons import ComparisonView, LookView
from cpv.services.recording import writing
from ledger.rules import Actor, Where, derive, new
from ledger.rules import Subject as LedgerSubject
from ledger.rules.errors import Conflict, NotAllowed, NotFound
from people.rules.authority import Person
from people.rules.rights import Right
from people.services import require
from qc.services.recording import Doing, Topic, asking, invalid, record, repeated

TABLE = "cpv.comparisonlook"
MOST_WORDS = 400


@dataclass(frozen=True)
class OpenAnswer:
    """How opening a comparison ended: the look that is on record, or why there is none."""

    look: LookView | None = None
    refusals: tuple[ComparisonRefusal, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether its results may be shown to whoever asked."""
        return self.look is not None


@answered_once
def open_comparison(
    *, document: str, reason: str, actor: Actor, where: Where, now: datetime, request_id: UUID
) -> OpenAnswer:
    """Open a comparison with the data as they are now, and say why.

    One entry for each person and state of the data: the same again answers with the look that is there. It says which
    look it is, how many results there were of how many planned, their digest, whether it is the final one, and how much
    of the false-alarm rate is spent. Refused, and recorded: a person without the right to it, who gets
    NotAllowed; a plan that is not approved; no result after the change. Raises NotFound, Invalid (reason: `empty`,
    `too_long`).
    """
    view = _known(document, now)
    doing = asking(actor, where, now, request_id, document=document, reason=reason)
    person = _opener(view, doing)
    if earlier := repeated(doing, Event.COMPARISON_OPENED, Event.COMPARISON_REFUSED, comparison=document):
        return _as_before(view, earlier.facts, person)
    _check(reason)
    if (found := view.look_of(person.user_id)) is not None:
        return OpenAnswer(found)
    against = _against(view)
    try:
        with writing():
            return _refuse(view, against, doing) if against else _open(view, person, reason.strip(), doing)
    except Conflict:
        # the same person in two windows at one moment: the row of the other is the one that counts
        there = selectors.look(_id(view, person.user_id))
        if there is None:
            raise
        return OpenAnswer(there)


def _known(document: str, now: datetime) -> ComparisonView:
    found = selectors.comparison(document, now)
    if found is None:
        raise NotFound("comparison_unknown")
    return found


def _opener(view: ComparisonView, doing: Doing) -> Person:
    """Whoever may open it; an attempt of anybody else is recorded before it is refused."""
    try:
        return require(actor=doing.actor, right=Right.OPEN_COMPARISON, site=view.version.site, now=doing.now)
    except NotAllowed:
        if not repeated(doing, Event.COMPARISON_REFUSED, comparison=view.version.code):
            with writing():
                _refuse(view, (ComparisonRefusal.ROLE_MISSING,), doing)
        raise


def _check(reason: str) -> None:
    if not reason.strip():
        raise invalid({"reason": "empty"})
    if len(reason) > MOST_WORDS:
        raise invalid({"reason": "too_long"})


def _against(view: ComparisonView) -> tuple[ComparisonRefusal, ...]:
    checks = (
        (not view.is_locked or view.approved_at is None, ComparisonRefusal.NOT_SIGNED),
        (view.data.after == 0, ComparisonRefusal.NOTHING_AFTER),
    )
    return tuple(code for is_so, code in checks if is_so)


def _open(view: ComparisonView, person: Person, reason: str, doing: Doing) -> OpenAnswer:
    facts: dict[str, Any] = {
        "version": view.version.version,
        "sha256": view.data.sha256,
        "seen": [asdict(count) for count in view.data.counts],
        "standing": str(view.standing),
        "is_final": view.data.is_complete,
        "spent": f"{selectors.result_of(view).spent:.4f}" if view.plan.monitoring is not None else "",
    }
    row = _id(view, person.user_id)
    number = _number(view)
    values = facts | {
        "number": number,
        "document": view.version.code,
        "opened_by_id": person.user_id,
        "opened_by_name": doing.actor.name,
        "opened_at": doing.now,
        "reason": reason,
    }
    changes = (new(TABLE, row, **values),)
    record(
        doing,
        topic_of(view),
        Event.COMPARISON_OPENED,
        facts | {"look": number},
        changes=changes,
        reason=reason,
    )
    return OpenAnswer(selectors.look(row))


def _refuse(view: ComparisonView, against: tuple[ComparisonRefusal, ...], doing: Doing) -> OpenAnswer:
    facts = {"version": view.version.version, "refused": [str(code) for code in against]}
    record(doing, topic_of(view), Event.COMPARISON_REFUSED, facts)
    return OpenAnswer(None, against)


def _as_before(view: ComparisonView, facts: Any, person: Person) -> OpenAnswer:
    refusals = tuple(ComparisonRefusal(code) for code in facts.get("refused", ()))
    if refusals:
        return OpenAnswer(None, refusals)
    made = (it for it in view.looks if (it.version, it.sha256) == (facts["version"], facts["sha256"]))
    return OpenAnswer(next((it for it in made if it.opened_by == person.user_id), None))


def _number(view: ComparisonView) -> int:
    """Which look of this version it is: the same data have the same number, whoever opens them."""
    own = [it for it in view.looks if it.version == view.version.version]
    same = next((it.number for it in own if view.is_of_now(it)), None)
    return same or max((it.number for it in own), default=0) + 1


def _id(view: ComparisonView, user_id: int) -> UUID:
    return derive(UUID(view.version.id), f"look {view.data.sha256} {user_id}")


def topic_of(view: ComparisonView) -> Topic:
    """What an entry about a comparison is about."""
    code = view.version.code
    subjects = (LedgerSubject("comparison", code), LedgerSubject("document", f"{view.version.kind}:{code}"))
    return Topic(f"comparison:{code}", {"comparison": code}, subjects)
