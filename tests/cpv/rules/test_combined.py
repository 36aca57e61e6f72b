"""Individuals and ranges together: run lengths beside a coarse grid, chance, and the numbers of the design."""

from math import pi, sqrt

import numpy as np
import pytest
from scipy import stats

from cpv.rules import combined
from cpv.rules.basis import Why
from cpv.rules.combined import Width, arl_of_ranges, combined_arl, combined_widths
from tests.cpv.rules.given import refusal, why


def on_a_grid(inside, apart, shift=0.0, cells=1201):
    """The same chain with a state for each of many small cells; cells that the range's limit cuts count in part."""
    step = 2 * inside / cells
    y = -inside + step * (np.arange(cells) + 0.5)
    share = np.clip((apart - np.abs(y[:, None] - y)) / step + 0.5, 0, 1)
    density = stats.norm.pdf(y - shift) * step
    lengths = np.linalg.solve(np.eye(cells) - share * density, np.ones(cells))
    return 1 + density @ lengths


@pytest.mark.parametrize(
    "pair", [(3, 3.686), (3.16, 4.447), (3, 2), (3, 1.5), (3, 0.3), (2, 3), (3, 3), (2, 9)]
)
@pytest.mark.parametrize("shift", [0.0, 1.5])
def test_the_run_length_is_that_of_a_fine_grid(pair, shift):
    assert combined_arl(Width(*pair), shift) == pytest.approx(on_a_grid(*pair, shift), rel=1e-5)


@pytest.mark.parametrize("pair", [(3, 2), (2, 1.5), (3, 2.5), (3, 0.7), (3.16, 4.447)])
def test_finer_panels_change_nothing(pair, monkeypatch):
    coarse = combined_arl(Width(*pair))
    monkeypatch.setattr(combined, "_PANEL", 0.4)
    assert combined_arl(Width(*pair)) == pytest.approx(coarse, rel=2e-10)


def test_the_textbook_pair_signals_once_in_105_points():
    # 3 sigma and 3.267 MR-bar: simulated as 105.3, with 37.5, 14.6 and 6.3 at shifts of 1, 1.5 and 2 sigma
    textbook = Width(3, 2 / sqrt(pi) + 3 * sqrt(2 - 4 / pi))
    found = [combined_arl(textbook, shift) for shift in (0, 1, 1.5, 2)]
    assert found == pytest.approx([105.3, 37.5, 14.6, 6.3], abs=0.06)


def test_limits_for_370_are_those_of_the_design():
    found = combined_widths(370.0)
    assert (found.individuals, found.ranges) == pytest.approx((3.160, 4.447), abs=1e-3)
    assert found.ranges / (2 / sqrt(pi)) == pytest.approx(3.94, abs=5e-3)  # in MR-bar


@pytest.mark.parametrize("arl", [10, 100, 1000, 1e6])
def test_wanted_is_what_comes_and_neither_chart_signals_more(arl):
    found = combined_widths(arl)
    assert combined_arl(found) == pytest.approx(arl, rel=1e-6)
    assert arl_of_ranges(found.ranges) == pytest.approx(0.5 / stats.norm.sf(found.individuals), rel=1e-6)


def test_a_range_limit_that_is_never_reached_leaves_the_individuals():
    assert combined_arl(Width(3, 6.5)) == pytest.approx(0.5 / stats.norm.sf(3), rel=1e-9)


def test_run_lengths_beside_chance():
    drawn = np.random.default_rng(4).normal(size=(4000, 400))
    out = np.abs(drawn) > 2
    out[:, 1:] |= np.abs(np.diff(drawn)) > 3
    lengths = out.argmax(axis=1) + 1
    assert out.any(axis=1).all()
    assert abs(lengths.mean() - combined_arl(Width(2, 3))) < 4 * lengths.std() / sqrt(4000)


def test_a_shift_is_the_same_up_and_down():
    assert combined_arl(Width(3, 4), -1.0) == combined_arl(Width(3, 4), 1.0)


@pytest.mark.parametrize("arl", [9.9, 1.1e6, 0, -5, np.nan, np.inf])
def test_run_lengths_that_no_limits_give_are_refused(arl):
    assert refusal(combined_widths, arl) == (Why.NOT_POSITIVE, "arl")


@pytest.mark.parametrize("width", [(0, 1), (-1, None), (3, 0), (np.nan, None), (3, np.inf)])
def test_widths_that_are_none_are_refused(width):
    assert why(Width, *width) is Why.NOT_POSITIVE


def test_without_a_limit_of_ranges_there_is_nothing_to_combine():
    assert why(combined_arl, Width(3)) is Why.NO_LIMITS


def test_limits_behind_all_that_comes_are_none():
    assert combined_arl(Width(1e9, 4.447)) == pytest.approx(arl_of_ranges(4.447), rel=1e-9)
    assert combined_arl(Width(3, 1e9)) == combined_arl(Width(3, 6))
    assert combined_arl(Width(1e9, 1e-9)) == pytest.approx(2, rel=1e-6)
    assert np.isfinite(combined_arl(Width(1e9, 1e9)))


@pytest.mark.parametrize("shift", [20.1, -np.inf, np.nan])
def test_shifts_that_no_chart_needs_are_refused(shift):
    assert why(combined_arl, Width(3, 4), shift) is Why.OUT_OF_RANGE
