"""The pictures of risks with their words, and beside each the same as a table for who does not see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cpv.rules.pictures.parts import Look, Titles
from fmea.forms import picture_tables as tables
from fmea.forms.picture_tables import PictureTable, interval
from fmea.forms.words import DETECTION_STANDINGS, PRIORITIES, STANDINGS
from fmea.rules import pictures as drawn
from fmea.rules.actions import BeforeAfter
from fmea.rules.evidence import Evidence
from fmea.rules.pictures import MOST_LANES, NO_ADDRESSES, Addresses, When
from fmea.rules.priority import ActionPriority, PriorityTable
from fmea.rules.ranking import RankSpread
from fmea.rules.trend import Trend
from fmea.rules.what_if import WhatIf
from fmea.rules.worksheet import Step
from qc.rules.charts import Spec

# As wide as a page at a desk has room for; in a browser a narrower one draws it anew, on paper it is scaled.
WIDE = Look(1020, 280, True)


@dataclass(frozen=True)
class Picture:
    """A picture as a page shows it: the specification, what is read aloud in its place, what stands under it, and the
    same as a table.
    """

    spec: Spec
    described: str
    caption: str
    table: PictureTable


@dataclass(frozen=True)
class Shown:
    """How a picture is shown: in a browser, where a click leads to rows, or on paper."""

    addresses: Addresses = NO_ADDRESSES
    is_interactive: bool = True

    @property
    def look(self) -> Look:
        """Its size; pictures of lanes find their own height."""
        return WIDE if self.is_interactive else replace(WIDE, is_interactive=False)


ON_A_PAGE = Shown()


def matrix(
    rows: Sequence[BeforeAfter], table: PriorityTable, when: When = When.BEFORE, shown: Shown = ON_A_PAGE
) -> Picture:
    """Severity by occurrence, before the actions or after those that are done."""
    cells = drawn.matrix_cells(rows, table, when)
    missing = drawn.unplaced(rows, when)
    described = _("%(n)d rows by severity and occurrence, %(when)s; the table below has the same.") % {
        "n": len(rows) - len(missing),
        "when": _("after the actions that are done") if when is When.AFTER else _("before actions"),
    }
    caption = _(
        "In a cell: how many rows, and the worst action priority that any of them has at its own detection. Faint "
        "cells have no row; their letter is that of the table at detection 5. Above the heavy line the risk that is "
        "left asks for a signed decision, whatever the letter."
    )
    if missing:
        caption += " " + _("Not placed, because a rating is missing: %(codes)s.") % {"codes": _some(missing)}
    words = drawn.MatrixWords(
        _("Rows"), _("Severity"), _("Occurrence"), _("Action priority"), _("By detection")
    )
    titles = Titles("", _("Severity"), _("Occurrence"), described)
    spec = drawn.matrix_picture(cells, titles, words, shown.addresses, shown.look)
    return Picture(spec, described, caption, tables.of_matrix(cells, shown.addresses))


def pareto(rows: Sequence[BeforeAfter], when: When = When.BEFORE, shown: Shown = ON_A_PAGE) -> Picture:
    """Rows by their risk priority number, beside how many have each action priority."""
    found = drawn.pareto(rows, when)
    counts = ", ".join(f"{it.value} {number}" for it, number in found.counts.items())
    described = _("%(n)d rows by risk priority number. Action priorities: %(counts)s.") % {
        "n": len(found.rows),
        "counts": counts,
    }
    caption = _(
        "The number orders rows and measures nothing: it multiplies ratings that are themselves only orders. So there "
        "is no line of cumulative shares, which would add such numbers up. Rows are counted by action priority instead."
    )
    if found.unrated:
        caption += " " + _("Left out, because a rating is missing: %(codes)s.") % {
            "codes": _some(found.unrated)
        }
    words = drawn.ParetoWords(
        _("Rows of each action priority"),
        _("Row"),
        _("Risk priority number"),
        _("Ratings"),
        _("Action priority"),
        _more(len(found.rows)),
    )
    titles = Titles("", "", _("risk priority number: an order, not an amount"), described)
    spec = drawn.pareto_picture(found, titles, words, shown.addresses, shown.look)
    return Picture(spec, described, caption, tables.of_pareto(found, shown.addresses))


def acted(rows: Sequence[BeforeAfter], shown: Shown = ON_A_PAGE) -> Picture:
    """Each row before and after its actions."""
    found = drawn.acted_rows(rows)
    changed = sum(it.before.ratings != it.after.ratings for it in found)
    described = _("%(n)d rows before and after their actions; %(changed)d changed.") % {
        "n": len(found),
        "changed": changed,
    }
    caption = _(
        "Hollow: before. Filled: after the actions that are done. A row with one point has not changed. Diamond H, "
        "square M, circle L."
    )
    words = drawn.ActedWords(_("Row"), _("Before"), _("After"), _("severity lowered"), _more(len(found)))
    titles = Titles("", "", _("risk priority number: an order, not an amount"), described)
    spec = drawn.acted_picture(found, titles, words, shown.addresses, shown.look)
    return Picture(spec, described, caption, tables.of_acted(found, shown.addresses))


def trend(found: Trend, zone: tzinfo, shown: Shown = ON_A_PAGE) -> Picture:
    """The live rate by month beside the band of its score."""
    labels = [
        (
            _month(it.window.start, zone),
            interval(it.alone) if it.alone else "",
            interval(it.up_to),
        )
        for it in found.moments
    ]
    last = found.moments[-1]
    described = _(
        "%(n)d months up to %(last)s. All counts up to then: %(rate)s. Score %(score)s: %(standing)s."
    ) % {
        "n": len(found.moments),
        "last": labels[-1][0],
        "rate": labels[-1][2],
        "score": "-" if found.score is None else found.score,
        "standing": STANDINGS[last.standing_up_to][1],
    }
    caption = _(
        "Points: each month by itself with its 95 % interval, hollow where nothing failed, a diamond where the month "
        "alone contradicts the score. Line: all counts up to then, with their interval. Broad band: the rates of the "
        "score. At the right the ratings of the scale."
    )
    since = ""
    if found.contradicted_since is not None:
        since = _("contradicted since %(month)s") % {"month": _month(found.contradicted_since, zone)}
    words = drawn.TrendWords(
        window=_("Month"),
        events=_("Failures"),
        opportunities=_("Opportunities"),
        alone=_("This month"),
        up_to=_("All up to then"),
        score=_("score"),
        since=since,
    )
    titles = Titles("", _("failures per opportunity"), _("months"), described)
    spec = drawn.trend_picture(found, labels, titles, words, shown.look)
    return Picture(spec, described, caption, tables.of_trend(found, labels))


def evidence(
    found: Evidence, score: int | None, shown: Shown = ON_A_PAGE, *, is_detection: bool = False
) -> Picture:
    """A rate as its counts show it, on the bands of its scale. `is_detection`: the probability of a miss."""
    standing = (DETECTION_STANDINGS if is_detection else STANDINGS)[found.standing(score)][1]
    scored = "" if score is None else _("score %(n)d: %(standing)s") % {"n": score, "standing": standing}
    suggested = ""
    if found.suggested is not None and found.trials:
        suggested = _("suggested %(n)d (%(share).0f %%)") % {
            "n": found.suggested,
            "share": 100 * found.probability,
        }
    described = " · ".join(part for part in (interval(found), scored, suggested) if part)
    caption = _(
        "The bar is the 95 % interval of the rate, its point the middle, hollow where nothing failed. The columns are "
        "the ratings of the scale: framed that of the score, shaded the suggested one; below, how probable each is."
    )
    words = drawn.EvidenceWords(
        scored, suggested, _("Rating"), _("Probability"), _("95 % interval"), interval(found)
    )
    unit = _("probability that a failure is missed") if is_detection else _("failures per opportunity")
    spec = drawn.evidence_picture(found, score, Titles("", unit, "", described), words, shown.look)
    return Picture(spec, described, caption, tables.of_evidence(found, score))


def ranks(spreads: Sequence[RankSpread], modes: Mapping[str, str], shown: Shown = ON_A_PAGE) -> Picture:
    """How firmly each row holds its rank; `modes`: what fails, by the code of the row."""
    found = drawn.firmest_first(spreads)
    described = _("The ranks of %(n)d rows with their 95 %% intervals.") % {"n": len(found)}
    caption = _(
        "Where a row may stand if every rating is drawn anew from those that the team gave: bar 95 % of the draws, "
        "point the middle one. A hollow point was rated by one person alone, which shows no spread."
    )
    words = drawn.RankWords(_("Row"), _("Rank"), _("Stands first"), _more(len(found)))
    titles = Titles("", "", _("rank, 1 first"), described)
    spec = drawn.rank_picture(found, modes, titles, words, addresses=shown.addresses, look=shown.look)
    return Picture(spec, described, caption, tables.of_ranks(found, modes, shown.addresses))


def what_if(found: WhatIf[ActionPriority | None], shown: Shown = ON_A_PAGE) -> Picture:
    """What one more control may make of the priority."""
    parts = drawn.outlook_parts(found)
    told = ", ".join(f"{tables.priority(it.priority)} {tables.percent(it.probability)}" for it in parts)
    described = _("Now %(now)s; with the control: %(then)s.") % {
        "now": tables.priority(found.before),
        "then": told,
    }
    caption = _(
        "How well the control works is assumed and not seen, and taken to fail independently of the controls that "
        "are there. Severity stays as it is."
    )
    words = drawn.WhatIfWords(
        now=_("Now"),
        then=_("With the control"),
        priorities={it: str(text) for it, (_tone, text) in PRIORITIES.items()},
        off_scale=_("off the scale"),
        priority=_("Action priority"),
        probability=_("Probability"),
    )
    titles = Titles("", "", _("probability"), described)
    spec = drawn.what_if_picture(found, titles, words, shown.look)
    return Picture(spec, described, caption, tables.of_what_if(found, parts))


def process(
    steps: Sequence[Step],
    rows: Sequence[BeforeAfter],
    when: When = When.BEFORE,
    addresses: Addresses = NO_ADDRESSES,
) -> Picture:
    """The steps for paper; a page makes a list that wraps of `fmea.rules.pictures.process_map`."""
    boxes = drawn.process_map(steps, rows, when)
    described = _("%(n)d steps of the process, each with the worst action priority in it.") % {
        "n": len(boxes)
    }
    caption = _("The letter is the worst action priority in the step, of the row that is named.")
    lines = [step_line(it) for it in boxes]
    spec = drawn.process_picture(
        boxes, lines, Titles("", "", "", described), replace(WIDE, is_interactive=False)
    )
    return Picture(spec, described, caption, tables.of_process(boxes, addresses))


def step_line(box: drawn.StepBox) -> str:
    """What stands under the name of a step: how many failure modes it has, and the worst row."""
    if not box.rows:
        return _("no failure mode")
    modes = ngettext("%(n)d failure mode", "%(n)d failure modes", box.modes) % {"n": box.modes}
    return f"{modes} · {box.worst_row.code}" if box.worst_row else f"{modes} · {_('not rated')}"


def _more(count: int) -> str:
    if count <= MOST_LANES:
        return ""
    return _("the first %(drawn)d of %(all)d; the table has all") % {"drawn": MOST_LANES, "all": count}


def _some(codes: Sequence[str], most: int = 10) -> str:
    more = len(codes) - most
    return ", ".join(codes[:most]) + (f" … +{more}" if more > 0 else "")


def _month(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m")
