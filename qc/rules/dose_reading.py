"""Reading a dose window of a specification document: every fault at its path, nothing repaired."""

import re
from collections.abc import Mapping
from decimal import Decimal

from qc.rules import units
from qc.rules.criterion import ReportedAs, amount_unit
from qc.rules.dose import Band, Component, Dose, DoseKind, Window, WindowBasis, limits_around
from qc.rules.limits import MAX_DECIMALS, Limit, is_finer, nothing_fits
from qc.rules.specification_reading import SpecificationReader

MOST_BANDS, MOST_COMPONENTS = 10, 4

_COMPONENT_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,11}", re.ASCII)
_WINDOW = {"low", "high", "target", "tolerance_percent", "decimals", "unit"}
_FIELDS: Mapping[DoseKind, set[str]] = {
    DoseKind.FLAT: {"kind", *_WINDOW},
    DoseKind.PER_KG: {"kind", *_WINDOW},
    DoseKind.CAPPED: {"kind", "cap", *_WINDOW},
    DoseKind.WEIGHT_BAND: {"kind", "bands"},
    DoseKind.COMPONENTS: {"kind", "components", "total", "ratio"},
}


class _DoseReader:
    """Reads the windows of one dose, which share the unit that is reported and the criterion's decimals."""

    def __init__(self, reader: SpecificationReader, unit: str, decimals: int) -> None:
        self.reader, self.amount_unit, self.decimals = reader, unit, decimals

    def window(self, reader: SpecificationReader, basis: WindowBasis, *, is_ratio: bool = False) -> Window:
        """The window in an object of which the window's fields are some."""
        decimals = reader.whole("decimals", 0, MAX_DECIMALS)
        unit = reader.text("unit", most=40) or self._unit(basis, is_ratio=is_ratio)
        low, high = reader.limit("low"), reader.limit("high")
        target, tolerance = reader.number("target"), reader.number("tolerance_percent")
        _check_sides(reader, low, high, (target, tolerance))
        if target is not None and tolerance is not None:
            low, high = limits_around(target, tolerance)
        places = self.decimals if decimals is None else decimals
        if any(limit is not None and is_finer(limit.value, places) for limit in (low, high)):
            reader.fault("decimals", "limit_finer_than_decimals")
        if nothing_fits(low, high):
            reader.fault("high", "nothing_can_pass")
        if units.steps(self._unit(basis, is_ratio=is_ratio), unit) is None:
            reader.fault("unit", "unit_not_of_dose")
        return Window(unit, basis, places, low, high, target, tolerance)

    def named(self, key: str, *, is_ratio: bool = False) -> Window | None:
        """The window at a key, of the whole dose; None where there is none."""
        if key not in self.reader.data:
            return None
        inner = self.reader.inner(key)
        inner.close(_WINDOW)
        return self.window(inner, WindowBasis.FLAT, is_ratio=is_ratio)

    def _unit(self, basis: WindowBasis, *, is_ratio: bool) -> str:
        if is_ratio:
            return "1"
        return units.per_kg(self.amount_unit) if basis is WindowBasis.PER_KG else self.amount_unit

    def bands(self) -> tuple[Band, ...]:
        """Bands of weight, each reaching further than the one before it; the last one may reach to all."""
        raw = self.reader.some("bands", MOST_BANDS, least=2)
        made: list[Band] = []
        for n, item in enumerate(raw):
            inner = SpecificationReader(item, f"{self.reader.path}.bands[{n}]", self.reader.faults)
            inner.close({"upto_kg", "basis", *_WINDOW})
            upto, before = inner.number("upto_kg"), made[-1].upto_kg if made else Decimal(0)
            if upto is None and n < len(raw) - 1:
                inner.fault("upto_kg", "required")
            if upto is not None and before is not None and upto <= before:
                inner.fault("upto_kg", "bands_not_ascending")
            basis = inner.one("basis", WindowBasis, WindowBasis.FLAT)
            made.append(Band(self.window(inner, basis), upto))
        return tuple(made)

    def components(self) -> tuple[Component, ...]:
        """Named parts, each once."""
        made: list[Component] = []
        for n, item in enumerate(self.reader.some("components", MOST_COMPONENTS, least=2)):
            inner = SpecificationReader(item, f"{self.reader.path}.components[{n}]", self.reader.faults)
            inner.close({"code", "title", "basis", *_WINDOW})
            basis = inner.maybe("basis", WindowBasis) or WindowBasis.FLAT
            code, title = inner.text("code", is_required=True), inner.text("title", is_required=True)
            if not _COMPONENT_CODE.fullmatch(code):
                inner.fault("code", "component_code_shape")
            if code in {component.code for component in made}:
                inner.fault("code", "repeated")
            made.append(Component(code, title, self.window(inner, basis)))
        return tuple(made)


def read_dose(reader: SpecificationReader, unit: str, reported_as: ReportedAs, decimals: int) -> Dose:
    """The dose of a criterion whose reported value is in `unit`."""
    inner = reader.inner("dose")
    kind = inner.one("kind", DoseKind, DoseKind.FLAT)
    inner.close(_FIELDS[kind])
    it = _DoseReader(inner, amount_unit(unit, reported_as), decimals)
    if kind is DoseKind.WEIGHT_BAND:
        return Dose(kind, bands=it.bands())
    if kind is DoseKind.COMPONENTS:
        total, ratio = it.named("total"), it.named("ratio", is_ratio=True)
        return Dose(kind, components=it.components(), total=total, ratio=ratio)
    basis = WindowBasis.FLAT if kind is DoseKind.FLAT else WindowBasis.PER_KG
    dose = Dose(kind, bands=(Band(it.window(inner, basis)),), cap=it.named("cap"))
    if kind is DoseKind.CAPPED:
        _check_cap(dose, inner)
    return dose


def _check_sides(
    reader: SpecificationReader,
    low: Limit | None,
    high: Limit | None,
    aim: tuple[Decimal | None, Decimal | None],
) -> None:
    """A window has limits, or a target with its tolerance, and not both."""
    target, tolerance = aim
    has_limits = low is not None or high is not None
    for key, is_wrong, code in (
        ("low", not has_limits and target is None, "limit_or_target_required"),
        ("target", has_limits and target is not None, "limits_or_target"),
        ("tolerance_percent", target is not None and tolerance is None, "required"),
        ("tolerance_percent", target is None and tolerance is not None, "only_with_target"),
        ("tolerance_percent", tolerance is not None and not 0 <= tolerance < 100, "not_a_tolerance"),
        ("target", target is not None and target <= 0, "not_positive"),
    ):
        if is_wrong:
            reader.fault(key, code)


def _check_cap(dose: Dose, reader: SpecificationReader) -> None:
    cap, most = dose.cap, dose.bands[0].window.most
    for key, is_wrong, code in (
        ("cap", cap is None, "required"),
        ("cap.high", cap is not None and (cap.high is None or cap.high.value <= 0), "cap_required"),
        ("cap.low", cap is not None and cap.low is not None, "only_upper_for_cap"),
        ("high", most is None or most <= 0, "upper_required"),
    ):
        if is_wrong:
            reader.fault(key, code)
