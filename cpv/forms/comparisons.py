"""Comparisons on the pages: the form, and a plan, its promises and its results as lines of words."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from cpv.forms import comparison_words as words
from cpv.rules.basis import Note
from cpv.rules.comparability import (
    Attribute,
    Design,
    Equivalence,
    Margin,
    Posterior,
    QualityRange,
    Range,
    SampleSize,
    Scale,
    SplitApheresis,
    ToleranceComparison,
)
from cpv.rules.programme.comparing import Line, Watched, WatchedLook
from cpv.rules.programme.promising import Looks, Reason
from cpv.selectors.comparisons import ComparisonPage
from cpv.services.comparisons import MOST_WORDS
from qc.forms.pages import WritingForm


# What a view says, and what is to be known of it.
Said = tuple[str, tuple[str, ...]]


class OpenForm(WritingForm):
    """Why somebody opens a comparison."""

    REFUSALS = words.REFUSALS
    reason = forms.CharField(
        label=_("Reason"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Such as: the look after three lots that the plan names."),
    )


@dataclass(frozen=True)
class View:
    """One view of an attribute: what it is called, what it says, and what is to be known of it."""

    title: str
    says: str
    more: tuple[str, ...] = ()
    is_missing: bool = False


@dataclass(frozen=True)
class LookLine:
    """One planned look of the monitoring: after how many lots, boundary, what is spent, and Z once it was held."""

    lots: int
    boundary: str
    spent: str
    z: str = ""
    is_alarm: bool = False
    is_held: bool = False


@dataclass(frozen=True)
class LineShown:
    """One attribute with its results."""

    code: str
    title: str
    rank: str
    method: str
    mark: str
    conclusion: str
    tag: str
    views: tuple[View, ...]
    looks: tuple[LookLine, ...]
    alarm: str
    lots: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True)
class PlannedLine:
    """One attribute of the plan, and how many lots there are of how many planned."""

    code: str
    title: str
    rank: str
    method: str
    design: str
    margin: str
    justification: str
    before: str
    after: str
    is_complete: bool
    power: str
    wanted: str
    looks: tuple[LookLine, ...]


def number(value: float | None) -> str:
    """Four digits; empty where there is none."""
    return "" if value is None or not isfinite(value) else f"{value:.4g}"


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
    low, high, own = number(margin.lower), number(margin.upper), "" if margin.scale is Scale.LOG else unit
    if margin.lower is None:
        text = _now("%(kind)s of at most %(high)s")
    else:
        text = _now("%(kind)s from %(low)s to %(high)s") if high else _now("%(kind)s of at least %(low)s")
    return f"{text % {'kind': kind, 'low': low, 'high': high}} {own}".strip()


def reason_text(reason: Reason) -> str:
    """Why there is no number."""
    return str(words.WHY[reason.why])


def planned_lines(page: ComparisonPage) -> tuple[PlannedLine, ...]:
    """The plan, attribute by attribute."""
    powers, wanted, looks = (
        dict(it) for it in (page.planned.powers, page.planned.wanted, page.planned.looks)
    )
    counts = {it.code: it for it in page.view.data.counts}
    return tuple(
        PlannedLine(
            code=one.code,
            title=page.titles[one.code],
            rank=str(words.RANKS[one.rank]),
            method=_method(one),
            design=str(words.DESIGNS[one.sizes.design]) if one.margin is not None else "",
            margin=margin_text(one.margin, one.unit),
            justification=one.justification,
            before=_of(counts[one.code].before, counts[one.code].planned_before),
            after=_of(counts[one.code].after, counts[one.code].planned_after),
            is_complete=counts[one.code].is_complete,
            power=_power(powers.get(one.code)),
            wanted=_wanted(wanted.get(one.code), one),
            looks=_planned_looks(looks.get(one.code)),
        )
        for one in page.view.plan.statistics.attributes
    )


def lines_shown(page: ComparisonPage) -> tuple[LineShown, ...]:
    """The results; none for whoever has not opened the comparison."""
    result = page.result
    return () if result is None else tuple(_line(line, page.titles) for line in result.lines)


def _line(line: Line, titles: dict[str, str]) -> LineShown:
    one = line.attribute
    mark, conclusion, tag = words.CONCLUSIONS[line.conclusion]
    looks, alarm = _looks(line.watched)
    return LineShown(
        code=one.code,
        title=titles[one.code],
        rank=str(words.RANKS[one.rank]),
        method=_method(one),
        mark=mark,
        conclusion=str(conclusion),
        tag=tag,
        views=_views(line),
        looks=looks,
        alarm=alarm,
        lots=_lots(line),
    )


def _method(one: Attribute) -> str:
    text = str(words.METHODS[one.method])
    return f"{text}, k = {number(one.k)}" if one.method.value == "quality_range" else text


def _of(there: int, planned: int) -> str:
    return _now("%(there)s of %(planned)s") % {"there": there, "planned": planned} if planned else str(there)


def _power(power: float | Reason | None) -> str:
    if power is None:
        return ""
    return reason_text(power) if isinstance(power, Reason) else percent(power)


def _wanted(size: SampleSize | Reason | None, one: Attribute) -> str:
    if size is None:
        return ""
    if isinstance(size, Reason):
        return reason_text(size)
    if one.sizes.design is Design.PAIRED:
        return _now("%(n)s pairs") % {"n": size.n_test}
    return _now("%(before)s before, %(after)s after") % {"before": size.n_reference, "after": size.n_test}


def _planned_looks(looks: Looks | Reason | None) -> tuple[LookLine, ...]:
    if looks is None or isinstance(looks, Reason):
        return ()
    return tuple(
        LookLine(lots, number(look.boundary), percent(look.spent))
        for lots, look in zip(looks.lots, looks.sequential.looks, strict=True)
    )


def _looks(watched: Watched | Reason | None) -> tuple[tuple[LookLine, ...], str]:
    if watched is None:
        return (), ""
    if isinstance(watched, Reason):
        return (), reason_text(watched)
    lines = tuple(_look_line(it, n == watched.alarm) for n, it in enumerate(watched.looks))
    if watched.alarm is None:
        return lines, _now("No alarm so far.")
    text = _now("Alarm after %(lots)s lots: the difference lies beyond the boundary.")
    return lines, text % {"lots": watched.looks[watched.alarm].lots}


def _look_line(it: WatchedLook, is_alarm: bool) -> LookLine:
    z = reason_text(it.reason) if it.reason is not None else number(it.z) if it.z is not None else ""
    return LookLine(
        it.lots, number(it.look.boundary), percent(it.look.spent), z=z, is_alarm=is_alarm, is_held=it.is_held
    )


def _views(line: Line) -> tuple[View, ...]:
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
        "estimate": number(it.estimate),
        "low": number(it.low),
        "high": number(it.high),
    }
    return found | {
        "unit": "" if it.margin.scale is Scale.LOG else f" {unit}",
        "margin": margin_text(it.margin, unit),
    }


def _test(it: Equivalence, one: Attribute) -> Said:
    text = _now("%(kind)s %(estimate)s%(unit)s, %(confidence)s interval from %(low)s to %(high)s")
    says = text % {**_interval(it, one.unit), "confidence": percent(it.confidence)}
    ways = {"n1": it.material.n_reference, "n2": it.material.n_test, "p": f"{it.p:.3f}"}
    left = it.material.left_out
    more = [_now("%(n1)s lots before, %(n2)s after; p = %(p)s") % ways]
    more += [_now("Left out for a missing half: %(ids)s") % {"ids": ", ".join(left)}] if left else []
    return says, (*more, *_noted(it.notes))


def _model(it: SplitApheresis, one: Attribute) -> Said:
    says, more = _test(it.equivalence, one)
    added = [_now("With %(n)s lots of history.") % {"n": it.n_history}]
    if it.drift_p is not None:
        text = _now(
            "History beside the halves before the change: p = %(p)s; a small p says that it is another process."
        )
        added.append(text % {"p": f"{it.drift_p:.3f}"})
    return says, (*added, *more)


def _posterior(it: Posterior, one: Attribute) -> Said:
    text = _now("With a probability of %(p)s the true difference lies within the margin.")
    interval = _now("%(mass)s of it lies from %(low)s to %(high)s%(unit)s.")
    more = interval % {**_interval(it, one.unit), "mass": percent(it.mass)}
    return text % {"p": percent(it.probability)}, (more, *_noted(it.notes))


def _inside(it: Range, unit: str) -> str:
    text = _now("%(inside)s of %(n)s lots lie from %(low)s to %(high)s %(unit)s")
    ends = {"low": number(it.low), "high": number(it.high), "unit": unit}
    return (text % {"inside": it.n_inside, "n": it.n_test, **ends}).strip()


def _unchanged(it: Range) -> str:
    text = _now("All would lie inside with a probability of %(p)s if nothing had changed.")
    return text % {"p": percent(it.unchanged)} if it.unchanged is not None else ""


def _quality(it: QualityRange, one: Attribute) -> Said:
    more = (
        _unchanged(it.range),
        _now("Mean ± %(k)s standard deviations of the lots before.") % {"k": number(it.k)},
    )
    return _inside(it.range, one.unit), (*filter(None, more), *_noted(it.range.notes))


def _tolerance(it: ToleranceComparison, one: Attribute) -> Said:
    cover = {"coverage": percent(it.coverage), "confidence": percent(it.confidence)}
    more = [_unchanged(it.range)]
    more.append(_now("Holds %(coverage)s of all lots with a confidence of %(confidence)s.") % cover)
    if it.test_low is not None or it.test_high is not None:
        ends = {"low": number(it.test_low), "high": number(it.test_high)}
        more.append(_now("Of the lots after the change it reaches from %(low)s to %(high)s.") % ends)
    return _inside(it.range, one.unit), (*filter(None, more), *_noted((*it.range.notes, *it.notes)))


def _extremes(it: Range, one: Attribute) -> Said:
    return _inside(it, one.unit), (*filter(None, (_unchanged(it),)), *_noted(it.notes))


def _lots(line: Line) -> tuple[tuple[str, str, str, str], ...]:
    """Every lot: batch, value, side, and what became of it."""
    lots = line.lots
    sides = (
        (_now("before"), lots.before, ""),
        (_now("before"), lots.history, _now("history: no partner after the change")),
        (_now("after"), lots.after, ""),
        (_now("after"), lots.unpaired, _now("left out: no one partner before the change")),
        ("", lots.excluded, _now("excluded on its chart")),
    )
    shown = [
        (lot, (lot.batch, f"{'<' if lot.is_below else ''}{number(lot.value)}", side, what))
        for side, group, what in sides
        for lot in group
    ]
    return tuple(row for lot, row in sorted(shown, key=lambda it: (it[0].at, it[0].batch)))
