"""Capability of series that are not normal: by percentiles, or on the transformed scale that is charted."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from cpv.rules.basis import Floats, NotComputable, Note, Why, notes_on, present, series
from cpv.rules.capability import Capability, Index, IntervalBy, Specification, capability
from cpv.rules.noncentral import inside
from cpv.rules.tolerance import quantile
from cpv.rules.transforms import Band, Transformation

# The percentiles that three sigma either side of the median have of a normal distribution, rounded as in the
# standard.
PERCENTILES = (0.00135, 0.5, 0.99865)
# So many numbers at a time are drawn again, lest a long series fill the memory.
_AT_ONCE = 2_000_000


@dataclass(frozen=True)
class PercentileCapability:
    """Pp and Ppk by percentiles; None where the specification has no such side, or the percentiles do not differ.

    `band`: the percentiles they were made of. Their limits are None where no generator was given.
    """

    pp: Index | None
    ppk: Index | None
    ppl: Index | None
    ppu: Index | None
    band: Band
    confidence: float | None
    n: int | None
    notes: tuple[Note, ...]


def capability_of_band(band: Band, specification: Specification) -> PercentileCapability:
    """The indices of a distribution whose .135 %, 50 % and 99.865 % percentiles are known, from any fit.

    Pp = (U - L) / (X99.865 - X0.135), Ppu = (U - X50) / (X99.865 - X50), Ppl = (X50 - L) / (X50 - X0.135), Ppk the
    smaller (ISO 22514-2, ISO/TR 22514-4). So are results below the limit of quantification given a Ppk: the band is
    that of `censored.CensoredFit.limits`. No interval: IntervalBy.NONE. A percentile that is None or no distance:
    ZERO_SIGMA or UNBOUNDED, and no index.
    """
    ends = (np.nan if end is None else end for end in (band.lower, band.center, band.upper))
    found = _indices(np.array([list(ends)]), specification)[0]
    lost = (band.lower is None or band.upper is None, Note.UNBOUNDED)
    flat = (band.center in (band.lower, band.upper), Note.ZERO_SIGMA)
    one_sided = (specification.lower is None or specification.upper is None, Note.ONE_SIDED)
    notes = (*band.notes, *(note for is_so, note in (lost, flat, one_sided) if is_so))
    pp, ppk, ppl, ppu = (
        None if np.isnan(value) else Index(float(value), None, None, IntervalBy.NONE) for value in found
    )
    return PercentileCapability(pp, ppk, ppl, ppu, band, None, None, tuple(dict.fromkeys(notes)))


def percentile_capability(
    values: ArrayLike,
    specification: Specification,
    rng: Generator | None = None,
    *,
    draws: int = 999,
    confidence: float = 0.95,
) -> PercentileCapability:
    """Pp and Ppk by percentiles of the series itself, whatever its distribution; see `capability_of_band`.

    Percentiles are median-unbiased; under 494 values the outer ones are the outermost values, the indices too good
    and TOO_FEW said: fit a distribution or transform instead. With `rng`, limits by the bootstrap: the series drawn
    again with replacement `draws` times, the outer quantiles of the indices (Efron's percentile limits; too short
    where TOO_FEW).

    Raises NotComputable: as `present` (two values), OUT_OF_RANGE.
    """
    x = np.sort(present(values, least=2))
    tail = (1 - inside(confidence, "confidence")) / 2
    if draws < 1:
        raise NotComputable(Why.OUT_OF_RANGE, "draws")
    ends = [quantile(x, p) for p in PERCENTILES]
    few = (Note.TOO_FEW,) if any(Note.TOO_FEW in end.notes for end in ends) else ()
    band = Band(ends[0].value, ends[1].value, ends[2].value, (*notes_on(series(values)), *few))
    made = capability_of_band(band, specification)
    made = replace(made, confidence=confidence, n=x.size)
    if rng is None:
        return made
    drawn = _drawn_again(x, specification, rng, draws)
    pp, ppk, ppl, ppu = (
        index and _held(index, of, tail)
        for index, of in zip((made.pp, made.ppk, made.ppl, made.ppu), drawn.T, strict=True)
    )
    return replace(made, pp=pp, ppk=ppk, ppl=ppl, ppu=ppu)


def transformed_capability(
    values: ArrayLike,
    specification: Specification,
    transformation: Transformation,
    confidence: float = 0.95,
) -> Capability:
    """Capability on the transformed scale: values and limits carried there, then as for a normal series.

    The rate out of specification and the order of limits are kept; the index is another than that by percentiles
    unless the transformation is a straight line. A limit that nothing of the kind can miss (0 of a positive
    quantity, 100 % of a share) is none, which ONE_SIDED then says; the target is left out, for its distance has
    another unit, and with it Cpm.

    Raises NotComputable: as `Transformation.forward` and `capability`; NO_LIMITS if no limit is left.
    """
    lower, upper = map(transformation.specification, (specification.lower, specification.upper))
    found = capability(transformation.forward(values), Specification(lower, upper), confidence=confidence)
    notes = tuple(dict.fromkeys((*found.notes, *transformation.clamped(values))))
    return replace(found, notes=notes)


def _indices(ends: Floats, spec: Specification) -> Floats:
    """Pp, Ppk, Ppl, Ppu of rows of percentiles; NaN where one does not exist."""
    low, middle, high = ends.T
    lower = np.nan if spec.lower is None else spec.lower
    upper = np.nan if spec.upper is None else spec.upper
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        pp = (upper - lower) / (high - low)
        sides = np.column_stack([(middle - lower) / (middle - low), (upper - middle) / (high - middle)])
    sides = np.where(np.isfinite(sides), sides, np.nan)
    both = spec.lower is not None and spec.upper is not None
    nearer = np.minimum(*sides.T) if both else np.fmin(*sides.T)
    return np.column_stack([np.where(np.isfinite(pp), pp, np.nan), nearer, sides])


def _drawn_again(x: Floats, spec: Specification, rng: Generator, draws: int) -> Floats:
    rows = max(1, _AT_ONCE // x.size)
    parts = []
    for start in range(0, draws, rows):
        chosen = rng.integers(0, x.size, (min(rows, draws - start), x.size))
        ends = np.quantile(x[chosen], PERCENTILES, axis=1, method="median_unbiased")
        parts.append(_indices(ends.T, spec))
    return np.concatenate(parts)


def _held(index: Index, drawn: Floats, tail: float) -> Index:
    """Series drawn again that have no such index (all of one value) say nothing."""
    there = drawn[~np.isnan(drawn)]
    if there.size == 0:
        return index
    low, high = np.quantile(there, [tail, 1 - tail])
    return Index(index.value, float(low), float(high), IntervalBy.BOOTSTRAP)
