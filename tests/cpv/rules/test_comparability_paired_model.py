"""Split apheresis with history: beside statsmodels, a dense REML and Kenward-Roger, the paired test, simulation."""

from math import nan, sqrt

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize

from cpv.rules.basis import Note, Why
from cpv.rules.comparability.basis import Margin, Scale
from cpv.rules.comparability.equivalence import Verdict, tost_paired
from cpv.rules.comparability.paired_model import SplitApheresis, split_apheresis
from tests.cpv.rules.given import by_id, why

Floats = NDArray[np.float64]
MARGIN = Margin.within(3)
# before (the pairs' halves, then history), and after
SIX = (
    [89.52, 89.19, 90.96, 90.62, 89.97, 90.59, 93.97, 91.23, 88.94, 88.37, 88.85, 89.34, 84.43, 89.1, 87.73],
    [89.74, 90.03, 91.62, 91.25, 89.64, 91.58],
)
FOUR = (
    [
        90.73,
        91.35,
        89.88,
        87.14,
        91.82,
        90.62,
        90.22,
        92.17,
        88.02,
        88.7,
        89.88,
        90.67,
        88.74,
        89.89,
        91.15,
        90.09,
    ],
    [90.81, 94.19, 91.81, 88.56],
)


def answer_of(before: list[float] | Floats, after: list[float] | Floats) -> SplitApheresis:
    p = len(after)
    return split_apheresis(by_id(before[:p]), by_id(after), MARGIN, history=before[p:])


def drawn(rng: np.random.Generator, p: int, h: int, rho: float) -> tuple[Floats, Floats]:
    donor = rng.normal(0, sqrt(rho), p + h)
    before = 50 + donor + rng.normal(0, sqrt(1 - rho), p + h)
    return before, 50 + donor[:p] + rng.normal(0, sqrt(1 - rho), p)


def variances(found: SplitApheresis) -> Floats:
    """v_e and v_u, which is what the correlation makes of it."""
    assert found.sd_lot is not None
    assert found.correlation is not None
    return np.array([found.sd_lot**2, found.sd_lot**2 * found.correlation / (1 - found.correlation)])


class Dense:
    """The same model as matrices: y = X b + e, V = v_e V0 + v_u V1, by the textbook."""

    def __init__(self, before: Floats, after: Floats) -> None:
        p, n = len(after), len(before) + len(after)
        self.y = np.concatenate([before, after])
        self.x = np.column_stack([np.ones(n), np.repeat([0.0, 1.0], [len(before), p])])
        donor = np.concatenate([np.arange(len(before)), np.arange(p)])
        self.parts = (np.eye(n), (donor[:, None] == donor).astype(np.float64))

    def inverse(self, theta: Floats) -> Floats:
        return np.linalg.inv(theta[0] * self.parts[0] + theta[1] * self.parts[1])

    def deviance(self, theta: Floats) -> float:
        """-2 restricted log-likelihood, without its constant."""
        v = theta[0] * self.parts[0] + theta[1] * self.parts[1]
        if np.linalg.eigvalsh(v)[0] <= 0:
            return 1e9
        w = np.linalg.inv(v)
        info = self.x.T @ w @ self.x
        residual = self.y - self.x @ np.linalg.solve(info, self.x.T @ w @ self.y)
        return float(np.linalg.slogdet(v)[1] + np.linalg.slogdet(info)[1] + residual @ w @ residual)

    def estimate(self, theta: Floats) -> tuple[float, float, float]:
        """The change, Kenward and Roger's adjusted standard error of it, and Satterthwaite's df."""
        w, x = self.inverse(theta), self.x
        cover = np.linalg.inv(x.T @ w @ x)
        project = w - w @ x @ cover @ x.T @ w
        info = np.array([[np.trace(project @ a @ project @ b) / 2 for b in self.parts] for a in self.parts])
        c = np.linalg.inv(info)
        bends = [x.T @ w @ part @ w @ x for part in self.parts]
        middle = np.zeros((2, 2))
        for i, a in enumerate(self.parts):
            for j, b in enumerate(self.parts):
                middle += c[i, j] * (x.T @ w @ a @ w @ b @ w @ x - bends[i] @ cover @ bends[j])
        adjusted = cover + 2 * cover @ middle @ cover
        slope = np.array([(cover @ bend @ cover)[1, 1] for bend in bends])
        df = 2 * cover[1, 1] ** 2 / float(slope @ c @ slope)
        effect = cover @ x.T @ w @ self.y
        return float(effect[1]), sqrt(adjusted[1, 1]), df


