"""The spread of blind ratings on one scale as a picture: a strip from 1 to 10 with a dot for each rating.

Equal ratings stand on top of each other, and above the line, on which a ring marks what was agreed on: nothing hides
anything. Lengths are in units of the picture.
"""

from dataclasses import dataclass

from fmea.rules.scales import HIGHEST, LOWEST
from fmea.rules.team import Spread

WIDTH, STEP, EDGE = 480.0, 48.0, 24.0
DOT, TOP, BELOW = 15.0, 16.0, 26.0


@dataclass(frozen=True)
class Dot:
    """One rating that somebody gave: the middle of its dot."""

    x: float
    y: float
    rating: int


@dataclass(frozen=True)
class Strip:
    """The picture: dots, where the median stands, from where to where they lie, and the ten marks below the line.

    `agreed`: where the rating stands that the team agreed on; None while there is none.
    """

    dots: tuple[Dot, ...]
    low: float
    high: float
    median: float
    agreed: float | None
    marks: tuple[tuple[float, int], ...]
    line: float
    height: float


def strip(spread: Spread, agreed: int | None = None) -> Strip:
    """The picture of a spread."""
    most = max(spread.ratings.count(it) for it in spread.ratings)
    line = TOP + most * DOT
    dots = tuple(
        Dot(place(it), line - DOT * (spread.ratings[:n].count(it) + 1), it)
        for n, it in enumerate(spread.ratings)
    )
    return Strip(
        dots=dots,
        low=place(spread.low),
        high=place(spread.high),
        median=place(spread.median),
        agreed=None if agreed is None else place(agreed),
        marks=tuple((place(it), it) for it in range(LOWEST, HIGHEST + 1)),
        line=line,
        height=line + BELOW,
    )


def place(rating: float) -> float:
    """Where a rating stands along the strip; a median may stand between two."""
    return EDGE + (rating - LOWEST) * STEP
