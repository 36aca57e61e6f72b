"""Potency: curves that are known, simulated assays, and scipy's own way beside ours."""

import contextlib
from math import exp, isfinite, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from qc.rules.curves import apart, arrays, search
from qc.rules.potency import (
    Beyond,
    Curve,
    DoseRead,
    NoPotency,
    PotencyFault,
    Response,
    dose_of,
    fit_curve,
    lysis_of_wells,
    read_dose,
    relative_potency,
    specific_lysis,
)

# scipy's curve_fit stops at a relative change of 1e-8 in squares: parameters are then some 1e-5 of themselves apart.
SAME_FIT = 1e-4
# Standard errors by curve_fit's Jacobian of differences and by ours of formulas.
SAME_ERROR = 1e-3
# Wald's limits beside those of the profile likelihood, on the scale of ln R: the curve is not quite straight in it.
SAME_LIMITS = 0.004

DOSES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
F = PotencyFault


def curve(dose: float, ec50: float, lower: float = 5, upper: float = 95, slope: float = 1.2) -> float:
    return lower + (upper - lower) / (1 + exp(-slope * (log(dose) - log(ec50))))


def assay(ec50: float, *, sd: float = 0, seed: int = 1, replicates: int = 3, **form: float) -> list[Response]:
    noise = np.random.default_rng(seed)
    return [
        Response(dose, curve(dose, ec50, **form) + (float(noise.normal(0, sd)) if sd else 0))
        for dose in DOSES
        for _ in range(replicates)
    ]


def test_specific_lysis() -> None:
    assert specific_lysis(measured=1600, spontaneous=400, maximal=2400) == 60
    assert specific_lysis(measured=300, spontaneous=400, maximal=2400) == -5
    with pytest.raises(NoPotency, match="no_window"):
        specific_lysis(measured=1, spontaneous=2, maximal=2)
    with pytest.raises(NoPotency, match="not_finite"):
        specific_lysis(measured=float("nan"), spontaneous=0, maximal=1)


@pytest.mark.parametrize("slope", [1.2, -0.8, 3.0])
def test_a_curve_without_noise_is_found_again(slope: float) -> None:
    found = fit_curve(assay(7.0, slope=slope))
    asymptotes = sorted([found.lower, found.upper])
    assert asymptotes == pytest.approx([5, 95], abs=1e-4)
    assert found.ec50 == pytest.approx(7.0, rel=1e-5)
    assert found.at(20) == pytest.approx(curve(20, 7.0, slope=slope), abs=1e-5)
    assert found.residual_sd < 1e-4


def theirs(x: np.ndarray, lower: float, upper: float, slope: float, middle: float) -> np.ndarray:
    return lower + (upper - lower) / (1 + np.exp(-slope * (np.log(x) - middle)))


@pytest.mark.parametrize("slope", [1.2, -1.2])
def test_a_curve_agrees_with_scipys_own_fit(slope: float) -> None:
    data = assay(7.0, sd=2.0, slope=slope)
    found = fit_curve(data)
    x, y = np.array([r.dose for r in data]), np.array([r.response for r in data])
    fitted, spread = optimize.curve_fit(theirs, x, y, p0=[5, 95, slope, 2.0])
    assert list(found.parameters) == pytest.approx(list(fitted), rel=SAME_FIT)
    ours = np.array(found.covariance)
    assert np.sqrt(np.diag(ours)) == pytest.approx(np.sqrt(np.diag(spread)), rel=SAME_ERROR)
    assert ours[0, 3] == pytest.approx(spread[0, 3], rel=0.01)
    assert found.df == len(data) - 4
    assert found.is_middle_within


