"""What the pictures of a comparison show, with their words."""

from math import log

from django.utils.translation import gettext as _now

from cpv.rules.comparability import Equivalence, Margin, QualityRange, Scale
from cpv.rules.comparison_pictures import Bar, Dot, Words, intervals_picture, lots_picture
from cpv.rules.programme.comparing import Line
from cpv.selectors.comparisons import ComparisonPage
from qc.rules.charts import Spec


def intervals(page: ComparisonPage) -> Spec | None:
    """The intervals of all tests beside their margins; None where there is none to draw."""
    lines = () if page.result is None else page.result.lines
    bars = [bar for line in lines if (bar := _bar(line, page.titles[line.attribute.code])) is not None]
    if not bars:
        return None
    title = _now("Differences after the change, in shares of their margins")
    return intervals_picture(Words(title, _now("-1 and 1: the limits of the margin")), bars)


def lots(page: ComparisonPage, code: str) -> Spec | None:
    """The lots of one attribute; None where there is none, or it was not opened."""
    lines = () if page.result is None else page.result.lines
    line = next((it for it in lines if it.attribute.code == code), None)
    if line is None:
        return None
    own = line.lots
    dots = [Dot(lot.batch, lot.at, lot.value, is_after=False) for lot in own.reference]
    dots += [Dot(lot.batch, lot.at, lot.value, is_after=True) for lot in (*own.after, *own.unpaired)]
    if not dots:
        return None
    found = line.quality.range if isinstance(line.quality, QualityRange) else None
    margin = line.attribute.margin
    is_log = margin is not None and margin.scale is Scale.LOG and all(dot.value > 0 for dot in dots)
    words = Words(page.titles[code], line.attribute.unit, _now("before"), _now("after"))
    ends = (None, None) if found is None else (found.low, found.high)
    return lots_picture(words, dots, *ends, is_log=is_log)


def _bar(line: Line, title: str) -> Bar | None:
    it = line.test
    if not isinstance(it, Equivalence) or it.estimate is None or it.low is None or it.high is None:
        return None
    low, estimate, high = (_share(value, it.margin) for value in (it.low, it.estimate, it.high))
    return Bar(title, low, estimate, high)


def _share(value: float, margin: Margin) -> float:
    """A difference as a share of the limit on its side; of a margin with one limit, of that one."""
    lower, upper = margin.bounds()
    place = log(value) if margin.scale is Scale.LOG else value
    if margin.is_one_sided:
        return place / (upper if margin.lower is None else -lower)
    return place / (upper if place >= 0 else -lower)
