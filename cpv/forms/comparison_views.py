"""The views of one attribute of a comparison as sentences: what each says, and what is to be known of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _now

from cpv.forms import comparison_words as words
from cpv.forms.numbers import figure
from cpv.rules.basis import Note
from cpv.rules.comparability import (
    Attribute,
    Equivalence,
    Margin,
    Posterior,
    QualityRange,
    Range,
    Scale,
    SplitApheresis,
    ToleranceComparison,
)
from cpv.rules.programme.comparing import Line
from cpv.rules.programme.promising import Reason

# What a view says, and what is to be known of it.
Said = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class View:
    """One view of an attribute: what it is called, what it says, and what is to be known of it."""

    title: str
    says: str
    more: tuple[str, ...] = ()
    is_missing: bool = False


def percent(value: float | None) -> str:
    """A share in per cent; what is not quite nothing or all does not read as if it were."""
    if value is None:
        return ""
    if 0 < value < 0.0005:
        return "< 0.1 %"
    return "> 99.9 %" if 0.9995 <= value < 1 else f"{100 * value:.1f} %"


def margin_text(margin: Margin | None, unit: str = "") -> str:
    """The limits of a margin: of the difference with its unit, or of the ratio."""
    if margin is None:
        return ""
    kind = _now("ratio") if margin.scale is Scale.LOG else _now("difference")
    low, high, own = figure(margin.lower), figure(margin.upper), "" if margin.scale is Scale.LOG else unit
    if margin.lower is None:
        text = _now("%(kind)s of at most %(high)s")
    else:
        text = _now("%(kind)s from %(low)s to %(high)s") if high else _now("%(kind)s of at least %(low)s")
    return f"{text % {'kind': kind, 'low': low, 'high': high}} {own}".strip()


def reason_text(reason: Reason) -> str:
    """Why there is no number."""
    return str(words.WHY[reason.why])


def views_of(line: Line) -> tuple[View, ...]:
    """Every view of an attribute that its plan asks for, or why there is none."""
    one, below = line.attribute, any(lot.is_below for lot in (*line.lots.reference, *line.lots.after))
    notes = (str(words.NOTES[Note.CENSORED]),) if below else ()
    found: tuple[tuple[str, Any, Callable[[Any, Attribute], Said]], ...] = (
        (_now("Equivalence"), line.test, _test),
        (_now("Pairs with history"), line.model, _model),
        (_now("Probability"), line.posterior, _posterior),
        (_now("Quality range"), line.quality, _quality),
        (_now("Tolerance interval"), line.tolerance, _tolerance),
        (_now("Smallest and largest"), line.extremes, _extremes),
    )
    views = []
    for title, it, say in found:
        if isinstance(it, Reason):
            views.append(View(title, reason_text(it), is_missing=True))
        elif it is not None:
            says, more = say(it, one)
            views.append(View(title, says, (*more, *notes)))
    return tuple(views)


def _noted(notes: tuple[Note, ...]) -> tuple[str, ...]:
    return tuple(str(words.NOTES.get(note, note)) for note in dict.fromkeys(notes))


def _interval(it: Any, unit: str) -> dict[str, str]:
    """What the sentences about an interval are filled with."""
    kind = words.SCALES[it.margin.scale]
    found = {
        "kind": str(kind),
        "estimate": figure(it.estimate),
        "low": figure(it.low),
        "high": figure(it.high),
    }
    return found | {
        "unit": "" if it.margin.scale is Scale.LOG else f" {unit}",
        "margin": margin_text(it.margin, unit),
    }


def _test(it: Equivalence, one: Attribute) -> Said:
    text = _now("%(kind)s %(estimate)s%(unit)s, %(confidence)s interval from %(low)s to %(high)s")
    says = text % {**_interval(it, one.unit), "confidence": percent(it.confidence)}
    ways = {"n1": it.material.n_reference, "n2": it.material.n_test, "p": _p(it.p)}
    left = it.material.left_out
    more = [_now("%(n1)s lots before, %(n2)s after; p %(p)s") % ways]
    more += [_now("Left out for a missing half: %(ids)s") % {"ids": ", ".join(left)}] if left else []
    return says, (*more, *_noted(it.notes))


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def _model(it: SplitApheresis, one: Attribute) -> Said:
    says, more = _test(it.equivalence, one)
    added = [_now("With %(n)s lots of history.") % {"n": it.n_history}]
    if it.drift_p is not None:
        text = _now(
            "History beside the halves before the change: p %(p)s; a small p says that it is another process."
        )
        added.append(text % {"p": _p(it.drift_p)})
    return says, (*added, *more)


def _posterior(it: Posterior, one: Attribute) -> Said:
    text = _now("With a probability of %(p)s the true difference lies within the margin.")
    interval = _now("%(mass)s of it lies from %(low)s to %(high)s%(unit)s.")
    more = interval % {**_interval(it, one.unit), "mass": percent(it.mass)}
    return text % {"p": percent(it.probability)}, (more, *_noted(it.notes))


def _inside(it: Range, unit: str) -> str:
    text = _now("%(inside)s of %(n)s lots lie from %(low)s to %(high)s %(unit)s")
    ends = {"low": figure(it.low), "high": figure(it.high), "unit": unit}
    return (text % {"inside": it.n_inside, "n": it.n_test, **ends}).strip()


def _unchanged(it: Range) -> str:
    text = _now("All would lie inside with a probability of %(p)s if nothing had changed.")
    return text % {"p": percent(it.unchanged)} if it.unchanged is not None else ""


def _quality(it: QualityRange, one: Attribute) -> Said:
    more = (
        _unchanged(it.range),
        _now("Mean ± %(k)s standard deviations of the lots before.") % {"k": figure(it.k)},
    )
    return _inside(it.range, one.unit), (*filter(None, more), *_noted(it.range.notes))


def _tolerance(it: ToleranceComparison, one: Attribute) -> Said:
    cover = {"coverage": percent(it.coverage), "confidence": percent(it.confidence)}
    more = [_unchanged(it.range)]
    more.append(_now("Holds %(coverage)s of all lots with a confidence of %(confidence)s.") % cover)
    if it.test_low is not None or it.test_high is not None:
        ends = {"low": figure(it.test_low), "high": figure(it.test_high)}
        more.append(_now("Of the lots after the change it reaches from %(low)s to %(high)s.") % ends)
    return _inside(it.range, one.unit), (*filter(None, more), *_noted((*it.range.notes, *it.notes)))


def _extremes(it: Range, one: Attribute) -> Said:
    return _inside(it, one.unit), (*filter(None, (_unchanged(it),)), *_noted(it.notes))
