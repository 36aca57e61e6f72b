"""What tests of evidence share: scales as triples, a slow posterior on a grid, and how a refusal is read."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from cpv.rules.basis import NotComputable, Why

# Composed for tests: bands that touch from 0 to 1, as of a centre with a few hundred batches a year.
CENTRE = (
    (1, 0.0, 1e-5),
    (2, 1e-5, 5e-5),
    (3, 5e-5, 2e-4),
    (4, 2e-4, 5e-4),
    (5, 5e-4, 2e-3),
    (6, 2e-3, 5e-3),
    (7, 5e-3, 1e-2),
    (8, 1e-2, 2e-2),
    (9, 2e-2, 0.1),
    (10, 0.1, 1.0),
)
# Probabilities of a miss; no count shows the best rating.
MISSES = (
    (2, 0.0, 0.01),
    (3, 0.01, 0.05),
    (4, 0.05, 0.2),
    (5, 0.2, 0.5),
    (6, 0.5, 0.7),
    (7, 0.7, 0.9),
    (8, 0.9, 0.95),
    (9, 0.95, 0.99),
    (10, 0.99, 1.0),
)


def refusal(call: Callable[..., object], *args: object, **named: object) -> tuple[Why, str]:
    """Why a call is refused, and what of."""
    with pytest.raises(NotComputable) as refused:
        call(*args, **named)
    return refused.value.why, refused.value.about


class Grid:
    """A posterior by adding up prior times likelihood at very many rates; slow and plain.

    The grid is even in sqrt(rate), which takes the pole at 0 out of the half powers.
    """

    def __init__(self, log_density: Callable[[NDArray[np.float64]], NDArray[np.float64]], top: float) -> None:
        root = (np.arange(400_000) + 0.5) / 400_000 * np.sqrt(top)
        self.rate = root**2
        height = log_density(self.rate)
        weight = np.exp(height - height.max()) * root
        self.weight = weight / weight.sum()
        self.reached = np.cumsum(self.weight)

    def quantile(self, p: float) -> float:
        """The first rate that reaches p."""
        return float(self.rate[np.searchsorted(self.reached, p)])

    def mass(self, low: float, high: float) -> float:
        """P(low <= rate < high)."""
        return float(self.weight[(self.rate >= low) & (self.rate < high)].sum())

    def mean(self) -> float:
        """Of the rate."""
        return float(self.weight @ self.rate)
