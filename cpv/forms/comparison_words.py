"""Comparisons before and after a change in the reader's language: codes, and faults of plans."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cpv.rules.basis import Note, Why
from cpv.rules.comparability import Design, Fault, Method, Rank, Scale, Shape, Verdict
from cpv.rules.programme.arranging import ComparisonRefusal, Standing
from cpv.rules.programme.comparing import Conclusion, Whole
from cpv.rules.programme.comparison_plan import PartedBy
from people.registry import Shown, Word

Sentence = str | Promise

RANKS: Mapping[Rank, Sentence] = {
    Rank.HIGH: _("high"),
    Rank.MODERATE: _("moderate"),
    Rank.LOW: _("low"),
}

METHODS: Mapping[Method, Sentence] = {
    Method.EQUIVALENCE_TEST: _("equivalence test"),
    Method.QUALITY_RANGE: _("quality range"),
    Method.VISUAL: _("looked at"),
}

DESIGNS: Mapping[Design, Sentence] = {
    Design.POOLED: _("other patients' lots, one variance"),
    Design.WELCH: _("other patients' lots, a variance each"),
    Design.PAIRED: _("pairs: one patient's material made both ways"),
}

SCALES: Mapping[Scale, Sentence] = {
    Scale.RAW: _("difference of means"),
    Scale.LOG: _("ratio of geometric means"),
}

SHAPES: Mapping[Shape, Sentence] = {
    Shape.OBRIEN_FLEMING_SPENDING: _("spending of O'Brien and Fleming's type: strict at first"),
    Shape.POCOCK_SPENDING: _("spending of Pocock's type: even"),
    Shape.OBRIEN_FLEMING: _("O'Brien and Fleming"),
    Shape.POCOCK: _("Pocock"),
}

PARTED_BY: Mapping[PartedBy, Sentence] = {
    PartedBy.TIME: _("by when their manufacture began"),
    PartedBy.COMPONENT: _("by component"),
    PartedBy.LISTS: _("by lists in the plan"),
}

# What an interval says, on pictures.
VERDICTS: Mapping[Verdict, Sentence] = {
    Verdict.EQUIVALENT: _("within the margin"),
    Verdict.NON_INFERIOR: _("no worse"),
    Verdict.NOT_SHOWN: _("not shown"),
    Verdict.DIFFERENT: _("different"),
}

# A mark, a word, a kind of tag.
CONCLUSIONS: Mapping[Conclusion, tuple[str, Sentence, str]] = {
    Conclusion.COMPARABLE: ("✔", _("comparable"), "done"),
    Conclusion.NOT_SHOWN: ("▲", _("not shown: the interval is wider than the margin allows"), "warn"),
    Conclusion.DIFFERENT: ("■", _("different: the whole interval lies outside of the margin"), "stop"),
    Conclusion.OUTSIDE_RANGE: ("▲", _("lots lie outside of the range: to be explained"), "warn"),
    Conclusion.NOT_COMPUTABLE: ("○", _("cannot be reckoned"), "warn"),
    Conclusion.LOOK: ("○", _("people look at it; nothing is concluded from numbers"), ""),
    Conclusion.INTERIM: ("◷", _("interim: no verdict yet"), "warn"),
    Conclusion.EXPLORATORY: ("○", _("exploratory only"), "warn"),
}

# A mark, a heading, what it means, a kind of tag.
WHOLES: Mapping[Whole, tuple[str, Sentence, Sentence, str]] = {
    Whole.COMPARABLE: (
        "✔",
        _("Comparable"),
        _("Every attribute of high rank is equivalent within its margin, and no other one is against it."),
        "done",
    ),
    Whole.TO_EXPLAIN: (
        "▲",
        _("Equivalent where it is critical; the rest is to be explained"),
        _(
            "Every attribute of high rank is equivalent within its margin. An attribute of lower rank did not meet "
            "what was planned: say why that does not matter, or look further."
        ),
        "warn",
    ),
    Whole.NOT_SHOWN: (
        "▲",
        _("Not shown"),
        _(
            "An attribute of high rank is not shown to be equivalent. That does not say that it is different: there "
            "may be too few lots, or too much spread between patients."
        ),
        "warn",
    ),
    Whole.DIFFERENT: (
        "■",
        _("Different"),
        _("An attribute of high rank differs by more than its margin allows."),
        "stop",
    ),
    Whole.INTERIM: (
        "◷",
        _("Interim look: nothing is concluded yet"),
        _(
            "Not all planned lots are there. A test that passes at an early look is not the test that was planned: "
            "no verdict is given before the last lot."
        ),
        "warn",
    ),
    Whole.EXPLORATORY: (
        "○",
        _("Exploratory only"),
        _("The numbers may raise questions; they confirm nothing, and no verdict is given."),
        "warn",
    ),
}

STANDINGS: Mapping[Standing, tuple[str, Sentence, Sentence, str]] = {
    Standing.CONFIRMATORY: (
        "✔",
        _("locked in time"),
        _("The plan was approved before the first result after the change."),
        "done",
    ),
    Standing.NOT_SIGNED: (
        "○",
        _("not signed"),
        _("The plan is not approved. It has to be before the first result after the change."),
        "warn",
    ),
    Standing.SIGNED_TOO_LATE: (
        "■",
        _("exploratory only: approved too late"),
        _(
            "The plan was approved after the first result after the change. A margin that was chosen with data in "
            "sight proves nothing: this comparison can confirm nothing."
        ),
        "stop",
    ),
    Standing.LOOKED_BEFORE: (
        "■",
        _("exploratory only: results were seen before"),
        _(
            "Somebody opened this comparison by an earlier version before this one was approved. Whoever changed the "
            "plan could know results: this comparison can confirm nothing."
        ),
        "stop",
    ),
}

REFUSALS: Mapping[ComparisonRefusal, Sentence] = {
    ComparisonRefusal.ROLE_MISSING: _(
        "Comparisons are opened by quality and by reviewers of quality control."
    ),
    ComparisonRefusal.NOT_SIGNED: _("The plan is not approved: it cannot be opened."),
    ComparisonRefusal.NOTHING_AFTER: _("There is no result after the change: there is nothing to open."),
}

WHY: Mapping[Why, Sentence] = {
    Why.EMPTY: _("There is nothing."),
    Why.TOO_FEW: _("There are too few lots: three are needed on each side."),
    Why.NOT_FINITE: _("A number is too large to reckon with."),
    Why.NOT_ONE_DIMENSIONAL: _("This is no series of numbers."),
    Why.SIZES_DIFFER: _("The numbers do not belong together."),
    Why.NOT_POSITIVE: _("A value is not above 0, which this scale needs."),
    Why.NOT_A_SHARE: _("This is no share between 0 and 1."),
    Why.NOT_A_COUNT: _("This is no number of lots or looks that can be reckoned with."),
    Why.NOT_AN_INDEX: _("There is no such lot."),
    Why.CONSTANT: _("The lots do not differ at all: the rounding hides their spread, or they were copied."),
    Why.SINGULAR: _("The numbers hang together so closely that they cannot be told apart."),
    Why.LIMITS_CROSSED: _("These do not rise."),
    Why.NO_LIMITS: _("The plan has no margin for it."),
    Why.UNBOUNDED_MEMORY: _("It would have no end."),
    Why.NOT_CONVERGED: _("No number of lots reaches it, or the reckoning came to no end."),
    Why.ALL_CENSORED: _("All results are bounds."),
    Why.CENSORED: _(
        "Some results are bounds such as <0.5: they have no mean, and nothing is put in their place."
    ),
    Why.IDS_DIFFER: _("The halves of the pairs do not belong together."),
    Why.OUTSIDE_MARGIN: _("The difference expected lies outside of the margin: no number of lots helps."),
    Why.NO_ZONE: _("A time has no zone."),
    Why.NOT_TWO_DIMENSIONAL: _("This is no table of numbers."),
    Why.OUT_OF_RANGE: _("This is outside of what is possible."),
}

NOTES: Mapping[Note, Sentence] = {
    Note.ZERO_SIGMA: _("All lots of one side have the same value."),
    Note.FEW_DISTINCT: _("There are few different values: the rounding is coarse."),
    Note.PRELIMINARY: _("There are fewer than five pairs: the interval of the model is approximate."),
    Note.TOO_FEW: _("There are too few lots after the change for an interval of their own."),
    Note.MISSING_LEFT_OUT: _("Missing values were left out."),
    Note.ONE_SIDED: _("The margin has one limit: it is asked only whether it is no worse."),
    Note.UNBOUNDED: _("A limit is too large to be written."),
    Note.NEGATIVE_VARIANCE: _("Halves of one patient are less alike than lots of different patients."),
    Note.CENSORED: _("Some results are bounds such as <0.5; the bound itself was taken."),
}

# The plan's own faults; what all documents may get wrong has its words in `people`.
_FAULTS: Mapping[str, Word] = {
    Fault.NO_ATTRIBUTES: _("At least one attribute is needed."),
    Fault.NO_HIGH_RANK: _("At least one attribute has to be of high rank: something must be critical."),
    Fault.ALPHA_OUT_OF_RANGE: _("alpha is more than 0 and less than 0.5."),
    Fault.POWER_OUT_OF_RANGE: _("The wanted power lies between 0 and 1."),
    Fault.CHANGE_WITHOUT_ZONE: _("The time of the change needs its zone, such as 2026-05-04T08:00:00+02:00."),
    Fault.CODE_MISSING: _("An attribute has no code."),
    Fault.DUPLICATE_CODE: _("An attribute stands twice."),
    Fault.METHOD_TOO_WEAK: _(
        "This method is too weak for the rank: high needs an equivalence test, moderate a quality range."
    ),
    Fault.JUSTIFICATION_MISSING: _("Say why the margin, or the factor of the range, is what it is."),
    Fault.FACTOR_NOT_POSITIVE: _("The factor k of a quality range is above 0."),
    Fault.TOO_FEW_LOTS: _(
        "Three lots are needed on each side of a test; a range needs three before the change."
    ),
    Fault.PAIRS_UNEQUAL: _("Of pairs there are as many before as after."),
    Fault.MARGIN_MISSING: _("An equivalence test needs a margin."),
    Fault.MARGIN_NOT_POSITIVE: _("The margin has to leave room on both sides of “no difference”."),
    Fault.UNIT_MISSING: _("A margin of a difference needs its unit."),
    Fault.SPREAD_MISSING: _("Say which spread is expected: without it there is no power."),
    Fault.SPREAD_NOT_POSITIVE: _("A spread is above 0."),
    Fault.EXPECTED_OUTSIDE_MARGIN: _(
        "The difference expected lies outside of the margin: no number of lots could show equivalence."
    ),
    Fault.POWER_BELOW_WANTED: _(
        "The power is {power}, below the {wanted} wanted: more lots, a wider margin that can be justified, or an "
        "honest lower wish."
    ),
    "code_shape": _(
        "A code has capital letters, digits and underscores, and begins with a letter; at most 32."
    ),
    "not_a_moment": _("Write a moment between 1900 and 2999, such as 2026-05-04T08:00:00+02:00."),
    "on_both_sides": _("The same stands before and after the change."),
    "only_for_pairs": _("Only pairs are helped by lots of history."),
    "looks_not_a_share": _("A look is a share of the planned lots, above 0 and up to 1; alpha is below 0.5."),
    "looks_limits_crossed": _("Looks have to rise."),
    "looks_not_converged": _("Two looks are too close to each other."),
    "looks_not_a_count": _("These are too many looks."),
    "looks_empty": _("At least one look is needed."),
}


def comparison_shown() -> Shown:
    """The plan of a comparison."""
    return Shown(
        title=_("Comparison plan"),
        about=_(
            "What is compared before and after a change of the process, within which margins, with which power. It "
            "has to be approved before the first result after the change."
        ),
        code_help=_("The code of the comparison, such as that of its change control."),
        start={
            "title": "",
            "plan": "",
            "product": "",
            "change": {"what": "", "reference": ""},
            "change_at": "",
            "parting": {"by": "time"},
            "alpha": "0.05",
            "wanted_power": "0.8",
            "attributes": [],
        },
        faults={str(code): words for code, words in _FAULTS.items()},
    )