def test_relative_potency_agrees_with_scipys_own_fit() -> None:
    reference, test = assay(8.0, sd=2.0, seed=3), assay(5.0, sd=2.0, seed=4)
    found = relative_potency(reference, test)
    x = np.array([r.dose for r in (*reference, *test)])
    y = np.array([r.response for r in (*reference, *test)])
    is_test = np.array([0.0] * len(reference) + [1.0] * len(test))

    def both(x: np.ndarray, *p: float) -> np.ndarray:
        return theirs(x, *p[:3], p[3] - p[4] * is_test)

    fitted, spread = optimize.curve_fit(both, x, y, p0=[5, 95, 1.2, 2.0, 0.0])
    assert log(found.value) == pytest.approx(fitted[4], rel=SAME_FIT)
    reach = stats.t.ppf(0.975, len(x) - 5) * np.sqrt(spread[4, 4])
    assert [log(found.low), log(found.high)] == pytest.approx(
        [fitted[4] - reach, fitted[4] + reach], abs=SAME_ERROR * reach
    )
    of_test = np.array(found.test.covariance)[3, 3]
    assert of_test == pytest.approx(spread[3, 3] + spread[4, 4] - 2 * spread[3, 4], rel=0.01)
    free = sum(
        float(
            (
                (theirs(x[m], *optimize.curve_fit(theirs, x[m], y[m], p0=[5, 95, 1.2, 2.0])[0]) - y[m]) ** 2
            ).sum()
        )
        for m in (is_test == 0, is_test == 1)
    )
    common = float(((both(x, *fitted) - y) ** 2).sum())
    f = (common - free) / 3 / (free / (len(x) - 8))
    assert found.parallelism.f == pytest.approx(f, rel=SAME_ERROR)
    assert found.parallelism.p == pytest.approx(stats.f.sf(f, 3, len(x) - 8), rel=0.01)


def test_a_concentration_is_read_within_the_standards_alone() -> None:
    standard = fit_curve(assay(7.0))
    assert dose_of(standard, curve(12.5, 7.0)) == pytest.approx(12.5, rel=1e-5)
    assert dose_of(standard, curve(0.2, 7.0)) is Beyond.BELOW
    assert dose_of(standard, 94.9) is Beyond.ABOVE
    assert dose_of(standard, 200) is Beyond.ABOVE
    falling = fit_curve(assay(7.0, slope=-1.2))
    assert dose_of(falling, curve(12.5, 7.0, slope=-1.2)) == pytest.approx(12.5, rel=1e-5)
    assert dose_of(falling, 1.0) is Beyond.ABOVE
    assert dose_of(falling, 99.0) is Beyond.BELOW
    with pytest.raises(NoPotency, match="not_finite"):
        dose_of(standard, float("nan"))
    with pytest.raises(NoPotency, match="dose_not_positive"):
        standard.at(0)


def test_a_concentration_at_an_asymptote_is_beyond_it() -> None:
    """A curve so steep that the arithmetic has no difference left to read."""
    steep = Curve(0.0, 1.0, 60.0, 7.0, 0.01, 14, (0.3, 100.0))
    assert steep.at(100.0) == 1.0
    assert dose_of(steep, 1.0) is Beyond.ABOVE
    assert dose_of(steep, 0.0) is Beyond.BELOW
    assert dose_of(Curve(0.0, 1.0, -60.0, 7.0, 0.01, 14, (0.3, 100.0)), 1.0) is Beyond.BELOW


def test_limits_of_a_concentration_agree_with_a_simulation() -> None:
    """Draw the curve's parameters and the responses' mean from what was estimated, and read again."""
    standard = fit_curve(assay(7.0, sd=2.0))
    found = read_dose(standard, [60.0, 62.0])
    assert isinstance(found, DoseRead)
    assert found.value == pytest.approx(dose_of(standard, 61.0))
    made = np.random.default_rng(2)
    p = made.multivariate_normal(standard.parameters, np.array(standard.covariance), 20_000)
    share = (made.normal(61.0, standard.residual_sd / np.sqrt(2), 20_000) - p[:, 0]) / (p[:, 1] - p[:, 0])
    drawn = p[:, 3] + np.log(share / (1 - share)) / p[:, 2]
    t = stats.t.ppf(0.975, standard.df)
    assert log(found.high / found.low) == pytest.approx(2 * t * drawn.std(), rel=0.03)
    assert read_dose(standard, [200.0]) is Beyond.ABOVE
    with pytest.raises(NoPotency, match="too_few_responses"):
        read_dose(standard, [])


