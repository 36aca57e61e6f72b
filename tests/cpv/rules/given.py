"""What tests of the statistics share: how a refusal is read, series with known moments, and lots by their ids."""

from collections.abc import Callable, Iterable

import numpy as np
import pytest
from numpy.typing import NDArray

from cpv.rules.basis import NotComputable, Why


def refusal(call: Callable[..., object], *args: object, **named: object) -> tuple[Why, str]:
    """Why a call is refused, and what of."""
    with pytest.raises(NotComputable) as refused:
        call(*args, **named)
    return refused.value.why, refused.value.about


def why(call: Callable[..., object], *args: object, **named: object) -> Why:
    """Why a call is refused."""
    return refusal(call, *args, **named)[0]


def exactly(n: int, mean: float, sigma: float, seed: int = 1) -> NDArray[np.float64]:
    """A series with just this mean and standard deviation."""
    z = np.random.default_rng(seed).standard_normal(n)
    found: NDArray[np.float64] = mean + sigma * (z - z.mean()) / z.std(ddof=1)
    return found


def by_id(values: Iterable[float]) -> dict[str, float]:
    """Values under the ids of donors."""
    return {f"D{place}": float(value) for place, value in enumerate(values)}
