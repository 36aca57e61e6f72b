"""Units of measurement (UCUM codes) that a mapping may name, and the closed list of conversions between them.

Every factor is exact. What is not here is not converted: somebody has to look at it.
"""

from collections.abc import Mapping
from decimal import Decimal

_ZERO, _HUNDRED = Decimal(0), Decimal(100)
Bounds = tuple[Decimal | None, Decimal | None]

# What a value in this unit can be at all, when a mapping does not say otherwise.
UNITS: Mapping[str, Bounds] = {
    "1": (None, None),
    "%": (_ZERO, _HUNDRED),
    "/uL": (_ZERO, None),
    "/mL": (_ZERO, None),
    "10*3/uL": (_ZERO, None),
    "10*6/mL": (_ZERO, None),
    "10*9/L": (_ZERO, None),
    "10*6": (_ZERO, None),
    "{cells}": (_ZERO, None),
    "{copies}": (_ZERO, None),
    "{copies}/uL": (_ZERO, None),
    "{copies}/mL": (_ZERO, None),
    "{copies}/{cell}": (_ZERO, None),
    "{Cq}": (_ZERO, Decimal(60)),
    "[EU]/mL": (_ZERO, None),
    "[IU]/mL": (_ZERO, None),
    "pg/mL": (_ZERO, None),
    "ng/mL": (_ZERO, None),
    "um": (_ZERO, None),
    "mL": (_ZERO, None),
    "h": (_ZERO, None),
    "d": (_ZERO, None),
}

# (from, to): what to multiply by. The endotoxin unit equals the international unit (WHO; USP <85>; Ph. Eur. 2.6.14).
CONVERSIONS: Mapping[tuple[str, str], Decimal] = {
    ("/uL", "/mL"): Decimal(1000),
    ("/uL", "10*6/mL"): Decimal("0.001"),
    ("/mL", "10*6/mL"): Decimal("0.000001"),
    ("10*6/mL", "/mL"): Decimal(1_000_000),
    ("10*3/uL", "/mL"): Decimal(1_000_000),
    ("10*3/uL", "10*6/mL"): Decimal(1),
    ("10*9/L", "/mL"): Decimal(1_000_000),
    ("10*9/L", "10*6/mL"): Decimal(1),
    ("{copies}/uL", "{copies}/mL"): Decimal(1000),
    ("[IU]/mL", "[EU]/mL"): Decimal(1),
    ("ng/mL", "pg/mL"): Decimal(1000),
    ("pg/mL", "ng/mL"): Decimal("0.001"),
    ("1", "%"): Decimal(100),
    ("%", "1"): Decimal("0.01"),
    ("d", "h"): Decimal(24),
}


def factor(unit: str, report_unit: str) -> Decimal | None:
    """What a number in `unit` is multiplied by to be in `report_unit`; None where no conversion is allowed."""
    return Decimal(1) if unit == report_unit else CONVERSIONS.get((unit, report_unit))
