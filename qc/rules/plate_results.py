"""From the responses of a plate to the number that is reported, or every reason why there is none.

Floating point within (`potency`, `curves`); what leaves is text: numbers that are told have six significant digits,
the one that is reported has four decimals more than its criterion rounds to, and never makes a tie.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from math import isfinite

from ledger.rules.canonical import canonical
from qc.rules.criterion import Criterion, Sort
from qc.rules.imports.plates import PlateFile, Preparation, Well
from qc.rules.methods import Calculation, Computed
from qc.rules.potency import (
    Beyond,
    Curve,
    NoPotency,
    PotencyFault,
    Response,
    fit_curve,
    lysis_of_wells,
    read_dose,
    relative_potency,
)
from qc.rules.replicates import LONGEST_FRACTION, written

_LARGEST = Decimal(10) ** 12
_MORE_DECIMALS = 4


class PlateRefusal(StrEnum):
    """Why a plate gives no result although every curve could be fitted."""

    NOT_PARALLEL = "not_parallel"
    MIDDLE_OUTSIDE = "middle_outside"
    SEVERAL_DILUTIONS = "several_dilutions"
    SEVERAL_RATIOS = "several_ratios"
    RATIO_NOT_THERE = "ratio_not_there"
    UNIT_OF_ANOTHER = "unit_of_another"
    NOT_REPORTABLE = "not_reportable"


Refusal = PotencyFault | PlateRefusal


class Told(StrEnum):
    """A number that is told of a plate, and kept with its result."""

    VALUE = "value"
    LOW = "low"
    HIGH = "high"
    CONFIDENCE = "confidence"
    UNCERTAINTY = "uncertainty"
    F = "parallelism_f"
    DF = "parallelism_df"
    P = "parallelism_p"
    LEAST_P = "least_p"
    EC50_REFERENCE = "ec50_reference"
    EC50_SAMPLE = "ec50_sample"
    EC50 = "ec50"
    LOWER = "lower"
    UPPER = "upper"
    SLOPE = "slope"
    RESIDUAL_SD = "residual_sd"
    DF_OF_CURVE = "df"
    DILUTION = "dilution"
    RATIO = "ratio"
    RESPONSES = "responses"


@dataclass(frozen=True)
class Evaluated:
    """What a plate comes to. `sign` is that of a bound; `curves` are the fitted ones, by preparation."""

    calculation: Calculation
    value: float | None = None
    sign: str = ""
    numbers: Mapping[str, str] | None = None
    curves: tuple[tuple[Preparation, Curve], ...] = ()
    refusals: tuple[Refusal, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 over all that is told, so that another outcome than the one that was looked at is noticed."""
        told = {"numbers": dict(self.numbers or {}), "refusals": list(self.refusals), "sign": self.sign}
        return sha256(canonical(told)).hexdigest()


def evaluate(plate: PlateFile, how: Computed) -> Evaluated:
    """What a clean plate comes to by a method's calculation. Refusals are values; none is passed over."""
    try:
        if how.calculation is Calculation.RELATIVE_POTENCY:
            return _relative(plate, how)
        if how.calculation is Calculation.STANDARD_CURVE:
            return _read_from_standards(plate, how)
        return _lysis(plate, how)
    except NoPotency as error:
        return Evaluated(how.calculation, refusals=(error.fault,))


@dataclass(frozen=True)
class Reported:
    """The text that answers a criterion, or why there is none."""

    text: str = ""
    refusal: Refusal | None = None


def reported(it: Evaluated, criterion: Criterion) -> Reported:
    """What answers a criterion: in per cent where its unit is."""
    if it.value is None:
        return Reported(refusal=it.refusals[0] if it.refusals else PlateRefusal.NOT_REPORTABLE)
    factor = _factor(it.calculation, criterion.unit)
    if factor is None or criterion.sort is Sort.QUALITY or criterion.choices:
        return Reported(refusal=PlateRefusal.UNIT_OF_ANOTHER)
    number = Decimal(repr(it.value)) * factor
    if abs(number) >= _LARGEST:
        return Reported(refusal=PlateRefusal.NOT_REPORTABLE)
    places = min(criterion.decimals + _MORE_DECIMALS, LONGEST_FRACTION)
    return Reported(f"{it.sign}{written(number, places)}")


def _factor(calculation: Calculation, unit: str) -> int | None:
    """A potency is a ratio or per cent of the reference, lysis per cent; what is read has the unit of its standards."""
    if calculation is Calculation.STANDARD_CURVE:
        return 1
    if unit == "%":
        return 100 if calculation is Calculation.RELATIVE_POTENCY else 1
    return 1 if unit == "1" and calculation is Calculation.RELATIVE_POTENCY else None


