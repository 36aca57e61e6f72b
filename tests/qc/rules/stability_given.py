"""Observations of three batches, made up from lines and a noise that is always the same."""

from qc.rules.stability import Observation

TIMES = (0, 3, 6, 9, 12, 18)
NOISE = {
    "A": (0.31, -0.22, 0.12, -0.35, 0.27, -0.1),
    "B": (-0.18, 0.29, -0.3, 0.21, -0.09, 0.14),
    "C": (0.05, 0.17, -0.24, 0.11, 0.3, -0.33),
}


def series(intercepts: tuple[float, ...], slopes: tuple[float, ...], noise: float = 1.0) -> list[Observation]:
    """Three batches with these lines and the noise above, times `noise`."""
    return [
        Observation(batch, float(time), intercept + slope * time + noise * NOISE[batch][n])
        for batch, intercept, slope in zip(NOISE, intercepts, slopes, strict=True)
        for n, time in enumerate(TIMES)
    ]


ALIKE = series((100, 100, 100), (-0.5, -0.5, -0.5))
APART = series((100, 103, 98), (-0.5, -0.5, -0.5))
FASTER = series((100, 100, 100), (-0.5, -0.9, -0.3))
