"""The rows of a worksheet in their order, and what their numbers can and cannot tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise

from fmea.forms import words
from fmea.forms.pictures import step_line
from fmea.rules.actions import OPEN, BeforeAfter
from fmea.rules.evidence import Posterior
from fmea.rules.pictures import StepBox, When, process_map
from fmea.rules.pictures.parts import priority_at, rpn_at, scores_at
from fmea.rules.priority import ActionPriority
from fmea.rules.ranking import Mode, Placed, Products, Tie, arithmetic_of_products, order_within_classes, ties
from fmea.rules.worksheet import Scores, Worksheet

# The classes of priority, the most urgent first.
CLASSES = tuple(str(it) for it in ActionPriority)


@dataclass(frozen=True)
class Rated:
    """A number and a priority, as they are shown."""

    ratings: tuple[int | None, int | None, int | None]
    rpn: int | None
    tone: str = "plain"
    letter: str = "-"
    word: Promise | str = ""


@dataclass(frozen=True)
class RowShown:
    """A row in its place. `expected`: what gets through per 1000 batches, where it was counted; `flag`: whether its
    scores are denied by the evidence.
    """

    place: int | None
    code: str
    mode: str
    cause: str
    step: str
    now: Rated
    other: Rated | None
    open_actions: int
    expected: str = ""
    flag: bool = False


@dataclass(frozen=True)
class Known:
    """What counts say of rows, by their codes: what gets through, and which scores they deny."""

    escapes: Mapping[str, Posterior] = field(default_factory=dict)
    contradicted: frozenset[str] = frozenset()


NOTHING = Known()


def rated(line: BeforeAfter, when: When) -> Rated:
    """The ratings of a row, and what they come to."""
    return rated_of(scores_at(line, when), rpn_at(line, when), priority_at(line, when))


def rated_of(scores: Scores, number: int | None, priority: ActionPriority | None) -> Rated:
    """Three ratings with their number and their priority."""
    return Rated(scores.ratings, number, *words.priority(priority))


def ranked(
    worksheet: Worksheet, lines: Sequence[BeforeAfter], when: When, known: Known = NOTHING
) -> list[RowShown]:
    """Every row in its place; those without all three ratings come last, in the order of the worksheet."""
    of_code = {it.row.code: it for it in lines}
    placed = order_within_classes(_modes(lines, when, known), CLASSES)
    found = [_shown(worksheet, of_code[it.mode.key], when, known, it) for it in placed]
    in_order = {it.mode.key for it in placed}
    found.extend(_shown(worksheet, it, when, known, None) for it in lines if it.row.code not in in_order)
    return found


def _modes(lines: Sequence[BeforeAfter], when: When, known: Known) -> list[Mode]:
    found = []
    for line in lines:
        now = rated(line, when)
        severity = now.ratings[0]
        if severity is not None and now.word:
            code = line.row.code
            found.append(Mode(code, now.letter, severity, known.escapes.get(code)))
    return found


def _shown(
    worksheet: Worksheet, line: BeforeAfter, when: When, known: Known, placed: Placed | None
) -> RowShown:
    row = line.row
    now, then = rated(line, when), rated(line, When.AFTER if when is When.BEFORE else When.BEFORE)
    step = worksheet.step_of.get(row.step)
    expected = placed.expected if placed is not None else None
    return RowShown(
        place=placed.place if placed is not None else None,
        code=row.code,
        mode=row.mode,
        cause=row.cause,
        step=step.title if step is not None and step.title else row.step,
        now=now,
        other=then if then.ratings != now.ratings else None,
        open_actions=sum(it.status in OPEN for it in line.actions),
        expected=f"{expected.median:.2g} ({expected.low:.2g} … {expected.high:.3g})"
        if expected is not None
        else "",
        flag=row.code in known.contradicted,
    )


@dataclass(frozen=True)
class TieShown:
    """Rows that share a number though their ratings differ; `are_apart`: their priorities differ too."""

    product: int
    rows: tuple[tuple[str, str, str], ...]
    are_apart: bool


@dataclass(frozen=True)
class Backwards:
    """Two rows that the number puts the wrong way round: the more urgent one has the smaller number."""

    urgent: RowShown
    other: RowShown


@dataclass(frozen=True)
class Arithmetic:
    """What the number cannot tell, by this worksheet's own rows."""

    facts: Products
    ties: tuple[TieShown, ...]
    backwards: Backwards | None


def arithmetic(rows: Sequence[RowShown]) -> Arithmetic:
    """Of rows in their places."""
    triples, letters = {}, {}
    for it in rows:
        s, o, d = it.now.ratings
        if s is not None and o is not None and d is not None and it.place is not None:
            triples[it.code], letters[it.code] = (s, o, d), it.now.letter
    shared = tuple(_tie(it, letters) for it in ties(triples))
    return Arithmetic(arithmetic_of_products(), shared, _backwards(rows))


def _tie(tie: Tie, letters: Mapping[str, str]) -> TieShown:
    rows = tuple((code, "·".join(map(str, triple)), letters[code]) for code, triple in tie.modes)
    return TieShown(tie.product, rows, len({letters[code] for code, _ in tie.modes}) > 1)


def _backwards(rows: Sequence[RowShown]) -> Backwards | None:
    """The widest of all such pairs; None where the number happens to agree."""
    best, found = 0, None
    scored = [it for it in rows if it.place is not None and it.now.rpn is not None]
    for n, upper in enumerate(CLASSES):
        least = min((it for it in scored if it.now.letter == upper), key=_number, default=None)
        lower = [it for it in scored if it.now.letter in CLASSES[n + 1 :]]
        most = max(lower, key=_number, default=None)
        if least is not None and most is not None and _number(most) - _number(least) > best:
            best, found = _number(most) - _number(least), Backwards(least, most)
    return found


def _number(row: RowShown) -> int:
    return row.now.rpn or 0


def boxes_shown(
    worksheet: Worksheet, lines: Sequence[BeforeAfter], when: When
) -> list[tuple[StepBox, str, str, Promise | str]]:
    """The steps of the process in their order, each with what stands under its name, a tone and a word."""
    found = []
    for box in process_map(worksheet.steps, lines, when):
        tone, _letter, word = words.priority(box.priority)
        found.append((box, step_line(box), tone, word))
    return found
