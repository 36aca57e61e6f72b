"""From what is reported to what limits are of: per kg, per kg and hour, a dose in the unit of its window.

All of it is computed from the reported number and the weight as they were read off, exactly, and rounded once, at the
end, to the decimals of the limit. A step rounded by the way would decide batches: 22.4 x 10*6 for 49.5 kg is 0.453 per
kg and meets "at least 0.5" at one decimal; rounded to 22 first, it would be 0.444 and fail.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from enum import StrEnum
from typing import TypeVar

from qc.rules.calculations import Measured, NotComputable, Reason, dose_per_kg, endotoxin_per_kg_hour
from qc.rules.criterion import Basis, Criterion, ReportedAs
from qc.rules.dose import Dose, DoseKind, Window, WindowBasis
from qc.rules.limits import EXACT, Range, Verdict, judge_number, rounded
from qc.rules.units import PER_KG, in_unit, without
from qc.rules.values import Parts, Quantity
from qc.rules.weights import Weight

_Change = Callable[[Decimal], Decimal]
_Known = TypeVar("_Known")


class AmountKind(StrEnum):
    """What was compared."""

    REPORTED = "reported"
    PER_KG = "per_kg"
    PER_KG_HOUR = "per_kg_hour"
    DOSE = "dose"
    COMPONENT = "component"
    TOTAL = "total"
    RATIO = "ratio"


@dataclass(frozen=True)
class Facts:
    """What has to be known beside the value, as far as the criterion needs it.

    `at`: the moment that is judged for (of a dose: when it is given), from which the age of the weight counts.
    `weight_used_kg`: what a laboratory that reports per kg divided by. `volume_ml` and `hours`: how much is infused,
    within what time. `incubated_at`, `read_at`: when an incubation began, and when it was read.
    """

    at: datetime
    weight: Weight | None = None
    weight_used_kg: Decimal | None = None
    volume_ml: Decimal | None = None
    hours: Decimal | None = None
    incubated_at: datetime | None = None
    read_at: datetime | None = None


@dataclass(frozen=True)
class Amount:
    """A number as it was held against one range: rounded, or a bound (rounded outwards, so that it stays true).

    None where parts have bounds that come to no number, and so to no verdict.
    """

    kind: AmountKind
    number: Decimal | None
    sign: str
    unit: str
    verdict: Verdict
    component: str = ""


@dataclass(frozen=True)
class _Held:
    """One range that a number is held against after a conversion."""

    kind: AmountKind
    unit: str
    within: Range
    change: _Change
    component: str = ""


def amounts(criterion: Criterion, value: Quantity | Parts, facts: Facts | None) -> tuple[Amount, ...]:
    """Everything that a value is compared by, one amount for each range. All facts that it needs have to be there.

    Raises NotComputable (a volume of nothing, a negative number).
    """
    with localcontext(EXACT):
        if isinstance(value, Parts):
            return tuple(_of_parts(criterion, value, facts))
        return tuple(_amount(criterion, held, value) for held in _ranges(criterion, facts))


def _known(value: _Known | None) -> _Known:
    if value is None:
        raise LookupError("a fact that the criterion needs is not there")
    return value


def _ranges(criterion: Criterion, facts: Facts | None) -> Iterator[_Held]:
    """The ranges of a criterion whose value is one number."""
    dose = criterion.dose
    if dose is not None:
        yield from _of_dose(criterion, dose, facts)
    elif criterion.basis is Basis.PER_KG:
        kind, change = AmountKind.PER_KG, _per_kg(criterion, _known(facts))
        yield _Held(kind, criterion.limit_unit, criterion.range, change)
    elif criterion.basis is Basis.PER_KG_HOUR:
        kind, change = AmountKind.PER_KG_HOUR, _per_kg_hour(_known(facts))
        yield _Held(kind, criterion.limit_unit, criterion.range, change)
    else:
        yield _Held(AmountKind.REPORTED, criterion.unit, criterion.range, lambda number: number)


def _of_dose(criterion: Criterion, dose: Dose, facts: Facts | None) -> Iterator[_Held]:
    if dose.kind is DoseKind.COMPONENTS:
        raise NotComputable("components", Reason.NOT_FINITE)
    weight = facts.weight if facts is not None else None
    band = dose.bands[0] if weight is None else dose.band_at(weight.kg)
    window = _known(band).window
    if dose.cap is None:
        yield _of_window(criterion, window, facts)
        return
    yield _of_window(criterion, window, facts, most_kg=_most_kg(window, dose.cap))
    yield _of_window(criterion, dose.cap, facts)


def _of_window(
    criterion: Criterion,
    window: Window,
    facts: Facts | None,
    *,
    most_kg: tuple[Decimal, Decimal] | None = None,
) -> _Held:
    whole = _whole(criterion, window, facts)
    kind, change = AmountKind.DOSE, whole
    if window.basis is WindowBasis.PER_KG:
        kg = _known(_known(facts).weight).kg
        kind, change = AmountKind.PER_KG, _divided(whole, kg, most_kg)
    within = window.range(criterion.possible_low, criterion.possible_high)
    return _Held(kind, window.unit, within, change)


def _divided(whole: _Change, kg: Decimal, most_kg: tuple[Decimal, Decimal] | None) -> _Change:
    """Per kg; or, of a patient too heavy for a cap, per kg of the heaviest for whom it is not met: cap / most."""
    if most_kg is not None and kg * most_kg[1] > most_kg[0]:
        cap, most = most_kg
        return lambda number: dose_per_kg(dose=Measured(whole(number) * most), weight=Measured(cap)).value
    return lambda number: dose_per_kg(dose=Measured(whole(number)), weight=Measured(kg)).value


def _most_kg(window: Window, cap: Window) -> tuple[Decimal, Decimal]:
    """The cap and what is given per kg at most, in one unit: their quotient is the weight at which they meet."""
    most_in_all = in_unit(_known(cap.high).value, cap.unit, without(window.unit, PER_KG))
    return most_in_all, _known(window.most)


def _whole(criterion: Criterion, window: Window, facts: Facts | None) -> _Change:
    """All that the patient gets, in the unit of the window."""
    flat = without(window.unit, PER_KG) if window.basis is WindowBasis.PER_KG else window.unit
    all_of_it = _all_of_it(criterion, facts)
    return lambda number: in_unit(all_of_it(number), criterion.amount_unit, flat)


def _all_of_it(criterion: Criterion, facts: Facts | None) -> _Change:
    """All that the patient gets, in the criterion's `amount_unit`."""
    if criterion.reported_as is ReportedAs.PER_KG:
        factor = _positive("weight", _known(_known(facts).weight_used_kg))
    elif criterion.reported_as is ReportedAs.PER_ML:
        factor = _positive("volume", _known(_known(facts).volume_ml))
    else:
        factor = Decimal(1)
    return lambda number: number * factor


