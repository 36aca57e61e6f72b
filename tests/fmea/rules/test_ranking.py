"""Ranks: arithmetic of products, the spread of a team's scores, and order inside a class of priority."""

from collections import Counter
from itertools import product as every

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from cpv.rules.basis import Why
from fmea.rules.evidence import Note, posterior_of
from fmea.rules.ranking import (
    Mode,
    TeamScores,
    Tie,
    arithmetic_of_products,
    expected_escapes,
    order_within_classes,
    rank_uncertainty,
    ties,
)
from tests.fmea.rules.evidence_given import refusal

CLASSES = ("H", "M", "L")


def test_published_facts_of_the_product_of_three_ratings() -> None:
    """Wheeler 2011: 120 values of 1000 triples; 60, 72 and 120 each from 24; 499 not over 100; 17 values over 500."""
    found = arithmetic_of_products()
    assert (found.triples, found.distinct, found.triples_to, found.values_over) == (1000, 120, 499, 17)
    assert (found.most_shared, found.shared_by) == ((60, 72, 120), 24)


@pytest.mark.parametrize(("top", "limit"), [(2, 3), (5, 12), (7, 60)])
def test_other_scales_are_counted_the_slow_way(top: int, limit: int) -> None:
    counts = Counter(s * o * d for s, o, d in every(range(1, top + 1), repeat=3))
    found = arithmetic_of_products(top, limit=limit)
    assert found.distinct == len(counts)
    assert found.shared_by == max(counts.values())
    assert found.most_shared == tuple(sorted(k for k, n in counts.items() if n == found.shared_by))
    assert found.triples_to == sum(n for k, n in counts.items() if k <= limit)
    assert found.values_over == sum(2 * k > top**3 for k in counts)
    assert (
        refusal(arithmetic_of_products, 1)
        == refusal(arithmetic_of_products, 101)
        == (Why.OUT_OF_RANGE, "top")
    )


def test_ties_hide_ratings_that_differ() -> None:
    modes = {
        "a": (10, 2, 3),
        "b": (3, 4, 5),
        "c": (2, 3, 10),
        "d": (9, 9, 9),
        "e": (9, 9, 9),
        "f": (5, 8, 3),
        "g": (3, 8, 5),
    }
    assert ties(modes) == (
        Tie(120, (("f", (5, 8, 3)), ("g", (3, 8, 5)))),
        Tie(60, (("a", (10, 2, 3)), ("b", (3, 4, 5)), ("c", (2, 3, 10)))),
    )


def test_scores_that_agree_leave_no_doubt() -> None:
    modes = [
        TeamScores(key, [s, s], [3, 3], [2, None, 2]) for key, s in (("low", 2), ("high", 9), ("mid", 5))
    ]
    found = {one.mode: one for one in rank_uncertainty(modes, np.random.default_rng(1), draws=50, among=2)}
    assert [found[key].median for key in ("high", "mid", "low")] == [1, 2, 3]
    assert [(found[key].low, found[key].high) for key in ("high", "low")] == [(1, 1), (3, 3)]
    assert [found[key].first for key in ("high", "mid", "low")] == [1, 0, 0]
    assert [found[key].among_first for key in ("high", "mid", "low")] == [1, 1, 0]
    assert found["mid"].notes == ()


def test_ranks_of_two_modes_have_the_probability_of_every_draw() -> None:
    """The slow way: all combinations of what the team gave, each as probable as the next."""
    one, two = TeamScores("one", [8, 6], [3, 5, 2], [4, 4]), TeamScores("two", [7, 7], [2, 4], [6, 3, 5])
    products = [
        [s * o * d for s, o, d in every(mode.severity, mode.occurrence, mode.detection) if s and o and d]
        for mode in (one, two)
    ]
    outcomes = [(a > b) + (a == b) / 2 for a, b in every(*products)]
    found = rank_uncertainty([one, two], np.random.default_rng(2), draws=20_000, among=1)
    assert found[0].first == pytest.approx(np.mean(outcomes), abs=0.012)
    assert found[0].first + found[1].first == pytest.approx(1)
    assert found[0].among_first == pytest.approx(np.mean([a > b for a, b in every(*products)]), abs=0.012)
    assert (found[0].low, found[0].high) == (1, 2)


