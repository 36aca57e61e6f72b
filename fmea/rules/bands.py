"""Bands of rates: which rates have which rating on a scale that is measured.

Triples (rating, low, high), where low < rate <= high, and a rate of 0 is in the lowest band that begins there. Bands
may touch and may leave gaps, but never overlap; a higher rating is a higher rate. The band of a rating that no count
can show (what cannot be missed at all) may be 0 alone.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import isnan
from operator import index
from typing import NamedTuple

from cpv.rules.basis import NotComputable, Why


class Band(NamedTuple):
    """Rates of one rating: `low` exclusive (0 itself is in the lowest band), `high` inclusive."""

    rating: int
    low: float
    high: float


class Ladder(tuple[Band, ...]):
    """Bands that were read by `read_bands`: in order, best rating first, and not to be read again."""

    __slots__ = ()


Bands = Iterable[tuple[int, float, float]]


def read_bands(bands: Bands) -> Ladder:
    """A scale in order, best rating first, whichever way it was written.

    Raises NotComputable: EMPTY, NOT_FINITE (a NaN), OUT_OF_RANGE (a rate under 0), LIMITS_CROSSED (low not under high,
    except at 0, bands that overlap, a rating that stands twice or falls as rates rise).
    """
    if isinstance(bands, Ladder):
        return bands
    read = sorted((Band(index(rating), float(low), float(high)) for rating, low, high in bands), key=_by_low)
    if not read:
        raise NotComputable(Why.EMPTY, "bands")
    if any(isnan(end) for band in read for end in band[1:]):
        raise NotComputable(Why.NOT_FINITE, "bands")
    if read[0].low < 0:
        raise NotComputable(Why.OUT_OF_RANGE, "bands")
    crossed = any(band.low >= band.high > 0 or band.low > band.high for band in read) or any(
        one.high > two.low or one.rating >= two.rating for one, two in pairwise(read)
    )
    if crossed:
        raise NotComputable(Why.LIMITS_CROSSED, "bands")
    return Ladder(read)


def rating_at(bands: Sequence[Band], rate: float) -> int | None:
    """The rating of one rate among bands in order: a rate in a gap has the worse one, None: the scale ends below it."""
    return next((band.rating for band in bands if rate <= band.high), None)


def _by_low(band: Band) -> tuple[float, float]:
    return band.low, band.high
