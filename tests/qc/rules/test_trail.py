"""The audit trail, looked over up to an entry; what comes after and is out of the ordinary makes it unreviewed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from qc.rules.trail import (
    Trail,
    TrailEntry,
    TrailKind,
    TrailRefusal,
    TrailReview,
    TrailStanding,
    against_trail_review,
)

PRODUCERS = frozenset({1, 2})
CHANGE, OVERRIDE = TrailEntry(4, TrailKind.CHANGE), TrailEntry(9, TrailKind.OVERRIDE)
BOTH = (CHANGE, OVERRIDE)


def review(upto: int, by: int = 5) -> TrailReview:
    return TrailReview(by, "Quinn", upto)


@pytest.mark.requirement("URS-TRAIL-03")
@pytest.mark.parametrize(
    ("entries", "reviews", "unseen", "is_reviewed"),
    [
        pytest.param((), (), (), False, id="nothing in it, and nobody looked"),
        pytest.param((), (review(1),), (), True, id="nothing in it, and somebody looked"),
        pytest.param(BOTH, (), BOTH, False, id="nobody looked"),
        pytest.param(BOTH, (review(8),), (OVERRIDE,), False, id="one came after"),
        pytest.param(BOTH, (review(9),), (), True, id="up to the last"),
        pytest.param(BOTH, (review(12),), (), True, id="further than the last"),
        pytest.param(BOTH, (review(9), review(4)), (), True, id="the furthest counts"),
        pytest.param(BOTH, (review(9, by=1),), BOTH, False, id="who made the cells does not count"),
        pytest.param(BOTH, (review(4), review(9, by=2)), (OVERRIDE,), False, id="nor beside one who does"),
    ],
)
def test_what_is_unreviewed(entries, reviews, unseen, is_reviewed):
    trail = Trail(entries, reviews, last=12)
    assert trail.unreviewed(PRODUCERS) == unseen
    assert trail.is_reviewed(PRODUCERS) is is_reviewed


CASES = [
    (12, 5, ()),
    (5, 5, ()),
    (12, 1, (TrailRefusal.BY_A_PRODUCER,)),
    (13, 5, (TrailRefusal.BEYOND_THE_END,)),
    (4, 5, (TrailRefusal.SEEN_ALREADY,)),
    (0, 5, (TrailRefusal.SEEN_ALREADY,)),
]


@pytest.mark.parametrize(("upto", "who", "expected"), CASES)
def test_looking_over(upto, who, expected):
    trail = Trail(BOTH, (review(4),), last=12)
    assert against_trail_review(trail, upto, who, PRODUCERS) == expected


def test_every_refusal_is_met():
    assert {code for *_rest, codes in CASES for code in codes} == set(TrailRefusal)


def at(hour: int) -> datetime:
    return datetime(2026, 3, 1, hour, tzinfo=UTC)


EARLY, LATE = replace(CHANGE, at=at(4)), replace(OVERRIDE, at=at(9))


def read(upto: int, hour: int) -> TrailReview:
    return replace(review(upto), at=at(hour))


@pytest.mark.requirement("URS-TRAIL-03")
@pytest.mark.parametrize(
    ("reviews", "let_go_at", "expected"),
    [
        pytest.param((), None, TrailStanding.DUE, id="not let go yet"),
        pytest.param((read(4, 5),), None, TrailStanding.DUE, id="one came after the review"),
        pytest.param((read(9, 10),), None, TrailStanding.REVIEWED, id="all was seen"),
        pytest.param((read(4, 5), read(9, 10)), at(6), TrailStanding.REVIEWED, id="seen after it was let go"),
        pytest.param((read(4, 5),), at(6), TrailStanding.DUE, id="one came after it was let go"),
        pytest.param((read(4, 5),), at(9), TrailStanding.OVERDUE, id="one was there when it was let go"),
        pytest.param((), at(3), TrailStanding.OVERDUE, id="let go, and nobody looked"),
    ],
)
def test_how_a_review_stands(reviews, let_go_at, expected):
    assert Trail((EARLY, LATE), reviews, last=12).standing(PRODUCERS, let_go_at) is expected


def test_a_trail_is_told_as_it_was_at_a_moment():
    trail = Trail((EARLY, LATE), (read(4, 5), read(9, 10)), last=12)
    assert trail.before(at(9)) == Trail((EARLY,), (read(4, 5),), last=12)
    assert trail.before(at(9)).standing(PRODUCERS, None) is TrailStanding.REVIEWED
