"""What all statistics of this room share: how a series is read, why a number does not exist, what limits are.

A series is one-dimensional, in the order in which batches were made, one number a batch; NaN stands for a value that is
missing. Infinite numbers are no measurements and are refused. Every number in an answer is finite, or it is None and a
`Note` beside it says why; what cannot be answered at all raises `NotComputable` with a `Why`.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# Under this many results there are no limits; from there on preliminary ones, and long-term ones from the second number
# (tiers of continued process verification in use: N < 15, 15 to 29, 30 and more; BioPhorum 2017, PDA glossary of CPV).
PRELIMINARY_FROM, LONG_TERM_FROM = 15, 30
# Fewer different values than this make a chart of individuals a chart of the rounding.
FEWEST_DISTINCT = 5


class Why(StrEnum):
    """Why there is no answer at all."""

    EMPTY = "empty"
    TOO_FEW = "too_few"
    NOT_FINITE = "not_finite"
    NOT_ONE_DIMENSIONAL = "not_one_dimensional"
    SIZES_DIFFER = "sizes_differ"
    NOT_POSITIVE = "not_positive"
    NOT_A_SHARE = "not_a_share"
    NOT_A_COUNT = "not_a_count"
    NOT_AN_INDEX = "not_an_index"
    CONSTANT = "constant"
    SINGULAR = "singular"
    LIMITS_CROSSED = "limits_crossed"
    NO_LIMITS = "no_limits"
    UNBOUNDED_MEMORY = "unbounded_memory"
    NOT_CONVERGED = "not_converged"
    ALL_CENSORED = "all_censored"
    CENSORED = "censored"
    IDS_DIFFER = "ids_differ"
    OUTSIDE_MARGIN = "outside_margin"
    NO_ZONE = "no_zone"
    NOT_TWO_DIMENSIONAL = "not_two_dimensional"
    OUT_OF_RANGE = "out_of_range"


class NotComputable(ValueError):
    """There is no answer; `why` is its code and `about` what it is about (a name of an argument, or empty)."""

    def __init__(self, why: Why, about: str = "") -> None:
        super().__init__(f"{why}: {about}" if about else str(why))
        self.why, self.about = why, about


class Note(StrEnum):
    """What a reader of an answer has to know about it."""

    ZERO_SIGMA = "zero_sigma"
    FEW_DISTINCT = "few_distinct"
    PRELIMINARY = "preliminary"
    TOO_FEW = "too_few"
    MISSING_LEFT_OUT = "missing_left_out"
    GAPS_CARRIED = "gaps_carried"
    AUTOCORRELATED = "autocorrelated"
    NOT_NORMAL = "not_normal"
    UNSTABLE = "unstable"
    CENSORED = "censored"
    ONE_SIDED = "one_sided"
    BELOW_FLOOR = "below_floor"
    NOT_CONVERGED = "not_converged"
    UNBOUNDED = "unbounded"
    TOO_MANY = "too_many"
    COLLINEAR = "collinear"
    MISSING_COVARIATE = "missing_covariate"
    EXTRAPOLATED = "extrapolated"
    NEGATIVE_VARIANCE = "negative_variance"
    APPROXIMATE = "approximate"
    LOW_COUNTS = "low_counts"
    ZERO_TIMES = "zero_times"


class LimitStatus(StrEnum):
    """How far limits can be trusted, by how many results they come from."""

    RUN_CHART = "run_chart"
    PRELIMINARY = "preliminary"
    LONG_TERM = "long_term"


class Estimator(StrEnum):
    """Where sigma comes from; part of the record of every limit."""

    MR_BAR = "mr_bar"
    MEDIAN_MR = "median_mr"
    SD = "sd_c4"
    SAMPLE_SD = "sample_sd"
    QUANTILES = "quantiles"
    LIKELIHOOD = "likelihood"
    R_BAR = "r_bar"
    S_BAR = "s_bar"
    POOLED = "pooled"
    MVLUE_R = "mvlue_r"
    MVLUE_SD = "mvlue_sd"
    GIVEN = "given"


@dataclass(frozen=True)
class Limits:
    """Limits of a chart in the unit of its points. None: there is no limit on that side.

    `center` and `sigma` are what they were made of, `multiple` how many sigma they lie away (None where they come from
    quantiles), `n` from how many results they were estimated.
    """

    center: float
    sigma: float
    lower: float | None
    upper: float | None
    multiple: float | None
    estimator: Estimator
    n: int
    notes: tuple[Note, ...] = ()

    @property
    def status(self) -> LimitStatus:
        """By the tiers above."""
        return status_of(self.n)


def status_of(n: int) -> LimitStatus:
    """How far limits from `n` results can be trusted."""
    if n < PRELIMINARY_FROM:
        return LimitStatus.RUN_CHART
    return LimitStatus.PRELIMINARY if n < LONG_TERM_FROM else LimitStatus.LONG_TERM


def series(values: ArrayLike, about: str = "values") -> Floats:
    """Read a series as float64, NaN for what is missing.

    Raises NotComputable: NOT_ONE_DIMENSIONAL, NOT_FINITE (an infinite number).
    """
    read = np.asarray(values, dtype=np.float64)
    if read.ndim != 1:
        raise NotComputable(Why.NOT_ONE_DIMENSIONAL, about)
    if np.isinf(read).any():
        raise NotComputable(Why.NOT_FINITE, about)
    return read


def present(values: ArrayLike, about: str = "values", *, least: int = 1) -> Floats:
    """The values that are there, in order. Raises NotComputable as `series`, and EMPTY or TOO_FEW under `least`."""
    read = series(values, about)
    found = read[~np.isnan(read)]
    if found.size == 0 and least > 0:
        raise NotComputable(Why.EMPTY, about)
    if found.size < least:
        raise NotComputable(Why.TOO_FEW, about)
    return found


def notes_on(values: Floats) -> tuple[Note, ...]:
    """What is worth knowing of a series before it is charted: gaps, constancy, how many values differ."""
    there = values[~np.isnan(values)]
    distinct = np.unique(there[:100]).size
    if distinct < FEWEST_DISTINCT:  # the first hundred mostly spare the sorting of millions
        distinct = np.unique(there).size
    found = (
        (there.size < values.size, Note.MISSING_LEFT_OUT),
        (distinct == 1 and there.size > 1, Note.ZERO_SIGMA),
        (1 < distinct < FEWEST_DISTINCT <= there.size, Note.FEW_DISTINCT),
    )
    return tuple(note for is_so, note in found if is_so)
