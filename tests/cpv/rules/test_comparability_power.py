"""Power of equivalence tests: published numbers, Owen's Q by another way, simulation, boundaries."""

from math import inf, log, nan, sqrt

import numpy as np
import pytest
from scipy import integrate, special, stats

from cpv.rules.basis import Why
from cpv.rules.comparability.basis import Design, Margin, Scale
from cpv.rules.comparability.power import (
    Expected,
    groups_for_power,
    lots_after_for_power,
    pairs_for_power,
    power_of_groups,
    power_of_pairs,
    sd_of_differences,
)
from tests.cpv.rules.given import why

SAME = Expected(1.0, 1.0)


def owens_q(df: float, t: float, delta: float, limit: float) -> float:
    """Owen, Biometrika 52 (1965): the integral as it stands there, by adaptive quadrature."""

    def integrand(x: float) -> float:
        return float(stats.norm.cdf(t * x / sqrt(df) - delta) * stats.chi.pdf(x, df))

    return float(integrate.quad(integrand, 0, limit, epsabs=1e-12, epsrel=1e-10, limit=400)[0])


def by_owen(df: float, room: tuple[float, float], alpha: float = 0.05) -> float:
    """Power by the difference of two values of Owen's Q; room is (limit - delta) / sd of the estimate."""
    t = float(stats.t.isf(alpha, df))
    limit = sqrt(df) * (room[1] - room[0]) / (2 * t)
    return owens_q(df, -t, -room[1], limit) - owens_q(df, t, -room[0], limit)


def simulated(n: tuple[int, int], size: float, expected: Expected, *, welch: bool, runs: int) -> float:
    """The share of simulated exercises whose interval lies inside the margin, each computed from its lots."""
    rng = np.random.default_rng(20260720)
    one = rng.normal(0, expected.sd_reference, (runs, n[0]))
    two = rng.normal(expected.difference, expected.sd_test, (runs, n[1]))
    v1, v2 = one.var(axis=1, ddof=1), two.var(axis=1, ddof=1)
    df = np.full(runs, sum(n) - 2.0)
    error = ((n[0] - 1) * v1 + (n[1] - 1) * v2) / df * (1 / n[0] + 1 / n[1])
    if welch:
        error = v1 / n[0] + v2 / n[1]
        df = error**2 / ((v1 / n[0]) ** 2 / (n[0] - 1) + (v2 / n[1]) ** 2 / (n[1] - 1))
    reach = special.stdtrit(df, 0.95) * np.sqrt(error)
    return float((np.abs(two.mean(axis=1) - one.mean(axis=1)) + reach < size).mean())


# The numbers that decide the design: two groups of five reach .42 where five pairs reach .74, and so on.
def test_five_lots_a_side_have_42_per_cent_and_ten_89() -> None:
    margin = Margin.within(1.5)
    assert power_of_groups((5, 5), margin, SAME, design=Design.POOLED) == pytest.approx(0.42, abs=0.005)
    assert power_of_groups((10, 10), margin, SAME, design=Design.POOLED) == pytest.approx(0.89, abs=0.005)


def test_five_pairs_have_74_per_cent_and_three_33() -> None:
    assert power_of_pairs(5, Margin.within(1.5), 1.0) == pytest.approx(0.74, abs=0.0051)
    assert power_of_pairs(3, Margin.within(1.5), 1.0) == pytest.approx(0.33, abs=0.005)


@pytest.mark.parametrize(
    ("size", "total_80", "total_90"), [(1.0, 36, 46), (1.5, 18, 22), (2.0, 12, 14)], ids=str
)
@pytest.mark.parametrize("design", [Design.POOLED, Design.WELCH])
def test_lots_in_all_for_80_and_90_per_cent(
    size: float, total_80: int, total_90: int, design: Design
) -> None:
    for power, total in ((0.8, total_80), (0.9, total_90)):
        found = groups_for_power(power, Margin.within(size), SAME, design=design)
        assert found.n_reference + found.n_test == total
        assert found.power >= power
        fewer = (found.n_reference - 1, found.n_test - 1)
        assert power_of_groups(fewer, Margin.within(size), SAME, design=design) < power


