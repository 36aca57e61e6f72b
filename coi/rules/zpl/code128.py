"""Code 128 as ZPL writes it: the start character, the subsets and the functions stand in the data, behind `>`.

A printer left to itself stays in subset B from the first character to the last; half of a label's serial is digits,
which subset C writes two at a time.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import pairwise

GS = "\x1d"  # the way an FNC1 reads back behind the first place


class Subset(StrEnum):
    """B takes any printable character, C takes digits in pairs. A is for control characters: labels have none."""

    B = "B"
    C = "C"


_STARTS = {Subset.B: ">:", Subset.C: ">;"}
_SWITCHES = {Subset.B: ">6", Subset.C: ">5"}
# what ZPL would take for itself; an FNC1 is the same in both subsets
_WRITTEN = {GS: ">8", ">": ">0", "^": "><", "~": ">="}

# A part of the data: the subset that it is in, and one character, or two digits in C.
Part = tuple[Subset, str]


def parts(content: str) -> tuple[Part, ...]:
    """The content in as few symbol characters as Code 128 has for it. GS stands for FNC1.

    ValueError for nothing at all and for what labels do not carry: other control characters, anything beyond ASCII.
    """
    if not content or not all(char == GS or " " <= char <= "~" for char in content):
        raise ValueError(f"Code 128 on a label carries printable ASCII alone, not {content!r}")
    # The shortest way to every place that ends in either subset. Equally short: B, which most of a label is.
    ways: list[dict[Subset, tuple[Part, ...]]] = [{Subset.B: ()}]
    for end in range(1, len(content) + 1):
        ways.append({})
        for part in _endings(content[:end]):
            before = ways[end - len(part[1])].values()
            ways[end][part[0]] = min(((*way, part) for way in before), key=symbol_characters)
    return min(ways[-1].values(), key=symbol_characters)


def _endings(content: str) -> Iterator[Part]:
    """What the last part of this can be."""
    yield Subset.B, content[-1]
    if content[-1] == GS:
        yield Subset.C, GS
    elif len(content) > 1 and content[-2:].isdigit():
        yield Subset.C, content[-2:]


def symbol_characters(way: Sequence[Part]) -> int:
    """How many the data takes: one for each part and each switch. The first subset is in the start character."""
    return len(way) + sum(one[0] is not other[0] for one, other in pairwise(way))


def modules(content: str) -> int:
    """The width in modules without quiet zones: start, data and check of 11 each, and a stop of 13."""
    return 11 * (symbol_characters(parts(content)) + 2) + 13


def data(content: str) -> str:
    """What goes into ^FD; raises ValueError as `parts` does."""
    way = parts(content)
    subset = way[0][0]
    written = [_STARTS[subset]]
    for wanted, text in way:
        if wanted is not subset:
            written.append(_SWITCHES[wanted])
            subset = wanted
        written.append(_WRITTEN.get(text, text))
    return "".join(written)
