"""Risk adjustment: what an attribute is beside what the incoming material lets one expect.

In phase I the attribute is regressed on covariates known before manufacturing (CD3 %, age, lymphocyte count, vector
lot); the regression is frozen, and later batches are charted as residuals. That takes out the spread between
patients, on which no operator can act; the raw chart stays beside it, for patients receive the raw value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from cpv.rules.basis import LONG_TERM_FROM, Floats, NotComputable, Note, Why, series

# Variance inflation from which a coefficient is no longer believed (Montgomery, Peck, Vining, Linear Regression,
# 9.4).
INFLATED = 10.0
# Shares of a column's own length below which it is a sum of the others, but for rounding.
_RANK = 1e-10


@dataclass(frozen=True)
class Coefficient:
    """The change of the attribute per unit of one covariate, its standard error, and its variance inflation
    factor.
    """

    name: str
    value: float
    error: float
    inflation: float


@dataclass(frozen=True, eq=False)
class Residuals:
    """Residuals of batches, NaN where the attribute or a covariate is missing.

    `raw` in the unit of the attribute; `standardised` by the prediction's own standard error; `expected` what the
    covariates let expect; `leverage` is 1/n + d' (X'X)^-1 d. `extrapolated`: batches whose covariates lie beyond all of
    phase I (leverage above its largest).
    """

    raw: Floats
    standardised: Floats
    expected: Floats
    leverage: Floats
    extrapolated: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Adjustment:
    """A frozen regression: expected = mean + sum of coefficient * (covariate - its phase I mean).

    `sigma` is the residual standard deviation with `df` degrees of freedom; `inverse` the inverse of the centered
    sums of squares and products of the covariates, each in units of its `units`; `leverage` the largest of phase I;
    `explained` the share of the sum of squares that the covariates explain (R squared).
    """

    coefficients: tuple[Coefficient, ...]
    mean: float
    centers: tuple[float, ...]
    units: tuple[float, ...]
    inverse: tuple[tuple[float, ...], ...]
    sigma: float
    df: int
    n: int
    leverage: float
    explained: float
    notes: tuple[Note, ...] = ()

    def residuals(self, attribute: ArrayLike, covariates: ArrayLike) -> Residuals:
        """Residuals of batches that had no part in the regression.

        Standardised: (y - expected) / (sigma sqrt(1 + 1/n + d' (X'X)^-1 d)), d the distance of its covariates from
        phase I's means. For a batch of the same process it follows Student's t with `df` degrees of freedom. sigma
        0: NaN, with ZERO_SIGMA. Notes: MISSING_COVARIATE, MISSING_LEFT_OUT, EXTRAPOLATED. Raises NotComputable:
        NOT_FINITE, SIZES_DIFFER, NOT_ONE_DIMENSIONAL.
        """
        y = series(attribute, "attribute")
        x = _table(covariates, y.size, len(self.coefficients))
        off = (x - np.array(self.centers)) / np.array(self.units)
        slopes = np.array([one.value for one in self.coefficients]) * np.array(self.units)
        expected = self.mean + off @ slopes
        leverage = 1 / self.n + np.einsum("ij,jk,ik->i", off, np.array(self.inverse), off)
        raw = y - expected
        error = self.sigma * np.sqrt(1 + leverage)
        standardised = raw / error if self.sigma > 0 else np.full(y.size, np.nan)
        beyond = leverage > self.leverage * (1 + 1e-9)
        found = (
            (np.isnan(x).any(), Note.MISSING_COVARIATE),
            (np.isnan(y).any(), Note.MISSING_LEFT_OUT),
            (beyond.any(), Note.EXTRAPOLATED),
            (self.sigma == 0, Note.ZERO_SIGMA),
        )
        notes = tuple(note for is_so, note in found if is_so)
        return Residuals(raw, standardised, expected, leverage, beyond, notes)

    def as_dict(self) -> dict[str, Any]:
        """What is stored with the limits; numbers, texts and lists alone."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return plain | {
            "coefficients": [vars(one) | {} for one in self.coefficients],
            "centers": list(self.centers),
            "units": list(self.units),
            "inverse": [list(row) for row in self.inverse],
            "notes": [note.value for note in self.notes],
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """The regression that `as_dict` stored."""
        read = {
            "coefficients": tuple(Coefficient(**one) for one in stored["coefficients"]),
            "centers": tuple(stored["centers"]),
            "units": tuple(stored["units"]),
            "inverse": tuple(tuple(row) for row in stored["inverse"]),
            "notes": tuple(Note(note) for note in stored["notes"]),
        }
        return cls(**{**stored, **read})


def fit_adjustment(attribute: ArrayLike, covariates: ArrayLike, names: Sequence[str]) -> Adjustment:
    """Regress an attribute on covariates by least squares, from phase I; to be frozen thereafter.

    `covariates`: one row a batch, one column a name; categories as columns of 0 and 1, one category left out. Rows
    with anything missing have no part (MISSING_LEFT_OUT, MISSING_COVARIATE). sigma^2 = residual squares / (n - p -
    1). A variance inflation 1 / (1 - R_j^2) of 10 or more: COLLINEAR, the coefficients are not to be read, the
    residuals are sound within phase I's range. Under 30 batches: PRELIMINARY. All residuals nothing: ZERO_SIGMA.

    Source: Montgomery, Peck and Vining, Introduction to Linear Regression Analysis; residual charts of this kind:
    Mandel, J. Quality Technology 1 (1969) 1; Steiner, Cook, Farewell, Treasure, Biostatistics 1 (2000) 441 for risk
    adjustment.

    Raises NotComputable: as `Adjustment.residuals`, EMPTY (no covariate), TOO_FEW unless n >= p + 3, CONSTANT (the
    attribute, or a covariate by its name), SINGULAR (a covariate that is a sum of others, by its name).
    """
    y = series(attribute, "attribute")
    if not names:
        raise NotComputable(Why.EMPTY, "covariates")
    x = _table(covariates, y.size, len(names))
    used = ~np.isnan(y) & ~np.isnan(x).any(axis=1)
    gaps = ((np.isnan(y).any(), Note.MISSING_LEFT_OUT), (np.isnan(x).any(), Note.MISSING_COVARIATE))
    y, x = y[used], x[used]
    if y.size < len(names) + 3:
        raise NotComputable(Why.TOO_FEW, "attribute")
    if y.min() == y.max():
        raise NotComputable(Why.CONSTANT, "attribute")
    columns = _standardised(x, names)
    return _regressed(y, columns, names, tuple(note for is_so, note in gaps if is_so))


