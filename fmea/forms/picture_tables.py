"""The tables beside the pictures of risks: what a picture shows, in words and numbers, and all of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cpv.forms import numbers
from fmea.forms.words import PRIORITIES
from fmea.rules.actions import BeforeAfter
from fmea.rules.evidence import Evidence
from fmea.rules.pictures import Addresses, MatrixCell, Pareto, Part, StepBox
from fmea.rules.pictures.ranks import rank
from fmea.rules.priority import ActionPriority
from fmea.rules.ranking import RankSpread
from fmea.rules.trend import Trend
from fmea.rules.what_if import WhatIf

Link = tuple[str, str]  # a code, and where it leads (or empty)


@dataclass(frozen=True)
class TableRow:
    """One row: the rows of the worksheet that it is about, each with its address, and the cells after them."""

    links: tuple[Link, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True)
class PictureTable:
    """A table: its caption, the heads of its columns, and its rows. `has_links`: the first column is of links."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[TableRow, ...]
    has_links: bool = True


def letter(found: ActionPriority | None) -> str:
    """The letter of a priority; a hyphen where there is none."""
    return found.value if found else "-"


def priority(found: ActionPriority | None) -> str:
    """A priority in a word and its letter."""
    return f"{found.value} ({PRIORITIES[found][1]})" if found else _("none")


def percent(share: float) -> str:
    """A probability for the eye."""
    return "<1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def interval(found: Evidence) -> str:
    """The middle of a rate and its interval."""
    it = found.estimate
    return _("%(middle)s (%(low)s to %(high)s)") % {
        "middle": numbers.share(it.median),
        "low": numbers.share(it.low),
        "high": numbers.share(it.high),
    }


def of_matrix(cells: Sequence[MatrixCell], addresses: Addresses) -> PictureTable:
    """The cells in which rows stand, the worst severity first, and of it the highest occurrence."""
    there = sorted((it for it in cells if it.codes), key=lambda it: (-it.severity, -it.occurrence))
    rows = tuple(
        TableRow(_links(it.codes, addresses), (str(it.severity), str(it.occurrence), priority(it.priority)))
        for it in there
    )
    heads = (_("Rows"), _("Severity"), _("Occurrence"), _("Worst action priority"))
    return PictureTable(_("Rows by severity and occurrence"), heads, rows)


def of_pareto(found: Pareto, addresses: Addresses) -> PictureTable:
    """Every row, the highest number first."""
    rows = tuple(
        TableRow(
            _links([it.code], addresses),
            (it.mode, *(str(rating) for rating in it.ratings), str(it.rpn), priority(it.priority)),
        )
        for it in found.rows
    )
    heads = (_("Row"), _("What fails"), _("S"), _("O"), _("D"), _("RPN"), _("Action priority"))
    return PictureTable(_("Rows by risk priority number"), heads, rows)


def of_acted(found: Sequence[BeforeAfter], addresses: Addresses) -> PictureTable:
    """Every row before and after."""
    rows = tuple(
        TableRow(
            _links([it.row.code], addresses),
            (
                it.row.mode,
                _rated(it.before.ratings, it.rpn_before, it.priority_before),
                _rated(it.after.ratings, it.rpn_after, it.priority_after),
                _("severity lowered") if it.is_severity_lowered else "",
            ),
        )
        for it in found
    )
    heads = (_("Row"), _("What fails"), _("Before"), _("After"), _("To be known"))
    return PictureTable(_("Rows before and after their actions"), heads, rows)


def _rated(
    ratings: tuple[int | None, int | None, int | None], number: int | None, found: ActionPriority | None
) -> str:
    given = " · ".join("-" if it is None else str(it) for it in ratings)
    return f"{given} = {number} {letter(found)}"


def of_trend(found: Trend, labels: Sequence[tuple[str, str, str]]) -> PictureTable:
    """Every month, the newest first."""
    rows = tuple(
        TableRow(
            (),
            (
                name,
                str(it.window.events),
                str(it.window.n),
                alone or _("nothing could fail"),
                up_to,
                _("contradicted") if it.standing_up_to.is_contradicted else "",
            ),
        )
        for it, (name, alone, up_to) in zip(found.moments, labels, strict=True)
    )
    heads = (
        _("Month"),
        _("Failures"),
        _("Opportunities"),
        _("This month, 95 % interval"),
        _("All up to then, 95 % interval"),
        _("Score"),
    )
    return PictureTable(_("The rate by month"), heads, rows[::-1], has_links=False)


def of_evidence(found: Evidence, score: int | None) -> PictureTable:
    """Every rating with its rates and its probability."""
    rows = []
    for band, mass in zip(found.bands, found.masses, strict=True):
        said = [_("score")] if band.rating == score else []
        said += [_("suggested")] if band.rating == found.suggested and found.trials else []
        high = "" if band.high == float("inf") else numbers.share(band.high)
        ends = _("above %(low)s") % {"low": numbers.share(band.low)}
        if high:
            ends = _("above %(low)s to %(high)s") % {"low": numbers.share(band.low), "high": high}
        rows.append(TableRow((), (str(band.rating), ends, percent(mass), ", ".join(said))))
    heads = (_("Rating"), _("Rates"), _("Probability"), _("Which"))
    caption = _("%(events)d failures, rate %(rate)s") % {"events": found.events, "rate": interval(found)}
    return PictureTable(caption, heads, tuple(rows), has_links=False)


def of_ranks(found: Sequence[RankSpread], modes: Mapping[str, str], addresses: Addresses) -> PictureTable:
    """Every row with the ranks it may have."""
    rows = tuple(
        TableRow(
            _links([it.mode], addresses),
            (
                modes.get(it.mode, ""),
                rank(it.median),
                _("%(low)s to %(high)s") % {"low": rank(it.low), "high": rank(it.high)},
                percent(it.first),
            ),
        )
        for it in found
    )
    heads = (_("Row"), _("What fails"), _("Rank"), _("95 % of draws"), _("Stands first"))
    return PictureTable(_("Ranks under the spread of scores"), heads, rows)


def of_what_if(found: WhatIf[ActionPriority | None], parts: Sequence[Part]) -> PictureTable:
    """The priority now, and how probable each is with the control."""
    rows = [TableRow((), (_("Now"), priority(found.before), ""))]
    rows += [
        TableRow(
            (),
            (
                _("With the control"),
                priority(it.priority) if it.priority else _("off the scale"),
                percent(it.probability),
            ),
        )
        for it in parts
    ]
    heads = (_("When"), _("Action priority"), _("Probability"))
    return PictureTable(_("What the control may bring"), heads, tuple(rows), has_links=False)


def of_process(boxes: Sequence[StepBox], addresses: Addresses) -> PictureTable:
    """Every step with the worst row in it."""
    rows = tuple(
        TableRow(
            _links([it.worst_row.code], addresses) if it.worst_row else (),
            (
                f"{it.number}. {it.step.title or it.step.code}",
                str(it.modes),
                priority(it.priority) if it.rows else "",
                ", ".join(f"{found.value} {n}" for found, n in it.counts),
            ),
        )
        for it in boxes
    )
    heads = (_("Worst row"), _("Step"), _("Failure modes"), _("Worst action priority"), _("Rows of each"))
    return PictureTable(_("Steps of the process"), heads, rows)


def _links(codes: Sequence[str], addresses: Addresses) -> tuple[Link, ...]:
    return tuple((code, addresses.of_row(code)) for code in codes)
