"""The constants of control charts: beside printed tables, closed forms, scipy's own range and chance."""

from math import asin, pi, sqrt

import numpy as np
import pytest
from scipy import stats

from cpv.rules.basis import Why
from cpv.rules.constants import A2, A3, B3, B4, D3, D4, E2, c4, c5, d2, d3, d4
from tests.cpv.rules.given import why

# Montgomery, Introduction to Statistical Quality Control, Appendix VI (the same numbers as ASTM MNL 7, table 49):
# n, A2, A3, c4, B3, B4, d2, d3, D3, D4
APPENDIX_VI = """
2  1.880 2.659 0.7979 0     3.267 1.128 0.853 0     3.267
3  1.023 1.954 0.8862 0     2.568 1.693 0.888 0     2.574
4  0.729 1.628 0.9213 0     2.266 2.059 0.880 0     2.282
5  0.577 1.427 0.9400 0     2.089 2.326 0.864 0     2.114
6  0.483 1.287 0.9515 0.030 1.970 2.534 0.848 0     2.004
7  0.419 1.182 0.9594 0.118 1.882 2.704 0.833 0.076 1.924
8  0.373 1.099 0.9650 0.185 1.815 2.847 0.820 0.136 1.864
9  0.337 1.032 0.9693 0.239 1.761 2.970 0.808 0.184 1.816
10 0.308 0.975 0.9727 0.284 1.716 3.078 0.797 0.223 1.777
11 0.285 0.927 0.9754 0.321 1.679 3.173 0.787 0.256 1.744
12 0.266 0.886 0.9776 0.354 1.646 3.258 0.778 0.283 1.717
13 0.249 0.850 0.9794 0.382 1.618 3.336 0.770 0.307 1.693
14 0.235 0.817 0.9810 0.406 1.594 3.407 0.763 0.328 1.672
15 0.223 0.789 0.9823 0.428 1.572 3.472 0.756 0.347 1.653
16 0.212 0.763 0.9835 0.448 1.552 3.532 0.750 0.363 1.637
17 0.203 0.739 0.9845 0.466 1.534 3.588 0.744 0.378 1.622
18 0.194 0.718 0.9854 0.482 1.518 3.640 0.739 0.391 1.608
19 0.187 0.698 0.9862 0.497 1.503 3.689 0.734 0.403 1.597
20 0.180 0.680 0.9869 0.510 1.490 3.735 0.729 0.415 1.585
21 0.173 0.663 0.9876 0.523 1.477 3.778 0.724 0.425 1.575
22 0.167 0.647 0.9882 0.534 1.466 3.819 0.720 0.434 1.566
23 0.162 0.633 0.9887 0.545 1.455 3.858 0.716 0.443 1.557
24 0.157 0.619 0.9892 0.555 1.445 3.895 0.712 0.451 1.548
25 0.153 0.606 0.9896 0.565 1.435 3.931 0.708 0.459 1.541
"""
COLUMNS = (A2, A3, c4, B3, B4, d2, d3, D3, D4)
ROWS = [line.split() for line in APPENDIX_VI.split("\n") if line]


# Where the table was made of constants that were rounded before: its last digit is one off.
SLIPS = {"3 D4", "18 D4", "19 d3", "19 D3", "19 D4", "22 D3", "22 D4", "24 D3"}


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_every_factor_is_the_printed_one_to_its_last_digit(row):
    for function, printed in zip(COLUMNS, row[1:], strict=True):
        digits = len(printed.partition(".")[2])
        found = function(int(row[0]))
        if f"{row[0]} {function.__name__}" in SLIPS:
            assert abs(found - float(printed)) < 10**-digits
        else:
            assert round(found, digits) == float(printed), function.__name__


def test_closed_forms():
    assert d2(2) == pytest.approx(2 / sqrt(pi), abs=1e-13)
    assert d2(3) == pytest.approx(3 / sqrt(pi), abs=1e-13)
    assert d2(4) == pytest.approx(6 / sqrt(pi) * (0.5 + asin(1 / 3) / pi), abs=1e-13)
    assert d3(2) == pytest.approx(sqrt(2 - 4 / pi), abs=1e-11)
    assert c4(2) == pytest.approx(sqrt(2 / pi), abs=1e-15)
    assert E2(2) == pytest.approx(1.5 * sqrt(pi), abs=1e-12)  # the 2.660 of individuals


def test_median_of_the_range_is_that_of_wheelers_tables():
    # Wheeler, Advanced Topics in Statistical Process Control, factors d4 for the median range
    printed = (0.954, 1.588, 1.978, 2.257, 2.472, 2.645, 2.791, 2.915, 3.024)
    assert [round(d4(n), 3) for n in range(2, 11)] == list(printed)
    assert d4(2) == pytest.approx(0.95387, abs=1e-5)


@pytest.mark.parametrize("n", [3, 5, 10])
def test_median_of_the_range_is_scipys(n):
    assert d4(n) == pytest.approx(stats.studentized_range.ppf(0.5, n, np.inf), abs=1e-9)


@pytest.mark.parametrize(("n", "value"), [(25, 3.93062921950711), (1000, 6.48287153826688)])
def test_d2_of_large_samples(n, value):
    # by mpmath.quad at 40 digits
    assert d2(n) == pytest.approx(value, abs=1e-11)


@pytest.mark.parametrize(
    ("n", "value"),
    [
        (300, 0.99916423060734552),
        (301, 0.99916701533436221),
        (1000, 0.9997497811015132),
        (10**6, 0.99999974999978125),
    ],
)
def test_c4_of_large_samples(n, value):
    # by mpmath.loggamma at 40 digits
    assert c4(n) == pytest.approx(value, abs=1e-13)


def test_moments_beside_chance():
    drawn = np.random.default_rng(7).standard_normal((200_000, 6))
    ranges, deviations = np.ptp(drawn, axis=1), drawn.std(axis=1, ddof=1)
    error = d3(6) / sqrt(200_000)
    assert abs(ranges.mean() - d2(6)) < 4 * error
    assert abs(ranges.std() - d3(6)) < 4 * error
    assert abs(np.median(ranges) - d4(6)) < 6 * error
    assert abs(deviations.mean() - c4(6)) < 4 * c5(6) / sqrt(200_000)
    assert abs(deviations.std() - c5(6)) < 4 * c5(6) / sqrt(200_000)


def test_large_samples_stay_finite_and_in_order():
    found = [(d2(n), d3(n), d4(n), c4(n), c5(n), B3(n), D4(n)) for n in (100, 10_000, 1_000_000)]
    assert np.isfinite(found).all()
    assert found[0][0] < found[1][0] < found[2][0]
    # the largest of a million normal values follows Gumbel's law: sd of the range is pi / sqrt(6) sqrt(2) / 4.87
    assert found[2][1] == pytest.approx(pi / sqrt(3) / 4.87, rel=0.07)


@pytest.mark.parametrize("function", [c4, c5, d2, d3, d4, *COLUMNS])
@pytest.mark.parametrize("n", [1, 0, -3])
def test_one_value_has_no_constants(function, n):
    assert why(function, n) is Why.TOO_FEW
