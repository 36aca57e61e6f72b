"""Evidence from counts: scipy, a grid added up, coverage over simulated sites, and everything at the edge."""

from itertools import pairwise
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cpv.rules.basis import Why
from fmea.rules.bands import Bands, Ladder, rating_at, read_bands
from fmea.rules.evidence import (
    JEFFREYS,
    Claim,
    Evidence,
    Note,
    Prior,
    Standing,
    claims,
    masses_of,
    most_probable,
    occurrence_from_counts,
    posterior_of,
    zero_events_needed,
)
from tests.fmea.rules.evidence_given import CENTRE, MISSES, Grid, refusal


@pytest.mark.parametrize(
    ("events", "n", "prior"),
    [
        (0, 0, JEFFREYS),
        (0, 300, JEFFREYS),
        (3, 6000, JEFFREYS),
        (7, 7, JEFFREYS),
        (40, 10_000_000, JEFFREYS),
        (12, 500, Prior(2.0, 198.0)),
    ],
)
def test_a_share_is_what_scipy_says(events: int, n: int, prior: Prior) -> None:
    found = occurrence_from_counts(events, n, CENTRE, prior)
    beta = stats.beta(prior.a + events, prior.b + n - events)
    expected = (beta.median(), beta.mean(), *beta.interval(0.95), beta.ppf(0.95))
    shown = found.estimate
    assert (shown.median, shown.mean, shown.low, shown.high, shown.upper) == pytest.approx(expected, rel=1e-9)
    assert found.masses == pytest.approx(
        [beta.cdf(high) - beta.cdf(low) for _, low, high in CENTRE], abs=1e-12
    )


@pytest.mark.parametrize(("events", "n"), [(0, 50), (2, 300), (150, 299)])
def test_a_share_is_what_a_grid_adds_up_to(events: int, n: int) -> None:
    grid = Grid(lambda p: (events - 0.5) * np.log(p) + (n - events - 0.5) * np.log1p(-p), 1.0)
    found = occurrence_from_counts(events, n, CENTRE)
    assert found.estimate.mean == pytest.approx(grid.mean(), rel=1e-4)
    ends = (found.estimate.low, found.estimate.median, found.estimate.high, found.estimate.upper)
    assert ends == pytest.approx([grid.quantile(p) for p in (0.025, 0.5, 0.975, 0.95)], rel=2e-3, abs=1e-9)
    assert found.masses == pytest.approx([grid.mass(low, high) for _, low, high in CENTRE], abs=1e-3)


def simulated(prior: Prior, n: int, seed: int, bands: Ladder) -> list[tuple[Evidence, float]]:
    """A thousand sites whose true rates come from the stated prior."""
    rng = np.random.default_rng(seed)
    true = rng.beta(prior.a, prior.b, 1000)
    events = rng.binomial(n, true)
    return [
        (occurrence_from_counts(int(x), n, bands, prior), float(p)) for x, p in zip(events, true, strict=True)
    ]


@pytest.mark.parametrize(
    ("prior", "n", "seed"),
    [
        (JEFFREYS, 40, 1),
        (JEFFREYS, 3000, 2),
        (Prior(1.2, 240.0), 60_000, 3),
        (Prior(0.5, 100.0), 6000, 4),
    ],
)
def test_intervals_cover_and_sure_bands_are_right(prior: Prior, n: int, seed: int) -> None:
    bands = read_bands(CENTRE)
    sites = simulated(prior, n, seed, bands)
    covered = np.mean([one.estimate.low <= true <= one.estimate.high for one, true in sites])
    assert 0.93 <= covered <= 0.97
    below = np.mean([true <= one.estimate.upper for one, true in sites])
    assert 0.93 <= below <= 0.97
    sure = [rating_at(bands, true) == one.suggested for one, true in sites if one.probability >= 0.95]
    assert len(sure) >= 25
    assert np.mean(sure) >= 0.95


@pytest.mark.parametrize(
    ("limit", "n"),
    [(0.01, 299), (0.002, 1497), (0.0005, 5990), (0.0001, 29956), (1e-5, 299572), (1e-6, 2995731)],
)
def test_trials_without_an_event_that_a_claim_needs(limit: float, n: int) -> None:
    assert zero_events_needed(limit) == n
    assert (1 - limit) ** n <= 0.05 < (1 - limit) ** (n - 1)


