"""Limit sets: what is proposed from how many batches, and the document that freezes it."""

import copy
from typing import Any

import numpy as np
import pytest

from cpv.rules import censored
from cpv.rules.basis import Estimator, LimitStatus, Why
from cpv.rules.preliminary import prediction_factor
from cpv.rules.programme.limit_set import (
    Baseline,
    LimitSet,
    code_of,
    digest_of,
    parse,
    problems,
    proposed,
    written,
)
from cpv.rules.programme.plan import Parameter, ScalePlan, Source, SourceKind
from cpv.rules.transforms import Scale, identity
from people.rules.documents import content_problems
from people.rules.fields import code_problem
from tests.cpv.rules.given import why

PLAIN = Parameter("DAYS", "Days", Source(SourceKind.EXTERNAL))
VIABILITY = Parameter(
    "VIABILITY", "Viability", Source(SourceKind.EXTERNAL), scale=ScalePlan(Scale.LOGIT, 0.1)
)


def normal(n: int) -> Any:
    return np.random.default_rng(n).normal(10, 2, n)


def a_set(n: int = 40) -> LimitSet:
    transformation, limits = proposed(VIABILITY, np.linspace(85, 97, n) + np.tile([0.0, 1.0], n)[:n])
    baseline = Baseline("B1", f"B{n}", "ab" * 32, ("B7",))
    return LimitSet(
        "CD19", "VIABILITY", ("CELLS",), transformation, limits, baseline, "Forty batches of one process."
    )


def test_under_15_there_are_none():
    assert why(proposed, PLAIN, normal(14)) is Why.TOO_FEW


@pytest.mark.parametrize("n", [15, 29])
def test_from_15_they_are_preliminary_and_as_wide_as_few_batches_ask(n):
    values = normal(n)
    transformation, limits = proposed(PLAIN, values)
    assert (transformation, limits.status) == (identity(), LimitStatus.PRELIMINARY)
    assert limits.upper == pytest.approx(values.mean() + prediction_factor(n, 0.0027, 1) * values.std(ddof=1))


def test_from_30_they_are_three_sigma_of_moving_ranges():
    values = normal(30)
    _transformation, limits = proposed(PLAIN, values)
    assert (limits.status, limits.estimator, limits.multiple) == (
        LimitStatus.LONG_TERM,
        Estimator.MR_BAR,
        3.0,
    )
    assert limits.sigma == pytest.approx(np.abs(np.diff(values)).mean() / 1.128379, rel=1e-6)


def test_a_gap_counts_for_no_batch_and_no_range():
    values = normal(31)
    values[12] = np.nan
    _transformation, limits = proposed(PLAIN, values)
    ranges = np.abs(np.diff(values))
    assert (limits.n, limits.status) == (30, LimitStatus.LONG_TERM)
    assert limits.sigma == pytest.approx(np.nanmean(ranges) / 1.128379, rel=1e-6)


def test_a_constant_parameter_has_none():
    for n in (20, 40):
        assert why(proposed, PLAIN, [5.0] * n) is Why.CONSTANT


def test_percentages_are_limited_where_percentages_are():
    found = a_set()
    band = found.transformation.band(found.limits)
    assert 0 < band.lower < band.center < band.upper < 100
    assert found.limits.upper > 0, "on the scale of log odds"


def test_a_power_is_estimated_once_and_kept():
    skewed = np.exp(np.random.default_rng(3).normal(0, 0.6, 60))
    transformation, _limits = proposed(
        Parameter("V", "V", PLAIN.source, scale=ScalePlan(Scale.BOX_COX)), skewed
    )
    assert transformation.n == 60
    assert transformation.power == pytest.approx(0, abs=0.35)


def test_bounds_in_a_baseline_are_no_values():
    """Limits are those of the likelihood; putting the bound in their place would make sigma too small."""
    skewed = np.exp(np.random.default_rng(8).normal(0, 0.6, 60))
    below = skewed < 0.8
    values = np.where(below, 0.8, skewed)
    own = Parameter("V", "V", PLAIN.source, scale=ScalePlan(Scale.LOG))
    _scale, limits = proposed(own, values, below)
    fit = censored.fit(censored.left_censored(np.log(values), below))
    assert (limits.center, limits.sigma) == (fit.mu, fit.sigma)
    assert limits.upper == pytest.approx(fit.mu + 3 * fit.sigma)
    assert limits.estimator is Estimator.LIKELIHOOD
    _scale, substituted = proposed(own, values)
    assert substituted.sigma < limits.sigma


def test_few_results_with_bounds_have_wider_limits():
    skewed = np.exp(np.random.default_rng(8).normal(0, 0.6, 20))
    _scale, limits = proposed(PLAIN, np.maximum(skewed, 0.8), skewed < 0.8)
    assert limits.multiple == pytest.approx(prediction_factor(20))


def test_what_is_written_reads_as_the_same_again():
    found = a_set()
    content = written(found)
    assert content_problems(content) == (), "no float has one canonical form"
    assert parse(content) == (found, ())


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("limits", "sigma"), "0.0", "not_positive"),
        (("limits", "sigma"), "0.10", "not_decimal_text"),
        (("limits", "sigma"), 0.1, "not_decimal_text"),
        (("limits", "center"), None, "required"),
        (("limits", "upper"), "-9.0", "limits_crossed"),
        (("limits", "n"), 14, "out_of_range"),
        (("limits", "estimator"), "guess", "not_choice"),
        (("limits", "notes"), ["so"], "not_choice"),
        (("transformation", "floor"), "70.0", "not_a_transformation"),
        (("transformation", "scale"), "square", "not_choice"),
        (("baseline", "sha256"), "", "required"),
        (("justification",), "", "required"),
        (("colour",), "red", "unknown_field"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(path, value, code):
    content = copy.deepcopy(written(a_set()))
    place = content
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    at = "transformation" if code == "not_a_transformation" else ".".join(path)
    assert [(fault.path, fault.code) for fault in problems(content)] == [(at, code)]


def test_the_code_is_a_code_and_of_one_stratum_alone():
    codes = {code_of("CD19", "VIABILITY", stratum) for stratum in (("CELLS",), ("OTHER",), (), ("CE", "LLS"))}
    assert len(codes) == 4
    assert not any(code_problem(code) for code in codes)


def test_the_digest_of_a_baseline_follows_its_values_and_their_order():
    first = digest_of(["A", "B"], [1.0, 2.0])
    others = [digest_of(["B", "A"], [2.0, 1.0]), digest_of(["A", "B"], [1.0, 2.5]), digest_of(["A"], [1.0])]
    assert first not in others
