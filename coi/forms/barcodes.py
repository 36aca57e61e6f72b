"""A Code 128 on the screen or on an order sheet, as bars for an SVG."""

from dataclasses import dataclass
from itertools import groupby

import barcode

QUIET = 10


@dataclass(frozen=True)
class Bars:
    """Left edge and width of each bar, in modules, and the width of the whole with its quiet zones."""

    text: str
    bars: tuple[tuple[int, int], ...]
    width: int


def code128(text: str) -> Bars:
    """The bars of a text in Code 128."""
    modules: str = barcode.get("code128", text).build()[0]
    bars, left = [], QUIET
    for bit, run in groupby(modules):
        wide = len(list(run))
        if bit == "1":
            bars.append((left, wide))
        left += wide
    return Bars(text, tuple(bars), left + QUIET)
