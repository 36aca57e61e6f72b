"""The multivariate EWMA: its statistic, its ARL and the limit made from it."""

import math

import numpy as np
import pytest
from scipy import stats

from cpv.rules.basis import Note, Why
from cpv.rules.mewma import LARGEST_WANTED, mewma, mewma_arl, mewma_limit
from cpv.rules.multivariate import Phase, given_reference, hotelling, reference, reference_of_groups
from tests.cpv.rules.given import why

# NIST/SEMATECH e-Handbook 6.3.4.3: ten rows simulated by Lowry et al. and the statistics printed beside them, made
# with the covariance of these ten rows, lambda .10 and the exact covariance of Z.
ROWS = [
    [-1.190, 0.590],
    [0.120, 0.900],
    [-1.690, 0.400],
    [0.300, 0.460],
    [0.890, -0.750],
    [0.820, 0.980],
    [-0.300, 2.280],
    [0.630, 1.750],
    [1.560, 1.580],
    [1.460, 3.050],
]
PRINTED = [2.1886, 2.0697, 4.8365, 3.4158, 0.7089, 0.9268, 4.0018, 6.1657, 7.8554, 14.4158]


def test_example_of_the_nist_handbook():
    of = given_reference([0, 0], np.cov(np.array(ROWS), rowvar=False))
    chart = mewma(ROWS, of, lam=0.1, limit=8.66, exact=True)
    assert chart.t2 == pytest.approx(PRINTED, abs=5e-5)
    assert np.flatnonzero(chart.beyond).tolist() == [9]


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("lam", [0.05, 0.3, 1.0])
def test_statistic_equals_a_slow_reference(exact, lam):
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(50, 3)) @ rng.normal(size=(3, 3)) + [5, 0, -2]
    of = reference(rows)
    chart = mewma(rows, of, lam=lam, limit=10.0, exact=exact)
    z, inverse = np.zeros(3), np.linalg.inv(of.covariance)
    for i, row in enumerate(rows, start=1):
        z = lam * (row - of.mean) + (1 - lam) * z
        share = lam / (2 - lam) * (1 - (1 - lam) ** (2 * i) if exact else 1)
        assert chart.vectors[i - 1] == pytest.approx(z)
        assert chart.t2[i - 1] == pytest.approx(z @ inverse @ z / share)
    assert (chart.beyond == (chart.t2 > 10)).all()


def test_without_memory_it_is_t2():
    rows = np.random.default_rng(1).normal(size=(30, 2))
    of = reference(rows)
    chart = mewma(rows, of, lam=1.0, limit=9.0)
    assert chart.t2 == pytest.approx(hotelling(rows, of, Phase.ONE).t2)
    assert mewma_limit(1.0, 200, 2) == pytest.approx(stats.chi2.isf(1 / 200, 2))
    assert mewma_arl(1.0, stats.chi2.isf(0.0027, 3), 3) == pytest.approx(1 / 0.0027)


@pytest.mark.parametrize(
    ("lam", "arl", "p", "printed"),
    [
        (0.25, 500, 4, 16.38),  # Rigdon (1995), table 1
        (0.25, 1000, 3, 15.82),  # Knoth (2017), table 2, and the next four
        (0.20, 1000, 3, 15.62),
        (0.15, 1000, 3, 15.31),
        (0.10, 1000, 3, 14.76),
        (0.05, 1000, 3, 13.60),
    ],
)
def test_limits_are_the_published_ones(lam, arl, p, printed):
    assert mewma_limit(lam, arl, p) == pytest.approx(printed, abs=0.0051)


@pytest.mark.parametrize(
    ("lam", "limit", "p", "arl"),
    [
        (0.10, 8.64, 2, 200),  # Prabhu & Runger (1997), table 3
        (0.10, 8.66, 2, 200),  # Lowry et al. (1992), simulated
        (0.10, 12.73, 4, 200),  # Runger & Prabhu (1996), table 1
        (0.10, 37.01, 20, 200),
    ],
)
def test_arls_of_published_limits(lam, limit, p, arl):
    # limits are printed to two places and were made by chains of a hundred rings, or by simulation
    assert mewma_arl(lam, limit, p) == pytest.approx(arl, rel=0.013)
    assert mewma_limit(lam, arl, p) == pytest.approx(limit, abs=0.06)


