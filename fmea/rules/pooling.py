"""What several sites know together: each site's rate drawn towards all of them, as far as they are alike.

Site i has x_i failures among n_i opportunities at a rate p_i of its own, and the rates come from Beta(a, b), which is
fitted to the sites (empirical Bayes):

    a, b maximise sum of ln B(a + x_i, b + n_i - x_i) - ln B(a, b)    (beta-binomial)

so that site i is Beta(a + x_i, b + n_i - x_i), drawn to the mean of all with weight (a + b) / (a + b + n_i). The
fitted prior is taken as known, which makes intervals somewhat narrow (`Note.PRIOR_TAKEN_AS_KNOWN`). Where sites differ
no more than chance, a + b has no finite best value: it is held at all opportunities together (`Note.NO_SPREAD`), so
that a site counts as one part of the whole. Sources: Gelman et al.,
Bayesian Data Analysis, 3rd ed. 2013, sections 5.1 to 5.3; Gelman, Bayesian Anal. 1 (2006) 515-534, for how many groups.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from cpv.rules.basis import Floats, NotComputable, Why
from fmea.rules.evidence import (
    Estimate,
    Note,
    Posterior,
    Prior,
    need_count,
    posterior_of,
)

# Fewer groups than this hardly tell how much groups differ (Gelman 2006, section 4).
FEWEST_SITES = 5
_LEAST_STRENGTH = 1e-3
Ints = NDArray[np.int64]


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
    sites: tuple[PooledSite, ...]
    notes: tuple[Note, ...]


def pool(sites: Sequence[Site]) -> Pooled:
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
    mean, strength = _by_likelihood(x, n)
    most = float(n.sum())
    prior = Prior(mean * min(strength, most), (1 - mean) * min(strength, most))
    notes = (Note.PRIOR_TAKEN_AS_KNOWN, *((Note.NO_SPREAD,) if strength >= most else ()))
    return Pooled(prior, tuple(_drawn(site, prior) for site in sites), notes)


def _drawn(site: Site, prior: Prior) -> PooledSite:
    posterior = posterior_of(site.events, site.n, prior)
    raw = site.events / site.n if site.n else None
    return PooledSite(site, raw, prior.worth / (prior.worth + site.n), posterior, posterior.estimate())


def _by_likelihood(x: Ints, n: Ints) -> tuple[float, float]:
    """Mean and strength a + b by marginal likelihood; the strength is infinite where sites differ no more than chance.

    For each strength the best mean, and of these the best strength.
    """
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
