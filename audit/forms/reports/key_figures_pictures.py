"""The months of the key figures: five pictures and one table."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from audit.forms.reports.key_figures_months import Month
from audit.rules.rates import per_thousand
from audit.rules.report import Cell, Column, ColumnKind, Picture, Table
from audit.rules.trends import Point, TrendWords, month_picture
from cpv.rules.pictures.parts import Titles


def pictures(months: Sequence[Month]) -> tuple[Picture, ...]:
    """Near misses, hand-overs, steps of one person, results out of specification, vein to vein."""
    return (_near_miss_trend(months), *_shares(months), _turnaround(months))


def _near_miss_trend(months: Sequence[Month]) -> Picture:
    return _picture(
        "near_miss_trend",
        _("Near misses per 1,000 scans"),
        _(
            "Near misses per 1,000 scans in each month, with the exact 95 % interval of its counts. An interval "
            "that goes on above the picture has its end in the table."
        ),
        _("per 1,000 scans"),
        [_near_misses(it) for it in months],
        of=_("Scans"),
    )


def _shares(months: Sequence[Month]) -> Iterator[Picture]:
    """What is a share of something, in percent."""
    yield _picture(
        "custody_trend",
        _("Custody completeness"),
        _("The share of hand-overs in each month that were whole."),
        _("% of hand-overs"),
        [_share(it, it.transfers.whole, it.transfers.transfers) for it in months],
        of=_("Hand-overs"),
        top=100.0,
    )
    yield _picture(
        "alone_trend",
        _("Steps completed by one person alone"),
        _("The share of completed steps in each month that had no second person."),
        _("% of steps"),
        [_share(it, it.counts.get("alone", 0), it.counts.get("step", 0)) for it in months],
        of=_("Steps"),
        top=100.0,
    )
    yield _picture(
        "oos_trend",
        _("Results out of specification"),
        _("The share of the results tested in each month that were out of specification."),
        _("% of results"),
        [_share(it, it.results.failed, it.results.results) for it in months],
        of=_("Results"),
        top=100.0,
    )


def _turnaround(months: Sequence[Month]) -> Picture:
    about = _(
        "Days from collection to infusion: the median of the journeys infused in each month, and quartiles."
    )
    return _picture(
        "turnaround_trend",
        _("Vein to vein"),
        about,
        _("days"),
        [_vein(it) for it in months],
        of=_("Journeys"),
    )


def _picture(
    key: str, title: str, about: str, unit: str, points: Sequence[Point], *, of: str, top: float | None = None
) -> Picture:
    named = title if title.endswith(unit) else f"{title} ({unit})"
    drawing = month_picture(
        points,
        Titles(title, unit, _("month"), about),
        TrendWords(_("Month"), title, _("from"), _("to"), of),
        top=top,
    )
    columns = (
        Column("month", _("Month"), ColumnKind.CODE),
        Column("value", named, ColumnKind.NUMBER),
        Column("low", _("From"), ColumnKind.NUMBER),
        Column("high", _("To"), ColumnKind.NUMBER),
        Column("count", of, ColumnKind.NUMBER),
    )
    rows = tuple((it.label, _number(it.value), _number(it.low), _number(it.high), it.count) for it in points)
    table = Table(f"{key}_table", title, columns, rows, _("There is no month in the period."), about)
    none = "" if any(it.value is not None for it in points) else _("No month of the period has a value.")
    return Picture(key, title, about, drawing, table, nothing=none)


def _number(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(f"{value:.2f}")


def label_of(month: datetime) -> str:
    """ISO 8601, which no locale reads otherwise."""
    return f"{month:%Y-%m}"


def _near_misses(it: Month) -> Point:
    rate = per_thousand(it.scans.near_misses, it.scans.scans)
    value, low, high = (None if n is None else float(n) for n in (rate.value, rate.low, rate.high))
    return Point(label_of(it.month), value, low, high, it.scans.scans)


def _share(it: Month, part: int, whole: int) -> Point:
    return Point(label_of(it.month), 100 * part / whole if whole else None, count=whole)


def _vein(it: Month) -> Point:
    phase = it.vein_to_vein
    if phase is None:
        return Point(label_of(it.month), None)
    return Point(label_of(it.month), phase.middle, phase.low, phase.high, phase.count)


def months_table(months: Sequence[Month]) -> Table:
    """One line a month, with every figure that is counted by month."""
    columns = (
        Column("month", _("Month"), ColumnKind.CODE),
        *(Column(key, title, ColumnKind.NUMBER) for key, title in _titles()),
    )
    rows = tuple((label_of(it.month), *_figures(it)) for it in months)
    return Table("months", _("By month"), columns, rows, _("There is no month in the period."))


def _titles() -> tuple[tuple[str, str], ...]:
    return (
        ("scans", _("Scans")),
        ("refused", _("Refused")),
        ("stops", _("STOPs")),
        ("near_misses", _("Near misses")),
        ("transfers", _("Hand-overs")),
        ("whole", _("Whole")),
        ("steps", _("Steps")),
        ("alone", _("By one person")),
        ("overrides", _("Overrides")),
        ("stop_cleared", _("STOPs cleared")),
        ("hold_released", _("Holds released")),
        ("reprint", _("Labels replaced")),
        ("typed", _("Codes typed")),
        ("late", _("Late entries")),
        ("deviation", _("Deviations")),
        ("excursion", _("Excursions")),
        ("results", _("Results")),
        ("oos", _("Out of specification")),
        ("infused", _("Journeys infused")),
        ("vein_to_vein", _("Vein to vein, median (days)")),
    )


def _figures(it: Month) -> tuple[Cell, ...]:
    phase = it.vein_to_vein
    return (
        it.scans.scans,
        it.scans.refused,
        it.scans.stops,
        it.scans.near_misses,
        it.transfers.transfers,
        it.transfers.whole,
        it.counts.get("step", 0),
        it.counts.get("alone", 0),
        it.overrides,
        *(it.counts.get(what, 0) for what in ("stop_cleared", "hold_released", "reprint")),
        it.scans.keyed,
        *(it.counts.get(what, 0) for what in ("late", "deviation", "excursion")),
        it.results.results,
        it.results.failed,
        phase.count if phase is not None else 0,
        _number(phase.middle) if phase is not None else None,
    )
