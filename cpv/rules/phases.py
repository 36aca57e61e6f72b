"""Phases of a chart: stretches of one process, over whose borders no range, run, sum or average reaches."""

from collections.abc import Sequence
from itertools import pairwise

from cpv.rules.basis import NotComputable, Why

__all__ = ["phase_slices"]


def phase_slices(size: int, starts: Sequence[int] = ()) -> tuple[slice, ...]:
    """The phases of `size` points, given the index of the first point of each.

    The first phase begins at 0, whether that is named or not. Starts must ascend, none above `size` (a phase that
    begins at `size` has no point yet); otherwise NotComputable (NOT_AN_INDEX). No points and no starts: no phases.
    """
    found = [int(start) for start in starts]
    if found != list(starts) or found != sorted(set(found)) or any(not 0 <= start <= size for start in found):
        raise NotComputable(Why.NOT_AN_INDEX, "phase_starts")
    if size == 0 and not found:
        return ()
    borders = [*dict.fromkeys((0, *found)), size]
    return tuple(slice(start, stop) for start, stop in pairwise(borders))