def test_one_attribute_is_the_two_sided_ewma():
    # lambda .2, L 2.86: ARL 371.1 in control, 9.8, 5.2 and 3.6 after shifts of 1, 1.5 and 2 sigma
    assert mewma_arl(0.2, 2.86**2, 1) == pytest.approx(371.1, abs=0.05)
    for shift, arl in ((1, 9.8), (1.5, 5.2), (2, 3.6)):
        assert mewma_arl(0.2, 2.86**2, 1, shift=shift) == pytest.approx(arl, abs=0.05)
        assert mewma_arl(0.2, 2.86**2, 1, shift=-shift) == mewma_arl(0.2, 2.86**2, 1, shift=shift)


# Program of Molnau et al. (2001) for the chain of Runger & Prabhu (1996), table 1, with 25 rings both ways.
@pytest.mark.parametrize(
    ("limit", "p", "arls"),
    [(12.73, 4, {0.5: 35.05, 1: 12.17}), (37.01, 20, {1: 20.17})],
)
def test_arls_after_a_shift_are_the_published_ones(limit, p, arls):
    for shift, arl in arls.items():
        assert mewma_arl(0.1, limit, p, shift=shift) == pytest.approx(arl, abs=0.006, rel=0.0006)


def test_chain_and_integral_agree_where_they_meet():
    for lam, limit, p in ((0.1, 8.64, 2), (0.05, 14.6, 6)):
        assert mewma_arl(lam, limit, p, shift=1e-9) == pytest.approx(mewma_arl(lam, limit, p), rel=0.025)


def simulated_lengths(rng, shift, *, runs, lam, limit):
    """Run lengths of independent charts of two attributes, row after row."""
    z = np.zeros((runs, 2))
    lengths, going, row = np.zeros(runs), np.arange(runs), 0
    while going.size:
        row += 1
        z = lam * (rng.standard_normal(z.shape) + np.array([shift, 0])) + (1 - lam) * z
        out = (z**2).sum(axis=1) * (2 - lam) / lam > limit
        lengths[going[out]] = row
        z, going = z[~out], going[~out]
    return lengths


@pytest.mark.parametrize(("shift", "runs"), [(0.0, 6000), (1.0, 6000)])
def test_arls_by_simulation(shift, runs):
    lengths = simulated_lengths(np.random.default_rng(17), shift, runs=runs, lam=0.1, limit=8.64)
    error = lengths.std() / math.sqrt(runs)
    assert lengths.mean() == pytest.approx(mewma_arl(0.1, 8.64, 2, shift=shift), abs=4 * error)


@pytest.mark.parametrize(
    ("lam", "arl", "p"), [(0.02, 1e7, 3), (0.05, 50, 10), (0.5, 1.5, 1), (0.99, 370, 8), (1.0, 1e7, 2)]
)
def test_a_limit_has_the_arl_it_was_made_for(lam, arl, p):
    assert mewma_arl(lam, mewma_limit(lam, arl, p), p) == pytest.approx(arl, rel=1e-6)


def test_limits_rise_with_the_arl_and_with_lambda():
    limits = [mewma_limit(lam, 200, 2) for lam in (0.05, 0.1, 0.2, 1.0)]
    assert limits == sorted(limits)
    assert mewma_limit(0.1, 100, 2) < mewma_limit(0.1, 200, 2) < mewma_limit(0.1, 200, 3)


def test_pitfall_18_it_starts_at_the_mean_and_not_at_the_first_row():
    of = given_reference([10, 10], np.eye(2))
    chart = mewma([[14, 10]], of, lam=0.1, limit=8.64)
    assert chart.vectors[0] == pytest.approx([0.4, 0])
    assert chart.t2[0] == pytest.approx(0.16 / (0.1 / 1.9))


