"""An action as pages show it: where it stands, how late it is, and the row before and after it on one line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fmea.events import Event
from fmea.forms import words
from fmea.forms.action_words import STATUSES
from fmea.forms.actions import DoneForm, DropForm, MoveForm, PutBackForm, SendBackForm, VerifyForm
from fmea.rules.actions import HOLDS, MOVES, OPEN, days_late
from fmea.rules.moving import OWNER_TAKES_TO
from fmea.rules.priority import ActionPriority
from fmea.rules.scales import ScaleKind
from fmea.rules.worksheet import ActionStatus, Aim, Scores
from fmea.selectors.actions import ActionLine, as_ruled
from fmea.services.actions import RECORD_KIND
from people import selectors as people
from people.selectors import TrailLine

S = ActionStatus
# The form of each step; going back to work says more where something was done already.
_FORMS: Mapping[ActionStatus, type[MoveForm]] = {
    S.PLANNED: PutBackForm,
    S.UNDER_WAY: MoveForm,
    S.DONE: DoneForm,
    S.VERIFIED: VerifyForm,
    S.DROPPED: DropForm,
}


@dataclass(frozen=True)
class RatingShown:
    """One rating: the letter and the name of its scale, and whether the action changed it."""

    letter: Promise
    name: Promise
    rating: int | None
    is_changed: bool


@dataclass(frozen=True)
class RiskShown:
    """A row on one side of its action."""

    ratings: tuple[RatingShown, ...]
    rpn: int | None
    mark: str
    priority: str | Promise


@dataclass(frozen=True)
class ActionShown:
    """One action on a page, as this viewer sees it on this day at its site."""

    line: ActionLine
    viewer: int
    today: date

    @property
    def code(self) -> str:
        """Its code."""
        return self.line.action.code

    @property
    def is_mine(self) -> bool:
        """Whether the viewer owns it."""
        return self.line.action.owner == self.viewer

    @property
    def is_open(self) -> bool:
        """Whether it is still somebody's to do."""
        return self.line.action.status in OPEN

    @property
    def row_title(self) -> str:
        """What the row is about: its failure mode."""
        return self.line.row.mode if self.line.row is not None else ""

    @property
    def status(self) -> tuple[str, str, Promise]:
        """The sign, the kind of tag, and the word."""
        return STATUSES[self.line.action.status]

    @property
    def aim(self) -> Promise:
        """What it is for."""
        return words.AIMS[Aim(self.line.action.aim)]

    @cached_property
    def days_late(self) -> int:
        """By how many days it is late; 0 where it is not."""
        return days_late(as_ruled(self.line.action), self.today)

    @property
    def late(self) -> str:
        """By how many days it is late, in words."""
        count = self.days_late
        return ngettext("%(count)d day late", "%(count)d days late", count) % {"count": count}

    @property
    def before(self) -> RiskShown | None:
        """The row before it, or None where the row was taken out."""
        it = self.line.change
        return None if it is None else _risk(it.before, it.before, it.rpn_before, it.priority_before)

    @property
    def after(self) -> RiskShown | None:
        """The row after it, or None until it is done and rated again."""
        it = self.line.change
        is_rated = self.line.action.status in HOLDS and bool(self.line.action.after)
        if it is None or not is_rated:
            return None
        return _risk(it.after, it.before, it.rpn_after, it.priority_after)

    @property
    def reasons(self) -> list[tuple[Promise, str, str, str]]:
        """Of each rating after it: its name, why, what makes the effect less severe, and who gave it."""
        given = self.line.action.after
        return [
            (
                words.SCALES[kind],
                given[kind].get("why", ""),
                given[kind].get("justification", ""),
                ", ".join(given[kind].get("by", ())),
            )
            for kind in ScaleKind
            if kind in given
        ]

    @property
    def key(self) -> str:
        """What entries know it by."""
        return f"{self.line.action.worksheet}:{self.code}"

    def history(self) -> list[tuple[TrailLine, bool]]:
        """What was recorded about it, and whether something was refused."""
        return [(it, it.event == Event.ACTION_REFUSED) for it in people.lines_about(RECORD_KIND, self.key)]


def _risk(scores: Scores, before: Scores, rpn: int | None, priority: ActionPriority | None) -> RiskShown:
    ratings = tuple(
        RatingShown(words.LETTERS[kind], words.SCALES[kind], it, it != was)
        for kind, it, was in zip(ScaleKind, scores.ratings, before.ratings, strict=True)
    )
    mark, word = words.PRIORITIES[priority] if priority is not None else ("plain", _("none yet"))
    return RiskShown(ratings, rpn, mark, word)


def in_order(found: Iterable[ActionShown]) -> list[ActionShown]:
    """Open ones first, the longest late and then the next due before the others; then what waits to be verified."""
    rank = {S.DONE: 1, S.VERIFIED: 2, S.DROPPED: 3}
    return sorted(found, key=lambda it: (rank.get(it.line.action.status, 0), it.line.action.due))


def steps_for(it: ActionShown, *, may_write: bool) -> list[ActionStatus]:
    """Where the viewer may take it: anywhere, or as its owner to where an owner does; nobody verifies their own."""
    open_to = MOVES[it.line.action.status]
    mine = open_to & OWNER_TAKES_TO if it.is_mine else frozenset()
    allowed = (open_to if may_write else mine) - ({S.VERIFIED} if it.is_mine else set())
    return [to for to in (S.DONE, S.VERIFIED, S.UNDER_WAY, S.PLANNED, S.DROPPED) if to in allowed]


def form_of(it: ActionShown, to: ActionStatus) -> type[MoveForm]:
    """The form with which it goes to a status."""
    is_back = it.line.action.status in HOLDS and to is S.UNDER_WAY
    return SendBackForm if is_back else _FORMS[to]
