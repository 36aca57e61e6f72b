"""Split apheresis beside lots made before the change: what unpaired history adds to a few pairs.

A few donors' material is split and made both ways; other donors' lots were made before the change alone. With a
donor's effect u of variance v_u and a lot's own error of variance v_e,

    y = mean + delta [after the change] + u + e

is a mixed model of two variances. Sums and differences of a pair are independent, so that all there is to know are
four independent mean squares, each in the mean a linear combination of the two variances:

    differences after - before     on p - 1      2 v_e
    means of a pair                on p - 1      v_u + v_e / 2
    history                        on h - 1      v_u + v_e
    (d - 2 (m - x))^2              on 1          A + B

d, m, x being the means of differences, of pair means and of history. A = 2 v_e / p and B = 4 ((v_u + v_e/2) / p +
(v_u + v_e) / h) are the variances of d and of 2 (m - x), which both estimate delta and are weighed by w = B / (A + B)
and 1 - w. Their joint likelihood is the restricted likelihood (REML; Patterson and Thompson, Biometrika 58 (1971)
545-554). With f = AB / (A + B), g its gradient and C the inverse of the expected information of the variances, the
degrees of freedom are Satterthwaite's, 2 f^2 / (g' C g) (Giesbrecht and Burns, Biometrics 41 (1985) 477-486), and
se^2 = f + 2 var(w) (A + B), which makes up for a weight that was estimated too (Kenward and Roger, Biometrics 53
(1997) 983-997). Why pairs alone are too few, and history helps: Burdick et al., AAPS J. 2024; FDA-2023-D-2436.

v_u may come out negative (halves of a donor less alike than lots of different donors) and is then said; it is not set
to 0, so that without history the answer is the paired t test, always. Intervals of the model are approximate for few
pairs: with 5 to 20 lots of history, intervals of 90 % held the truth in 84 to 90 % of simulated exercises at 3 pairs,
86 to 89 % at 4, 88 to 91 % at 5 (donors explaining none, half, or nine tenths of the variance; simulated, 600 runs
each); under 5 pairs PRELIMINARY says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from cpv.rules.basis import Floats, NotComputable, Note, Why, present
from cpv.rules.comparability.basis import Design, Margin, Pairs, is_rounding, moments, on_scale, pairs_of
from cpv.rules.comparability.equivalence import Contrast, Equivalence, Material, judge, welch

_MOST = 200
# From so many pairs on the intervals of the model hold what they say to two per cent.
ENOUGH_PAIRS = 5


@dataclass(frozen=True)
class SplitApheresis:
    """The answer of the model, and what history did to it.

    `equivalence`: the test on the model's estimate; `n_history` lots beside the pairs. On the scale of analysis, and
    None without history, where nothing was fitted: `sd_lot` = sqrt v_e, `sd_donor` = sqrt v_u (None too where v_u <
    0, said by NEGATIVE_VARIANCE), `correlation` = v_u / (v_u + v_e). `paired_error`: the standard error of the pairs
    alone. `drift_p`: two-sided p of Welch's test of history against the pairs' halves before the change; a small one
    says that history is of another process, and then the model does not hold. None under two lots of history, or
    without spread.
    """

    equivalence: Equivalence
    n_history: int
    sd_donor: float | None
    sd_lot: float | None
    correlation: float | None
    paired_error: float
    drift_p: float | None


@dataclass(frozen=True)
class _Facts:
    """The four mean squares: degrees of freedom, sums of squares, and their variances as loads on the first two.

    The first two variances, 2 v_e and v_u + v_e / 2, are searched for by their logarithms: every one of the four is a
    sum of these two with loads of 0 or more, so that all stay positive, and none loses its digits beside another.
    """

    df: Floats
    squares: Floats
    loads: Floats
    of_a: Floats
    of_b: Floats
    by_pairs: float
    by_history: float

    def variances(self, logs: Floats) -> tuple[Floats, Floats]:
        """What each mean square is in the mean, and how it moves, as a share of itself, with the two logarithms."""
        first = np.exp(logs)
        variance = np.asarray(self.loads @ first, dtype=np.float64)
        return variance, np.asarray(self.loads * first / variance[:, None], dtype=np.float64)

    def deviance(self, logs: Floats) -> float:
        """-2 restricted log-likelihood, without its constant."""
        variance, _ = self.variances(logs)
        return float(self.df @ np.log(variance) + (self.squares / variance).sum())


def split_apheresis(
    reference: Mapping[str, float],
    test: Mapping[str, float],
    margin: Margin,
    *,
    history: ArrayLike = (),
    alpha: float = 0.05,
) -> SplitApheresis:
    """Halves before and after the change by the donor's id, and lots of other donors from before the change.

    3 whole pairs or more; pairs with a missing half are left out and named; missing lots of history are left out. No
    history: the paired t test. Raises NotComputable: IDS_DIFFER, EMPTY, TOO_FEW, NOT_POSITIVE, NOT_FINITE,
    NOT_A_SHARE, NO_LIMITS, CONSTANT (no spread of the differences or of the pairs), NOT_CONVERGED.
    """
    pairs = pairs_of(reference, test, margin.scale)
    lots = on_scale(present(history, "history", least=0), margin.scale, "history")
    center, sd = moments(pairs.differences)
    if is_rounding(sd, pairs.reference, pairs.test):
        raise NotComputable(Why.CONSTANT, "differences")
    n = len(pairs.differences)
    notes = [Note.MISSING_LEFT_OUT] if pairs.left_out or len(lots) < np.size(history) else []
    paired_error = sd / sqrt(n)
    if not len(lots):
        material = Material(Design.PAIRED, n, n, pairs.left_out, tuple(notes))
        tested = judge(Contrast(center, paired_error, n - 1), material, margin, alpha)
        return SplitApheresis(tested, 0, None, None, None, paired_error, None)
    # one unit for all squares, so that no scale overflows them
    unit = float(max(np.abs(pairs.reference).max(), np.abs(pairs.test).max(), np.abs(lots).max()))
    facts = _facts(pairs, lots, unit)
    logs = _fit(facts)
    contrast = _estimate(facts, logs, unit)
    of_differences, of_means = (float(value) for value in np.exp(logs))
    v_e, v_u = of_differences / 2, of_means - of_differences / 4
    said = ((v_u < 0, Note.NEGATIVE_VARIANCE), (n < ENOUGH_PAIRS, Note.PRELIMINARY))
    notes += [note for is_so, note in said if is_so]
    material = Material(Design.PAIRED, n, n, pairs.left_out, tuple(notes))
    return SplitApheresis(
        equivalence=judge(contrast, material, margin, alpha),
        n_history=len(lots),
        sd_donor=sqrt(v_u) * unit if v_u >= 0 else None,
        sd_lot=sqrt(v_e) * unit,
        correlation=v_u / (v_u + v_e),
        paired_error=paired_error,
        drift_p=_drift(pairs.reference, lots),
    )


def _facts(pairs: Pairs, lots: Floats, unit: float) -> _Facts:
    d, m, x = pairs.differences / unit, (pairs.reference / 2 + pairs.test / 2) / unit, lots / unit
    if is_rounding(float(m.std(ddof=1)), m):
        raise NotComputable(Why.CONSTANT, "pairs")
    p, h = len(d), len(x)
    by_pairs, by_history = float(d.mean()), 2 * float(m.mean() - x.mean())
    own = [float(((one - one.mean()) ** 2).sum()) for one in (d, m, x)]
    of_a, of_b = np.array([1 / p, 0.0]), np.array([1 / h, 4 / p + 4 / h])
    return _Facts(
        df=np.array([p - 1, p - 1, h - 1, 1], dtype=np.float64),
        squares=np.array([*own, (by_pairs - by_history) ** 2]),
        loads=np.array([[1, 0], [0, 1], [0.25, 1], of_a + of_b]),
        of_a=of_a,
        of_b=of_b,
        by_pairs=by_pairs,
        by_history=by_history,
    )


def _fit(facts: _Facts) -> Floats:
    """REML: the logarithms of the first two variances that make sum df ln(variance) + square / variance smallest.

    From two starts, because the likelihood of variances may have two peaks where history disagrees with the pairs.
    """
    own = facts.squares[:2] / facts.df[:2]
    both = float(facts.squares[1:3].sum() / facts.df[1:3].sum())
    found = [_downhill(facts, np.log(start)) for start in (own, np.array([own[0], both]))]
    reached = [logs for logs in found if logs is not None]
    if not reached:
        raise NotComputable(Why.NOT_CONVERGED, "pairs")
    return min(reached, key=facts.deviance)


def _downhill(facts: _Facts, logs: Floats) -> Floats | None:
    """The minimum that lies downhill of here, by Newton's method with shortened steps; None: not reached."""
    size, now = float(facts.df.sum()), facts.deviance(logs)
    for _ in range(_MOST):
        slope, bend = _slope_and_bend(facts, logs)
        if float(np.abs(slope).max()) < 1e-11 * size:
            return logs
        step = np.linalg.solve(bend, slope)
        # not further than a factor of e^2 at a time, and never uphill
        step /= max(1.0, float(np.abs(step).max()) / 2)
        while float(np.abs(step).max()) > 1e-13 and facts.deviance(logs - step) > now:
            step /= 2
        if float(np.abs(step).max()) <= 1e-13:
            # no step helps any more: the last digits of the deviance, if it is level here
            return logs if float(np.abs(slope).max()) < 1e-6 * size else None
        logs = logs - step
        now = facts.deviance(logs)
    return None