def test_a_row_with_a_gap_is_left_out_and_z_carried():
    of = given_reference([0, 0], np.eye(2))
    rows = np.array(ROWS)
    holed = np.insert(rows, 4, [np.nan, 1.0], axis=0)
    whole, gap = (mewma(x, of, lam=0.2, limit=9.0, exact=True) for x in (rows, holed))
    assert gap.left_out == (4,)
    assert gap.notes == (Note.MISSING_LEFT_OUT, Note.GAPS_CARRIED)
    assert np.isnan(gap.t2[4])
    assert np.delete(gap.t2, 4) == pytest.approx(whole.t2)
    nothing = mewma([[np.nan, np.nan]], of, lam=0.2, limit=9.0)
    assert nothing.left_out == (0,)
    assert not nothing.beyond.any()


def test_of_subgroups_the_means_are_charted():
    groups = np.random.default_rng(2).normal(size=(15, 4, 2))
    of = reference_of_groups(groups)
    chart = mewma(groups.mean(axis=1), of, lam=1.0, limit=9.0)
    assert chart.t2 == pytest.approx(hotelling(groups, of, Phase.ONE).t2)


def test_what_cannot_be_asked_is_refused_with_its_reason():
    of = given_reference([0, 0], np.eye(2))
    for lam in (0, 0.005, 1.1, math.nan):
        assert why(mewma, ROWS, of, lam=lam, limit=9.0) is Why.OUT_OF_RANGE
        assert why(mewma_arl, lam, 9.0, 2) is Why.OUT_OF_RANGE
        assert why(mewma_limit, lam, 200, 2) is Why.OUT_OF_RANGE
    assert why(mewma, ROWS, of, lam=0.1, limit=0) is Why.NOT_POSITIVE
    assert why(mewma_arl, 0.1, math.inf, 2) is Why.NOT_FINITE
    assert why(mewma_arl, 0.1, 9.0, 2, shift=math.nan) is Why.NOT_FINITE
    assert why(mewma_arl, 0.1, 9.0, 0) is Why.OUT_OF_RANGE
    assert why(mewma_limit, 0.1, 200, 0) is Why.OUT_OF_RANGE
    for arl in (1, LARGEST_WANTED * 2, math.nan):
        assert why(mewma_limit, 0.1, arl, 2) is Why.OUT_OF_RANGE
    # ARLs beyond 10^10: seen at once, seen in the answer, and a chain that nothing ever leaves
    assert why(mewma_arl, 0.1, 1e6, 2) is Why.NOT_CONVERGED
    assert why(mewma_arl, 0.1, 47.0, 2) is Why.NOT_CONVERGED
    assert why(mewma_arl, 0.1, 1e7, 1, shift=0.001) is Why.NOT_CONVERGED
    assert why(mewma, [[1, 2, 3]], of, lam=0.1, limit=9.0) is Why.SIZES_DIFFER
    assert why(mewma, [[1, math.inf]], of, lam=0.1, limit=9.0) is Why.NOT_FINITE
    assert why(mewma, [1, 2], of, lam=0.1, limit=9.0) is Why.NOT_TWO_DIMENSIONAL


@pytest.mark.parametrize("units", [(1e-12, 1e12), (1e12, 1e12)])
def test_units_change_nothing(units):
    rows = np.array(ROWS)
    plain = mewma(rows, reference(rows), lam=0.1, limit=9.0)
    scaled = mewma(rows * units, reference(rows * units), lam=0.1, limit=9.0)
    assert scaled.t2 == pytest.approx(plain.t2)


def test_a_million_rows():
    rows = np.random.default_rng(1).standard_normal((1_000_000, 2))
    chart = mewma(rows, given_reference([0, 0], np.eye(2)), lam=0.1, limit=8.64, exact=True)
    assert np.isfinite(chart.t2).all()
    # in the long run Z is normal with the covariance it is measured by
    assert np.mean(chart.t2) == pytest.approx(2, abs=0.05)
