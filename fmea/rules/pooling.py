"""What several sites know together: each site's rate drawn towards all of them, as far as they are alike.

Site i has x_i failures among n_i opportunities at a rate p_i of its own, and the rates come from Beta(a, b), which is
fitted to the sites (empirical Bayes):

    LIKELIHOOD   a, b maximise sum of ln B(a + x_i, b + n_i - x_i) - ln B(a, b)    (beta-binomial)
    MOMENTS      mean m = sum x / sum n, and with the spread S = sum n_i (x_i / n_i - m)^2 over k sites
                 rho = (S / (m (1 - m)) - (k - 1)) / sum of (n_i - 1)(1 - n_i / sum n),  a + b = 1 / rho - 1

so that site i is Beta(a + x_i, b + n_i - x_i), drawn to the mean of all with weight (a + b) / (a + b + n_i). The
fitted prior is taken as known, which makes intervals somewhat narrow (`Note.PRIOR_TAKEN_AS_KNOWN`). Where sites differ
no more than chance, a + b has no finite best value: it is held at all opportunities together (`Note.NO_SPREAD`), so
that a site counts as one part of the whole. Sources: Kleinman, J. Am. Stat. Assoc. 68 (1973) 46-54; Gelman et al.,
Bayesian Data Analysis, 3rd ed. 2013, sections 5.1 to 5.3; Gelman, Bayesian Anal. 1 (2006) 515-534, for how many groups.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from cpv.rules.basis import Floats, NotComputable, Why
from fmea.rules.evidence import (
    Estimate,
    Law,
    Note,
    Posterior,
    Prior,
    need_count,
    share_posterior,
)

# Fewer groups than this hardly tell how much groups differ (Gelman 2006, section 4).
FEWEST_SITES = 5
_LEAST_STRENGTH = 1e-3
Ints = NDArray[np.int64]


class Fit(StrEnum):
    """How the prior was found."""

    LIKELIHOOD = "likelihood"
    MOMENTS = "moments"


@dataclass(frozen=True)
class Site:
    """Failures among opportunities at one site.

    Raises NotComputable: NOT_A_COUNT, OUT_OF_RANGE (more events than n).
    """

    name: str
    events: int
    n: int

    def __post_init__(self) -> None:
        if need_count(self.events, "events") > need_count(self.n, "n"):
            raise NotComputable(Why.OUT_OF_RANGE, "events")


@dataclass(frozen=True)
class PooledSite:
    """One site after pooling: `raw` is its own share (None: nothing seen), `shrinkage` the weight of all the sites.

    estimate.mean = (1 - shrinkage) raw + shrinkage (mean of the prior).
    """

    site: Site
    raw: float | None
    shrinkage: float
    posterior: Posterior
    estimate: Estimate


@dataclass(frozen=True)
class Pooled:
    """All sites, in the order given, and the prior they gave: it is also what a site without counts may expect."""

    prior: Prior
    fit: Fit
    sites: tuple[PooledSite, ...]
    notes: tuple[Note, ...]


def pool(sites: Sequence[Site], fit: Fit = Fit.LIKELIHOOD) -> Pooled:
    """Fit the prior and draw every site towards it; sites without opportunities do not count for the fit.

    Raises NotComputable: TOO_FEW (fewer than 5 sites with opportunities), CONSTANT (no failure anywhere, or nothing
    else: then sites tell nothing of how they differ, and an expert's rating stands).
    """
    seen = [site for site in sites if site.n]
    if len(seen) < FEWEST_SITES:
        raise NotComputable(Why.TOO_FEW, "sites")
    x, n = np.array([site.events for site in seen]), np.array([site.n for site in seen])
    if not 0 < x.sum() < n.sum():
        raise NotComputable(Why.CONSTANT, "events")
    mean, strength = _by_likelihood(x, n) if fit is Fit.LIKELIHOOD else _by_moments(x, n)
    most = float(n.sum())
    prior = Prior(Law.SHARE, mean * min(strength, most), (1 - mean) * min(strength, most))
    notes = (Note.PRIOR_TAKEN_AS_KNOWN, *((Note.NO_SPREAD,) if strength >= most else ()))
    return Pooled(prior, fit, tuple(_drawn(site, prior) for site in sites), notes)


def log_marginal(prior: Prior, sites: Sequence[Site]) -> float:
    """ln of the probability of all counts given a prior of shares, without the binomial coefficients."""
    x, n = np.array([site.events for site in sites]), np.array([site.n for site in sites])
    return float(_log_marginal(prior.a, prior.b, x, n))


def _drawn(site: Site, prior: Prior) -> PooledSite:
    posterior = share_posterior(site.events, site.n, prior)
    raw = site.events / site.n if site.n else None
    return PooledSite(site, raw, prior.worth / (prior.worth + site.n), posterior, posterior.estimate())


def _by_moments(x: Ints, n: Ints) -> tuple[float, float]:
    """Mean and strength a + b; the strength is infinite where sites differ no more than chance."""
    total = float(n.sum())
    mean = float(x.sum() / total)
    spread = float((n * (x / n - mean) ** 2).sum()) / (mean * (1 - mean))
    rho = (spread - (len(n) - 1)) / max(float(((n - 1) * (1 - n / total)).sum()), 1.0)
    if rho <= 0:
        return mean, np.inf
    return mean, max(1 / min(rho, 1.0) - 1, _LEAST_STRENGTH)


def _by_likelihood(x: Ints, n: Ints) -> tuple[float, float]:
    """The same by marginal likelihood: for each strength the best mean, and of these the best strength."""
    ends = log(_LEAST_STRENGTH), log(float(n.sum()))
    grid = np.linspace(*ends, 25)
    heights = [_profile(strength, x, n)[0] for strength in grid]
    best = int(np.argmax(heights))
    near = grid[max(best - 1, 0)], grid[min(best + 1, grid.size - 1)]
    found = optimize.minimize_scalar(
        lambda strength: -_profile(strength, x, n)[0], bounds=near, method="bounded", options={"xatol": 1e-7}
    )
    top = heights[-1] >= -found.fun
    strength = ends[1] if top else float(found.x)
    return _profile(strength, x, n)[1], np.inf if top else float(np.exp(strength))


def _profile(log_strength: float, x: Ints, n: Ints) -> tuple[float, float]:
    """The greatest likelihood for a strength, and the mean that has it."""
    strength = float(np.exp(log_strength))

    def minus(logit: float) -> float:
        mean = special.expit(logit)
        return -float(_log_marginal(strength * mean, strength * special.expit(-logit), x, n))

    # the best mean lies between the smallest and the largest rate, half an event away from 0 and 1
    rates = (x + 0.5) / (n + 1)
    ends = float(special.logit(rates.min())) - 3, float(special.logit(rates.max())) + 3
    found = optimize.minimize_scalar(minus, bounds=ends, method="bounded", options={"xatol": 1e-9})
    return -float(found.fun), float(special.expit(found.x))


def _log_marginal(a: float, b: float, x: Ints, n: Ints) -> Floats:
    return np.asarray((special.betaln(a + x, b + n - x) - special.betaln(a, b)).sum())