def _relative(plate: PlateFile, how: Computed) -> Evaluated:
    reference, sample = (_responses(plate.of(one)) for one in (Preparation.REFERENCE, Preparation.SAMPLE))
    found = relative_potency(reference, sample, float(how.confidence))
    test, curves = found.parallelism, (found.reference, found.test)
    refusals = []
    if test.p < float(how.least_p):
        refusals.append(PlateRefusal.NOT_PARALLEL)
    if not all(curve.is_middle_within for curve in curves):
        refusals.append(PlateRefusal.MIDDLE_OUTSIDE)
    numbers = {
        **({} if refusals else _with_limits(found.value, found.low, found.high, how)),
        Told.F: told(test.f),
        Told.DF: f"{test.df[0]}, {test.df[1]}",
        Told.P: told(test.p),
        Told.LEAST_P: f"{how.least_p:f}",
        Told.EC50_REFERENCE: told(found.reference.ec50),
        Told.EC50_SAMPLE: told(found.test.ec50),
        **_of_curve(found.reference),
        Told.RESPONSES: str(len(plate.wells)),
    }
    shown = tuple(zip((Preparation.REFERENCE, Preparation.SAMPLE), curves, strict=True))
    value = None if refusals else found.value
    return Evaluated(how.calculation, value, "", _facts(numbers), shown, tuple(refusals))


def _read_from_standards(plate: PlateFile, how: Computed) -> Evaluated:
    curve = fit_curve(_responses(plate.of(Preparation.STANDARD)))
    shown = ((Preparation.STANDARD, curve),)
    samples = plate.of(Preparation.SAMPLE)
    dilutions = {well.dose for well in samples}
    numbers = {
        **_of_curve(curve),
        Told.EC50: told(curve.ec50),
        Told.RESPONSES: str(len(samples)),
    }
    if len(dilutions) > 1:
        refusals = (PlateRefusal.SEVERAL_DILUTIONS,)
        return Evaluated(how.calculation, numbers=_facts(numbers), curves=shown, refusals=refusals)
    dilution = float(next(iter(dilutions)) or 1)
    read = read_dose(curve, [float(well.response) for well in samples], float(how.confidence))
    numbers = {Told.DILUTION: told(dilution), **numbers}
    if isinstance(read, Beyond):
        sign, end = ("<", curve.doses[0]) if read is Beyond.BELOW else (">", curve.doses[1])
        numbers = {Told.VALUE: f"{sign}{told(end * dilution)}", **numbers}
        return Evaluated(how.calculation, end * dilution, sign, _facts(numbers), shown)
    value, low, high = (one * dilution for one in (read.value, read.low, read.high))
    numbers = {**_with_limits(value, low, high, how), **numbers}
    return Evaluated(how.calculation, value, "", _facts(numbers), shown)


def _lysis(plate: PlateFile, how: Computed) -> Evaluated:
    samples = plate.of(Preparation.SAMPLE)
    ratios = {well.dose for well in samples if well.dose is not None}
    if how.ratio is None and len(ratios) > 1:
        return Evaluated(how.calculation, refusals=(PlateRefusal.SEVERAL_RATIOS,))
    ratio = how.ratio if how.ratio is not None else next(iter(ratios))
    if ratio not in ratios:
        return Evaluated(how.calculation, refusals=(PlateRefusal.RATIO_NOT_THERE,))
    groups = {
        "measured": [well for well in samples if well.dose == ratio],
        "spontaneous": plate.of(Preparation.SPONTANEOUS),
        "maximal": plate.of(Preparation.MAXIMAL),
    }
    found = lysis_of_wells(
        **{name: [float(well.response) for well in wells] for name, wells in groups.items()}
    )
    numbers = {
        Told.VALUE: told(found.value),
        Told.UNCERTAINTY: told(found.uncertainty),
        Told.RATIO: f"{ratio:f}",
        Told.RESPONSES: str(sum(len(wells) for wells in groups.values())),
    }
    return Evaluated(how.calculation, found.value, "", _facts(numbers))


def lysis_by_ratio(plate: PlateFile) -> Iterator[tuple[float, float]]:
    """Specific lysis at every ratio of the plate, for its picture; nothing where none can be computed."""
    background = {
        name: [float(well.response) for well in plate.of(one)]
        for name, one in (("spontaneous", Preparation.SPONTANEOUS), ("maximal", Preparation.MAXIMAL))
    }
    samples = plate.of(Preparation.SAMPLE)
    for ratio in sorted({well.dose for well in samples if well.dose is not None}):
        measured = [float(well.response) for well in samples if well.dose == ratio]
        try:
            yield float(ratio), lysis_of_wells(measured=measured, **background).value
        except NoPotency:
            return


def told(number: float) -> str:
    """A number in plain digits, six of them significant."""
    return f"{Decimal(f'{number:.6g}'):f}" if isfinite(number) else str(number)


def _responses(wells: Sequence[Well]) -> list[Response]:
    return [Response(float(well.dose or 0), float(well.response)) for well in wells]


def _with_limits(value: float, low: float, high: float, how: Computed) -> dict[Told, str]:
    found = zip((Told.VALUE, Told.LOW, Told.HIGH), (value, low, high), strict=True)
    return {**{name: told(number) for name, number in found}, Told.CONFIDENCE: f"{how.confidence:f}"}


def _of_curve(curve: Curve) -> dict[Told, str]:
    return {
        Told.LOWER: told(curve.lower),
        Told.UPPER: told(curve.upper),
        Told.SLOPE: told(curve.slope),
        Told.RESIDUAL_SD: told(curve.residual_sd),
        Told.DF_OF_CURVE: str(curve.df),
    }


def _facts(numbers: Mapping[Told, str]) -> dict[str, str]:
    return {str(name): text for name, text in numbers.items()}
