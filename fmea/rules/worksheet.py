"""A worksheet: what can go wrong in a process, how bad, how often, how seen, and what is done about it.

A controlled document of kind `fmea_worksheet` (schema 1). One row is one cause of one failure mode of one step, so that
rows are cells of a sheet: several causes of a mode are several rows. Rows, steps and actions are known by their codes,
never by their places. `fmea.rules.worksheet_reading` reads a document, `fmea.rules.unready` says what keeps one from
being signed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from fmea.rules.priority import ActionPriority, PriorityTable, rpn
from fmea.rules.scales import Scale, ScaleKind

KIND = "fmea_worksheet"
SCHEMA = 1
MOST_ROWS, MOST_STEPS, MOST_ACTIONS = 2_000, 200, 4_000
# From this severity on somebody has to say what becomes of the risk that is left, whatever its priority.
RESIDUAL_FROM = 9


class Formality(StrEnum):
    """How much is made of an assessment (ICH Q9(R1): effort, formality and documentation follow the risk)."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


class LinkKind(StrEnum):
    """What of this product a control is: a refusal of the stations, a criterion of QC, a control chart."""

    INTERLOCK = "interlock"
    CRITERION = "criterion"
    CHART = "chart"


class EvidenceKind(StrEnum):
    """What counts as an event of a failure mode."""

    REFUSAL = "refusal"
    DEVIATION = "deviation"
    OOS = "oos"
    EXCURSION = "excursion"
    CHART_SIGNAL = "chart_signal"


class Decision(StrEnum):
    """What becomes of the risk that is left: accepted, accepted until an action is done, or not accepted."""

    ACCEPTED = "accepted"
    ACCEPTED_UNTIL_ACTION = "accepted_until_action"
    NOT_ACCEPTED = "not_accepted"


class Aim(StrEnum):
    """What an action changes."""

    SEVERITY = "severity"
    PREVENTION = "prevention"
    DETECTION = "detection"


class ActionStatus(StrEnum):
    """Where an action stands; `fmea.rules.actions` has its life."""

    PLANNED = "planned"
    UNDER_WAY = "under_way"
    DONE = "done"
    VERIFIED = "verified"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Member:
    """One of the team: who, and what for."""

    person: str
    function: str = ""
    is_lead: bool = False


@dataclass(frozen=True)
class Step:
    """A step of the process, and the steps of protocols that it is made of."""

    code: str
    title: str = ""
    protocol_steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    """Something of this product: a refusal code, the code of a criterion, the code of a charted parameter."""

    kind: LinkKind
    ref: str


@dataclass(frozen=True)
class Control:
    """What prevents a cause, or detects a failure."""

    text: str
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """Where events of this failure mode are recorded. `at`: only at these protocol steps; empty: at those of its step.

    `ref`: the refusal code, the trigger of a deviation, the criterion, the code of an excursion, the charted parameter.
    """

    kind: EvidenceKind
    ref: str
    at: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vote:
    """The rating that one person gave blind, before the team agreed."""

    person: str
    rating: int


@dataclass(frozen=True)
class Score:
    """A rating, or None while there is none; who gave it, why, and when to look again (None: with the worksheet).

    `justification`: of a severity below the one before it, what makes the effect itself less severe.
    """

    rating: int | None = None
    by: tuple[str, ...] = ()
    why: str = ""
    look_again: date | None = None
    votes: tuple[Vote, ...] = ()
    justification: str = ""


@dataclass(frozen=True)
class Scores:
    """The three ratings of a row, or of a row after an action (an empty one: not changed by it)."""

    severity: Score = Score()
    occurrence: Score = Score()
    detection: Score = Score()

    def of(self, kind: ScaleKind) -> Score:
        """The score on one scale."""
        found: Score = getattr(self, kind)
        return found

    @property
    def ratings(self) -> tuple[int | None, int | None, int | None]:
        """S, O and D."""
        return self.severity.rating, self.occurrence.rating, self.detection.rating

    @property
    def rpn(self) -> int | None:
        """S x O x D; None where one is missing."""
        return rpn(*self.ratings)

    def priority(self, table: PriorityTable) -> ActionPriority | None:
        """The action priority in this table; None where one is missing."""
        return table.priority(*self.ratings)


@dataclass(frozen=True)
class Residual:
    """The decision on the risk that is left: what, why and by whom. Who approves the worksheet signs it."""

    decision: Decision | None = None
    why: str = ""
    by: str = ""


@dataclass(frozen=True)
class Row:
    """One cause of one failure mode. Empty texts and ratings are what is not filled in yet."""

    code: str
    step: str = ""
    function: str = ""
    mode: str = ""
    effect: str = ""
    cause: str = ""
    prevention_controls: tuple[Control, ...] = ()
    detection_controls: tuple[Control, ...] = ()
    scores: Scores = Scores()
    evidence: tuple[Evidence, ...] = ()
    no_action_why: str = ""
    residual: Residual = Residual()


@dataclass(frozen=True)
class Action:
    """What somebody does about a row, by when, how far it is, what shows it, and the ratings after it.

    `evidence`: names of what shows it (records, digests of files). `dropped_why`: of one that is not done.
    """

    code: str
    row: str = ""
    text: str = ""
    aim: Aim | None = None
    owner: str = ""
    due: date | None = None
    status: ActionStatus = ActionStatus.PLANNED
    evidence: tuple[str, ...] = ()
    done_on: date | None = None
    verified_by: str = ""
    dropped_why: str = ""
    after: Scores = Scores()


@dataclass(frozen=True)
class Scales:
    """The three scales that the ratings of a worksheet are given on."""

    severity: Scale
    occurrence: Scale
    detection: Scale

    def of(self, kind: ScaleKind) -> Scale:
        """The scale of this kind."""
        found: Scale = getattr(self, kind)
        return found


@dataclass(frozen=True)
class Worksheet:
    """A whole worksheet. `look_again`: when it is reviewed, where a score does not say otherwise."""

    title: str
    product: str
    scope: str
    formality: Formality
    formality_why: str
    look_again: date | None
    team: tuple[Member, ...]
    scales: Scales
    priorities: PriorityTable
    steps: tuple[Step, ...]
    rows: tuple[Row, ...]
    actions: tuple[Action, ...]

    @cached_property
    def step_of(self) -> Mapping[str, Step]:
        """Steps by code."""
        return {it.code: it for it in self.steps}

    @cached_property
    def row_of(self) -> Mapping[str, Row]:
        """Rows by code."""
        return {it.code: it for it in self.rows}

    @cached_property
    def actions_of(self) -> Mapping[str, tuple[Action, ...]]:
        """The actions of each row that has any, in the order of the document."""
        found: dict[str, list[Action]] = {}
        for it in self.actions:
            found.setdefault(it.row, []).append(it)
        return {row: tuple(its) for row, its in found.items()}

    def looks_again(self, score: Score) -> date | None:
        """When a score is looked at again."""
        return score.look_again or self.look_again

    def protocol_steps(self, row: Row, evidence: Evidence) -> tuple[str, ...]:
        """The protocol steps at which this evidence counts."""
        step = self.step_of.get(row.step)
        return evidence.at or (step.protocol_steps if step else ())