def test_a_standard_curve_without_its_plateau_is_read_and_says_so() -> None:
    doses = [r for r in assay(300.0, sd=0.2) if r.dose <= 100]
    found = fit_curve(doses)
    assert not found.is_middle_within
    assert dose_of(found, curve(12.5, 300.0)) == pytest.approx(12.5, rel=0.05)


def test_lysis_of_wells_worked_by_hand() -> None:
    """Means 1600, 400, 2400; s = 20, 10, 40 of two wells each; slopes 1/20, -1/50, -3/100 per cent."""
    s = [14.142135623730951, 7.0710678118654755, 28.284271247461902]
    wells = [(mean - off, mean + off) for mean, off in zip((1600, 400, 2400), s, strict=True)]
    found = lysis_of_wells(measured=wells[0], spontaneous=wells[1], maximal=wells[2])
    assert found.value == pytest.approx(60)
    expected = ((20 / 20) ** 2 + (10 / 50) ** 2 + (40 * 0.03) ** 2) / 2
    assert found.uncertainty == pytest.approx(expected**0.5)
    for bad, fault in (
        ([1.0], F.TOO_FEW_RESPONSES),
        ([1.0, float("nan")], F.NOT_FINITE),
        ([0.0, 0.0], F.NO_WINDOW),
    ):
        with pytest.raises(NoPotency) as caught:
            lysis_of_wells(measured=[1.0, 2.0], spontaneous=[5.0, 6.0], maximal=bad)
        assert caught.value.fault is fault


def test_a_test_of_half_the_ec50_is_twice_as_potent() -> None:
    found = relative_potency(assay(8.0), assay(4.0))
    assert found.value == pytest.approx(2.0, rel=1e-6)
    assert found.reference.ec50 / found.test.ec50 == pytest.approx(2.0, rel=1e-6)
    assert (found.parallelism.f, found.parallelism.p) == (0, 1)


def test_relative_potency_agrees_with_a_profile_of_the_likelihood() -> None:
    """Another way to the same limits: where the sum of squares rises by t^2 s^2, by scipy's own minimiser."""
    reference, test = assay(8.0, sd=2.0, seed=3), assay(5.0, sd=2.0, seed=4)
    found = relative_potency(reference, test)

    def rss(shift: float) -> float:
        def residuals(p: np.ndarray) -> np.ndarray:
            form = {"lower": p[0], "upper": p[1], "slope": p[2]}
            return np.array(
                [curve(r.dose, exp(p[3]), **form) - r.response for r in reference]
                + [curve(r.dose, exp(p[3] - shift), **form) - r.response for r in test]
            )

        return float(2 * optimize.least_squares(residuals, [5, 95, 1.2, 2.0]).cost)

    n = len(reference) + len(test)
    best = optimize.minimize_scalar(rss, bounds=(0, 1), method="bounded", options={"xatol": 1e-9})
    assert log(found.value) == pytest.approx(best.x, abs=1e-4)
    rise = stats.t.ppf(0.975, n - 5) ** 2 * best.fun / (n - 5)
    low = optimize.brentq(lambda s: rss(s) - best.fun - rise, best.x - 1, best.x)
    high = optimize.brentq(lambda s: rss(s) - best.fun - rise, best.x, best.x + 1)
    assert [log(found.low), log(found.high)] == pytest.approx([low, high], abs=SAME_LIMITS)


def test_limits_hold_the_truth_as_often_as_they_say() -> None:
    held = 0
    for seed in range(40):
        found = relative_potency(assay(8.0, sd=3.0, seed=seed), assay(6.0, sd=3.0, seed=seed + 1000))
        held += found.low <= 8 / 6 <= found.high
    assert stats.binom.cdf(held, 40, 0.95) > 0.001
    assert stats.binom.sf(held - 1, 40, 0.95) > 0.001


def test_curves_of_another_form_are_not_parallel() -> None:
    alike = relative_potency(assay(8.0, sd=2.0, seed=5), assay(4.0, sd=2.0, seed=6))
    other = relative_potency(assay(8.0, sd=2.0, seed=5), assay(4.0, sd=2.0, seed=6, upper=70))
    assert alike.parallelism.p > 0.01 > other.parallelism.p
    assert alike.parallelism.df == (3, 2 * len(DOSES) * 3 - 8)


