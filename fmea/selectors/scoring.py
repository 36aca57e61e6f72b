"""Rounds of scoring: what each person may see of one, and which wait for somebody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from fmea.models import BlindScore, ScoringRound
from fmea.rules.scales import ScaleKind
from fmea.rules.team import BlindScore as Blind
from fmea.rules.team import Consensus, Ratings, Round, RoundState
from fmea.selectors.sheets import SheetView


class Standing(StrEnum):
    """Where a round stands for those who look at it: under way, on the sheet, or given up."""

    BLIND = "blind"
    OPEN = "open"
    AGREED = "agreed"
    SETTLED = "settled"
    GIVEN_UP = "given_up"


@dataclass(frozen=True)
class RoundView:
    """A round by its row. `round` knows people by the text of their user ids, `names` says who they are."""

    id: UUID
    worksheet: str
    site: str
    round: Round
    names: Mapping[str, str]
    is_over: bool
    begun_at: datetime
    over_at: datetime | None

    @property
    def row(self) -> str:
        """The code of the row that is scored."""
        return self.round.row

    @property
    def standing(self) -> Standing:
        """Where it stands. One that is over without everybody's answer to something agreed on was given up."""
        if not self.is_over:
            return Standing(str(self.round.state))
        is_answered = self.round.consensus is not None and not self.round.waits_for
        return Standing.SETTLED if is_answered else Standing.GIVEN_UP

    @property
    def waits_for(self) -> tuple[str, ...]:
        """The names of those who are to score, or to say whether they agree; nobody once it is over."""
        return () if self.is_over else tuple(sorted(self.names[it] for it in self.round.waits_for))


def scoring_round(id: UUID, *, is_locked: bool = False) -> RoundView | None:
    """One round (two statements); `is_locked`: nobody else changes it until the transaction ends."""
    rows = ScoringRound.objects.select_related("sheet").filter(pk=id)
    row = (rows.select_for_update(of=("self",), no_key=True) if is_locked else rows).first()
    return None if row is None else _view(row, list(BlindScore.objects.filter(round_id=id)))


def rounds_of(found: SheetView) -> tuple[RoundView, ...]:
    """All rounds of a sheet, the latest first (two statements)."""
    rows = list(ScoringRound.objects.select_related("sheet").filter(sheet_id=found.id).order_by("-begun_at"))
    given: dict[UUID, list[BlindScore]] = {}
    for one in BlindScore.objects.filter(round__sheet_id=found.id):
        given.setdefault(one.round_id, []).append(one)
    return tuple(_view(row, given.get(row.pk, [])) for row in rows)


def _view(row: ScoringRound, given: list[BlindScore]) -> RoundView:
    blind = {str(it.person_id): Blind(_ratings(it.ratings), it.why) for it in given}
    found = Round(
        row=row.row,
        team=frozenset(row.team),
        leads=frozenset(str(it) for it in row.leads),
        scores=blind,
        state=RoundState(row.state),
        consensus=_consensus(row.consensus),
    )
    whose = (row.sheet.code, row.sheet.site_id)
    return RoundView(row.pk, *whose, found, row.team, row.is_over, row.begun_at, row.over_at)


def _consensus(raw: Mapping[str, Any] | None) -> Consensus | None:
    if raw is None:
        return None
    return Consensus(_ratings(raw["ratings"]), raw["why"], frozenset(raw["signed"]), dict(raw["dissent"]))


def _ratings(raw: Mapping[str, int]) -> Ratings:
    return {ScaleKind(kind): rating for kind, rating in raw.items()}
