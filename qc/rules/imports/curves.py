"""Standard curves of qPCR: least squares of Cq on log10(quantity), or as the file has them, and their limits.

Cq = intercept + slope x log10(quantity); efficiency in % = (10^(-1/slope) - 1) x 100. A slope of -3.322 is 100 %.
All in decimals of 40 digits.
"""

from collections.abc import Iterator, Sequence
from decimal import Context, Decimal

from qc.rules.imports.drafts import Draft
from qc.rules.imports.faults import Fault, FaultCode
from qc.rules.imports.mapping import Acceptance, CurveSource, ImportMapping, Measure, Part, Role
from qc.rules.imports.preview import ControlSort, Curve

_C = Context(prec=40)
# A flatter curve than this has no efficiency worth the name (10^(1/0.5) is a hundredfold in a cycle).
_FLATTEST = Decimal("-0.5")
Point = tuple[Decimal, Decimal]


def curves_of(drafts: Sequence[Draft], mapping: ImportMapping) -> tuple[list[Curve], list[Fault]]:
    """The curve of each quantified target that samples have, and what is wrong with it."""
    if mapping.acceptance.curve is CurveSource.NONE:
        return [], []
    curves, faults = list[Curve](), list[Fault]()
    column = mapping.columns[Role.TARGET]
    for measure in mapping.measures:
        own = [draft for draft in drafts if draft.text(Role.TARGET) == measure.target]
        has_samples = any(draft.control in (None, ControlSort.CONTROL) for draft in own)
        if measure.part is Part.PRESENCE or not has_samples:
            continue
        is_read = mapping.acceptance.curve is CurveSource.READ
        curve = (
            _read(own, measure) if is_read else _computed(own, measure, mapping.acceptance, faults, column)
        )
        if curve is not None:
            curves.append(curve)
            faults.extend(_judge(curve, mapping.acceptance, column))
    return curves, faults


def _read(own: Sequence[Draft], measure: Measure) -> Curve | None:
    """Slope and R squared as every row of the target states them, all the same."""
    first: tuple[Decimal, Decimal] | None = None
    for draft in own:
        slope, r_squared = draft.number_of(Role.SLOPE), draft.number_of(Role.R_SQUARED)
        if slope is None or r_squared is None:
            continue
        first = first or (slope, r_squared)
        if (slope, r_squared) != first:
            draft.fault(Role.SLOPE, FaultCode.CURVE_DIFFERS, target=measure.target)
    if first is None:
        return None
    rows = tuple(draft.number for draft in own)
    return Curve(measure.target, first[0], first[1], efficiency(first[0]), None, is_computed=False, rows=rows)


def _computed(
    own: Sequence[Draft], measure: Measure, asked: Acceptance, faults: list[Fault], column: str
) -> Curve | None:
    standards = [draft for draft in own if draft.control is ControlSort.STANDARD]
    if any(draft.faults for draft in standards):
        return None
    points = [point for draft in standards if (point := _point(draft)) is not None]
    levels = len({x for x, _ in points})
    if levels < asked.standards_least:
        params: dict[str, str | int] = {
            "target": measure.target,
            "found": levels,
            "least": asked.standards_least,
        }
        faults.append(Fault(0, column, FaultCode.TOO_FEW_STANDARDS, params))
        return None
    slope, intercept, r_squared = fit(points)
    rows = tuple(draft.number for draft in standards)
    return Curve(measure.target, slope, r_squared, efficiency(slope), intercept, is_computed=True, rows=rows)


def _point(draft: Draft) -> Point | None:
    quantity = draft.number_of(Role.QUANTITY)
    cq = draft.candidates[0].number if draft.candidates else None
    return None if quantity is None or cq is None else (_C.log10(quantity), cq)


def fit(points: Sequence[Point]) -> tuple[Decimal, Decimal, Decimal]:
    """Slope, intercept and R squared of the least-squares line through points of at least two different x."""
    count = Decimal(len(points))
    mean_x = _C.divide(_sum(x for x, _ in points), count)
    mean_y = _C.divide(_sum(y for _, y in points), count)
    apart = [(_C.subtract(x, mean_x), _C.subtract(y, mean_y)) for x, y in points]
    sxx = _sum(_C.multiply(x, x) for x, _ in apart)
    sxy = _sum(_C.multiply(x, y) for x, y in apart)
    syy = _sum(_C.multiply(y, y) for _, y in apart)
    slope = _C.divide(sxy, sxx)
    r_squared = _C.divide(_C.multiply(sxy, sxy), _C.multiply(sxx, syy)) if syy else Decimal(0)
    # of points on a line the last digit may be rounded up beyond one
    return slope, _C.subtract(mean_y, _C.multiply(slope, mean_x)), min(r_squared, Decimal(1))


def _sum(values: Iterator[Decimal]) -> Decimal:
    total = Decimal(0)
    for value in values:
        total = _C.add(total, value)
    return total


def efficiency(slope: Decimal) -> Decimal | None:
    """In %: 100 is a doubling in every cycle. None where the curve is too flat or rises."""
    if slope > _FLATTEST:
        return None
    fold = _C.power(Decimal(10), _C.divide(Decimal(-1), slope))
    return _C.multiply(_C.subtract(fold, Decimal(1)), Decimal(100))


def _judge(curve: Curve, asked: Acceptance, column: str) -> Iterator[Fault]:
    """Both ends of a range are within."""
    checks = (
        (FaultCode.SLOPE_OUTSIDE, curve.slope, asked.slope_low, asked.slope_high),
        (FaultCode.EFFICIENCY_OUTSIDE, curve.efficiency, asked.efficiency_low, asked.efficiency_high),
        (FaultCode.R_SQUARED_TOO_LOW, curve.r_squared, asked.r_squared_low, Decimal(1)),
    )
    for code, value, low, high in checks:
        is_asked = low is not None or code is FaultCode.R_SQUARED_TOO_LOW or high is not None
        if is_asked and not _is_within(value, low, high):
            params = {
                "target": curve.target,
                "found": _short(value),
                "low": _short(low),
                "high": _short(high),
            }
            yield Fault(0, column, code, params)


def _is_within(value: Decimal | None, low: Decimal | None, high: Decimal | None) -> bool:
    if value is None:
        return False
    return (low is None or value >= low) and (high is None or value <= high)


def _short(value: Decimal | None) -> str:
    if value is None:
        return ""
    is_plain = -20 < value.adjusted() < 20
    return format(_C.quantize(value, Decimal("0.001")), "f") if is_plain else str(value)
