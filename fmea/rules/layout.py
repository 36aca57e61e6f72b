"""The sheets of a worksheet as a file: which there are, their columns in the order of the seven steps, and their words.

The order is that of the seven-step approach (planning, structure, function, failure, risk, optimisation, results); the
words are this product's. A line is one action of one row; further lines of a row repeat its code alone. Every sheet is
flat: one line of headings and lines under it (`is_upright`: headings in the first column, values beside them).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from fmea.rules import printed_words as words
from fmea.rules.cells import Table
from fmea.rules.scales import ScaleKind
from fmea.rules.writing import NOT_WRITTEN_HERE

# What is written into one cell.
Written = str | int | Decimal | date | None


class Kind(StrEnum):
    """How the cells of a column are written. RECKONED: for the reader alone, never read."""

    TEXT = "text"
    RATING = "rating"
    DAY = "day"
    CHOICE = "choice"
    CONTROLS = "controls"
    DECIMAL = "decimal"
    RECKONED = "reckoned"


class Group(StrEnum):
    """The step of the approach that a column belongs to: what stands above its heading."""

    STRUCTURE = "Structure"
    FUNCTION = "Function"
    FAILURE = "Failure"
    RISK = "Risk"
    OPTIMISATION = "Optimisation"
    RESULTS = "Results and remarks"


@dataclass(frozen=True)
class Column:
    """One column: its heading, other headings that it is known by, and the cells of the worksheet that it holds.

    `choices`: words by code. `is_taken`: whether a file may change it; the others are shown and left alone.
    """

    heading: str
    table: Table
    column: str
    kind: Kind = Kind.TEXT
    group: Group = Group.STRUCTURE
    width: int = 14
    also: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_taken(self) -> bool:
        """Whether a file may change what stands there."""
        is_elsewhere = self.table is Table.ROWS and self.column in NOT_WRITTEN_HERE
        return self.kind is not Kind.RECKONED and not is_elsewhere


@dataclass(frozen=True)
class Layout:
    """One sheet: its name and its columns."""

    name: str
    columns: tuple[Column, ...]
    is_upright: bool = False

    def column(self, table: Table, column: str) -> Column:
        """The column that holds these cells. KeyError: none does."""
        return next(it for it in self.columns if (it.table, it.column) == (table, column))


# Columns that hold no cell of the worksheet.
CODE, STEP_TITLE = "code", "step.title"
RPN, PRIORITY, RPN_AFTER, PRIORITY_AFTER = "rpn", "ap", "rpn_after", "ap_after"


def _rating(kind: ScaleKind) -> Column:
    letter, name = words.LETTERS[kind], words.SCALES[kind]
    return Column(letter, Table.ROWS, f"{kind}.rating", Kind.RATING, Group.RISK, 5, (name,))


def _rating_after(kind: ScaleKind) -> Column:
    letter, name = words.LETTERS[kind], words.SCALES[kind]
    also = (f"{letter}'", f"{letter}\u2032", f"{name} after")
    return Column(
        f"{letter} after", Table.ACTIONS, f"after.{kind}.rating", Kind.RATING, Group.OPTIMISATION, 8, also
    )


def _remarks(table: Table, kind: ScaleKind) -> tuple[Column, ...]:
    """Who scored, why, when to look again, and of severity why it is lower than before."""
    is_after = table is Table.ACTIONS
    letter = words.LETTERS[kind] + (" after" if is_after else "")
    at = f"after.{kind}" if is_after else str(kind)
    found = (
        Column(f"{letter}: scored by", table, f"{at}.by", group=Group.RESULTS, width=18),
        Column(f"{letter}: why", table, f"{at}.why", group=Group.RESULTS, width=32),
        Column(f"{letter}: look again on", table, f"{at}.look_again", Kind.DAY, Group.RESULTS, 12),
    )
    if kind is not ScaleKind.SEVERITY:
        return found
    why = Column(
        f"{letter}: why lower than before", table, f"{at}.justification", group=Group.RESULTS, width=32
    )
    return (*found, why)


def _row(heading: str, column: str, group: Group, width: int, *also: str) -> Column:
    kind = Kind.CONTROLS if column.endswith("_controls") else Kind.TEXT
    return Column(heading, Table.ROWS, column, kind, group, width, also)


def _action(
    heading: str, column: str, width: int, kind: Kind = Kind.TEXT, choices: Mapping[str, str] | None = None
) -> Column:
    return Column(heading, Table.ACTIONS, column, kind, Group.OPTIMISATION, width, choices=choices or {})


def _reckoned(heading: str, name: str, group: Group, *also: str) -> Column:
    return Column(heading, Table.ROWS, name, Kind.RECKONED, group, 9, also)


_S = Group.STRUCTURE
WORKSHEET = Layout(
    "Worksheet",
    (
        _row("Row", CODE, _S, 8, "Row code"),
        _row("Step", "step", _S, 10, "Step code"),
        _row("Process step", STEP_TITLE, _S, 18),
        _row("Function", "function", Group.FUNCTION, 30, "Function of the step"),
        _row("Effect", "effect", Group.FAILURE, 28, "Failure effect", "Effects"),
        _row("Failure mode", "mode", Group.FAILURE, 28, "Mode"),
        _row("Cause", "cause", Group.FAILURE, 28, "Failure cause", "Causes"),
        _row("Prevention controls", "prevention_controls", Group.RISK, 34, "Prevention control"),
        _row("Detection controls", "detection_controls", Group.RISK, 34, "Detection control"),
        *(_rating(kind) for kind in ScaleKind),
        _reckoned("RPN", RPN, Group.RISK),
        _reckoned("AP", PRIORITY, Group.RISK, "Action priority"),
        _action("Action", CODE, 8),
        _action("What is done", "text", 36),
        _action("Aim", "aim", 13, Kind.CHOICE, words.AIMS),
        _action("Owner", "owner", 18),
        _action("Due", "due", 12, Kind.DAY),
        _action("Status", "status", 12, Kind.CHOICE, words.STATUSES),
        _action("Shown by", "evidence", 20),
        _action("Done on", "done_on", 12, Kind.DAY),
        _action("Verified by", "verified_by", 18),
        _action("Dropped because", "dropped_why", 24),
        *(_rating_after(kind) for kind in ScaleKind),
        _reckoned("RPN after", RPN_AFTER, Group.OPTIMISATION, "RPN'", "RPN\u2032"),
        _reckoned("AP after", PRIORITY_AFTER, Group.OPTIMISATION, "AP'", "AP\u2032"),
        *(it for kind in ScaleKind for it in _remarks(Table.ROWS, kind)),
        _row("No action because", "no_action_why", Group.RESULTS, 28),
        _row("Counted as evidence", "evidence", Group.RESULTS, 30),
        Column(
            *("Risk that is left", Table.ROWS, "residual.decision", Kind.CHOICE, Group.RESULTS, 16),
            choices=words.DECISIONS,
        ),
        _row("Risk that is left: why", "residual.why", Group.RESULTS, 28),
        _row("Risk that is left: by", "residual.by", Group.RESULTS, 18),
        *(it for kind in ScaleKind for it in _remarks(Table.ACTIONS, kind)),
    ),
)

SCALE_KIND, LEVEL_RATING, LEVEL_TEXT, LEVEL_EDGE = "kind", "rating", "text", "up_to"
SCALE_FACTS = ("code", "version", "source", "per")
SCALES = Layout(
    "Scales",
    (
        Column("Scale", Table.HEADER, SCALE_KIND, Kind.CHOICE, choices=words.SCALES),
        Column("Rating", Table.HEADER, LEVEL_RATING, Kind.RATING, width=8),
        Column("Meaning", Table.HEADER, LEVEL_TEXT, width=70),
        Column("Highest rate", Table.HEADER, LEVEL_EDGE, Kind.DECIMAL),
        Column("Code of the scale", Table.HEADER, "code", width=18),
        Column("Version of the scale", Table.HEADER, "version", width=18),
        Column("Source", Table.HEADER, "source", width=40),
        Column("Rate of what", Table.HEADER, "per", width=24),
    ),
)
PLANNING = Layout(
    "Planning",
    (
        Column("Title", Table.HEADER, "title"),
        Column("Product", Table.HEADER, "product"),
        Column("Scope", Table.HEADER, "scope"),
        Column("Formality", Table.HEADER, "formality.level", Kind.CHOICE, choices=words.FORMALITIES),
        Column("Why this formality", Table.HEADER, "formality.why"),
        Column("Look again on", Table.HEADER, "look_again", Kind.DAY),
    ),
    is_upright=True,
)
YES_NO: Mapping[str, str] = {words.YES: words.YES, words.NO: words.NO}
TEAM = Layout(
    "Team",
    (
        Column("Person", Table.HEADER, "person", width=24),
        Column("Function in the team", Table.HEADER, "function", width=30),
        Column("Leads the team", Table.HEADER, "is_lead", Kind.CHOICE, choices=YES_NO),
    ),
)
STEPS = Layout(
    "Steps",
    (
        Column("Step", Table.STEPS, CODE, width=12),
        Column("Title", Table.STEPS, "title", width=40),
        Column("Steps of the protocol", Table.STEPS, "protocol_steps", width=30),
    ),
)
AXES = tuple((str(kind), f"{words.SCALES[kind]} from", f"{words.SCALES[kind]} to") for kind in ScaleKind)
LETTER = "letter"
PRIORITIES = Layout(
    "Priorities",
    (
        *(
            Column(heading, Table.HEADER, f"{axis}.{end}", Kind.RATING)
            for axis, *headings in AXES
            for end, heading in zip(("low", "high"), headings, strict=True)
        ),
        Column("Priority", Table.HEADER, LETTER, Kind.CHOICE, choices=words.PRIORITIES),
        Column("Code of the table", Table.HEADER, "code", width=18),
        Column("Version of the table", Table.HEADER, "version", width=18),
        Column("Source", Table.HEADER, "source", width=60),
    ),
)
# In the order in which they stand in a file.
LAYOUTS = (WORKSHEET, SCALES, PLANNING, TEAM, STEPS, PRIORITIES)