def test_modes_alike_share_their_place() -> None:
    modes = [TeamScores(key, [5], [5], [5]) for key in "abcd"]
    found = rank_uncertainty(modes, np.random.default_rng(3), draws=10, among=2)
    assert {(one.median, one.first, one.among_first) for one in found} == {(2.5, 0.25, 0.0)}
    assert found[0].notes == (Note.TOO_FEW_SCORES,)


def test_another_priority_and_the_same_seed() -> None:
    def severity_alone(
        s: NDArray[np.int64], _o: NDArray[np.int64], _d: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        return s

    modes = [TeamScores("rare", [9, 10], [1, 1], [1, 2]), TeamScores("often", [3, 4], [10, 9], [10, 10])]
    by_product, by_severity = (
        rank_uncertainty(modes, np.random.default_rng(4), draws=100, priority=one)
        for one in (lambda s, o, d: s * o * d, severity_alone)
    )
    assert (by_product[0].median, by_severity[0].median) == (2, 1)
    again = rank_uncertainty(modes, np.random.default_rng(4), draws=100)
    assert again == by_product


def test_many_modes_come_in_blocks_and_all_of_them() -> None:
    rng = np.random.default_rng(5)
    modes = [TeamScores(str(k), *rng.integers(1, 11, (3, 4)).tolist()) for k in range(600)]
    found = rank_uncertainty(modes, rng, draws=1700)
    assert len(found) == 600
    assert sum(one.first for one in found) == pytest.approx(1)
    assert np.mean([one.median for one in found]) == pytest.approx(300.5, rel=0.02)


def test_what_cannot_be_ranked() -> None:
    rng = np.random.default_rng(6)
    assert refusal(rank_uncertainty, [], rng) == (Why.EMPTY, "modes")
    assert refusal(rank_uncertainty, [TeamScores("a", [None], [1], [1])], rng) == (Why.EMPTY, "a")
    assert refusal(rank_uncertainty, [TeamScores("a", [1], [1], [1])], rng, draws=0) == (
        Why.NOT_A_COUNT,
        "draws",
    )
    assert refusal(rank_uncertainty, [TeamScores("a", [1], [1], [1])], rng, among=0) == (
        Why.NOT_A_COUNT,
        "among",
    )


def test_expected_escapes_of_a_thousand_batches() -> None:
    found = expected_escapes(posterior_of(2, 40_000), 20)
    beta = stats.beta(2.5, 39_998.5)
    assert found.mean == pytest.approx(20_000 * beta.mean())
    assert (found.low, found.high) == pytest.approx([20_000 * end for end in beta.interval(0.95)])
    assert expected_escapes(posterior_of(2, 400), 7, batches=10).mean == pytest.approx(2.5 / 401 * 70)
    assert refusal(expected_escapes, posterior_of(1, 2), 0.0) == (Why.NOT_POSITIVE, "factor")


def test_class_then_severity_then_what_gets_through() -> None:
    modes = [
        Mode("often and mild", "H", 7, posterior_of(50, 1000)),
        Mode("rare", "H", 9, posterior_of(1, 9000)),
        Mode("unknown", "H", 9),
        Mode("less often, but on twenty occasions", "H", 9, posterior_of(1, 9100), 20.0),
        Mode("low", "L", 10, posterior_of(900, 1000)),
        Mode("medium", "M", 2, posterior_of(0, 10)),
        Mode("rare as well", "H", 9, posterior_of(1, 9000)),
    ]
    found = order_within_classes(modes, CLASSES)
    assert [(one.place, one.mode.key) for one in found] == [
        (1, "less often, but on twenty occasions"),
        (2, "rare"),
        (2, "rare as well"),
        (4, "unknown"),
        (5, "often and mild"),
        (6, "medium"),
        (7, "low"),
    ]
    assert [one.notes for one in found if one.expected is None] == [(Note.NO_EVIDENCE,)]
    assert found[1].expected == expected_escapes(posterior_of(1, 9000))
    assert order_within_classes([], CLASSES) == ()


def test_what_cannot_be_placed() -> None:
    assert refusal(order_within_classes, [Mode("a", "X", 1)], CLASSES) == (Why.OUT_OF_RANGE, "priority")
    lost = Mode("a", "H", 1, None, 0.0)
    assert refusal(order_within_classes, [lost], CLASSES) == (Why.NOT_POSITIVE, "opportunities_per_batch")
