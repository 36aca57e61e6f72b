"""Limits as people read them, with the few words that stand between the numbers handed in.

Pages hand in words of the reader's language (`qc.forms.criteria_words`); what is printed is English (`ENGLISH`).
"""

from decimal import Decimal

from coi.rules.units import ENGLISH as UNITS
from coi.rules.units import Words, with_unit
from qc.rules.criterion import Criterion, Sort
from qc.rules.dose import Dose, DoseKind, Window
from qc.rules.limits import Limit

ENGLISH: Words = {
    "report_only": "report only",
    "or": " or ",
    "at_most": "%(dose)s, at most %(cap)s in all",
    "less_than": "%(dose)s, less than %(cap)s in all",
    "range": "%(low)s to %(high)s",
    "above": "%(dose)s above",
    "up_to": "%(dose)s up to %(kg)s kg",
    "together": "together %(dose)s",
    "ratio": "%(first)s to %(second)s %(ratio)s",
    **UNITS,
}


def limits(criterion: Criterion, words: Words = ENGLISH, *, has_unit: bool = True) -> str:
    """A criterion's limits. Without its unit where that stands beside them anyway; a dose always has its own."""
    if criterion.sort is Sort.REPORT:
        return str(words["report_only"])
    if criterion.sort is Sort.QUALITY:
        return str(words["or"]).join(criterion.accepted)
    if criterion.dose is not None:
        return _dose(criterion.dose, words)
    text = _sides(criterion.low, criterion.high)
    is_beside = not has_unit and criterion.limit_unit == criterion.unit
    return text if is_beside else with_unit(text, criterion.limit_unit, words)


def window_text(window: Window, words: Words = ENGLISH) -> str:
    """A window of a dose: from low to high, a target with its tolerance, or one side."""
    low, high = window.low, window.high
    if window.target is not None:
        tolerance = f" ± {window.tolerance_percent:f} %" if window.tolerance_percent else ""
        return f"{with_unit(f'{window.target:f}', window.unit, words)}{tolerance}"
    if low is not None and high is not None and low.is_inclusive and high.is_inclusive:
        text = str(words["range"]) % {"low": f"{low.value:f}", "high": f"{high.value:f}"}
        return with_unit(text, window.unit, words)
    return with_unit(_sides(low, high), window.unit, words)


def _sides(low: Limit | None, high: Limit | None) -> str:
    sides = [_side(low, "≥", ">"), _side(high, "≤", "<")]
    return ", ".join(side for side in sides if side)


def _side(limit: Limit | None, inclusive: str, exclusive: str) -> str:
    if limit is None:
        return ""
    return f"{inclusive if limit.is_inclusive else exclusive} {limit.value:f}"


def _dose(dose: Dose, words: Words) -> str:
    if dose.kind is DoseKind.COMPONENTS:
        return _components(dose, words)
    if dose.kind is DoseKind.WEIGHT_BAND:
        return "; ".join(_band(band.window, band.upto_kg, words) for band in dose.bands)
    text = window_text(dose.bands[0].window, words)
    if dose.cap is None or dose.cap.high is None:
        return text
    about = {"dose": text, "cap": with_unit(f"{dose.cap.high.value:f}", dose.cap.unit, words)}
    return str(words["at_most" if dose.cap.high.is_inclusive else "less_than"]) % about


def _band(window: Window, upto_kg: Decimal | None, words: Words) -> str:
    if upto_kg is None:
        return str(words["above"]) % {"dose": window_text(window, words)}
    return str(words["up_to"]) % {"dose": window_text(window, words), "kg": f"{upto_kg:f}"}


def _components(dose: Dose, words: Words) -> str:
    said = [f"{component.title}: {window_text(component.window, words)}" for component in dose.components]
    if dose.total is not None:
        said.append(str(words["together"]) % {"dose": window_text(dose.total, words)})
    if dose.ratio is not None:
        first, second = (component.title for component in dose.components[:2])
        about = {"first": first, "second": second, "ratio": window_text(dose.ratio, words)}
        said.append(str(words["ratio"]) % about)
    return "; ".join(said)
