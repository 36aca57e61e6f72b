"""Equivalence of lots before and after a change: two one-sided tests, and one where the attribute has one limit.

With d = test - reference (of means; LOG: of logarithms, reported as a ratio), its standard error se, and limits L < U,

    t_L = (d - L) / se,  t_U = (d - U) / se,  p_L = P(T >= t_L),  p_U = P(T <= t_U),  T Student's t on df

both are tested at alpha each side, which is the same as asking whether the interval d -+ t(1-alpha, df) se of
confidence 1 - 2 alpha lies between L and U. Sources: Schuirmann, J. Pharmacokinet. Biopharm. 15 (1987) 657-680;
Burdick et al., Statistical Applications for CMC, 2017, chapter 9; FDA-2023-D-2436 for pairs of split apheresis.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import hypot, inf, isfinite, sqrt

from numpy.typing import ArrayLike
from scipy import stats

from cpv.rules.basis import NotComputable, Note, Why, notes_on, series
from cpv.rules.comparability.basis import (
    Design,
    Margin,
    is_rounding,
    lots,
    moments,
    need_alpha,
    on_paper,
    pairs_of,
)


class Verdict(StrEnum):
    """What the interval says of the margin."""

    EQUIVALENT = "equivalent"
    NON_INFERIOR = "non_inferior"
    NOT_SHOWN = "not_shown"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Contrast:
    """An estimated difference on the scale of analysis."""

    estimate: float
    standard_error: float
    df: float


@dataclass(frozen=True)
class Material:
    """What a comparison was made of: how many lots of each side, and the ids of pairs left out for a missing half."""

    design: Design
    n_reference: int
    n_test: int
    left_out: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Equivalence:
    """The answer of the test.

    `estimate`, `low`, `high` in the unit of the margin (LOG: ratios; None where no float holds it, with UNBOUNDED);
    `confidence` = 1 - 2 alpha; `standard_error` and `df` on the scale of analysis; `p_lower`, `p_upper` are None where
    the margin has no limit on that side.
    """

    margin: Margin
    material: Material
    alpha: float
    confidence: float
    estimate: float | None
    low: float | None
    high: float | None
    standard_error: float
    df: float
    p_lower: float | None
    p_upper: float | None
    verdict: Verdict
    notes: tuple[Note, ...] = ()

    @property
    def p(self) -> float:
        """The larger of the p values: what has to lie under alpha."""
        return max(p for p in (self.p_lower, self.p_upper) if p is not None)


def tost(
    reference: ArrayLike,
    test: ArrayLike,
    margin: Margin,
    *,
    design: Design = Design.WELCH,
    alpha: float = 0.05,
) -> Equivalence:
    """Lots before against other lots after the change, 3 each or more; NaN is missing and left out.

    POOLED: se = s_p sqrt(1/n1 + 1/n2) on n1 + n2 - 2. WELCH: se = sqrt(s1^2/n1 + s2^2/n2) on Welch and Satterthwaite's
    df, for variances that may differ. A margin with one limit makes it a test of non-inferiority at alpha. Raises
    NotComputable: TOO_FEW, EMPTY, CONSTANT (no spread at all), NOT_POSITIVE, NOT_A_SHARE, NO_LIMITS, NOT_FINITE, and
    IDS_DIFFER for PAIRED, which needs ids: `tost_paired`.
    """
    if design is Design.PAIRED:
        raise NotComputable(Why.IDS_DIFFER, "design")
    before, after = lots(reference, margin.scale, "reference"), lots(test, margin.scale, "test")
    (mean1, sd1), (mean2, sd2) = moments(before), moments(after)
    if is_rounding(max(sd1, sd2), before, after):
        raise NotComputable(Why.CONSTANT, "values")
    make = pooled if design is Design.POOLED else welch
    contrast = make(mean2 - mean1, (sd1, len(before)), (sd2, len(after)))
    notes = {*notes_on(series(reference)), *notes_on(series(test))}
    material = Material(design, len(before), len(after), notes=tuple(sorted(notes)))
    return judge(contrast, material, margin, alpha)


def tost_paired(
    reference: Mapping[str, float], test: Mapping[str, float], margin: Margin, *, alpha: float = 0.05
) -> Equivalence:
    """Halves of one donor's material, made before and after the change, by the donor's id; 3 whole pairs or more.

    se = s_d / sqrt(n) on n - 1, s_d the standard deviation of the differences. A pair with a missing half (NaN) is
    left out and named. Raises NotComputable: as `tost`, and IDS_DIFFER where the two sides do not know the same ids.
    """
    pairs = pairs_of(reference, test, margin.scale)
    mean, sd = moments(pairs.differences)
    if is_rounding(sd, pairs.reference, pairs.test):
        raise NotComputable(Why.CONSTANT, "differences")
    n = len(pairs.differences)
    notes = (Note.MISSING_LEFT_OUT,) if pairs.left_out else ()
    material = Material(Design.PAIRED, n, n, pairs.left_out, notes)
    return judge(Contrast(mean, sd / sqrt(n), n - 1), material, margin, alpha)


def pooled(difference: float, reference: tuple[float, int], test: tuple[float, int]) -> Contrast:
    """A difference of means with one variance for both; each side is (standard deviation, n)."""
    (sd1, n1), (sd2, n2) = reference, test
    df = n1 + n2 - 2
    sd = hypot(sd1 * sqrt((n1 - 1) / df), sd2 * sqrt((n2 - 1) / df))
    return Contrast(difference, sd * sqrt(1 / n1 + 1 / n2), df)


def welch(difference: float, reference: tuple[float, int], test: tuple[float, int]) -> Contrast:
    """A difference of means with a variance each: df = 1 / (c^2/(n1-1) + (1-c)^2/(n2-1)), c = (s1^2/n1) / se^2."""
    (sd1, n1), (sd2, n2) = reference, test
    one, two = sd1 / sqrt(n1), sd2 / sqrt(n2)
    se = hypot(one, two)
    share = (one / se) ** 2
    return Contrast(difference, se, 1 / (share**2 / (n1 - 1) + (1 - share) ** 2 / (n2 - 1)))


def judge(contrast: Contrast, material: Material, margin: Margin, alpha: float) -> Equivalence:
    """Hold a difference against its margin. A limit that the interval just touches is not kept."""
    need_alpha(alpha)
    lower, upper = margin.bounds()
    d, se, df = contrast.estimate, contrast.standard_error, contrast.df
    reach = float(stats.t.isf(alpha, df)) * se
    low, high = d - reach, d + reach
    if not (isfinite(low) and isfinite(high)):
        raise NotComputable(Why.NOT_FINITE, "interval")
    shown = [on_paper(value, margin.scale) for value in (d, low, high)]
    more = ((margin.is_one_sided, Note.ONE_SIDED), (None in shown, Note.UNBOUNDED))
    return Equivalence(
        margin=margin,
        material=material,
        alpha=alpha,
        confidence=1 - 2 * alpha,
        estimate=shown[0],
        low=shown[1],
        high=shown[2],
        standard_error=se,
        df=df,
        p_lower=None if lower == -inf else float(stats.t.sf((d - lower) / se, df)),
        p_upper=None if upper == inf else float(stats.t.cdf((d - upper) / se, df)),
        verdict=_verdict((low, high), (lower, upper)),
        notes=(*material.notes, *(note for is_so, note in more if is_so)),
    )


def _verdict(interval: tuple[float, float], limits: tuple[float, float]) -> Verdict:
    (low, high), (lower, upper) = interval, limits
    if lower < low and high < upper:
        is_whole = isfinite(lower) and isfinite(upper)
        return Verdict.EQUIVALENT if is_whole else Verdict.NON_INFERIOR
    return Verdict.DIFFERENT if high < lower or low > upper else Verdict.NOT_SHOWN