def test_the_test_of_parallelism_rejects_as_often_as_it_says() -> None:
    ps = [
        relative_potency(assay(8.0, sd=2.0, seed=s), assay(5.0, sd=2.0, seed=s + 500)).parallelism.p
        for s in range(40)
    ]
    assert stats.kstest(ps, "uniform").pvalue > 0.001


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ([], F.TOO_FEW_DOSES),
        (assay(7.0)[:9], F.TOO_FEW_DOSES),
        ([Response(d, curve(d, 7.0)) for d in DOSES[:4]], F.TOO_FEW_RESPONSES),
        ([Response(0.0, 1.0), *assay(7.0)], F.DOSE_NOT_POSITIVE),
        ([Response(-1.0, 1.0), *assay(7.0)], F.DOSE_NOT_POSITIVE),
        ([Response(float("inf"), 1.0), *assay(7.0)], F.NOT_FINITE),
        ([Response(1.0, float("nan")), *assay(7.0)], F.NOT_FINITE),
        ([Response(d, 4.2) for d in DOSES], F.FLAT),
        ([Response(d, 0.0) for d in DOSES], F.FLAT),
        ([Response(1.0, 1e101), *assay(7.0)], F.NOT_FINITE),
        (
            [Response(d, float(d > 2)) for d in DOSES for _ in "ab"],
            F.UNDETERMINED,
        ),  # a step between two doses
    ],
)
def test_what_says_nothing_has_a_reason(data: list[Response], fault: PotencyFault) -> None:
    with pytest.raises(NoPotency) as caught:
        fit_curve(data)
    assert caught.value.fault is fault


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e9])
def test_units_do_not_matter(scale: float) -> None:
    data = assay(7.0, sd=1.0)
    doses = [Response(r.dose * scale, r.response) for r in data]
    heights = [Response(r.dose, r.response * scale) for r in data]
    plain = fit_curve(data)
    assert fit_curve(doses).ec50 == pytest.approx(plain.ec50 * scale, rel=1e-4)
    assert fit_curve(heights).ec50 == pytest.approx(plain.ec50, rel=1e-4)


def test_a_curve_that_is_found_upside_down_is_written_upright() -> None:
    """The same curve has two spellings: asymptotes changed over, slope turned."""
    x, y = arrays(assay(7.0, sd=1.0))
    upright, turned = (
        search(apart(x, y), [np.array(start)]) for start in ([5, 95, 1.2, 2.0], [95, 5, -1.2, 2.0])
    )
    assert list(turned.x) == pytest.approx(list(upright.x), rel=1e-5)
    assert turned.covariance(1.0) == pytest.approx(upright.covariance(1.0), rel=1e-3)


def test_curves_in_opposite_directions_have_none_in_common() -> None:
    with pytest.raises(NoPotency, match="undetermined"):
        relative_potency(assay(8.0, sd=1.0), assay(8.0, sd=1.0, slope=-1.2, seed=2))


def test_a_confidence_is_a_share() -> None:
    with pytest.raises(ValueError, match="confidence"):
        relative_potency(assay(8.0, sd=1.0), assay(5.0, sd=1.0), 95)


odd = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 1e99, -1e99, 1e-300, 5e-324]),
    st.floats(-100, 100),
    st.integers(0, 3).map(float),
)
responses = st.lists(odd, min_size=6, max_size=6).map(
    lambda ys: [Response(dose, y) for dose, y in zip(DOSES, ys, strict=True)]
)


@settings(max_examples=20)
@given(responses, responses, odd)
def test_whatever_was_measured_ends_in_numbers_or_a_code(
    one: list[Response], other: list[Response], height: float
) -> None:
    """Warnings of the arithmetic are errors here too."""
    with contextlib.suppress(NoPotency):
        found = fit_curve(one)
        assert all(map(isfinite, (found.ec50, found.at(1e-300), found.at(1e300))))
        read = read_dose(found, [height])
        assert isinstance(read, Beyond) or 0 < read.low <= read.value <= read.high
    with contextlib.suppress(NoPotency):
        ratio = relative_potency(one, other)
        assert 0 < ratio.low <= ratio.value <= ratio.high
        assert 0 <= ratio.parallelism.p <= 1