@pytest.mark.parametrize(
    ("data", "change", "donor", "lot"),
    [
        (SIX, 0.5189375265778735, 4.123603673090651, 0.11796379640843052),
        (FOUR, 1.4920655296280034, 1.6266961972647895, 0.5669407957360616),
    ],
    ids=["six pairs, nine of history", "four pairs, twelve of history"],
)
def test_change_and_variances_agree_with_statsmodels(
    data: tuple[list[float], list[float]], change: float, donor: float, lot: float
) -> None:
    """statsmodels 0.15: mixedlm("y ~ after", groups="donor").fit(reml=True, method=["bfgs"], gtol=1e-10).

    Its standard errors come from an observed information of all parameters together and are not compared.
    """
    found = answer_of(*data)
    assert found.equivalence.estimate == pytest.approx(change, abs=1e-7)
    assert (found.sd_donor, found.sd_lot) == pytest.approx((sqrt(donor), sqrt(lot)), abs=1e-6)
    assert found.correlation == pytest.approx(donor / (donor + lot), abs=1e-6)


@pytest.mark.parametrize(
    ("p", "h", "rho"), [(3, 4, 0.5), (3, 20, 0.0), (5, 1, 0.3), (6, 9, 0.8), (12, 3, 0.6)]
)
def test_a_dense_restricted_likelihood_gives_the_same(p: int, h: int, rho: float) -> None:
    """Slow reference: V as a matrix, Nelder and Mead, Kenward and Roger (1997) as it is printed."""
    before, after = drawn(np.random.default_rng(p * h), p, h, rho)
    found, dense = answer_of(before, after), Dense(before, after)
    start = np.array([1 - rho, rho])
    best = optimize.minimize(
        dense.deviance, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-11, "maxiter": 2000}
    )
    theta = variances(found)
    assert tuple(theta) == pytest.approx(tuple(best.x), rel=1e-4, abs=1e-5)
    assert dense.deviance(theta) <= best.fun + 1e-8
    assert (
        found.equivalence.estimate,
        found.equivalence.standard_error,
        found.equivalence.df,
    ) == pytest.approx(dense.estimate(theta), rel=1e-7)


def test_without_history_it_is_the_paired_test() -> None:
    before, after = by_id(SIX[0][:6]), by_id(SIX[1])
    found = split_apheresis(before, after, MARGIN, alpha=0.025)
    assert found.equivalence == tost_paired(before, after, MARGIN, alpha=0.025)
    assert found.n_history == 0
    assert found.sd_donor is found.sd_lot is found.correlation is found.drift_p is None
    gone = split_apheresis(before, after, MARGIN, history=[nan, nan], alpha=0.025)
    assert (gone.equivalence.estimate, gone.equivalence.df) == (found.equivalence.estimate, 5)


def test_where_donors_explain_everything_history_adds_nothing() -> None:
    """The paired t within a per mille: estimate, standard error and degrees of freedom."""
    history = [10.0, 5000.0, 9000.0, 250.0]
    before, after = by_id([100.0, 4000.0, 7000.0, 900.0, 2500.0]), [100.4, 4000.1, 7000.9, 899.8, 2500.5]
    found = split_apheresis(before, by_id(after), MARGIN, history=history).equivalence
    paired = tost_paired(before, by_id(after), MARGIN)
    assert (found.estimate, found.standard_error, found.df) == pytest.approx(
        (paired.estimate, paired.standard_error, paired.df), rel=1e-3
    )


def test_history_helps_a_few_pairs_whose_donors_explain_little() -> None:
    """Burdick et al. 2024: pairs alone are underpowered at 3 to 5 donors."""
    rng = np.random.default_rng(5)
    alone = helped = 0.0
    for _ in range(40):
        before, after = drawn(rng, 5, 20, 0.2)
        found = answer_of(before, after)
        paired = tost_paired(by_id(before[:5]), by_id(after), MARGIN)
        alone += paired.high - paired.low
        helped += found.equivalence.high - found.equivalence.low
        assert found.paired_error == paired.standard_error
    assert helped < 0.8 * alone


