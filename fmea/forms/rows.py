"""One row for reading: its controls with what of this product they are, its scores and how far apart they were."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode

from coi.forms import words as custody
from fmea.forms import words
from fmea.forms.ranked import Rated, rated_of
from fmea.rules.actions import BeforeAfter, days_late
from fmea.rules.cells import Table
from fmea.rules.counting import keys_of
from fmea.rules.scales import ScaleKind
from fmea.rules.team import FAR_APART
from fmea.rules.worksheet import Action, Control, Link, LinkKind, Row, Score, Worksheet
from people.selectors import TrailLine

# So many entries stand in the history of a row.
MOST_LINES = 50


@dataclass(frozen=True)
class LinkShown:
    """What a control is: kind and name in words, and where it is looked at (empty: nowhere)."""

    kind: Promise
    name: str
    url: str


@dataclass(frozen=True)
class ControlShown:
    """A control with what it is."""

    text: str
    links: tuple[LinkShown, ...]


@dataclass(frozen=True)
class ScoreShown:
    """A rating, what it means on the worksheet's own scale, and the blind scores before it: (person, rating)."""

    name: Promise
    score: Score
    meaning: str
    look_again: date | None
    is_late: bool
    votes: tuple[tuple[str, int], ...]
    middle: float | None
    is_far_apart: bool


@dataclass(frozen=True)
class ActionShown:
    """An action of a row, and what it changed."""

    action: Action
    tone: str
    status: Promise
    aim: Promise | str
    days_late: int
    after: tuple[tuple[Promise, int], ...]


@dataclass(frozen=True)
class RowPage:
    """Everything that is said of one row."""

    row: Row
    step: str
    prevention: tuple[ControlShown, ...]
    detection: tuple[ControlShown, ...]
    scores: tuple[ScoreShown, ...]
    before: Rated
    after: Rated | None
    is_severity_lowered: bool
    actions: tuple[ActionShown, ...]
    evidence: tuple[tuple[Promise, str, str], ...]


def row_page(worksheet: Worksheet, line: BeforeAfter, today: date) -> RowPage:
    """One row in words; days are those of the site."""
    row = line.row
    step = worksheet.step_of.get(row.step)
    has_after = line.before.ratings != line.after.ratings
    return RowPage(
        row=row,
        step=step.title if step is not None and step.title else row.step,
        prevention=tuple(map(_control, row.prevention_controls)),
        detection=tuple(map(_control, row.detection_controls)),
        scores=tuple(_score(worksheet, row.scores.of(kind), kind, today) for kind in ScaleKind),
        before=rated_of(line.before, line.rpn_before, line.priority_before),
        after=rated_of(line.after, line.rpn_after, line.priority_after) if has_after else None,
        is_severity_lowered=line.is_severity_lowered,
        actions=tuple(_action(it, today) for it in line.actions),
        evidence=named_evidence(worksheet, row),
    )


def _control(control: Control) -> ControlShown:
    return ControlShown(control.text, tuple(map(_link, control.links)))


def _link(link: Link) -> LinkShown:
    name, url = link.ref, ""
    if link.kind is LinkKind.INTERLOCK:
        name = custody.refusal(link.ref)
    elif link.kind is LinkKind.CRITERION:
        url = reverse("qc:trends")
    else:
        url = f"{reverse('cpv:home')}?{urlencode({'q': link.ref})}"
    return LinkShown(words.LINKS[link.kind], name, url)


def _score(worksheet: Worksheet, score: Score, kind: ScaleKind, today: date) -> ScoreShown:
    votes = tuple((it.person, it.rating) for it in score.votes)
    ratings = [rating for _person, rating in votes]
    again = worksheet.looks_again(score) if score.rating is not None else None
    return ScoreShown(
        name=words.SCALES[kind],
        score=score,
        meaning=worksheet.scales.of(kind).text(score.rating or 0),
        look_again=again,
        is_late=again is not None and again < today,
        votes=votes,
        middle=median(ratings) if ratings else None,
        is_far_apart=bool(ratings) and max(ratings) - min(ratings) >= FAR_APART,
    )


def _action(action: Action, today: date) -> ActionShown:
    tone, status = words.STATUSES[action.status]
    given = [(words.SCALES[kind], action.after.of(kind).rating) for kind in ScaleKind]
    return ActionShown(
        action=action,
        tone=tone,
        status=status,
        aim=words.AIMS[action.aim] if action.aim is not None else "",
        days_late=days_late(action, today),
        after=tuple((name, rating) for name, rating in given if rating is not None),
    )


def named_evidence(worksheet: Worksheet, row: Row) -> tuple[tuple[Promise, str, str], ...]:
    """What counts as an event of a row: kind, names, and the steps at which it counts (empty: of no step)."""
    return tuple(
        (words.EVIDENCE[it.kind], ", ".join(map(evidence_name, it.refs)), ", ".join(map(custody.step, it.at)))
        for it in keys_of(worksheet, row)
    )


def evidence_name(ref: str) -> str:
    """What counts as an event, in words; what an organisation named itself stays as it is."""
    return custody.refusal(ref) if ref.islower() else ref


def history(lines: Sequence[Iterable[TrailLine]], row: str) -> list[TrailLine]:
    """The entries about a row, the newest first: its own, and changes of its cells on the sheet."""
    own, of_sheet = lines
    cells = f"{Table.ROWS}:{row}:"
    touched = (it for it in of_sheet if _touches(it.facts, cells))
    found = {it.id: it for it in (*own, *touched)}
    return [found[id] for id in sorted(found, reverse=True)][:MOST_LINES]


def _touches(facts: Mapping[str, Any], cells: str) -> bool:
    return any(str(it).startswith(cells) for it in facts.get("cells", ()))
