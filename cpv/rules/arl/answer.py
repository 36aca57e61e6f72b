"""What is known of a run length: how many points until the first signal."""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from cpv.rules.basis import NotComputable, Note, Why


class How(StrEnum):
    """How a number was found; part of the answer, because it says how far to trust it."""

    EXACT = "exact"
    INTEGRAL_EQUATION = "integral_equation"
    MARKOV_CHAIN = "markov_chain"
    APPROXIMATION = "approximation"
    SIMULATION = "simulation"


@dataclass(frozen=True)
class RunLength:
    """The average run length (ARL), in points; the first point is 1. None with UNBOUNDED: too long to reckon.

    `standard_error` for a simulation alone.
    """

    mean: float | None
    how: How
    standard_error: float | None = None
    notes: tuple[Note, ...] = ()


# Beyond this a chain of double precision no longer knows how rarely it ends.
_LONGEST = 1e12
# In sigma: what is further away is a mistake in a unit.
_FARTHEST = 1000.0


def is_known(mean: float) -> bool:
    """Whether an average run length is one, and not the rounding of a chain that never ends."""
    return isfinite(mean) and 1 - 1e-6 <= mean <= _LONGEST


def answered(mean: float, how: How) -> RunLength:
    """The mean, or why it is none."""
    if not is_known(mean):
        return RunLength(None, how, notes=(Note.UNBOUNDED,))
    return RunLength(mean, how)


def finite(**numbers: float) -> None:
    """Raises NotComputable: NOT_FINITE for the first number that is not; OUT_OF_RANGE beyond 1000 sigma."""
    for name, number in numbers.items():
        if not isfinite(number):
            raise NotComputable(Why.NOT_FINITE, name)
        if abs(number) > _FARTHEST:
            raise NotComputable(Why.OUT_OF_RANGE, name)


def positive(**numbers: float) -> None:
    """Raises NotComputable: as `finite`; NOT_POSITIVE for the first number that is not."""
    finite(**numbers)
    for name, number in numbers.items():
        if number <= 0:
            raise NotComputable(Why.NOT_POSITIVE, name)