def test_intervals_hold_what_they_say_from_five_pairs_on() -> None:
    rng = np.random.default_rng(8)
    runs, inside = 120, 0
    for _ in range(runs):
        found = answer_of(*drawn(rng, 6, 12, 0.6)).equivalence
        inside += found.low <= 0 <= found.high
    assert inside / runs > 0.9 - 0.02 - 3 * sqrt(0.9 * 0.1 / runs)


def test_few_pairs_are_preliminary_and_a_negative_variance_is_said() -> None:
    found = answer_of([1.0, 2.0, 3.0, 9.0, 2.1, 1.9, 2.0, 2.2], [3.0, 2.1, 1.0])
    assert found.sd_donor is None
    assert found.correlation is not None
    assert found.correlation < 0
    assert {Note.NEGATIVE_VARIANCE, Note.PRELIMINARY} <= {*found.equivalence.notes}
    assert Note.PRELIMINARY not in answer_of(*SIX).equivalence.notes


def test_history_of_another_process_shows() -> None:
    before, after = [*SIX[0][:6], *[value + 30 for value in SIX[0][6:]]], SIX[1]
    assert answer_of(before, after).drift_p < 1e-4
    assert answer_of(*SIX).drift_p > 0.05
    assert answer_of(SIX[0][:7], SIX[1]).drift_p is None


def test_missing_halves_are_left_out_and_named() -> None:
    before, after = by_id(SIX[0][:6]), by_id(SIX[1])
    missing = split_apheresis(before, {**after, "D2": nan}, MARGIN, history=[*SIX[0][6:], nan])
    whole = split_apheresis(
        {k: v for k, v in before.items() if k != "D2"},
        {k: v for k, v in after.items() if k != "D2"},
        MARGIN,
        history=SIX[0][6:],
    )
    assert missing.equivalence.material.left_out == ("D2",)
    assert Note.MISSING_LEFT_OUT in missing.equivalence.notes
    assert missing.n_history == 9
    assert missing.equivalence.estimate == whole.equivalence.estimate


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1e12, 1e150])
def test_the_unit_does_not_matter(scale: float) -> None:
    here = answer_of(*SIX)
    before, after = ([value * scale for value in side] for side in SIX)
    there = split_apheresis(by_id(before[:6]), by_id(after), Margin.within(3 * scale), history=before[6:])
    assert there.equivalence.p == pytest.approx(here.equivalence.p, rel=1e-6)
    assert there.equivalence.df == pytest.approx(here.equivalence.df, rel=1e-6)
    assert there.sd_donor == pytest.approx(here.sd_donor * scale, rel=1e-6)
    assert there.drift_p == pytest.approx(here.drift_p)


def test_ratios() -> None:
    logs = answer_of([float(np.log(v)) for v in SIX[0]], [float(np.log(v)) for v in SIX[1]]).equivalence
    ratio = split_apheresis(
        by_id(SIX[0][:6]), by_id(SIX[1]), Margin(0.95, 1.05, Scale.LOG), history=SIX[0][6:]
    ).equivalence
    assert np.log(ratio.low) == pytest.approx(logs.low)
    assert ratio.verdict is Verdict.EQUIVALENT


def test_what_has_no_answer_is_refused() -> None:
    pairs = by_id([1.0, 2.0, 4.0])
    assert why(split_apheresis, pairs, {"D0": 1.0}, MARGIN) is Why.IDS_DIFFER
    assert why(split_apheresis, pairs, pairs, MARGIN, history=[1, 2]) is Why.CONSTANT
    assert why(split_apheresis, by_id([1.0, 2.0]), by_id([1.0, 2.5]), MARGIN) is Why.TOO_FEW
    turned = by_id([4.0, 3.0, 1.0])  # every pair has the same mean
    assert why(split_apheresis, pairs, turned, MARGIN, history=[1, 2, 3]) is Why.CONSTANT
    assert why(split_apheresis, pairs, turned, MARGIN, history=[float("inf")]) is Why.NOT_FINITE
    assert why(split_apheresis, pairs, turned, Margin(0.8, 1.2, Scale.LOG), history=[0.0]) is Why.NOT_POSITIVE
