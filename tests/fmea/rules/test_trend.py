"""A live rate over windows of time, beside the band of its score."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from cpv.rules.basis import Why
from fmea.rules.bands import read_bands
from fmea.rules.evidence import (
    JEFFREYS,
    Posterior,
    Standing,
    occurrence_from_counts,
    posterior_of,
)
from fmea.rules.trend import Window, chance_higher, trend_of, windows
from tests.fmea.rules.evidence_given import CENTRE, refusal

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
MONTHS = [BEGIN + timedelta(days=30 * k) for k in range(8)]


def months(*counts: tuple[int, int]) -> list[Window]:
    """One window a month."""
    return [Window(MONTHS[k], MONTHS[k + 1], events, n) for k, (events, n) in enumerate(counts)]


def test_a_window_has_its_begin_and_not_its_end() -> None:
    second = timedelta(seconds=1)
    times = [MONTHS[2], MONTHS[0], MONTHS[1], MONTHS[1] - second, MONTHS[0] - second]
    assert windows(times, [MONTHS[1]], MONTHS[:3]) == (
        Window(MONTHS[0], MONTHS[1], 0, 2),
        Window(MONTHS[1], MONTHS[2], 1, 1),
    )
    assert refusal(windows, times, [], MONTHS[:1]) == (Why.TOO_FEW, "edges")
    assert refusal(windows, times, [], [MONTHS[1], MONTHS[1]]) == (Why.LIMITS_CROSSED, "edges")


@given(st.lists(st.integers(0, 209)), st.lists(st.integers(0, 209)))
def test_every_moment_within_is_counted_once(opportunities: list[int], events: list[int]) -> None:
    at = (
        [BEGIN + timedelta(days=day) for day in opportunities],
        [BEGIN + timedelta(days=day) for day in events],
    )
    found = windows(*at, MONTHS)
    assert (sum(one.n for one in found), sum(one.events for one in found)) == (
        len(opportunities),
        len(events),
    )
    assert [one.n for one in found] == [sum(one.start <= time < one.end for time in at[0]) for one in found]


def test_each_window_alone_and_all_up_to_it() -> None:
    found = trend_of(months((1, 500), (0, 0), (4, 600)), 5, CENTRE)
    assert found.band == CENTRE[4]
    assert found.moments[0].alone == occurrence_from_counts(1, 500, CENTRE)
    assert found.moments[1].alone is None
    assert found.moments[1].standing is Standing.NO_EVIDENCE
    assert found.moments[1].up_to == found.moments[0].up_to
    assert found.moments[2].up_to == occurrence_from_counts(5, 1100, CENTRE)
    assert found.moments[2].standing_up_to is found.moments[2].up_to.standing(5)


def test_since_when_the_score_is_contradicted() -> None:
    rising = months((0, 500), (1, 500), (9, 500), (12, 500))
    found = trend_of(rising, 5, CENTRE)
    assert [one.standing_up_to.is_contradicted for one in found.moments] == [False, False, True, True]
    assert found.contradicted_since == MONTHS[2]
    assert trend_of(rising[:2], 5, CENTRE).contradicted_since is None
    back = trend_of([*months((9, 100)), Window(MONTHS[1], MONTHS[2], 0, 20_000)], 5, CENTRE)
    assert back.moments[0].standing_up_to is Standing.CONTRADICTED_HIGHER
    assert back.contradicted_since is None


def test_a_score_that_is_missing_or_off_the_scale() -> None:
    for score, standing in ((None, Standing.NOT_SCORED), (11, Standing.NOT_ON_SCALE)):
        found = trend_of(months((9, 100)), score, CENTRE)
        assert (found.band, found.moments[0].standing, found.contradicted_since) == (None, standing, None)


def test_late_against_early() -> None:
    rising = trend_of(months((1, 900), (500, 900), (14, 900)), 5, CENTRE).rising
    assert rising == pytest.approx(chance_higher(posterior_of(14, 900), posterior_of(1, 900)))
    assert rising is not None
    assert rising > 0.99
    assert trend_of(months((3, 900)), 5, CENTRE).rising is None
    assert trend_of(months((3, 900), (0, 0)), 5, CENTRE).rising is None
    assert trend_of(months((0, 0), (3, 900)), 5, CENTRE).rising is None


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ((3, 100), (5, 90)),
        ((0, 50), (0, 5000)),
        ((0, 30), (30, 30)),
        ((2, 10**7), (6, 10**7)),
        ((50, 99), (50, 99)),
    ],
)
def test_the_chance_of_a_higher_rate_agrees_with_quadrature(
    one: tuple[int, int], two: tuple[int, int]
) -> None:
    later, earlier = posterior_of(*one), posterior_of(*two)
    law = stats.beta(earlier.a, earlier.b)
    by_quad = integrate.quad(
        lambda u: stats.beta.sf(law.ppf(u), later.a, later.b), 0, 1, limit=200, epsabs=1e-7
    )[0]
    assert chance_higher(later, earlier) == pytest.approx(by_quad, abs=1e-4)
    assert chance_higher(later, earlier) + chance_higher(earlier, later) == pytest.approx(1, abs=2e-4)


def test_the_chance_of_a_higher_rate_by_hand() -> None:
    """The greatest of uniform rates: Beta(a, 1) is higher than Beta(b, 1) with probability a / (a + b)."""
    assert chance_higher(Posterior(5.0, 1.0), Posterior(3.0, 1.0)) == pytest.approx(5 / 8, abs=1e-4)


def test_windows_that_are_none() -> None:
    assert refusal(trend_of, [], 5, CENTRE) == (Why.EMPTY, "windows")
    assert refusal(trend_of, months((0, 1), (0, 1))[::-1], 5, CENTRE) == (Why.LIMITS_CROSSED, "windows")
    assert refusal(trend_of, months((2, 1)), 5, CENTRE) == (Why.OUT_OF_RANGE, "events")


def test_a_rate_that_stands_still_is_seldom_contradicted() -> None:
    """A true rate in the middle of its band, looked at every month of half a year in 100 simulated places."""
    rng, scale = np.random.default_rng(8), read_bands(CENTRE)
    counts = rng.binomial(1000, 0.001, (100, 6))
    wrong = [
        trend_of(months(*((int(x), 1000) for x in row)), 5, scale, JEFFREYS).contradicted_since
        for row in counts
    ]
    assert sum(one is not None for one in wrong) <= 5