def _slope_and_bend(facts: _Facts, logs: Floats) -> tuple[Floats, Floats]:
    """First and second derivatives of the deviance; the second in the mean where it does not bend upwards."""
    variance, moves = facts.variances(logs)
    met = facts.squares / variance
    lack = facts.df - met
    slope = np.asarray(lack @ moves, dtype=np.float64)
    bend = (moves.T * met) @ moves + np.diag(slope) - (moves.T * lack) @ moves
    if bend[0, 0] <= 0 or float(np.linalg.det(bend)) <= 1e-3 * bend[0, 0] * abs(bend[1, 1]):
        bend = (moves.T * facts.df) @ moves
    return slope, np.asarray(bend, dtype=np.float64)


def _estimate(facts: _Facts, logs: Floats, unit: float) -> Contrast:
    """The two estimates weighed, with standard error and degrees of freedom; all slopes along the logarithms."""
    first, (_, moves) = np.exp(logs), facts.variances(logs)
    of_a, of_b = facts.of_a * first, facts.of_b * first
    a, b = float(of_a.sum()), float(of_b.sum())
    # f = AB / (A + B): its slope is (B / (A + B))^2 along A and (A / (A + B))^2 along B
    weight = b / (a + b)
    slope = weight**2 * of_a + (1 - weight) ** 2 * of_b
    information = (moves.T * facts.df) @ moves / 2
    f = a * weight
    df = 2 * f**2 / float(slope @ np.linalg.solve(information, slope))
    # the weight's own variance: its slope is (A b' - B a') / (A + B)^2
    of_weight = (a * of_b - b * of_a) / (a + b) ** 2
    more = (a + b) * float(of_weight @ np.linalg.solve(information, of_weight))
    estimate = weight * facts.by_pairs + (1 - weight) * facts.by_history
    return Contrast(estimate * unit, sqrt(f + 2 * more) * unit, df)


def _drift(before: Floats, lots: Floats) -> float | None:
    if len(lots) < 2:
        return None
    (mean1, sd1), (mean2, sd2) = moments(before), moments(lots)
    if is_rounding(max(sd1, sd2), before, lots):
        return None
    apart = welch(mean2 - mean1, (sd1, len(before)), (sd2, len(lots)))
    return float(2 * stats.t.sf(abs(apart.estimate) / apart.standard_error, apart.df))
