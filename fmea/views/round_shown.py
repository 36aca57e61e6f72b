"""A round of scoring as pages show it: the row, who has said what, the spread, what was agreed on, what is next.

Scores come from `fmea.rules.team.seen_by` alone: nobody's but one's own before they are shown to all.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils.functional import Promise

from fmea.events import Event
from fmea.forms import scoring_words as words
from fmea.forms.words import SCALES
from fmea.rules.cells import Table
from fmea.rules.scales import Scale, ScaleKind, read_scale
from fmea.rules.strip import WIDTH, Strip, strip
from fmea.rules.team import FEWEST, BlindScore, Ratings, RoundState, Spread, outside_spread, seen_by, spread
from fmea.selectors.scoring import RoundView, Standing
from fmea.selectors.sheets import SheetView, items_of
from fmea.services import consensus_digest
from fmea.services.scoring import RECORD_KIND
from people import selectors as people
from people.rules.authority import Person
from people.rules.rights import Right
from people.rules.signatures import SignatureView
from people.selectors import TrailLine

_CONTROLS = ("prevention_controls", "detection_controls")


@dataclass(frozen=True)
class RowShown:
    """A row of a worksheet in words: its values, and what its step is called."""

    code: str
    values: Mapping[str, Any]
    step: str

    @property
    def title(self) -> str:
        """What can go wrong; its code where nobody has said it."""
        return str(self.values.get("mode") or self.code)

    @property
    def controls(self) -> tuple[list[str], list[str]]:
        """What prevents, and what detects."""
        prevents, detects = ([it["text"] for it in self.values.get(name) or ()] for name in _CONTROLS)
        return prevents, detects

    def rating(self, kind: ScaleKind) -> int | None:
        """The rating that stands on the sheet."""
        found: int | None = (self.values.get(str(kind)) or {}).get("rating")
        return found


def row_shown(found: SheetView, code: str) -> RowShown:
    """A row as it stands, or as it stood when it was taken out (one statement)."""
    items = items_of(found)
    item = items.get((Table.ROWS, code))
    values = item.values if item is not None else {}
    step = items.get((Table.STEPS, str(values.get("step", ""))))
    title = str(step.values.get("title") or "") if step is not None else ""
    return RowShown(code, values, title or str(values.get("step", "")))


def scales_of(found: SheetView) -> dict[ScaleKind, Scale]:
    """The scales of a worksheet, as far as they can be read."""
    raw = found.header.get("scales") or {}
    return {kind: read_scale(raw.get(str(kind)), kind, "", []) for kind in ScaleKind}


def lead_names(found: Collection[RoundView], at: datetime) -> dict[str, str]:
    """The names of all who lead these rounds (one statement)."""
    ids = {int(it) for view in found for it in view.round.leads}
    return {str(id): it.printed_name for id, it in people.persons(ids, at).items()}


@dataclass(frozen=True)
class MemberShown:
    """One of the team. `score` is there once the reader may see it; `said`: whether they agree, and why not."""

    name: str
    is_me: bool
    has_scored: bool
    score: BlindScore | None
    said: str
    dissent: str

    @property
    def rated(self) -> list[tuple[Promise, int | None]]:
        """The three scales by name, each with what was given on it."""
        given = self.score.ratings if self.score is not None else {}
        return [(SCALES[kind], given.get(kind)) for kind in ScaleKind]


@dataclass(frozen=True)
class ScaleShown:
    """One scale of an open round: how far apart the ratings lie, and what was agreed on."""

    kind: ScaleKind
    scale: Scale
    spread: Spread | None
    agreed: int | None
    is_outside: bool

    @property
    def title(self) -> Promise:
        """What it is called."""
        return SCALES[self.kind]

    @property
    def picture(self) -> Strip | None:
        """The strip with the dots."""
        return strip(self.spread, self.agreed) if self.spread is not None else None

    @property
    def width(self) -> float:
        """Of the picture."""
        return WIDTH

    @property
    def given(self) -> str:
        """The ratings as text."""
        return ", ".join(map(str, self.spread.ratings)) if self.spread is not None else ""

    @property
    def median(self) -> str:
        """The rating in the middle as text."""
        return f"{self.spread.median:g}" if self.spread is not None else ""

    @property
    def agreed_words(self) -> str:
        """What the agreed rating means on this scale."""
        texts = {level.rating: level.text for level in self.scale.levels}
        return texts.get(self.agreed or 0, "")


@dataclass(frozen=True)
class RoundShown:
    """A round, for one reader at one moment. `leading`: the names of leads, by their user ids as text."""

    view: RoundView
    sheet: SheetView
    viewer: Person
    at: datetime
    zone: str
    leading: Mapping[str, str]

    @property
    def me(self) -> str:
        """The reader, as the round knows them."""
        return str(self.viewer.user_id)

    @property
    def is_member(self) -> bool:
        """Whether the reader is of the team."""
        return self.me in self.view.round.team

    @property
    def is_lead(self) -> bool:
        """Whether the reader leads it, and may."""
        is_editor = self.viewer.may(Right.AGREE_ON_SCORES, self.view.site, self.at)
        return is_editor and self.me in self.view.round.leads

    @property
    def state(self) -> tuple[str, str, Promise]:
        """Where it stands: mark, tone and words."""
        return words.STANDINGS[self.view.standing]

    @property
    def is_blind(self) -> bool:
        """Whether nobody sees another's scores; of a round that was given up blind, for good."""
        return self.view.round.state is RoundState.BLIND

    @property
    def is_given_up(self) -> bool:
        """Whether it ended without anything on the sheet."""
        return self.view.standing is Standing.GIVEN_UP

    @cached_property
    def row(self) -> RowShown:
        """The row that is scored."""
        return row_shown(self.sheet, self.view.row)

    @cached_property
    def scales(self) -> dict[ScaleKind, Scale]:
        """The scales of the worksheet."""
        return scales_of(self.sheet)

    @property
    def mine(self) -> BlindScore | None:
        """What the reader handed in."""
        return seen_by(self.view.round, self.me).get(self.me)

    @property
    def members(self) -> list[MemberShown]:
        """The team, by name."""
        one, seen = self.view.round, seen_by(self.view.round, self.me)
        signed = one.consensus.signed if one.consensus is not None else frozenset[str]()
        dissent = one.consensus.dissent if one.consensus is not None else {}
        return [
            MemberShown(
                name=self.view.names[it],
                is_me=it == self.me,
                has_scored=it in one.scores,
                score=seen.get(it),
                said="signed" if it in signed else "dissent" if it in dissent else "",
                dissent=dissent.get(it, ""),
            )
            for it in sorted(one.team, key=lambda it: self.view.names[it])
        ]

    @property
    def signatures(self) -> list[SignatureView]:
        """Who signed what is agreed on now, as what and when (one statement, once there is something)."""
        if self.view.round.consensus is None:
            return []
        digest = consensus_digest(self.view.id, self.view.round)
        made = people.signatures(RECORD_KIND, str(self.view.id))
        return [it for it in made if it.record_digest == digest]

    @property
    def leads(self) -> list[str]:
        """Who leads it."""
        return sorted(self.leading.get(it, "") for it in self.view.round.leads)

    @property
    def can_open(self) -> bool:
        """Whether enough people have scored."""
        return len(self.view.round.scores) >= FEWEST

    @property
    def ratings(self) -> Ratings:
        """What was agreed on."""
        consensus = self.view.round.consensus
        return consensus.ratings if consensus is not None else {}

    @property
    def outside(self) -> tuple[ScaleKind, ...]:
        """On which scales the team agreed on what nobody had given."""
        return outside_spread(self.view.round, self.ratings)

    @property
    def shown_scales(self) -> list[ScaleShown]:
        """The three scales, with the spread once it may be seen."""
        return [
            ScaleShown(
                kind,
                self.scales[kind],
                spread(self.view.round, kind),
                self.ratings.get(kind),
                kind in self.outside,
            )
            for kind in ScaleKind
        ]

    @property
    def digest(self) -> str:
        """The digest of what was agreed on, which is signed; empty while nothing is."""
        return "" if self.view.round.consensus is None else consensus_digest(self.view.id, self.view.round)

    @property
    def offered(self) -> frozenset[str]:
        """The steps that are the reader's to do."""
        one = self.view.round
        if self.view.is_over:
            return frozenset()
        steps = {
            "score": self.is_blind and self.is_member,
            "open": self.is_blind and self.is_lead and self.can_open,
            "agree": not self.is_blind and self.is_lead,
            "answer": one.state is RoundState.AGREED and self.me in one.waits_for,
            "abandon": self.is_lead,
        }
        return frozenset(name for name, is_so in steps.items() if is_so)

    @property
    def history(self) -> Sequence[tuple[TrailLine, bool]]:
        """What was recorded about it in this room, and whether something was refused."""
        found = people.lines_about("scoring_round", str(self.view.id))
        return [(it, it.event == Event.ROUND_REFUSED) for it in found if it.event in set(Event)]