def _positive(name: str, number: Decimal) -> Decimal:
    if not number.is_finite() or number <= 0:
        raise NotComputable(name, Reason.NOT_POSITIVE)
    return number


def _per_kg(criterion: Criterion, facts: Facts) -> _Change:
    all_of_it, weight = _all_of_it(criterion, facts), Measured(_known(facts.weight).kg)
    return lambda number: dose_per_kg(dose=Measured(all_of_it(number)), weight=weight).value


def _per_kg_hour(facts: Facts) -> _Change:
    """Of what is reported per mL; an infusion of less than an hour counts as one hour (qc.rules.calculations)."""
    volume, hours = Measured(_known(facts.volume_ml)), Measured(_known(facts.hours))
    weight = Measured(_known(facts.weight).kg)
    return lambda number: (
        endotoxin_per_kg_hour(concentration=Measured(number), volume=volume, weight=weight, hours=hours).value
    )


# --- one number -----------------------------------------------------------------------------------------------------


def _amount(criterion: Criterion, held: _Held, value: Quantity) -> Amount:
    """Converted, with what is possible converted alike, and judged."""
    number, within = held.change(value.number), held.within
    within = Range(
        low=within.low,
        high=within.high,
        decimals=within.decimals,
        possible_low=None if within.possible_low is None else held.change(within.possible_low),
        possible_high=None if within.possible_high is None else held.change(within.possible_high),
    )
    verdict = judge_number(within, number, value.sign)
    return Amount(
        held.kind, _shown(number, value.sign, within.decimals), value.sign, held.unit, verdict, held.component
    )


def _shown(number: Decimal, sign: str, decimals: int) -> Decimal:
    if not sign:
        return rounded(number, decimals)
    outwards = ROUND_CEILING if sign == "<" else ROUND_FLOOR
    return number.quantize(Decimal(1).scaleb(-decimals), rounding=outwards, context=EXACT)


# --- components -----------------------------------------------------------------------------------------------------


def _of_parts(criterion: Criterion, value: Parts, facts: Facts | None) -> Iterator[Amount]:
    """Each component in its own window, then all together, then the first to the second."""
    dose = _known(criterion.dose)
    for component in dose.components:
        held = _of_window(criterion, component.window, facts)
        held = _Held(AmountKind.COMPONENT, held.unit, held.within, held.change, component.code)
        yield _amount(criterion, held, _known(value.part(component.code)))
    quantities = [_known(value.part(component.code)) for component in dose.components]
    if dose.total is not None:
        yield _of_total(criterion, dose.total, quantities, facts)
    if dose.ratio is not None:
        yield _of_ratio(dose.ratio, quantities[0], quantities[1])


def _of_total(
    criterion: Criterion, window: Window, quantities: list[Quantity], facts: Facts | None
) -> Amount:
    """The sum; of "<2" and 50 it is below 52, and not below 50."""
    signs = {quantity.sign for quantity in quantities} - {""}
    if len(signs) > 1:
        return Amount(AmountKind.TOTAL, None, "", window.unit, Verdict.NOT_JUDGED)
    certain = sum((quantity.number for quantity in quantities if not quantity.sign), Decimal(0))
    number = sum((quantity.number for quantity in quantities), Decimal(0))
    held = _of_window(criterion, window, facts)
    within = window.range(certain, None)
    held = _Held(AmountKind.TOTAL, held.unit, within, held.change)
    return _amount(criterion, held, Quantity(number, next(iter(signs), "")))


def _of_ratio(window: Window, first: Quantity, second: Quantity) -> Amount:
    if first.sign or second.sign or not second.number:
        return Amount(AmountKind.RATIO, None, "", window.unit, Verdict.NOT_JUDGED)
    number = first.number / second.number
    verdict = judge_number(window.range(None, None), number)
    return Amount(AmountKind.RATIO, rounded(number, window.decimals), "", window.unit, verdict)
