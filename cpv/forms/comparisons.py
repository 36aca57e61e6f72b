"""Comparisons on the pages: the form, and a plan, its promises and its results as lines of words."""

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from cpv.forms import comparison_words as words
from cpv.forms.comparison_views import View, margin_text, percent, reason_text, views_of
from cpv.forms.numbers import figure
from cpv.rules.comparability import (
    Attribute,
    Design,
    SampleSize,
)
from cpv.rules.programme.comparing import Line, Watched, WatchedLook
from cpv.rules.programme.promising import Looks, Reason
from cpv.selectors.comparisons import ComparisonPage, ComparisonView, LookView
from cpv.services.comparisons import MOST_WORDS
from qc.forms.pages import WritingForm

# More lots than this are not named in a sentence; the table has all that take part.
MOST_NAMED = 20


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
class LookLine:
    """One planned look of the monitoring: after how many lots, boundary, what is spent, and Z once it was held."""

    lots: int
    boundary: str
    spent: str
    z: str = ""
    is_alarm: bool = False
    is_held: bool = False


@dataclass(frozen=True)
class LotLine:
    """One lot: its value, on which side of the change it lies, what became of it, and whether it was made here."""

    batch: str
    value: str
    side: str
    part: str
    is_known: bool


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
    notes: tuple[str, ...]
    lots: tuple[LotLine, ...]


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


def planned_lines(page: ComparisonPage) -> tuple[PlannedLine, ...]:
    """The plan, attribute by attribute."""
    powers = dict(page.planned.powers)
    wanted = dict(page.planned.wanted)
    looks = dict(page.planned.looks)
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
        views=views_of(line),
        looks=looks,
        alarm=alarm,
        notes=_notes(line),
        lots=_lots(line),
    )


def _method(one: Attribute) -> str:
    text = str(words.METHODS[one.method])
    return f"{text}, k = {figure(one.k)}" if one.method.value == "quality_range" else text


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
        LookLine(lots, figure(look.boundary), percent(look.spent))
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
    z = reason_text(it.reason) if it.reason is not None else figure(it.z) if it.z is not None else ""
    return LookLine(
        it.lots, figure(it.look.boundary), percent(it.look.spent), z=z, is_alarm=is_alarm, is_held=it.is_held
    )


def _notes(line: Line) -> tuple[str, ...]:
    """What takes no part, and why: nobody finds out from the numbers alone."""
    lots = line.lots
    found = (
        (lots.excluded, _now("Excluded on their chart, with a reason: %(lots)s.")),
        (lots.unpaired, _now("Without one partner before the change: %(lots)s.")),
        (lots.later, _now("Made when the planned number was complete: %(lots)s.")),
    )
    return tuple(
        text % {"lots": ", ".join(lot.batch for lot in group[:MOST_NAMED])} for group, text in found if group
    )


def _lots(line: Line) -> tuple[LotLine, ...]:
    """Every lot in the order of manufacture."""
    lots = line.lots
    sides = (
        (_now("before"), lots.before, ""),
        (_now("before"), lots.history, _now("history: no partner after the change")),
        (_now("after"), lots.after, ""),
        (_now("after"), lots.unpaired, _now("left out: no one partner before the change")),
        ("", lots.excluded, _now("excluded on its chart")),
    )
    shown = [
        (
            lot,
            LotLine(
                lot.batch, f"{'<' if lot.is_below else ''}{figure(lot.value)}", side, what, bool(lot.order)
            ),
        )
        for side, group, what in sides
        for lot in group
    ]
    return tuple(row for lot, row in sorted(shown, key=lambda it: (it[0].at, it[0].batch)))


@dataclass(frozen=True)
class LookShown:
    """Who opened the comparison when, and how much was there to be seen."""

    look: LookView
    kind: str
    seen: str


def looks_shown(view: ComparisonView) -> tuple[LookShown, ...]:
    """Every opening, the newest first."""
    return tuple(
        LookShown(it, _now("final") if it.is_final else _now("interim"), _seen(it))
        for it in reversed(view.looks)
    )


def _seen(it: LookView) -> str:
    """How many lots after the change of how many planned, attribute by attribute."""
    return ", ".join(f"{one['code']} {_of(one['after'], one['planned_after'])}" for one in it.seen)


@dataclass(frozen=True)
class Together:
    """What the plan promises of all its tests together."""

    all_independent: str
    all_at_least: str
    tests: int
    alarms: str


def together_shown(page: ComparisonPage) -> Together | None:
    """The power of all tests together, and the false alarms of all that is monitored; None without a test."""
    together, alarms = page.planned.together, page.planned.alarms
    if isinstance(together, Reason):
        return None
    return Together(
        all_independent=percent(together.all_independent),
        all_at_least=percent(together.all_at_least),
        tests=len(together.each),
        alarms="" if alarms is None else percent(alarms.any_independent),
    )
