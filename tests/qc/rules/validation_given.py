"""Nested designs and gauge studies of made-up measurements, for the tests of the validation of methods."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from qc.rules.validation import (
    GaugeReading,
    Measurement,
    ValidationFault,
)

F = ValidationFault

# Sums of squares by two ways of adding the same numbers: nothing but rounding stands between them.
SAME_SUMS = 1e-9
FACTORS = ("day", "analyst", "run")


def design(
    *sizes: int, sd: Sequence[float], noise: float = 1.0, seed: int = 1, replicates: int = 3
) -> list[Measurement]:
    """A balanced nested design around 100."""
    made = np.random.default_rng(seed)
    found: list[Measurement] = []

    def grow(groups: tuple[str, ...], base: float) -> None:
        if len(groups) == len(sizes):
            found.extend(Measurement(groups, base + made.normal(0, noise)) for _ in range(replicates))
            return
        for number in range(sizes[len(groups)]):
            grow((*groups, str(number)), base + made.normal(0, sd[len(groups)]))

    grow((), 100.0)
    return found


def unequal(seed: int = 5) -> list[Measurement]:
    """Days with one to three runs of two to four measurements."""
    made = np.random.default_rng(seed)
    sizes = [(4, 2), (3,), (2, 2, 3), (4, 4)]
    found = []
    for day, runs in enumerate(sizes):
        off = made.normal(0, 3)
        for run, n in enumerate(runs):
            off_run = made.normal(0, 2)
            found += [
                Measurement((str(day), str(run)), 100 + off + off_run + made.normal(0, 1)) for _ in range(n)
            ]
    return found


def study(
    *sds: float, noise: float = 1.0, seed: int = 1, shape: tuple[int, int, int] = (8, 3, 3)
) -> list[GaugeReading]:
    """A crossed design with these standard deviations of parts, operators and their interaction."""
    made = np.random.default_rng(seed)
    p, o, r = shape
    of_part, of_operator = made.normal(0, sds[0], p), made.normal(0, sds[1], o)
    cells = made.normal(0, sds[2], (p, o))
    return [
        GaugeReading(f"p{i}", f"o{j}", 50 + of_part[i] + of_operator[j] + cells[i, j] + made.normal(0, noise))
        for i in range(p)
        for j in range(o)
        for _ in range(r)
    ]


numbers = st.integers(0, 10_000).map(lambda n: n / 100)
nested = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("xy"), numbers), min_size=8, max_size=24
).map(lambda rows: [Measurement((day, run), value) for day, run, value in rows])