def test_a_claim_of_a_rate_is_the_rule_of_three() -> None:
    """Hanley and Lippman-Hand 1983: no event in n leaves up to about 3 / n."""
    assert zero_events_needed(3 / 1000) == pytest.approx(1000, rel=0.003)
    assert zero_events_needed(0.01, confidence=0.99) == 459
    assert zero_events_needed(1.0) == zero_events_needed(inf) == 0
    assert refusal(zero_events_needed, 0.0) == (Why.NOT_POSITIVE, "limit")
    assert refusal(zero_events_needed, nan) == (Why.NOT_POSITIVE, "limit")
    assert refusal(zero_events_needed, 0.1, confidence=1.0) == (Why.NOT_A_SHARE, "confidence")


def best_supported(n: int, scale: Bands) -> int | None:
    """The best rating that so many opportunities could have shown, even had nothing failed."""
    return next((claim.rating for claim in claims(n, scale) if claim.is_within_reach), None)


def test_six_thousand_scans_cannot_show_better_than_half_a_thousandth() -> None:
    scale = (
        (2, 0.0, 1e-6),
        (3, 1e-6, 1e-5),
        (4, 1e-5, 1e-4),
        (5, 1e-4, 5e-4),
        (6, 5e-4, 2e-3),
        (10, 2e-3, 1.0),
    )
    assert best_supported(6000, scale) == 5
    assert best_supported(5989, scale) == 6
    assert best_supported(0, scale) == 10
    assert claims(6000, scale)[2:4] == (Claim(4, 1e-4, 29956, False), Claim(5, 5e-4, 5990, True))
    assert best_supported(6000, scale[:3]) is None


def test_nothing_seen_says_nothing() -> None:
    found = occurrence_from_counts(0, 0, CENTRE)
    assert (found.posterior.a, found.posterior.b) == (0.5, 0.5)
    assert set(found.notes) >= {Note.NO_TRIALS, Note.PRIOR_OUTWEIGHS, Note.FEW_DATA}
    assert {found.standing(score) for score in range(1, 11)} == {Standing.NO_EVIDENCE}
    assert found.proposal(3, above=0.1) is None
    assert best_supported(0, CENTRE) == 10


def test_no_event_never_says_that_a_score_is_too_low() -> None:
    """The equal-tailed interval begins above 0 all the same, which is the prior's doing (Brown et al. 2001)."""
    found = occurrence_from_counts(0, 40, CENTRE)
    assert found.estimate.low > CENTRE[0][2]
    assert found.standing(1) is Standing.COMPATIBLE
    assert found.standing(10) is Standing.CONTRADICTED_LOWER
    assert Note.NO_EVENTS in found.notes


def test_all_events_never_say_that_a_score_is_too_high() -> None:
    found = occurrence_from_counts(9, 9, MISSES)
    assert found.estimate.high < 1
    strict = occurrence_from_counts(9, 9, ((1, 0.0, 0.99999), (2, 0.99999, 1.0)))
    assert strict.estimate.high < 0.99999
    assert strict.standing(2) is Standing.COMPATIBLE
    assert found.standing(5) is Standing.CONTRADICTED_HIGHER
    assert Note.ALL_EVENTS in found.notes


def test_a_score_is_contradicted_where_its_band_lies_outside() -> None:
    found = occurrence_from_counts(30, 6000, CENTRE)  # about .005: ratings 6 and 7
    assert found.suggested in {6, 7}
    standings = {score: found.standing(score) for score in range(1, 11)}
    assert {score for score, one in standings.items() if one is Standing.CONTRADICTED_HIGHER} == {
        1,
        2,
        3,
        4,
        5,
    }
    assert {score for score, one in standings.items() if one is Standing.CONTRADICTED_LOWER} == {8, 9, 10}
    assert {standings[6], standings[7]} == {Standing.SUPPORTED, Standing.COMPATIBLE}
    assert standings[found.suggested or 0] is Standing.SUPPORTED
    assert [one.is_contradicted for one in (standings[5], standings[6], standings[8])] == [True, False, True]
    assert found.standing(None) is Standing.NOT_SCORED
    assert found.standing(11) is found.standing(0) is Standing.NOT_ON_SCALE