@pytest.mark.parametrize(
    ("cv", "per_sequence", "power"), [(0.20, 10, 0.834680), (0.25, 14, 0.807439), (0.30, 20, 0.815845)]
)
def test_published_powers_of_average_bioequivalence(cv: float, per_sequence: int, power: float) -> None:
    """R package PowerTOST, README: sampleN.TOST for a 2x2 crossover, ratio .95, limits .8 to 1.25.

    The crossover's standard error is sqrt(2 mse / n) on n - 2 degrees of freedom, with mse = ln(1 + CV^2): that of two
    groups of n/2 each with variance mse/2.
    """
    sd = sqrt(log(1 + cv**2) / 2)
    margin, expected = Margin(0.8, 1.25, Scale.LOG), Expected(sd, sd, log(0.95))
    n = (per_sequence, per_sequence)
    assert power_of_groups(n, margin, expected, design=Design.POOLED) == pytest.approx(power, abs=1e-6)


@pytest.mark.parametrize("n", [(3, 3), (4, 9), (25, 12)])
@pytest.mark.parametrize("size", [0.7, 1.5, 4.0])
@pytest.mark.parametrize("difference", [0.0, 0.4])
def test_pooled_power_is_owens_q(n: tuple[int, int], size: float, difference: float) -> None:
    expected = Expected(1.3, 1.3, difference)
    sd = 1.3 * sqrt(1 / n[0] + 1 / n[1])
    room = ((-size - difference) / sd, (size - difference) / sd)
    found = power_of_groups(n, Margin.within(size), expected, design=Design.POOLED)
    assert found == pytest.approx(by_owen(sum(n) - 2, room), abs=1e-9)


@pytest.mark.parametrize("n", [3, 4, 7, 60])
def test_paired_power_is_owens_q(n: int) -> None:
    room = ((-1 - 0.2) * sqrt(n) / 0.8, (1 - 0.2) * sqrt(n) / 0.8)
    found = power_of_pairs(n, Margin.within(1), 0.8, difference=0.2)
    assert found == pytest.approx(by_owen(n - 1, room), abs=1e-9)


def test_one_limit_is_the_noncentral_t() -> None:
    """Where only one side is tested nothing is cut off: P(T' > t), T' noncentral t (scipy)."""
    found = power_of_pairs(6, Margin(lower=-1.2, upper=None), 1.1)
    t = stats.t.isf(0.05, 5)
    assert found == pytest.approx(stats.nct.sf(t, 5, 1.2 / (1.1 / sqrt(6))), abs=1e-9)


def test_for_few_lots_the_noncentral_t_alone_is_wrong() -> None:
    """The shortcut 1 - beta = P(T1) + P(T2) - 1 forgets that both must succeed with one standard error."""
    t, room = stats.t.isf(0.05, 2), 1.5 / (1 / sqrt(3))
    shortcut = max(0.0, 2 * float(stats.nct.sf(t, 2, room)) - 1)
    assert power_of_pairs(3, Margin.within(1.5), 1.0) - shortcut > 0.05


@pytest.mark.parametrize(
    ("n", "size", "expected", "welch"),
    [
        ((5, 5), 1.5, SAME, False),
        ((5, 5), 1.5, SAME, True),
        ((4, 12), 3.0, Expected(1.0, 2.5, 0.5), True),
        ((12, 4), 3.0, Expected(1.0, 2.5, -0.5), True),
        ((10, 4), 2.5, Expected(0.6, 1.8), False),
        ((3, 40), 2.0, Expected(1.0, 0.7, 0.3), True),
    ],
)
def test_power_is_what_simulation_finds(
    n: tuple[int, int], size: float, expected: Expected, welch: bool
) -> None:
    runs = 30_000
    design = Design.WELCH if welch else Design.POOLED
    power = power_of_groups(n, Margin.within(size), expected, design=design)
    error = sqrt(power * (1 - power) / runs)
    assert simulated(n, size, expected, welch=welch, runs=runs) == pytest.approx(power, abs=3.5 * error)


def test_paired_power_is_what_simulation_finds_from_correlated_halves() -> None:
    runs, sd, rho = 30_000, 1.4, 0.6
    rng = np.random.default_rng(7)
    cover = sd**2 * np.array([[1, rho], [rho, 1]])
    halves = rng.multivariate_normal([0, 0], cover, (runs, 5))
    difference = halves[:, :, 1] - halves[:, :, 0]
    reach = stats.t.isf(0.05, 4) * difference.std(axis=1, ddof=1) / sqrt(5)
    shown = np.abs(difference.mean(axis=1)) + reach < 2.0
    power = power_of_pairs(5, Margin.within(2.0), sd_of_differences(sd, rho))
    assert shown.mean() == pytest.approx(power, abs=3.5 * sqrt(power * (1 - power) / runs))


