"""Potency: curves that are known, simulated assays, and scipy's and statsmodels' own way beside ours."""

from math import exp, log

import numpy as np
import pytest
from scipy import optimize, stats

from qc.rules.potency import (
    Beyond,
    NoPotency,
    PotencyFault,
    Response,
    dose_of,
    fit_curve,
    relative_potency,
    specific_lysis,
)

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


def test_a_curve_agrees_with_scipys_own_fit() -> None:
    data = assay(7.0, sd=2.0)
    found = fit_curve(data)
    x, y = np.array([r.dose for r in data]), np.array([r.response for r in data])
    theirs, _ = optimize.curve_fit(
        lambda x, a, d, b, c: d + (a - d) / (1 + (x / c) ** b), x, y, p0=[5, 95, 1, 10]
    )
    ours = [found.at(dose) for dose in DOSES]
    assert ours == pytest.approx(
        [theirs[1] + (theirs[0] - theirs[1]) / (1 + (d / theirs[3]) ** theirs[2]) for d in DOSES], abs=1e-3
    )
    assert found.df == len(data) - 4


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
    assert [log(found.low), log(found.high)] == pytest.approx([low, high], abs=0.004)


def test_limits_hold_the_truth_as_often_as_they_say() -> None:
    held = 0
    for seed in range(80):
        found = relative_potency(assay(8.0, sd=3.0, seed=seed), assay(6.0, sd=3.0, seed=seed + 1000))
        held += found.low <= 8 / 6 <= found.high
    assert stats.binom.cdf(held, 80, 0.95) > 0.001
    assert stats.binom.sf(held - 1, 80, 0.95) > 0.001


def test_curves_of_another_form_are_not_parallel() -> None:
    alike = relative_potency(assay(8.0, sd=2.0, seed=5), assay(4.0, sd=2.0, seed=6))
    other = relative_potency(assay(8.0, sd=2.0, seed=5), assay(4.0, sd=2.0, seed=6, upper=70))
    assert alike.parallelism.p > 0.01 > other.parallelism.p
    assert alike.parallelism.df == (3, 2 * len(DOSES) * 3 - 8)


def test_the_test_of_parallelism_rejects_as_often_as_it_says() -> None:
    ps = [
        relative_potency(assay(8.0, sd=2.0, seed=s), assay(5.0, sd=2.0, seed=s + 500)).parallelism.p
        for s in range(80)
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
