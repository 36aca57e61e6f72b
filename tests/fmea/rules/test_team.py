"""Scores of a team: nobody sees another's before the round is opened, nobody rates after it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fmea.rules.scales import ScaleKind
from fmea.rules.team import (
    BlindScore,
    Round,
    RoundState,
    TeamRefusal,
    agree,
    agreed_score,
    hand_in,
    open_round,
    outside_spread,
    seen_by,
    sign,
    spread,
)
from fmea.rules.worksheet import Vote

SEV, OCC, DET = ScaleKind.SEVERITY, ScaleKind.OCCURRENCE, ScaleKind.DETECTION
NEW = Round("R1", frozenset({"Ada", "Ben", "Cy"}), frozenset({"Ada"}))


def done(answer: tuple[Round, tuple[TeamRefusal, ...]]) -> Round:
    found, refusals = answer
    assert refusals == ()
    return found


def rated(ada: int = 3, ben: int = 4) -> Round:
    one = done(hand_in(NEW, "Ada", BlindScore({SEV: 10, OCC: ada}, "Seen twice.")))
    return done(hand_in(one, "Ben", BlindScore({SEV: 10, OCC: ben, DET: 5})))


def opened(ada: int = 3, ben: int = 4) -> Round:
    return done(open_round(rated(ada, ben), "Ada"))


def agreed(**changes: Any) -> Round:
    return done(agree(opened(**changes), "Ada", {SEV: 10, OCC: 4}, "Both shifts count."))


def test_before_the_round_is_opened_each_sees_their_own_alone() -> None:
    one = rated()
    assert set(seen_by(one, "Ada")) == {"Ada"}
    assert set(seen_by(one, "Ben")) == {"Ben"}
    assert seen_by(one, "Cy") == {}
    assert one.waits_for == {"Cy"}
    assert spread(one, OCC) is None
    assert outside_spread(one, {OCC: 10}) == ()


def test_once_it_is_open_all_see_all_and_nobody_rates_any_more() -> None:
    one = opened()
    assert all(set(seen_by(one, person)) == {"Ada", "Ben"} for person in ("Ada", "Cy", "Dee"))
    assert hand_in(one, "Cy", BlindScore({OCC: 5})) == (one, (TeamRefusal.NOT_BLIND,))
    assert open_round(one, "Ada")[1] == (TeamRefusal.NOT_BLIND,)


def test_a_blind_score_may_be_handed_in_again() -> None:
    again = done(hand_in(rated(), "Ada", BlindScore({OCC: 9})))
    assert again.scores["Ada"] == BlindScore({OCC: 9})
    assert len(again.scores) == 2


@pytest.mark.parametrize(
    ("answer", "refusals"),
    [
        (hand_in(NEW, "Dee", BlindScore({OCC: 5})), (TeamRefusal.NOT_OF_THE_TEAM,)),
        (hand_in(NEW, "Ada", BlindScore({})), (TeamRefusal.NOT_RATINGS,)),
        (hand_in(NEW, "Ada", BlindScore({OCC: 0})), (TeamRefusal.NOT_RATINGS,)),
        (hand_in(NEW, "Ada", BlindScore({OCC: 11})), (TeamRefusal.NOT_RATINGS,)),
        (open_round(rated(), "Ben"), (TeamRefusal.NOT_THE_LEAD,)),
        (open_round(NEW, "Ada"), (TeamRefusal.TOO_FEW,)),
        (agree(rated(), "Ada", {OCC: 4}, "x"), (TeamRefusal.NOT_OPEN,)),
        (agree(opened(), "Ben", {OCC: 4}, "x"), (TeamRefusal.NOT_THE_LEAD,)),
        (agree(opened(), "Ada", {OCC: 4}, " "), (TeamRefusal.WHY_MISSING,)),
        (agree(opened(), "Ada", {}, "x"), (TeamRefusal.NOT_RATINGS,)),
        (sign(opened(), "Ada"), (TeamRefusal.NOT_AGREED,)),
        (sign(agreed(), "Dee"), (TeamRefusal.NOT_OF_THE_TEAM, TeamRefusal.SAID_ALREADY)),
        (sign(done(sign(agreed(), "Ada")), "Ada"), (TeamRefusal.SAID_ALREADY,)),
    ],
)
def test_what_is_refused(
    answer: tuple[Round, tuple[TeamRefusal, ...]], refusals: tuple[TeamRefusal, ...]
) -> None:
    assert answer[1] == refusals


def test_one_score_is_no_spread_to_open() -> None:
    one = done(hand_in(NEW, "Ada", BlindScore({OCC: 5})))
    assert open_round(one, "Ada") == (one, (TeamRefusal.TOO_FEW,))


def test_consensus_waits_for_everybody_and_keeps_who_does_not_agree() -> None:
    one = agreed()
    assert one.state is RoundState.AGREED
    assert one.waits_for == {"Ada", "Ben", "Cy"}
    one = done(sign(done(sign(one, "Ada")), "Ben", "It was three in May alone."))
    assert agreed_score(one, OCC) is None
    one = done(sign(one, "Cy"))
    score = agreed_score(one, OCC)
    assert score is not None
    assert (score.rating, score.by, score.why) == (4, ("Ada", "Cy"), "Both shifts count.")
    assert score.votes == (Vote("Ada", 3), Vote("Ben", 4))
    assert one.consensus is not None
    assert one.consensus.dissent == {"Ben": "It was three in May alone."}
    assert agreed_score(one, DET) is None


def test_who_signed_signs_again_when_the_team_agrees_on_something_else() -> None:
    one = done(sign(agreed(), "Ada"))
    again = done(agree(one, "Ada", {OCC: 5}, "May counts."))
    assert again.waits_for == {"Ada", "Ben", "Cy"}
    assert again.scores == one.scores


def test_a_consensus_outside_what_anybody_gave_is_told() -> None:
    one = opened(ada=3, ben=5)
    assert outside_spread(one, {SEV: 10, OCC: 3, DET: 5}) == ()
    assert outside_spread(one, {SEV: 9, OCC: 6, DET: 4}) == (SEV, OCC, DET)


@pytest.mark.parametrize(("ada", "ben", "is_far"), [(3, 5, False), (3, 6, True), (6, 3, True), (4, 4, False)])
def test_three_ratings_apart_is_far(ada: int, ben: int, is_far: bool) -> None:
    found = spread(opened(ada, ben), OCC)
    assert found is not None
    assert (found.low, found.high, found.median) == (min(ada, ben), max(ada, ben), (ada + ben) / 2)
    assert found.is_far_apart is is_far


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 10), min_size=2), st.sampled_from("abcdefgh")
)
def test_no_order_of_doings_shows_a_rating_before_its_round_is_open(
    ratings: dict[str, int], viewer: str
) -> None:
    one = replace(NEW, team=frozenset("abcdefgh"), leads=frozenset("a"))
    for person, rating in ratings.items():
        one = done(hand_in(one, person, BlindScore({OCC: rating})))
        assert set(seen_by(one, viewer)) <= {viewer}
    found = spread(done(open_round(one, "a")), OCC)
    assert found is not None
    assert found.ratings == tuple(sorted(ratings.values()))
