"""What the pictures of a comparison show, with their words."""

from dataclasses import replace

from django.utils.translation import gettext as _now

from cpv.forms import comparison_words as words
from cpv.rules.comparability import Equivalence, QualityRange, ToleranceComparison, Verdict
from cpv.rules.pictures import GroupWords, Ranges, Titles, comparison_picture, equivalence_picture
from cpv.rules.programme.comparing import Comparison, Conclusion
from cpv.selectors.comparisons import ComparisonPage
from qc.rules.charts import Spec

# Where nothing may be concluded, a picture says so in every line.
_OPEN = frozenset({Conclusion.INTERIM, Conclusion.EXPLORATORY})


def has_intervals(result: Comparison | None) -> bool:
    """Whether there is a test to draw."""
    return result is not None and any(isinstance(line.test, Equivalence) for line in result.lines)


def intervals(page: ComparisonPage) -> Spec | None:
    """The intervals of all tests beside their margins; None where there is none to draw."""
    lines = () if page.result is None else page.result.lines
    answers, verdicts = [], dict.fromkeys(Verdict, "")
    for line in lines:
        if not isinstance(line.test, Equivalence):
            continue
        is_open = line.conclusion in _OPEN
        # the mark of a verdict would be one: where none is given, that of "not shown" stands for all
        test = replace(line.test, verdict=Verdict.NOT_SHOWN) if is_open else line.test
        verdicts[test.verdict] = _said(line.conclusion) if is_open else str(words.VERDICTS[test.verdict])
        answers.append((page.titles[line.attribute.code], test))
    if not answers:
        return None
    title = _now("Differences after the change, in shares of their margins")
    return equivalence_picture(answers, verdicts, Titles(title, _now("-1 and 1: the limits of the margin")))


def lots(page: ComparisonPage, code: str) -> Spec | None:
    """The lots of one attribute in the ranges of those before; None where there is none, or it was not opened."""
    lines = () if page.result is None else page.result.lines
    line = next((it for it in lines if it.attribute.code == code), None)
    if line is None:
        return None
    before = {lot.batch: lot.value for lot in line.lots.reference}
    after = {lot.batch: lot.value for lot in line.lots.after}
    if not before and not after:
        return None
    ranges = Ranges(
        quality=line.quality if isinstance(line.quality, QualityRange) else None,
        tolerance=line.tolerance if isinstance(line.tolerance, ToleranceComparison) else None,
    )
    return comparison_picture(
        (before, after), ranges, Titles(page.titles[code], line.attribute.unit), _groups()
    )


def _said(conclusion: Conclusion) -> str:
    return str(words.CONCLUSIONS[conclusion][1])


def _groups() -> GroupWords:
    return GroupWords(
        before=_now("before"),
        after=_now("after"),
        batch=_now("batch"),
        value=_now("value"),
        quality_range=_now("quality range"),
        tolerance=_now("tolerance interval"),
    )