def test_a_band_that_touches_the_interval_is_contradicted_only_above() -> None:
    """A band has its upper end and not its lower one."""
    estimate = occurrence_from_counts(20, 1000, CENTRE).estimate
    low, high = estimate.low, estimate.high
    found = occurrence_from_counts(20, 1000, ((1, 0.0, low), (2, low, high), (3, high, 1.0)))
    assert found.standing(1) is Standing.COMPATIBLE
    assert found.standing(3) is Standing.CONTRADICTED_LOWER
    assert found.probability == pytest.approx(0.95)


def test_a_new_rating_is_proposed_only_when_it_is_more_probable_than_four_in_five() -> None:
    close, sure = occurrence_from_counts(30, 6000, CENTRE), occurrence_from_counts(21, 6000, CENTRE)
    assert close.probability < 0.8 < sure.probability
    assert close.standing(3).is_contradicted
    assert close.proposal(3) is None
    assert sure.proposal(3) == sure.suggested == 6
    assert sure.proposal(None) == 6
    assert sure.proposal(6) is None
    assert sure.proposal(3, above=sure.probability) is None
    assert close.proposal(3, above=0.5) == close.suggested


def test_the_upper_bound_has_the_cautious_rating() -> None:
    found = occurrence_from_counts(0, 300, CENTRE)
    assert found.estimate.upper == pytest.approx(stats.beta.ppf(0.95, 0.5, 300.5))
    assert found.upper_rating == 7  # .0064
    assert found.suggested == 5
    assert occurrence_from_counts(0, 300, CENTRE[:5]).upper_rating is None


def test_a_share_of_ten_million() -> None:
    found = occurrence_from_counts(5, 10_000_000, CENTRE)
    assert (found.suggested, found.upper_rating, best_supported(10_000_000, CENTRE)) == (1, 1, 1)
    assert found.probability == pytest.approx(1)
    assert occurrence_from_counts(10_000_000, 10_000_000, CENTRE).suggested == 10
    assert occurrence_from_counts(9_999_999, 10_000_000, CENTRE).masses[-1] == pytest.approx(1)


def test_rates_off_the_scale() -> None:
    found = occurrence_from_counts(0, 10_000_000, CENTRE[5:])
    assert found.suggested is None
    assert found.proposal(7, above=0.0) is None
    assert Note.OFF_SCALE in found.notes
    assert found.standing(6) is Standing.CONTRADICTED_LOWER
    assert occurrence_from_counts(90, 100, CENTRE[:5]).standing(5) is Standing.CONTRADICTED_HIGHER


def test_ratings_at_boundaries_in_gaps_and_beyond() -> None:
    bands = read_bands([(7, 0.3, 0.5), (2, 0.0, 0.1), (4, 0.1, 0.2)])
    assert [band.rating for band in bands] == [2, 4, 7]
    assert read_bands(bands) is bands
    rates = (0.0, 0.0999, 0.1, 0.2, 0.25, 0.3, 0.5, 0.51)
    assert [rating_at(bands, rate) for rate in rates] == [2, 2, 2, 4, 7, 7, 7, None]


def test_what_no_count_can_show() -> None:
    """Rating 1 of detection is what cannot be missed: a rate of 0 alone."""
    found = occurrence_from_counts(0, 5000, ((1, 0.0, 0.0), *MISSES))
    assert (found.suggested, found.masses[0], best_supported(5000, found.bands), found.upper_rating) == (
        2,
        0.0,
        2,
        2,
    )
    assert found.standing(1) is Standing.COMPATIBLE
    assert claims(5000, found.bands)[0] == Claim(1, 0.0, inf, False)
    assert rating_at(found.bands, 0.0) == 1
    assert rating_at(read_bands(MISSES), 0.0) == 2
    assert occurrence_from_counts(1, 10**6, found.bands).standing(1) is Standing.CONTRADICTED_HIGHER


