"""What the numbers of a chart say beside its signals, in words."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cpv.forms import words
from cpv.forms.chart_table import told
from cpv.forms.numbers import chance, figure, share, span
from cpv.rules.basis import Why
from cpv.rules.capability import Capability, Index
from cpv.rules.capability_shapes import PercentileCapability
from cpv.rules.change_point import ChangePoint
from cpv.rules.programme.describing import Description, Numbers
from cpv.selectors import ChartView
from qc.forms import texts

# A p value under this speaks against what is assumed.
SMALL = 0.05


@dataclass(frozen=True)
class IndexShown:
    """An index with its interval."""

    name: str
    value: str
    interval: str


@dataclass(frozen=True)
class DescriptionShown:
    """Sections of the page. `facts`: name and text; `indices`: empty where `no_capability` says why."""

    facts: tuple[tuple[str, str], ...]
    indices: tuple[IndexShown, ...]
    no_capability: str
    rate: str
    assumptions: tuple[tuple[str, str, str], ...]
    notes: tuple[Promise, ...]
    bounds: str
    since: str


def shown(view: ChartView, found: Description) -> DescriptionShown:
    """All of it."""
    capability = found.capability
    is_reckoned = isinstance(capability, Capability | PercentileCapability)
    return DescriptionShown(
        facts=_facts(found.numbers, texts.unit(view.parameter.unit)),
        indices=_indices(capability) if is_reckoned and not isinstance(capability, Why | None) else (),
        no_capability=_missing(capability),
        rate=_rate(found),
        assumptions=tuple(_assumptions(view, found)),
        notes=told(capability.notes) if isinstance(capability, Capability | PercentileCapability) else (),
        bounds=bounds(view),
        since=view.points[found.since].subject if 0 < found.since < len(view.points) else "",
    )


def bounds(view: ChartView) -> str:
    """The specification in words."""
    it = view.parameter.bounds
    return span(it.lower, it.upper, texts.unit(view.parameter.unit))


def _missing(capability: object) -> str:
    if capability is None:
        return _("The plan names no specification for this parameter.")
    return str(words.why(capability)) if isinstance(capability, Why) else ""


def _facts(numbers: Numbers | Why, unit: str) -> tuple[tuple[str, str], ...]:
    if isinstance(numbers, Why):
        return ((_("Results"), str(words.why(numbers))),)
    told_n = str(numbers.n)
    if numbers.below:
        told_n = _("%(n)d, %(below)d of them below the limit of quantification") % {
            "n": numbers.n,
            "below": numbers.below,
        }
    about = {"least": figure(numbers.least), "most": figure(numbers.most), "unit": unit}
    return (
        (_("Results"), told_n),
        (_("Mean"), f"{figure(numbers.mean)} {unit}".strip()),
        (_("Median"), f"{figure(numbers.median)} {unit}".strip()),
        (_("Standard deviation"), f"{figure(numbers.sd)} {unit}".strip()),
        (_("Least and most"), (_("%(least)s to %(most)s %(unit)s") % about).strip()),
    )


def _indices(found: Capability | PercentileCapability) -> tuple[IndexShown, ...]:
    names = ("cp", "cpk", "pp", "ppk", "cpm")
    given = ((name, getattr(found, name, None)) for name in names)
    return tuple(_index(name.capitalize(), it) for name, it in given if isinstance(it, Index))


def _index(name: str, it: Index) -> IndexShown:
    low, high = (None if end is None else f"{end:.2f}" for end in (it.low, it.high))
    about = {"low": low, "high": high}
    if low is not None and high is not None:
        return IndexShown(name, f"{it.value:.2f}", _("%(low)s to %(high)s") % about)
    if low is None and high is None:
        return IndexShown(name, f"{it.value:.2f}", _("no interval"))
    one_sided = _("at least %(low)s") if high is None else _("at most %(high)s")
    return IndexShown(name, f"{it.value:.2f}", one_sided % about)


def _rate(found: Description) -> str:
    it = found.rate
    if it is None or isinstance(it, Why):
        return ""
    about = {"rate": share(it.value), "low": share(it.low), "high": share(it.high)}
    return (
        _("%(rate)s of batches are expected out of specification (95 %% interval: %(low)s to %(high)s).")
        % about
    )


def _assumptions(view: ChartView, found: Description) -> list[tuple[str, str, str]]:
    """Name, mark and text of what limits and capability take for granted."""
    return [
        (_("Normal distribution"), *_normality(found)),
        (_("Independent batches"), *_independence(found)),
        (_("One level"), *_level(view, found)),
    ]


def _normality(found: Description) -> tuple[str, str]:
    it = found.normality
    if isinstance(it, Why):
        return "plain", str(words.why(it))
    about = {"p": chance(it.p), "scale": _scale(found)}
    if it.p is not None and it.p < SMALL:
        return "wait", _(
            "The results are not normally distributed on this scale (%(scale)s, p = %(p)s)."
        ) % about
    return "good", _("Nothing speaks against a normal distribution (%(scale)s, p = %(p)s).") % about


def _scale(found: Description) -> str:
    if isinstance(found.transformation, Why):
        return ""
    return str(words.SCALES[found.transformation.scale])


def _independence(found: Description) -> tuple[str, str]:
    it = found.lag_1
    if isinstance(it, Why):
        return "plain", str(words.why(it))
    about = {"r": f"{it:.2f}"}
    if found.is_autocorrelated:
        return "wait", _("Neighbouring batches are alike (correlation %(r)s): limits are too narrow.") % about
    return "good", _("Neighbouring batches are not alike (correlation %(r)s).") % about


def _level(view: ChartView, found: Description) -> tuple[str, str]:
    it = found.change
    if isinstance(it, Why):
        return "plain", str(words.why(it))
    if it.p >= SMALL:
        return "good", _("No change of the level is to be seen (p = %(p)s).") % {"p": chance(it.p)}
    return "wait", _(
        "The level seems to have changed at %(at)s; it may have been anywhere from %(low)s to %(high)s (p = %(p)s)."
    ) % {
        **_places(view, it),
        "p": chance(it.p),
    }


def _places(view: ChartView, it: ChangePoint) -> dict[str, str]:
    def named(n: int) -> str:
        return view.points[min(max(n, 0), len(view.points) - 1)].subject

    return {"at": named(it.index), "low": named(it.low), "high": named(it.high)}