def _regressed(y: Floats, columns: "_Columns", names: Sequence[str], gaps: tuple[Note, ...]) -> Adjustment:
    n, p = columns.off.shape
    size = float(np.abs(y).max())
    q, r = np.linalg.qr(columns.off)
    _need_rank(r, names)
    mean = float((y / size).mean())
    dy = y / size - mean
    slopes = np.linalg.solve(r, q.T @ dy)
    rest = dy - columns.off @ slopes
    squares, whole = float(rest @ rest), float(dy @ dy)
    # what is left of an exact line is the rounding of its sums
    sigma = sqrt(squares / (n - p - 1)) if squares > 1e-24 * max(whole, mean**2) else 0.0
    back = np.linalg.inv(r)
    inverse = back @ back.T
    errors = sigma * np.sqrt(np.diag(inverse))
    inflation = np.diag(inverse) * (columns.off**2).sum(axis=0)
    found = (
        (bool((inflation >= INFLATED).any()), Note.COLLINEAR),
        (n < LONG_TERM_FROM, Note.PRELIMINARY),
        (sigma == 0, Note.ZERO_SIGMA),
    )
    return Adjustment(
        coefficients=tuple(
            Coefficient(name, float(b * size / unit), float(e * size / unit), float(v))
            for name, b, e, v, unit in zip(names, slopes, errors, inflation, columns.units, strict=True)
        ),
        mean=mean * size,
        centers=tuple(columns.centers.tolist()),
        units=tuple(columns.units.tolist()),
        inverse=tuple(tuple(row) for row in inverse.tolist()),
        sigma=sigma * size,
        df=n - p - 1,
        n=n,
        leverage=float(1 / n + (q**2).sum(axis=1).max()),
        explained=max(0.0, 1 - squares / whole),
        notes=(*gaps, *(note for is_so, note in found if is_so)),
    )


def phase_one_residuals(attribute: ArrayLike, covariates: ArrayLike, adjustment: Adjustment) -> Floats:
    """Studentised residuals of the batches that the regression was made of, each as if it had not been.

    t_i = e_i sqrt((df - 1) / (df s^2 (1 - h_i) - e_i^2)), Student's t with df - 1 degrees of freedom: a batch that
    draws the line to itself is not hidden by it. NaN where anything is missing, where h_i is 1, and where sigma is
    0. Source: Cook and Weisberg, Residuals and Influence in Regression (1982), 2.2.1. Raises as
    `Adjustment.residuals`.
    """
    found = adjustment.residuals(attribute, covariates)
    if adjustment.sigma == 0:
        return np.full(found.raw.size, np.nan)
    e = found.raw / adjustment.sigma
    left = adjustment.df * (1 - found.leverage) - e**2
    with np.errstate(invalid="ignore", divide="ignore"):
        t = e * np.sqrt((adjustment.df - 1) / left)
    return np.where(np.isfinite(t) & (left > 0), t, np.nan)


def as_normal(standardised: ArrayLike, adjustment: Adjustment) -> Floats:
    """Normal deviates as unlikely as the standardised residuals: the normal quantile of their Student's t chance.

    With few batches in phase I a residual of 3 is less unlikely than three sigma; these are charted at +- 3 whatever
    df.
    """
    t = series(standardised, "standardised")
    tail = stats.t.logsf(np.abs(t), adjustment.df)
    return np.asarray(np.sign(t) * -special.ndtri_exp(tail))


def _table(covariates: ArrayLike, rows: int, columns: int) -> Floats:
    read = np.asarray(covariates, dtype=np.float64)
    if read.ndim == 1 and columns == 1:
        read = read[:, None]
    if read.ndim != 2 or read.shape != (rows, columns):
        raise NotComputable(Why.SIZES_DIFFER, "covariates")
    if np.isinf(read).any():
        raise NotComputable(Why.NOT_FINITE, "covariates")
    return read


@dataclass(frozen=True, eq=False)
class _Columns:
    """Covariates about `centers` in `units`."""

    off: Floats
    centers: Floats
    units: Floats


def _standardised(x: Floats, names: Sequence[str]) -> _Columns:
    """Columns about their means in units of their standard deviations, so that rank does not depend on units."""
    for name, column in zip(names, x.T, strict=True):
        if column.min() == column.max():
            raise NotComputable(Why.CONSTANT, name)
    size = np.abs(x).max(axis=0)
    centers = (x / size).mean(axis=0)
    off = x / size - centers
    spread = off.std(axis=0, ddof=1)
    return _Columns(off / spread, centers * size, spread * size)


def _need_rank(r: Floats, names: Sequence[str]) -> None:
    """The diagonal of R is what each column adds to those before it."""
    lengths = np.sqrt((r**2).sum(axis=0))
    for name, own, length in zip(names, np.abs(np.diag(r)), lengths, strict=True):
        if own <= _RANK * length:
            raise NotComputable(Why.SINGULAR, name)
