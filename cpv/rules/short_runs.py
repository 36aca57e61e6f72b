"""Charts for short runs: of several products on one chart (Z-MR), and from the third batch on (Q).

Both give numbers without a unit that are judged like standard normal ones: center 0, sigma 1, limits at 3.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from cpv.rules.basis import Estimator, Floats, Limits, NotComputable, Note, Why, notes_on, series
from cpv.rules.constants import d2, d3
from cpv.rules.individuals import moving_ranges
from cpv.rules.phases import phase_slices

__all__ = ["ZMR", "PartSigma", "QChart", "q_chart", "z_mr"]

_SPAN = 2  # a moving range is that of two neighbours
# The largest |Q|: that of the smallest chance that is a number. What is beyond is beyond every limit.
_FARTHEST = -float(special.ndtri(np.finfo(np.float64).tiny))


class PartSigma(StrEnum):
    """What shares one sigma on a Z-MR chart; every product (part) always has a mean of its own."""

    BY_PARTS = "by_parts"
    """All runs of one product: its sigma is always the same."""

    BY_RUNS = "by_runs"
    """Each run (neighbours of one product): sigma may change with every change of product."""

    POOLED = "pooled"
    """Everything: all products have one sigma."""

    RELATIVE = "relative"
    """Everything, of natural logarithms: sigma grows with the size of the values, which must be above 0."""


@dataclass(frozen=True, eq=False)
class ZMR:
    """Standardised values and their moving ranges, with limits that hold for all.

    `means` and `sigmas` are those of each point, in the unit of the values (of their logarithms for RELATIVE). NaN in
    `z`: the value is missing, or its group has no sigma (TOO_FEW) or one of 0 (ZERO_SIGMA).
    """

    z: Floats
    ranges: Floats
    means: Floats
    sigmas: Floats
    z_limits: Limits
    range_limits: Limits
    notes: tuple[Note, ...]


@dataclass(frozen=True, eq=False)
class QChart:
    """Q of each value, NaN where there is none: the first two of a phase, gaps, and as long as nothing varied."""

    q: Floats
    limits: Limits
    notes: tuple[Note, ...]


def z_mr(
    values: ArrayLike,
    parts: Sequence[Hashable],
    *,
    sigma: PartSigma = PartSigma.BY_PARTS,
    phase_starts: Sequence[int] = (),
) -> ZMR:
    """Z_i = (x_i - mean of its product) / sigma of its group; ranges are |Z_i - Z_(i-1)|, also between products.

    sigma is the mean moving range of the group / d2; a range belongs to two neighbours in time of one product and one
    phase, so that no difference of products, gap or phase is in it. Products begin anew in a phase. Limits: 0 -+ 3 for
    Z, from 0 to 3.686 with center 1.128 for ranges. Points on a limit are inside. Farnum, Journal of Quality Technology
    24 (1992) 138; Montgomery, section 10.1. Raises NotComputable: EMPTY, SIZES_DIFFER (not one product a value),
    NOT_POSITIVE (RELATIVE, a value of 0 or less), NOT_FINITE, NOT_AN_INDEX.
    """
    read = _read(values, parts, sigma)
    here = ~np.isnan(read)
    part, run, phase = _grouped(parts, read.size, phase_starts)
    means = _by_group(read, part, here)
    ranges = moving_ranges(read)
    ranges[np.diff(run, prepend=-1) != 0] = np.nan
    shared = {PartSigma.BY_PARTS: part, PartSigma.BY_RUNS: run}.get(sigma, phase)
    sigmas = _by_group(ranges, shared, ~np.isnan(ranges)) / d2(_SPAN)
    known = here & (sigmas > 0)
    z = np.full(read.size, np.nan)
    with np.errstate(over="ignore"):
        z[known] = (read[known] - means[known]) / sigmas[known]
    notes, n = _notes(sigmas[here], notes_on(read)), int(known.sum())
    widest = d2(_SPAN) + 3 * d3(_SPAN)
    return ZMR(
        z=z,
        ranges=moving_ranges(z, phase_starts=phase_starts),
        means=means,
        sigmas=sigmas,
        z_limits=Limits(0.0, 1.0, -3.0, 3.0, 3.0, Estimator.MR_BAR, n, notes),
        range_limits=Limits(d2(_SPAN), d3(_SPAN), None, widest, 3.0, Estimator.MR_BAR, n, notes),
        notes=notes,
    )


def q_chart(values: ArrayLike, *, multiple: float = 3.0, phase_starts: Sequence[int] = ()) -> QChart:
    """Self-starting chart of individuals, mean and variance unknown: from the third value of each phase on.

    Q_r = Phi^-1(G_(r-2)(sqrt((r - 1) / r) (x_r - m_(r-1)) / s_(r-1))), m and s being mean and standard deviation of the
    r - 1 values before, G_v Student's t on v degrees of freedom. While the process is stable and normal all Q are
    independent and standard normal, so limits are 0 -+ multiple at once. Every value enters the moments of those after
    it: a shift fades from the chart unless it is acted upon. |Q| is at most 37.5, the last that can be told from
    certainty. Gaps are left out. Quesenberry, Journal of Quality Technology 23 (1991) 213, case (iv).

    Raises NotComputable: NOT_POSITIVE (multiple), NOT_FINITE, NOT_ONE_DIMENSIONAL, NOT_AN_INDEX.
    """
    if not (isfinite(multiple) and multiple > 0):
        raise NotComputable(Why.NOT_POSITIVE, "multiple")
    read = series(values)
    q = np.full(read.size, np.nan)
    for part in phase_slices(read.size, phase_starts):
        at = np.flatnonzero(~np.isnan(read[part])) + part.start
        q[at] = _q(read[at])
    notes = notes_on(read)
    if (~np.isnan(q)).sum() == 0 and Note.TOO_FEW not in notes:
        notes = (*notes, Note.TOO_FEW)
    n = int((~np.isnan(read)).sum())
    return QChart(q, Limits(0.0, 1.0, -multiple, multiple, multiple, Estimator.SAMPLE_SD, n, notes), notes)


def _read(values: ArrayLike, parts: Sequence[Hashable], sigma: PartSigma) -> Floats:
    """The values, or their logarithms, one for each product named."""
    read = series(values)
    if len(parts) != read.size:
        raise NotComputable(Why.SIZES_DIFFER, "parts")
    here = ~np.isnan(read)
    if not here.any():
        raise NotComputable(Why.EMPTY, "values")
    if sigma is not PartSigma.RELATIVE:
        return read
    if (read[here] <= 0).any():
        raise NotComputable(Why.NOT_POSITIVE, "values")
    return np.log(read)


def _notes(sigmas: Floats, of_values: tuple[Note, ...]) -> tuple[Note, ...]:
    said = ((bool(np.isnan(sigmas).any()), Note.TOO_FEW), (bool((sigmas == 0).any()), Note.ZERO_SIGMA))
    kept = (note for note in of_values if note is not Note.ZERO_SIGMA)
    return (*kept, *(note for is_so, note in said if is_so))


def _q(x: Floats) -> Floats:
    """Q of a phase without gaps. Each step off the mean so far also is what the sum of squares grows by."""
    q = np.full(x.size, np.nan)
    if x.size < 3:
        return q
    with np.errstate(over="ignore"):
        away = x - x[0]
    largest = float(np.abs(away).max())
    if not isfinite(largest):
        raise NotComputable(Why.NOT_FINITE, "values")
    if largest == 0:
        return q
    # squares of tiny and of huge differences are no numbers, those of shares of the largest are
    away /= largest
    r = np.arange(2, x.size + 1)
    step = np.sqrt((r - 1) / r) * (away[1:] - np.cumsum(away)[:-1] / (r - 1))
    variance = np.cumsum(step**2)[:-1] / (r[1:] - 2)
    varied = variance > 0
    t = step[1:][varied] / np.sqrt(variance[varied])
    tail = special.stdtr(r[1:][varied] - 2, -np.abs(t))
    q[np.flatnonzero(varied) + 2] = np.sign(t) * np.minimum(-special.ndtri(tail), _FARTHEST)
    return q


def _grouped(
    parts: Sequence[Hashable], size: int, phase_starts: Sequence[int]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """The number of the product (in its phase), of the run and of the phase of each point."""
    slices = phase_slices(size, phase_starts)
    phase = np.repeat(np.arange(len(slices)), [one.stop - one.start for one in slices])
    numbers: dict[tuple[int, Hashable], int] = {}
    pairs = zip(phase.tolist(), parts, strict=True)
    part = np.array([numbers.setdefault(pair, len(numbers)) for pair in pairs], dtype=np.intp)
    run = np.cumsum(np.diff(part, prepend=part[:1]) != 0)
    return part, run, phase


def _by_group(values: Floats, group: NDArray[np.intp], counted: NDArray[np.bool_]) -> Floats:
    """For each point the mean of what is counted in its group; NaN where nothing is."""
    found = np.full(int(group.max()) + 1, np.nan)
    order = np.argsort(group[counted], kind="stable")
    kept = values[counted][order]
    if kept.size:
        numbers, starts, sizes = np.unique(group[counted][order], return_index=True, return_counts=True)
        low, high = (one.reduceat(kept, starts) for one in (np.minimum, np.maximum))
        with np.errstate(over="ignore"):
            sums = np.add.reduceat(kept, starts)
        if np.isinf(sums).any():
            raise NotComputable(Why.NOT_FINITE, "values")
        # the mean of equal values is their value to the last bit
        found[numbers] = np.clip(sums / sizes, low, high)
    return found[group]
