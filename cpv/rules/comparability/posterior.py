"""How probable it is, given the lots, that a change made no difference that matters: a Bayesian view beside the test.

Normal lots with a variance each. Under the reference prior p(mean, variance) ~ 1/variance a mean is distributed about
the lots' own as s / sqrt(n) times Student's t on n - 1, so that the difference of means is a sum of two scaled t
variables (Behrens and Fisher), integrated numerically here, with the wider of the two as F:

    P(D <= x) = integral over t1 of f(t1; v1) F((x - d - s1 t1) / s2; v2)

Lots from before the study enter as a normal-inverse-gamma prior of the reference mean and variance, never of the lots
after the change: mean ~ N(m, variance / k), variance ~ df sd^2 / chi-squared(df), which n lots turn into k' = k + n,
df' = df + n, m' = (k m + n x) / k', df' sd'^2 = df sd^2 + (n-1) s^2 + k n (x - m)^2 / k'. Sources: Gelman et al.,
Bayesian Data Analysis, 3rd ed. 2013, sections 3.2 and 3.3; Ibrahim and Chen, Stat. Sci. 15 (2000) 46-60 for the weight
of historical lots.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import atan, hypot, isfinite, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special, stats

from cpv.rules.basis import NotComputable, Note, Why, notes_on, series
from cpv.rules.comparability.basis import (
    Design,
    Margin,
    Scale,
    is_rounding,
    legendre,
    lots,
    moments,
    need_share,
    on_paper,
    pairs_of,
)
from cpv.rules.comparability.equivalence import Material

_TAIL = 1e-16
_NODES = 240


@dataclass(frozen=True)
class Prior:
    """What is held of the reference before its lots: the mean as worth `worth` lots, the spread `df` of them.

    On the scale of analysis (LOG: of natural logarithms).
    """

    mean: float
    worth: float
    sd: float
    df: float


@dataclass(frozen=True)
class Student:
    """A mean as it is known: `center` + `scale` times Student's t on `df`."""

    center: float
    scale: float
    df: float


@dataclass(frozen=True)
class Posterior:
    """`probability` that the difference lies between the limits of the margin, given the lots and the prior stated.

    `estimate`, `low`, `high`: middle and central interval of so much `mass`, in the unit of the margin (LOG: ratios).
    `prior` None: the reference prior. `prior_p`: two-sided probability, under the prior, of reference lots that
    lie as far from it as these do; a small one says that prior and lots disagree.
    """

    margin: Margin
    material: Material
    probability: float
    estimate: float | None
    low: float | None
    high: float | None
    mass: float
    prior: Prior | None = None
    prior_p: float | None = None
    notes: tuple[Note, ...] = ()


def prior_from(history: ArrayLike, scale: Scale = Scale.RAW, *, weight: float = 1.0) -> Prior:
    """The prior that historical lots give when each counts as `weight` of a lot, 0 < weight <= 1 (a power prior).

    worth = weight n, df = weight n - 1, sd^2 = weight (n-1) s^2 / df; at weight 1 the same as having made these lots
    in the study. Raises NotComputable: TOO_FEW (2 lots, and more than one after weighting), NOT_A_SHARE, CONSTANT,
    and as `lots`.
    """
    if not 0 < weight <= 1:
        raise NotComputable(Why.NOT_A_SHARE, "weight")
    values = lots(history, scale, "history", least=2)
    n = len(values)
    mean, sd = moments(values)
    if is_rounding(sd, values):
        raise NotComputable(Why.CONSTANT, "history")
    df = weight * n - 1
    if df <= 0:
        raise NotComputable(Why.TOO_FEW, "history")
    return Prior(mean, weight * n, sd * sqrt(weight * (n - 1) / df), df)


def posterior_of_groups(
    reference: ArrayLike,
    test: ArrayLike,
    margin: Margin,
    *,
    prior: Prior | None = None,
    mass: float = 0.9,
) -> Posterior:
    """Lots before against other lots after the change, 3 each or more; NaN is missing and left out.

    Raises NotComputable: TOO_FEW, EMPTY, CONSTANT (no spread at all), NOT_POSITIVE, NOT_FINITE, NOT_A_SHARE,
    NO_LIMITS.
    """
    need_share(mass, "mass")
    before, after = lots(reference, margin.scale, "reference"), lots(test, margin.scale, "test")
    (mean1, sd1), (mean2, sd2) = moments(before), moments(after)
    if is_rounding(max(sd1, sd2), before, after):
        raise NotComputable(Why.CONSTANT, "values")
    n1, n2 = len(before), len(after)
    one, two = Student(mean1, sd1 / sqrt(n1), n1 - 1), Student(mean2, sd2 / sqrt(n2), n2 - 1)
    surprise = None
    if prior is not None:
        _need_prior(prior)
        surprise = _surprise(prior, mean1, n1)
        one = _learned(prior, mean1, sd1, n1)
    lower, upper = margin.bounds()
    d = two.center - one.center
    probability = difference_cdf(upper - d, one, two) - difference_cdf(lower - d, one, two)
    notes = tuple(sorted({*notes_on(series(reference)), *notes_on(series(test))}))
    material = Material(Design.WELCH, n1, n2, notes=notes)
    half = _half_width(mass, one, two)
    return _answer(margin, material, probability, (d, half, mass), (prior, surprise))


