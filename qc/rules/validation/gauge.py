"""Gauge R&R of a crossed design, operators x parts x replicates, by analysis of variance.

All effects are random: y = mean + part + operator + part x operator + repeatability. For p parts, o operators and r
replicates the components follow from the mean squares (P, O, PO, E)::

    repeatability  E                    interaction  (PO - E) / r
    operator       (O - PO) / (p r)     part         (P - PO) / (o r)

Where the interaction has p > 0.25 its sum of squares is pooled with the repeatability's, and the pooled mean square
stands for PO and E. A component below 0 is set to 0. Reproducibility is operator + interaction; the gauge's variance is
repeatability + reproducibility; the total is the gauge's + the parts'. Sources: AIAG, Measurement Systems Analysis, 4th
ed. 2010, chapter III; Burdick, Borror and Montgomery, Journal of Quality Technology 35 (2003) 342-354.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, sqrt
from typing import Any

import numpy as np
from scipy import stats

from qc.rules.validation.basis import (
    Estimate,
    NotAssessable,
    ValidationFault,
    combination,
    is_nothing,
    need_confidence,
    need_numbers,
)

# AIAG: an interaction with a larger p is pooled.
POOLING_P = 0.25

Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class GaugeReading:
    """One measurement of a part by an operator."""

    part: str
    operator: str
    value: float


@dataclass(frozen=True)
class GaugeRow:
    """One line of the table of variance; no test in the line of the repeatability."""

    source: str
    df: int
    sum_of_squares: float
    mean_square: float
    f: float | None = None
    p: float | None = None


@dataclass(frozen=True)
class Gauge:
    """What was found. Components are variances in the unit of the values squared; `percent_...` are of the total.

    `percent_gauge` is of standard deviations (100 sd(gauge)/sd(total)), `percent_contribution` of variances.
    `categories`, the number of distinct categories, is floor(sqrt(2) sd(parts)/sd(gauge)); AIAG prints 1.41 for the
    root.
    """

    parts: int
    operators: int
    replicates: int
    table: tuple[GaugeRow, ...]
    interaction_p: float
    is_interaction_pooled: bool
    repeatability: Estimate
    operator: Estimate
    interaction: Estimate
    part: Estimate
    reproducibility: Estimate
    gauge: Estimate
    total: Estimate
    set_to_zero: tuple[str, ...]
    percent_gauge: float
    percent_contribution: float
    categories: int


def gauge_rr(readings: Sequence[GaugeReading], confidence: float = 0.95) -> Gauge:
    """Judge a measuring system by a crossed design: each operator measures each part equally often, twice or more.

    Raises NotAssessable: fewer than two parts or operators (`too_few_groups`), a cell with another number of replicates
    (`unequal`), one replicate (`too_few_replicates`), replicates that never differ (`zero_variance`).
    """
    need_confidence(confidence)
    need_numbers(one.value for one in readings)
    cube = _cube(readings)
    table = _table(cube)
    if is_nothing(table[3].sum_of_squares, cube.ravel().tolist()):
        raise NotAssessable(ValidationFault.ZERO_VARIANCE, factor="repeatability")
    p = float(stats.f.sf(table[2].mean_square / table[3].mean_square, table[2].df, table[3].df))
    is_pooled = p > POOLING_P
    lines = _pooled(table) if is_pooled else table
    raw = _coefficients(cube.shape, is_pooled)
    squares, df = np.array([line.mean_square for line in lines]), [line.df for line in lines]
    kept = {name: row if float(row @ squares) > 0 else np.zeros(len(lines)) for name, row in raw.items()}

    def estimate(*names: str) -> Estimate:
        coefficients = np.array([kept[name] for name in names]).sum(axis=0)
        return combination(coefficients.tolist(), squares.tolist(), df, confidence)

    gauge, part = estimate("repeatability", "operator", "interaction"), estimate("part")
    share = gauge.value / (gauge.value + part.value)
    return Gauge(
        parts=cube.shape[0],
        operators=cube.shape[1],
        replicates=cube.shape[2],
        table=_tested(table, lines),
        interaction_p=p,
        is_interaction_pooled=is_pooled,
        repeatability=estimate("repeatability"),
        operator=estimate("operator"),
        interaction=estimate("interaction"),
        part=part,
        reproducibility=estimate("operator", "interaction"),
        gauge=gauge,
        total=estimate(*kept),
        set_to_zero=tuple(name for name, row in raw.items() if float(row @ squares) < 0),
        percent_gauge=100 * sqrt(share),
        percent_contribution=100 * share,
        categories=floor(sqrt(2 * part.value / gauge.value)),
    )


def _cube(readings: Sequence[GaugeReading]) -> Floats:
    """Parts x operators x replicates."""
    parts = list(dict.fromkeys(one.part for one in readings))
    operators = list(dict.fromkeys(one.operator for one in readings))
    for factor, found in (("part", parts), ("operator", operators)):
        if len(found) < 2:
            raise NotAssessable(ValidationFault.TOO_FEW_GROUPS, factor=factor)
    counts = Counter((one.part, one.operator) for one in readings)
    numbers = {counts[part, operator] for part in parts for operator in operators}
    if len(numbers) > 1:
        raise NotAssessable(ValidationFault.UNEQUAL, fewest=min(numbers), most=max(numbers))
    if numbers == {1}:
        raise NotAssessable(ValidationFault.TOO_FEW_REPLICATES)
    cells: dict[tuple[str, str], list[float]] = {}
    for one in readings:
        cells.setdefault((one.part, one.operator), []).append(one.value)
    return np.array([[cells[part, operator] for operator in operators] for part in parts])


def _table(cube: Floats) -> tuple[GaugeRow, ...]:
    p, o, r = cube.shape
    centred = cube - cube.mean()
    cells, parts, operators = centred.mean(axis=2), centred.mean(axis=(1, 2)), centred.mean(axis=(0, 2))
    sums = {
        "part": (p - 1, o * r * (parts**2).sum()),
        "operator": (o - 1, p * r * (operators**2).sum()),
        "interaction": ((p - 1) * (o - 1), r * ((cells - parts[:, None] - operators[None, :]) ** 2).sum()),
        "repeatability": (p * o * (r - 1), ((centred - cells[:, :, None]) ** 2).sum()),
    }
    return tuple(GaugeRow(name, df, float(ss), float(ss) / df) for name, (df, ss) in sums.items())


def _pooled(table: Sequence[GaugeRow]) -> tuple[GaugeRow, ...]:
    part, operator, interaction, error = table
    df = interaction.df + error.df
    squares = interaction.sum_of_squares + error.sum_of_squares
    return part, operator, GaugeRow(error.source, df, squares, squares / df)


def _coefficients(shape: tuple[int, ...], is_pooled: bool) -> dict[str, Floats]:
    """Each component as a combination of the mean squares, in the order of the table."""
    p, o, r = shape
    if is_pooled:
        return {
            "repeatability": np.array([0, 0, 1.0]),
            "operator": np.array([0, 1.0, -1]) / (p * r),
            "interaction": np.zeros(3),
            "part": np.array([1.0, 0, -1]) / (o * r),
        }
    return {
        "repeatability": np.array([0, 0, 0, 1.0]),
        "operator": np.array([0, 1.0, -1, 0]) / (p * r),
        "interaction": np.array([0, 0, 1.0, -1]) / r,
        "part": np.array([1.0, 0, -1, 0]) / (o * r),
    }


def _tested(table: Sequence[GaugeRow], lines: Sequence[GaugeRow]) -> tuple[GaugeRow, ...]:
    """The table with its tests: parts and operators against what stands below them, the interaction against the error.

    The pooled line, if there is one, is the last.
    """
    below = lines[2]
    rows = [_against(row, below) for row in table[:2]]
    pooled = lines[2:] if len(lines) < len(table) else ()
    return (*rows, _against(table[2], table[3]), table[3], *(_named(row) for row in pooled))


def _against(row: GaugeRow, below: GaugeRow) -> GaugeRow:
    if not below.mean_square:
        return row
    f = row.mean_square / below.mean_square
    return GaugeRow(
        row.source, row.df, row.sum_of_squares, row.mean_square, f, float(stats.f.sf(f, row.df, below.df))
    )


def _named(row: GaugeRow) -> GaugeRow:
    return GaugeRow("pooled", row.df, row.sum_of_squares, row.mean_square)