def test_a_scale_without_an_end_judges_shares_alike() -> None:
    endless = (*CENTRE[:9], (10, 0.1, inf))
    closed = occurrence_from_counts(30, 200, CENTRE)
    found = occurrence_from_counts(30, 200, endless)
    assert found.masses == closed.masses
    assert (found.suggested, found.standing(9)) == (10, Standing.CONTRADICTED_HIGHER)
    assert best_supported(0, endless) == 10


def test_of_two_ratings_alike_the_worse_is_suggested() -> None:
    bands = read_bands([(1, 0.0, 0.5), (2, 0.5, 1.0)])
    assert most_probable(bands, masses_of(posterior_of(4, 8), bands))[0] == 2
    assert most_probable(bands, (0.3, 0.3)) == (None, 0.3)


@pytest.mark.parametrize(
    ("bands", "why"),
    [
        ([], Why.EMPTY),
        ([(1, 0.0, nan)], Why.NOT_FINITE),
        ([(1, -0.1, 0.5)], Why.OUT_OF_RANGE),
        ([(1, 0.2, 0.2)], Why.LIMITS_CROSSED),
        ([(1, 0.2, 0.0)], Why.LIMITS_CROSSED),
        ([(1, 0.0, 0.3), (2, 0.2, 0.5)], Why.LIMITS_CROSSED),
        ([(2, 0.0, 0.2), (1, 0.2, 0.5)], Why.LIMITS_CROSSED),
        ([(1, 0.0, 0.2), (1, 0.2, 0.5)], Why.LIMITS_CROSSED),
    ],
)
def test_scales_that_are_none(bands: list[tuple[int, float, float]], why: Why) -> None:
    assert refusal(occurrence_from_counts, 1, 10, bands) == (why, "bands")


def test_counts_that_are_none() -> None:
    assert refusal(posterior_of, 3, 2) == (Why.OUT_OF_RANGE, "events")
    assert refusal(posterior_of, -1, 2) == (Why.NOT_A_COUNT, "events")
    assert refusal(posterior_of, 1, 2.5) == (Why.NOT_A_COUNT, "n")
    one: Any = np.int64(1)
    assert posterior_of(one, 2).a == 1.5
    assert refusal(Prior, 0.5, 0.0) == refusal(Prior, 0.0, 1.0) == (Why.NOT_POSITIVE, "prior")
    assert refusal(Prior, inf, 1.0) == (Why.NOT_FINITE, "prior")
    assert refusal(posterior_of(1, 2).estimate, 1.0) == (Why.NOT_A_SHARE, "mass")
    assert refusal(posterior_of(1, 2).estimate().times, 0.0) == (Why.NOT_POSITIVE, "factor")


def test_what_is_said_of_little_data() -> None:
    assert occurrence_from_counts(5, 100, CENTRE, Prior(1.0, 99.1)).notes == (Note.PRIOR_OUTWEIGHS,)
    assert occurrence_from_counts(5, 101, CENTRE, Prior(1.0, 99.0)).notes == ()
    few = occurrence_from_counts(1, 100, CENTRE)
    assert few.notes == (Note.FEW_DATA,)
    assert few.posterior.estimate(0.5).high < few.estimate.high


@given(st.integers(0, 500), st.integers(0, 10**7), st.lists(st.floats(1e-9, 0.999), min_size=1, max_size=9))
def test_masses_add_up_and_interval_and_ratings_are_in_order(
    events: int, more: int, cuts: list[float]
) -> None:
    ends = sorted({0.0, *cuts, 1.0})
    bands = [(rating, low, high) for rating, (low, high) in enumerate(pairwise(ends))]
    found = occurrence_from_counts(events, events + more, bands)
    assert sum(found.masses) == pytest.approx(1)
    shown = found.estimate
    assert 0 <= shown.low <= shown.median <= shown.upper <= shown.high <= 1
    assert found.suggested is not None
    assert found.probability == pytest.approx(max(found.masses))
    assert found.upper_rating is not None
    assert Standing.NOT_ON_SCALE not in {found.standing(rating) for rating, _, _ in bands}
    if found.probability > 0.95:
        assert not found.standing(found.suggested).is_contradicted
    worse = occurrence_from_counts(events + 1, events + 1 + more, bands)
    assert worse.estimate.low >= shown.low * (1 - 1e-9)
    assert worse.upper_rating is not None
    assert worse.upper_rating >= found.upper_rating
