"""What a dose has to lie in: flat, per kg, per kg up to a cap, by weight band, or in named components.

All is judged on viable CAR-positive cells. A window is in a unit of its own (0.1 to 2.5 x 10*8 beside 0.2 to 5.0 x
10*6/kg) and has decimals of its own. A band reaches up to and including its weight: at exactly 50 kg the band "up to
50 kg" counts, at 50.01 kg the next one.

A cap is the most cells in all, whatever the weight, and no tolerance goes beyond it. A patient so heavy that the target
(or, without one, the upper limit) per kg would pass the cap is dosed as one in whom it is just met: 0.5 to 1.0 x
10*6/kg with a cap of 100 x 10*6 is 50 to 100 x 10*6 above 100 kg, not a window that closes at 200 kg.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from qc.rules.limits import EXACT, Limit, Range


class DoseKind(StrEnum):
    """How a dose depends on the patient and its parts."""

    FLAT = "flat"
    PER_KG = "per_kg"
    CAPPED = "capped"
    WEIGHT_BAND = "weight_band"
    COMPONENTS = "components"


class WindowBasis(StrEnum):
    """Whether a window is of the whole dose, or of the dose per kg."""

    FLAT = "flat"
    PER_KG = "per_kg"


@dataclass(frozen=True)
class Window:
    """Limits of a dose. One that is given as a target has its limits from the tolerance: 2.0 +- 20 % is 1.6 to 2.4."""

    unit: str
    basis: WindowBasis = WindowBasis.FLAT
    decimals: int = 0
    low: Limit | None = None
    high: Limit | None = None
    target: Decimal | None = None
    tolerance_percent: Decimal | None = None

    @property
    def most(self) -> Decimal | None:
        """What a cap is held against: the target, or else the upper limit."""
        if self.target is not None:
            return self.target
        return self.high.value if self.high is not None else None

    def range(self, possible_low: Decimal | None, possible_high: Decimal | None) -> Range:
        """What a number in this window's unit is held against."""
        return Range(self.low, self.high, self.decimals, possible_low, possible_high)


@dataclass(frozen=True)
class Band:
    """A window for weights above the band before it, up to and including `upto_kg` (None: all above)."""

    window: Window
    upto_kg: Decimal | None = None


@dataclass(frozen=True)
class Component:
    """One named part of a dose, such as the CD8 component, and the window of that part."""

    code: str
    title: str
    window: Window


@dataclass(frozen=True)
class Dose:
    """A dose window. `bands` has one band unless the kind is `weight_band`; `cap` is of the kind `capped` alone;
    `components`, `total` and `ratio` (the first component to the second) of the kind `components`."""

    kind: DoseKind
    bands: tuple[Band, ...] = ()
    cap: Window | None = None
    components: tuple[Component, ...] = ()
    total: Window | None = None
    ratio: Window | None = None

    @property
    def windows(self) -> tuple[Window, ...]:
        """Every window of it."""
        some = [band.window for band in self.bands] + [component.window for component in self.components]
        return (*some, *(window for window in (self.cap, self.total, self.ratio) if window is not None))

    @property
    def needs_weight(self) -> bool:
        """Whether nothing can be said without the patient's weight."""
        is_per_kg = any(window.basis is WindowBasis.PER_KG for window in self.windows)
        return is_per_kg or self.kind is DoseKind.WEIGHT_BAND

    def band_at(self, kg: Decimal) -> Band | None:
        """The band of a weight; None above the last one."""
        return band_at(self.bands, kg)


def band_at(bands: Sequence[Band], kg: Decimal) -> Band | None:
    """The first band that reaches so far. The weight is taken as measured, not rounded."""
    return next((band for band in bands if band.upto_kg is None or kg <= band.upto_kg), None)


def limits_around(target: Decimal, tolerance_percent: Decimal) -> tuple[Limit, Limit]:
    """The limits that a tolerance makes of a target, both inclusive."""
    off = EXACT.divide(EXACT.multiply(target, tolerance_percent), Decimal(100))
    return Limit(EXACT.subtract(target, off)), Limit(EXACT.add(target, off))
