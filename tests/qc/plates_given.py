"""Plates for tests: responses that a curve has, written as a file."""

from math import log

import numpy as np

DOSES = ("0.3", "1", "3", "10", "30", "100")


def response(dose: float, ec50: float, *, upper: float = 95, slope: float = 1.2) -> float:
    return 5 + (upper - 5) / (1 + (dose / ec50) ** -slope)


def rows(preparation: str, ec50: float, *, sd: float = 0.5, seed: int = 1, **form: float) -> list[str]:
    noise = np.random.default_rng([seed, int(1000 * log(1 + ec50))])
    return [
        f"{preparation},{dose},{response(float(dose), ec50, **form) + noise.normal(0, sd):.4f},{n}"
        for dose in DOSES
        for n in (1, 2, 3)
    ]


def sheet(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in ("preparation,dose,response,replicate", *lines)).encode()


def potency_plate(ratio: float, **form: float) -> bytes:
    """A reference with its middle at 8, and a sample that is so much more potent."""
    return sheet(*rows("reference", 8.0, seed=11), *rows("sample", 8.0 / ratio, seed=3, **form))


def standards(*samples: str) -> bytes:
    return sheet(*rows("standard", 8.0), *samples)


LYSIS = (
    *(f"spontaneous,,{value},{n}" for n, value in enumerate((390, 410, 400), 1)),
    *(f"maximal,,{value},{n}" for n, value in enumerate((2380, 2420, 2400), 1)),
)
