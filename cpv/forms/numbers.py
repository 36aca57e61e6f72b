"""Numbers for the eye: as many digits as say something."""

from math import isfinite

from django.utils.translation import gettext as _

from cpv.rules.pictures import axes
from cpv.rules.programme.points import PointView


def figure(value: float | None) -> str:
    """Four significant figures, as pictures have them; empty where there is none, or none that is finite."""
    return "" if value is None or not isfinite(value) else axes.figure(value)


def share(value: float) -> str:
    """A share in percent; what is too small to be told apart is said to be below that."""
    percent = 100 * value
    return "<0.0001 %" if 0 < percent < 1e-4 else f"{percent:.3g} %"


def chance(p: float | None) -> str:
    """A p value."""
    if p is None:
        return ""
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def measured(point: PointView) -> str:
    """A value as it was reported, such as <0.5; empty where there is none."""
    return f"<{point.value}" if point.is_below and point.value else point.value


def span(lower: float | None, upper: float | None, unit: str = "") -> str:
    """From where to where, in words, of which one end may be open; empty where both are."""
    about = {"lower": figure(lower), "upper": figure(upper), "unit": unit}
    if lower is not None and upper is not None:
        return (_("%(lower)s to %(upper)s %(unit)s") % about).strip()
    if lower is not None:
        return (_("at least %(lower)s %(unit)s") % about).strip()
    return (_("at most %(upper)s %(unit)s") % about).strip() if upper is not None else ""
