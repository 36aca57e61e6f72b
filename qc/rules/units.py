"""The few units that a specification reckons with: powers of ten of cells, and a quantity per kilogram.

Units are UCUM codes; `10*6` is a million. Nothing else is converted: two other units are either the same text or apart.
"""

import re
from decimal import Decimal

from qc.rules.limits import EXACT

PER_KG, PER_ML, PER_HOUR = "/kg", "/mL", "/h"

_POWER = re.compile(r"10\*(?P<power>[0-9]{1,2})(?P<rest>.*)", re.ASCII | re.DOTALL)


def _split(unit: str) -> tuple[int, str]:
    match = _POWER.fullmatch(unit)
    return (0, unit) if match is None else (int(match["power"]), match["rest"])


def steps(given: str, wanted: str) -> int | None:
    """How many powers of ten lie between two units; None where they measure different things."""
    (one, of_one), (other, of_other) = _split(given), _split(wanted)
    return one - other if of_one == of_other else None


def in_unit(number: Decimal, given: str, wanted: str) -> Decimal:
    """A number in another unit that differs by a power of ten. Raises ValueError for any other."""
    power = steps(given, wanted)
    if power is None:
        raise ValueError(f"{given!r} is not {wanted!r}")
    return number.scaleb(power, context=EXACT)


def without(unit: str, ending: str) -> str:
    """The unit before an ending such as "/kg"; "1" where nothing is left."""
    return unit.removesuffix(ending) or "1"


def per_kg(unit: str) -> str:
    """The unit, per kg."""
    return f"{unit}{PER_KG}"
