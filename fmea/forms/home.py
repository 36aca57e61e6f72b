"""The list of worksheets: what is said of each, and what is to be done next."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from fmea.forms.words import day
from fmea.forms.words import priority as said
from fmea.rules.priority import ActionPriority
from fmea.selectors.overview import WorksheetLine
from people.rules.documents import DocumentState

_OPEN = {
    DocumentState.DRAFT: ("wait", _("sent back to its author")),
    DocumentState.IN_REVIEW: ("wait", _("being signed: waits for its review")),
    DocumentState.REVIEWED: ("wait", _("being signed: waits for its approval")),
    DocumentState.APPROVED: ("wait", _("signed: waits to be put in effect")),
}


@dataclass(frozen=True)
class LineShown:
    """A worksheet in the list. `priorities`: (tone, letter, word, how many rows), the worst first."""

    line: WorksheetLine
    mark: str
    state: Promise | str
    priorities: tuple[tuple[str, str, Promise | str, int], ...]
    look_again: str
    next: str


def sentence(lines: Sequence[WorksheetLine]) -> str:
    """How things stand, of all worksheets at once."""
    late = sum(it.is_late for it in lines)
    if late:
        return ngettext(
            "%(late)d of %(n)d worksheets has something late.",
            "%(late)d of %(n)d worksheets have something late.",
            late,
        ) % {"late": late, "n": len(lines)}
    return ngettext(
        "%(n)d worksheet, and nothing is late.", "%(n)d worksheets, and nothing is late.", len(lines)
    ) % {"n": len(lines)}


def shown(lines: Sequence[WorksheetLine]) -> list[LineShown]:
    """Worksheets with their words."""
    return [_shown(it) for it in lines]


def _shown(line: WorksheetLine) -> LineShown:
    mark, state = _state(line)
    counts = tuple(
        (*said(priority), line.priorities.get(priority, 0)) for priority in ActionPriority if line.rows
    )
    return LineShown(line, mark, state, counts, day(line.look_again), _next(line))


def _state(line: WorksheetLine) -> tuple[str, Promise | str]:
    if line.open is not None:
        return _OPEN[line.open]
    if line.effective is not None:
        return "good", _now("version %(n)d is in effect") % {"n": line.effective.version}
    return "plain", _("being written; nothing is in effect yet")


def _next(line: WorksheetLine) -> str:
    """What to do next, the most urgent alone."""
    late, unscored = line.overdue_actions, line.unscored
    choices = (
        (not line.rows, _now("Write down what can go wrong.")),
        (
            late > 0,
            ngettext(
                "Finish the action that is late, or say why not.",
                "Finish the %(n)d actions that are late, or say why not.",
                late,
            )
            % {"n": late},
        ),
        (line.is_look_late, _now("Look again at the scores that are due.")),
        (line.open is not None, _now("Read it and sign it, or send it back.")),
        (
            unscored > 0,
            ngettext(
                "Score the row that has no score yet.",
                "Score the %(n)d rows that have no score yet.",
                unscored,
            )
            % {"n": unscored},
        ),
        (line.effective is None, _now("Finish it and hand it to review.")),
        (line.open_actions > 0, _now("Go on with the actions.")),
        (line.look_again is None, _now("Say when to look again.")),
    )
    return next((text for is_so, text in choices if is_so), _now("Nothing until it is looked at again."))