def test_at_the_limit_the_power_is_no_more_than_alpha() -> None:
    for n in (4, 10, 50):
        assert (
            power_of_groups((n, n), Margin.within(2), Expected(1, 1, 2.0), design=Design.POOLED) < 0.05 + 1e-9
        )
    many = power_of_groups((500, 500), Margin.within(2), Expected(1, 1, 2.0), design=Design.POOLED)
    assert many == pytest.approx(0.05, abs=1e-9)


def test_pairing_pays_when_donors_explain_half() -> None:
    """SD(diff) = sigma sqrt(2 (1 - rho)): sigma at rho = .5; at 0 pairs are worse than groups of as many lots."""
    assert sd_of_differences(3.0, 0.5) == pytest.approx(3.0)
    assert sd_of_differences(1.0, 0.0) == pytest.approx(sqrt(2))
    margin = Margin.within(1.5)
    two_groups = power_of_groups((5, 5), margin, SAME, design=Design.POOLED)
    assert power_of_pairs(5, margin, sd_of_differences(1, 0)) < two_groups
    assert power_of_pairs(5, margin, sd_of_differences(1, 0.5)) > two_groups


def test_pairs_for_a_power() -> None:
    found = pairs_for_power(0.8, Margin.within(1.5), 1.0)
    assert found.n_reference == found.n_test
    assert power_of_pairs(found.n_test, Margin.within(1.5), 1.0) == found.power >= 0.8
    assert power_of_pairs(found.n_test - 1, Margin.within(1.5), 1.0) < 0.8


def test_lots_after_the_change_for_a_given_number_before_it() -> None:
    found = lots_after_for_power(0.8, 20, Margin.within(1.5), SAME)
    assert found.n_reference == 20
    assert found.n_test < 9
    assert power_of_groups((20, found.n_test - 1), Margin.within(1.5), SAME) < 0.8 <= found.power
    # three lots before the change are too few however many follow
    assert why(lots_after_for_power, 0.99, 3, Margin.within(0.8), SAME) is Why.NOT_CONVERGED


def test_unequal_allocation() -> None:
    found = groups_for_power(0.8, Margin.within(1.5), SAME, test_per_reference=0.5)
    assert found.n_test == -(-found.n_reference // 2)
    assert why(groups_for_power, 0.8, Margin.within(1), SAME, test_per_reference=0) is Why.NOT_POSITIVE


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1e12, 1e140])
def test_the_unit_does_not_matter(scale: float) -> None:
    here = power_of_groups((4, 7), Margin.within(2), Expected(1, 1.5, 0.2))
    there = power_of_groups((4, 7), Margin.within(2 * scale), Expected(scale, 1.5 * scale, 0.2 * scale))
    assert there == pytest.approx(here, rel=1e-9)


def test_power_stays_a_share_at_its_ends() -> None:
    assert power_of_groups((3, 3), Margin.within(1e-9), SAME) == pytest.approx(0, abs=1e-12)
    assert power_of_groups((3, 3), Margin.within(1e9), SAME) == pytest.approx(1, abs=1e-9)
    assert 0.99 < power_of_groups((10**5, 10**5), Margin.within(0.05), SAME) <= 1


def test_what_cannot_be_planned_is_refused() -> None:
    one = Margin.within(1)
    assert why(power_of_groups, (2, 5), one, SAME) is Why.TOO_FEW
    assert why(power_of_pairs, 2, one, 1.0) is Why.TOO_FEW
    assert why(power_of_pairs, 3, one, 0.0) is Why.NOT_POSITIVE
    assert why(power_of_groups, (5, 5), one, Expected(1, inf)) is Why.NOT_FINITE
    assert why(power_of_groups, (5, 5), one, Expected(1, 1, nan)) is Why.NOT_FINITE
    assert why(power_of_groups, (5, 5), one, SAME, alpha=0.5) is Why.NOT_A_SHARE
    assert why(power_of_groups, (5, 5), one, SAME, design=Design.PAIRED) is Why.IDS_DIFFER
    assert why(groups_for_power, 1.0, one, SAME) is Why.NOT_A_SHARE
    assert why(groups_for_power, 0.8, one, Expected(1, 1, 1.0)) is Why.OUTSIDE_MARGIN
    assert why(groups_for_power, 0.8, Margin.within(0.001), SAME) is Why.NOT_CONVERGED
    for rho in (1.0, -1.1, nan):
        assert why(sd_of_differences, 1.0, rho) is Why.NOT_A_SHARE
