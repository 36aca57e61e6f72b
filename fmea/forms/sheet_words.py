"""Words of the sheet: its columns, and what the page says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from fmea.forms import words
from fmea.rules.cell_texts import kind_of
from fmea.rules.cells import Table
from fmea.rules.scales import STARTING_EDGES, ScaleKind

MAY_NOT: Mapping[str, Promise] = {
    "resting": _(
        "A version of this worksheet is being read and signed. Until that is done it can be read here."
    ),
    "role_missing": _("You may read this worksheet. It is written by supervisors and by quality."),
}


@dataclass(frozen=True)
class Column:
    """A column as the page shows it: its name, a short one for narrow heads, and how wide it is."""

    key: str
    title: Promise
    width: str = "text"
    short: Promise | None = None


_STEPS = (
    Column("title", _("Step of the process")),
    Column("protocol_steps", _("Steps of protocols")),
)
_ROWS = (
    Column("step", _("Step"), "step"),
    Column("mode", _("Failure mode"), "mode"),
    Column("function", _("Function")),
    Column("effect", _("Effect")),
    Column("cause", _("Cause")),
    Column("prevention_controls", _("Controls that prevent")),
    Column("detection_controls", _("Controls that detect")),
    *(Column(f"{it}.rating", words.SCALES[it], "rating", words.LETTERS[it]) for it in ScaleKind),
    Column("severity.why", _("Why this severity")),
    Column("occurrence.why", _("Why this occurrence")),
    Column("detection.why", _("Why this detection")),
    Column("evidence", _("What counts as an event")),
    Column("severity.look_again", _("Severity: look again on"), "day", _("S again on")),
    Column("occurrence.look_again", _("Occurrence: look again on"), "day", _("O again on")),
    Column("detection.look_again", _("Detection: look again on"), "day", _("D again on")),
    Column("no_action_why", _("Why no action")),
)
# Shown last: a block that is pasted over them loses nothing but what is reckoned.
_RECKONED = (
    Column("rpn", _("Risk priority number"), "rpn", _("RPN")),
    Column("priority", _("Action priority"), "priority", _("AP")),
)
_FROZEN = ("step", "mode")
_RATINGS = tuple(f"{it}.rating" for it in ScaleKind)
_SETS: Sequence[tuple[str, Promise, tuple[str, ...]]] = (
    ("failures", _("Failures"), ("function", "effect", "cause")),
    ("controls", _("Controls"), ("cause", "prevention_controls", "detection_controls")),
    ("scores", _("Scores"), (*_RATINGS, "no_action_why")),
    ("reasons", _("Reasons"), ("severity.why", "occurrence.why", "detection.why")),
    (
        "evidence",
        _("Evidence"),
        ("evidence", "severity.look_again", "occurrence.look_again", "detection.look_again"),
    ),
    ("all", _("All"), tuple(it.key for it in _ROWS if it.key not in _FROZEN)),
)
_WORDS: Mapping[str, Promise] = {
    "saved": _("Saved"),
    "saving": _("Saving …"),
    "offline": _("Not saved: no connection. What you wrote is kept on this page and sent again."),
    "signed_out": _("Not saved: you are signed out. Sign in on another tab; what you wrote is kept here."),
    "refused": _("Not saved: {why}"),
    "changed_by": _("{who} changed {what}."),
    "changed_many": _("{who} changed {count} cells."),
    "put_in": _("{who} put in {what}."),
    "taken_out": _("{who} took out {what}."),
    "moved": _("{who} moved {what}."),
    "somebody": _("Somebody"),
    "row": _("row {code}"),
    "step": _("step {code}"),
    "header": _("the head of the worksheet"),
    "conflict": _("{who} wrote in this cell while you did."),
    "conflict_gone": _("{who} took this out while you wrote in it."),
    "conflict_remove": _("{who} wrote here while you took it out."),
    "conflict_move": _("{who} moved this while you did."),
    "conflict_other": _("This could not be done."),
    "mine": _("Yours"),
    "theirs": _("Theirs"),
    "keep_mine": _("Keep mine"),
    "keep_theirs": _("Keep theirs"),
    "take_out": _("Take it out anyway"),
    "leave_it": _("Leave it in"),
    "show_cell": _("Show the cell"),
    "put_away": _("Put away"),
    "nothing": _("(empty)"),
    "two_values": _("Two values"),
    "to_do": _("{count} things to fill in"),
    "to_do_one": _("One thing to fill in"),
    "to_do_none": _("Nothing left to fill in"),
    "to_do_header": _("The head of the worksheet"),
    "code_head": _("Code"),
    "of": _("{place} of {count}"),
    "undone": _("Undone."),
    "undo_none": _("There is nothing to undo."),
    "redo_none": _("There is nothing to do again."),
    "scored_by": _("Given by {who}."),
    "member": _("Name"),
    "member_function": _("Function"),
    "member_lead": _("Leads the team"),
    "member_remove": _("Take out"),
}


def scales() -> list[dict[str, Any]]:
    """The three scales, as the page asks for their words and rates."""
    return [
        {
            "kind": str(kind),
            "title": capfirst(words.column(f"scales.{kind}")),
            "has_rates": bool(STARTING_EDGES[kind]),
        }
        for kind in ScaleKind
    ]


def formalities() -> list[tuple[str, str]]:
    """The levels of formality, each with its word."""
    return [(str(code), words.leading(word)) for code, word in words.FORMALITY.items()]


def boot_words() -> dict[str, Any]:
    """All that the page's modules say, and the columns of their grids."""
    letters = {f"priority_{it}": words.leading(word) for it, (_tone, word) in words.PRIORITIES.items()}
    return {
        "words": {key: str(word) for key, word in _WORDS.items()} | letters,
        "columns": {
            str(Table.STEPS): [_shown(Table.STEPS, it) for it in _STEPS],
            str(Table.ROWS): [_shown(Table.ROWS, it) for it in (*_ROWS, *_RECKONED)],
        },
        "frozen": list(_FROZEN),
        "sets": [
            {"key": key, "title": str(title), "columns": [*columns, *(it.key for it in _RECKONED)]}
            for key, title, columns in _SETS
        ],
    }


def _shown(table: Table, it: Column) -> dict[str, str]:
    return {
        "key": it.key,
        "title": str(it.title),
        "short": str(it.short or it.title),
        "width": it.width,
        "kind": "reckoned" if it in _RECKONED else str(kind_of(table, it.key)),
    }
