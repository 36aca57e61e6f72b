"""How firmly rows hold their ranks, and what one more control would change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cpv.forms.numbers import share
from cpv.rules.basis import NotComputable
from fmea.forms import words
from fmea.forms.ranked import Rated
from fmea.rules.counting import RowEvidence
from fmea.rules.evidence import Note, Posterior
from fmea.rules.pictures import firmest_first
from fmea.rules.priority import ActionPriority, PriorityTable, rpn
from fmea.rules.ranking import RankSpread, Ratings, TeamScores, rank_uncertainty
from fmea.rules.scales import HIGHEST, LOWEST, ScaleKind
from fmea.rules.what_if import Acts, Control, Scores, WhatIf, add_control
from fmea.rules.worksheet import Row, Score, Worksheet

# The same worksheet has the same numbers: the draws are those of its revision.
_SEED = 20_190_611
AMONG = 10


@dataclass(frozen=True)
class RankShown:
    """A row by the middle of its rank. `is_alone`: one person alone scored it, which shows no spread."""

    code: str
    mode: str
    median: str
    low: str
    high: str
    first: str
    among: str
    is_alone: bool


def spreads(worksheet: Worksheet, revision: int) -> tuple[RankSpread, ...]:
    """The rank of every row that is rated, by draws from its blind scores, or from its rating where there are none."""
    scored = [it for it in map(_scores, worksheet.rows) if it is not None]
    if not scored:
        return ()
    rng = np.random.default_rng([_SEED, revision])
    return rank_uncertainty(scored, rng, among=AMONG, priority=_urgency(worksheet.priorities))


def _scores(row: Row) -> TeamScores | None:
    given = [_given(row.scores.of(kind)) for kind in ScaleKind]
    return TeamScores(row.code, *given) if all(given) else None


def _given(score: Score) -> tuple[int, ...]:
    if score.rating is None:
        return ()
    return tuple(it.rating for it in score.votes) or (score.rating,)


def _urgency(table: PriorityTable) -> Any:
    """The order of this worksheet for arrays of ratings: action priority first, then severity."""
    letters = tuple(reversed(ActionPriority))
    grid = np.zeros((HIGHEST + 1,) * 3, dtype=np.int64)
    for s in range(LOWEST, HIGHEST + 1):
        for o in range(LOWEST, HIGHEST + 1):
            for d in range(LOWEST, HIGHEST + 1):
                priority = table.priority(s, o, d)
                grid[s, o, d] = 0 if priority is None else letters.index(priority)

    def urgency(s: Ratings, o: Ratings, d: Ratings) -> Ratings:
        return np.asarray(grid[s, o, d] * (HIGHEST + 1) + s, dtype=np.int64)

    return urgency


def ranks_shown(worksheet: Worksheet, found: Sequence[RankSpread]) -> list[RankShown]:
    """By the middle of the rank."""
    return [_rank(worksheet, it) for it in firmest_first(found)]


def _rank(worksheet: Worksheet, it: RankSpread) -> RankShown:
    low, median, high = (f"{value:.1f}".removesuffix(".0") for value in (it.low, it.median, it.high))
    return RankShown(
        code=it.mode,
        mode=worksheet.row_of[it.mode].mode,
        median=median,
        low=low,
        high=high,
        first=share(it.first),
        among=share(it.among_first),
        is_alone=Note.TOO_FEW_SCORES in it.notes,
    )


# --- one more control ------------------------------------------------------------------------------------------------

_ACTS: Mapping[Acts, Promise] = {
    Acts.ON_OCCURRENCE: _("prevent the failure"),
    Acts.ON_DETECTION: _("notice it before it does harm"),
}


class WhatIfForm(forms.Form):
    """A control that is thought of: what it acts on, and the share of failures that it would prevent or notice."""

    acts = forms.ChoiceField(
        label=_("The control is to"), choices=[(it.value, word) for it, word in _ACTS.items()]
    )
    low = forms.IntegerField(label=_("At least (%)"), min_value=0, max_value=100)
    high = forms.IntegerField(label=_("At most (%)"), min_value=0, max_value=100)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | more))

    def clean(self) -> dict[str, Any]:
        """The range rises."""
        asked: dict[str, Any] = super().clean() or {}
        low, high = asked.get("low"), asked.get("high")
        if low is not None and high is not None and low > high:
            self.add_error("high", _("This is less than the least."))
        return asked

    @property
    def control(self) -> Control:
        """What was asked for, once it is valid."""
        asked = self.cleaned_data
        return Control(Acts(asked["acts"]), asked["low"] / 100, asked["high"] / 100)


@dataclass(frozen=True)
class WhatIfShown:
    """What the control is expected to bring."""

    before: Rated
    after: Rated | None
    probability: str
    outlook: tuple[tuple[str, str, Promise | str, str], ...]
    off_scale: str
    is_counted: bool


def tried(
    worksheet: Worksheet, row: Row, control: Control, counted: RowEvidence | None
) -> WhatIf[ActionPriority | None] | None:
    """A row with one more control; None: its ratings stand for no rates, or it is not rated."""
    s, o, d = row.scores.ratings
    kind = ScaleKind.OCCURRENCE if control.acts is Acts.ON_OCCURRENCE else ScaleKind.DETECTION
    bands = worksheet.scales.of(kind).bands
    if s is None or o is None or d is None or bands is None:
        return None
    table, known = worksheet.priorities, _known(control, counted)
    try:
        return add_control(control, Scores(s, o, d), bands, table.priority, known=known)
    except NotComputable:
        return None


def _known(control: Control, counted: RowEvidence | None) -> Posterior | None:
    """The rate as it was counted, where anything was."""
    if counted is None:
        return None
    if control.acts is Acts.ON_OCCURRENCE:
        judged = counted.leading.evidence if counted.leading is not None else None
    else:
        judged = counted.detection.found.evidence if counted.detection.found is not None else None
    return judged.posterior if judged is not None and judged.trials else None


def what_if_shown(row: Row, found: WhatIf[ActionPriority | None]) -> WhatIfShown:
    """Before and after, and every priority that may follow."""
    s, o, d = row.scores.ratings
    then = (s, found.suggested, d) if found.control.acts is Acts.ON_OCCURRENCE else (s, o, found.suggested)
    return WhatIfShown(
        before=_rated((s, o, d), found.before),
        after=None if found.suggested is None else _rated(then, found.after),
        probability=share(found.probability),
        outlook=tuple((*words.priority(it), share(mass)) for it, mass in found.outlook if mass > _LEAST),
        off_scale=share(found.off_scale) if found.off_scale > _LEAST else "",
        is_counted=Note.NO_EVIDENCE not in found.notes,
    )


_LEAST = 0.0005


def _rated(ratings: tuple[int | None, int | None, int | None], priority: ActionPriority | None) -> Rated:
    return Rated(ratings, rpn(*ratings), *words.priority(priority))
