"""What is computed from measurements before it is judged: doses, endotoxin, vector copies. Decimals in, decimals out.

Each quantity carries its standard uncertainty, which is handed on by the partial derivatives of the formula (JCGM
100:2008, 5.1.2), the inputs taken as independent; where two inputs come of one measurement they are not, and the caller
enters them as one. The propagation is of first order: where a divisor (weight, hours, reference copies, transduced
share) has a relative uncertainty u, the result's is too small by about u^2 of itself, 1 % at u = 0.1. Nothing is
rounded here: that is for the specification, when it compares. Arithmetic is at 28 digits, whatever the caller's is.
"""

from dataclasses import dataclass
from decimal import (
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    localcontext,
)
from enum import StrEnum
from math import prod

# Ph. Eur. 5.1.10 and USP <85>: the threshold pyrogenic dose by any route but into the spine, EU per kg and hour.
ENDOTOXIN_THRESHOLD = Decimal(5)
# A cell that does not divide has two copies of a gene that is not on a sex chromosome.
REFERENCE_COPIES = Decimal(2)
_ARITHMETIC = Context(prec=28, traps=[DivisionByZero, InvalidOperation, Overflow])


class Reason(StrEnum):
    """Why nothing can be computed."""

    NOT_POSITIVE = "not_positive"
    NEGATIVE = "negative"
    NOT_A_FRACTION = "not_a_fraction"
    NOT_FINITE = "not_finite"


class NotComputable(ValueError):
    """An input has no meaning here: its name, and the reason's code."""

    def __init__(self, name: str, reason: Reason) -> None:
        super().__init__(f"{name}: {reason}")
        self.name, self.reason = name, reason


@dataclass(frozen=True)
class Measured:
    """A quantity and its standard uncertainty, in the same unit; 0 where it counts as exact."""

    value: Decimal
    uncertainty: Decimal = Decimal(0)


def viable_car_dose(*, volume: Measured, viable_cells: Measured, cd3: Measured, car: Measured) -> Measured:
    """Viable CAR-positive T cells in a container.

    dose = V x c x f(CD3+ of viable) x f(CAR+ of CD3+). `volume` in mL, `viable_cells` per mL, `cd3` and `car` as
    fractions of 1. Worked: 50 mL x 4.0e6/mL x 0.95 x 0.40 = 7.6e7 cells. Source: the definition of the dose in the
    labels of licensed products (viable CAR-positive T cells). A count of no viable cells is a dose of 0. Raises
    NotComputable.
    """
    _need_positive(volume=volume)
    _need_not_negative(viable_cells=viable_cells)
    _need_fraction(cd3=cd3, car=car)
    return _product((volume, viable_cells, cd3, car))


def dose_per_kg(*, dose: Measured, weight: Measured) -> Measured:
    """Cells per kg of body weight; `weight` in kg. Worked: 7.6e7 / 38 kg = 2.0e6 per kg. Raises NotComputable."""
    _need_positive(weight=weight)
    _need_not_negative(dose=dose)
    return _product((dose,), (weight,))


def endotoxin_per_kg_hour(
    *, concentration: Measured, volume: Measured, weight: Measured, hours: Measured
) -> Measured:
    """Endotoxin that a patient gets, EU per kg and hour: c x V / (m x t), to be held against `ENDOTOXIN_THRESHOLD`.

    `concentration` in EU/mL, `volume` infused in mL, `weight` in kg. An infusion of less than an hour counts as one
    hour, since the threshold is a dose within an hour. Worked: 0.5 EU/mL x 70 mL / (35 kg x 1 h) = 1.0. Source:
    Ph. Eur. 5.1.10, USP <85>. Raises NotComputable.
    """
    _need_positive(volume=volume, weight=weight, hours=hours)
    _need_not_negative(concentration=concentration)
    at_least = hours if hours.value > 1 else Measured(Decimal(1))
    return _product((concentration, volume), (weight, at_least))


def copies_per_transduced_cell(*, vector: Measured, reference: Measured, transduced: Measured) -> Measured:
    """Mean number of vector copies in a transduced cell: 2 x (vector copies / reference copies) / f(transduced).

    `vector` and `reference` in copies of the same reaction (qPCR or digital PCR), `transduced` as a fraction of 1.
    Worked: 2 x (3000 / 10000) / 0.30 = 2.0. Source: FDA, Considerations for the Development of CAR T Cell Products
    (January 2024), on vector copy number per transduced cell. Raises NotComputable.
    """
    _need_positive(reference=reference)
    _need_not_negative(vector=vector)
    _need_fraction(transduced=transduced)
    if not transduced.value:
        raise NotComputable("transduced", Reason.NOT_POSITIVE)
    return _product((Measured(REFERENCE_COPIES), vector), (reference, transduced))


def _product(above: tuple[Measured, ...], below: tuple[Measured, ...] = ()) -> Measured:
    try:
        with localcontext(_ARITHMETIC):
            return _propagated(above, below)
    except DecimalException as error:  # an overflow: no quantity of this world
        raise NotComputable("result", Reason.NOT_FINITE) from error


def _propagated(above: tuple[Measured, ...], below: tuple[Measured, ...]) -> Measured:
    value = _quotient(above, below)
    slopes = [_quotient((*above[:n], *above[n + 1 :]), below) for n in range(len(above))]
    slopes += [value / factor.value for factor in below]
    factors = (*above, *below)
    parts = [slope * factor.uncertainty for slope, factor in zip(slopes, factors, strict=True)]
    return Measured(value, sum((part * part for part in parts), Decimal(0)).sqrt())


def _quotient(above: tuple[Measured, ...], below: tuple[Measured, ...]) -> Decimal:
    return prod((one.value for one in above), start=Decimal(1)) / prod(one.value for one in below)


def _need_positive(**given: Measured) -> None:
    for name, measured in _finite(given):
        if measured.value <= 0:
            raise NotComputable(name, Reason.NOT_POSITIVE)


def _need_not_negative(**given: Measured) -> None:
    for name, measured in _finite(given):
        if measured.value < 0:
            raise NotComputable(name, Reason.NEGATIVE)


def _need_fraction(**given: Measured) -> None:
    for name, measured in _finite(given):
        if not 0 <= measured.value <= 1:
            raise NotComputable(name, Reason.NOT_A_FRACTION)


def _finite(given: dict[str, Measured]) -> list[tuple[str, Measured]]:
    for name, measured in given.items():
        if not (
            measured.value.is_finite() and measured.uncertainty.is_finite() and measured.uncertainty >= 0
        ):
            raise NotComputable(name, Reason.NOT_FINITE)
    return list(given.items())
