"""What goes over the API of rounds of scoring and of risks that are left.

A round is told to one reader: the scores are those that `fmea.rules.team.seen_by` lets them see.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from fmea.forms import scoring_words as words
from fmea.rules.residual import risk_digest
from fmea.rules.scales import ScaleKind
from fmea.rules.team import Ratings, Round, TeamRefusal, outside_spread, seen_by, spread
from fmea.selectors.scoring import RoundView
from fmea.selectors.worksheets import ResidualView
from fmea.services import consensus_digest


def round_answer(view: RoundView, reader: int) -> dict[str, Any]:
    """A round as this reader (a user id) may see it."""
    one = view.round
    seen = seen_by(one, str(reader))
    return {
        "id": view.id,
        "worksheet": view.worksheet,
        "row": view.row,
        "state": str(view.standing),
        "begun_at": view.begun_at,
        "over_at": view.over_at,
        "team": [
            {"person": int(it), "name": view.names[it], "has_scored": it in one.scores}
            for it in sorted(one.team, key=lambda it: view.names[it])
        ],
        "waits_for": list(view.waits_for),
        "scores": [
            {
                "person": int(it),
                "name": view.names[it],
                "ratings": _ratings(seen[it].ratings),
                "why": seen[it].why,
            }
            for it in sorted(seen, key=lambda it: view.names[it])
        ],
        "spread": _spreads(one),
        "consensus": _consensus(view),
    }


def refusals_answer(view: RoundView, reader: int, refused: Iterable[TeamRefusal]) -> dict[str, Any]:
    """What came of a step: the round as it stands, and every reason why nothing was done."""
    reasons = [{"code": str(code), "text": str(words.REFUSALS[code])} for code in refused]
    return {
        "outcome": "refused" if reasons else "accepted",
        "refusals": reasons,
        "round": round_answer(view, reader),
    }


def residual_answer(
    worksheet: str, row: str, values: Mapping[str, Any], decided: ResidualView | None
) -> dict[str, Any]:
    """A row of the gravest, what is signed over it, and what was decided."""
    ratings = {str(kind): (values.get(str(kind)) or {}).get("rating") for kind in ScaleKind}
    return {
        "row": row,
        "mode": values.get("mode", ""),
        "ratings": ratings,
        "seen": risk_digest(worksheet, values),
        "decided": None
        if decided is None
        else {
            "decision": str(decided.decision),
            "why": decided.why,
            "by": decided.by_name,
            "decided_at": decided.decided_at,
            "signature": decided.signature,
            "is_current": decided.is_current,
        },
    }


def _spreads(one: Round) -> dict[str, Any]:
    found = {kind: spread(one, kind) for kind in ScaleKind}
    return {
        str(kind): {"low": it.low, "high": it.high, "median": it.median, "is_far_apart": it.is_far_apart}
        for kind, it in found.items()
        if it is not None
    }


def _consensus(view: RoundView) -> dict[str, Any] | None:
    one, consensus = view.round, view.round.consensus
    if consensus is None:
        return None
    return {
        "ratings": _ratings(consensus.ratings),
        "why": consensus.why,
        "outside": [str(kind) for kind in outside_spread(one, consensus.ratings)],
        "signed": sorted(view.names[it] for it in consensus.signed),
        "dissent": [
            {"name": view.names[it], "why": why}
            for it, why in sorted(consensus.dissent.items(), key=lambda said: view.names[said[0]])
        ],
        "seen": consensus_digest(view.id, one),
    }


def _ratings(given: Ratings) -> dict[str, int]:
    return {str(kind): rating for kind, rating in given.items()}