def posterior_of_pairs(
    reference: Mapping[str, float], test: Mapping[str, float], margin: Margin, *, mass: float = 0.9
) -> Posterior:
    """Halves of one donor's material, by the donor's id: the mean difference is Student's t on n - 1 about its own.

    P(L < D < U) is 1 - p_L - p_U of `tost_paired`. Raises NotComputable: as `posterior_of_groups`, and IDS_DIFFER.
    """
    need_share(mass, "mass")
    pairs = pairs_of(reference, test, margin.scale)
    d, sd = moments(pairs.differences)
    if is_rounding(sd, pairs.reference, pairs.test):
        raise NotComputable(Why.CONSTANT, "differences")
    n = len(pairs.differences)
    scale = sd / sqrt(n)
    lower, upper = margin.bounds()
    chances = stats.t.cdf((upper - d) / scale, n - 1), stats.t.cdf((lower - d) / scale, n - 1)
    notes = (Note.MISSING_LEFT_OUT,) if pairs.left_out else ()
    material = Material(Design.PAIRED, n, n, pairs.left_out, notes)
    half = float(stats.t.isf((1 - mass) / 2, n - 1)) * scale
    return _answer(margin, material, float(chances[0] - chances[1]), (d, half, mass), (None, None))


def difference_cdf(x: float, one: Student, two: Student) -> float:
    """P(s1 T1 + s2 T2 <= x) for independent Student variables on df >= 1 (Behrens and Fisher), about 0."""
    narrow, wide = (one, two) if one.scale < two.scale else (two, one)
    if not isfinite(x):
        return float(x > 0)
    # t = sqrt(df) tan(a) brings the heavy tails into a finite range, where the density is a power of the cosine
    df = narrow.df
    end = atan(-float(stats.t.ppf(_TAIL, df)) / sqrt(df))
    angle, w = legendre(-end, end, _NODES)
    weight = w * np.exp((df - 1) * np.log(np.cos(angle)))
    shift = narrow.scale / wide.scale * sqrt(df) * np.tan(angle)
    return float(weight @ special.stdtr(wide.df, x / wide.scale - shift) / weight.sum())


def _half_width(mass: float, one: Student, two: Student) -> float:
    """Half the central interval; the sum of both sides' own quantiles at half the tail is wider for certain."""
    tail = (1 - mass) / 2
    unit = max(one.scale, two.scale)
    most = sum(side.scale / unit * float(stats.t.isf(tail / 2, side.df)) for side in (one, two))

    def beyond(x: float) -> float:
        return difference_cdf(x * unit, one, two) - (1 - tail)

    return unit * float(optimize.brentq(beyond, 0.0, most, xtol=1e-12, rtol=1e-12))


def _learned(prior: Prior, mean: float, sd: float, n: int) -> Student:
    """The reference mean after its lots."""
    worth, df = prior.worth + n, prior.df + n
    apart = sqrt(prior.worth * n / worth) * (mean - prior.mean)
    spread = hypot(sqrt(prior.df) * prior.sd, sqrt(n - 1) * sd, apart)
    center = prior.mean + n / worth * (mean - prior.mean)
    return Student(center, spread / sqrt(df * worth), df)


def _surprise(prior: Prior, mean: float, n: int) -> float:
    """The prior predictive law of a mean of n lots: t on df about the prior's with sd sqrt(1/worth + 1/n)."""
    t = abs(mean - prior.mean) / (prior.sd * sqrt(1 / prior.worth + 1 / n))
    return float(2 * stats.t.sf(t, prior.df))


def _need_prior(prior: Prior) -> None:
    numbers = (prior.mean, prior.worth, prior.sd, prior.df)
    if not all(map(isfinite, numbers)):
        raise NotComputable(Why.NOT_FINITE, "prior")
    if min(numbers[1:]) <= 0:
        raise NotComputable(Why.NOT_POSITIVE, "prior")


def _answer(
    margin: Margin,
    material: Material,
    probability: float,
    interval: tuple[float, float, float],
    prior: tuple[Prior | None, float | None],
) -> Posterior:
    d, half, mass = interval
    shown = [on_paper(value, margin.scale) for value in (d, d - half, d + half)]
    more = ((margin.is_one_sided, Note.ONE_SIDED), (None in shown, Note.UNBOUNDED))
    return Posterior(
        margin=margin,
        material=material,
        probability=min(1.0, max(0.0, probability)),
        estimate=shown[0],
        low=shown[1],
        high=shown[2],
        mass=mass,
        prior=prior[0],
        prior_p=prior[1],
        notes=(*material.notes, *(note for is_so, note in more if is_so)),
    )
