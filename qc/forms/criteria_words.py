"""Criteria in the reader's language: limits, what they ask for beside these, what changed."""

from collections.abc import Iterable, Iterator, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from coi.forms.words import UNITS
from qc.rules import limit_words
from qc.rules.comparison import ChangeKind, Tightness
from qc.rules.criteria import (
    Criterion,
    Effect,
    NotTestedReason,
    ReplicateFault,
    ReplicateProblem,
    ReportRule,
    Timing,
)
from qc.rules.specification import Alternatives, Specification

Sentence = str | Promise

TIMINGS: Mapping[Timing, Sentence] = {
    Timing.IN_PROCESS: _("in process, for release"),
    Timing.RELEASE: _("for release"),
    Timing.INTERIM: _("interim, for release"),
    Timing.FINAL: _("final, after release"),
}

NOT_TESTED: Mapping[NotTestedReason, Sentence] = {
    NotTestedReason.INSUFFICIENT_SAMPLE: _("not enough sample"),
    NotTestedReason.INSTRUMENT_FAILURE: _("the instrument failed"),
    NotTestedReason.SAMPLE_LOST: _("the sample was lost"),
    NotTestedReason.NOT_APPLICABLE: _("does not apply"),
    NotTestedReason.WAIVED_BY_PROTOCOL: _("waived by the protocol"),
}

EFFECTS: Mapping[Effect, Sentence] = {
    Effect.EXTRA_SELECTION: _("one more selection"),
    Effect.EXTEND_CULTURE: _("a longer culture"),
    Effect.COLLECT_AGAIN: _("another collection"),
    Effect.REDUCE_DOSE: _("a lower dose"),
    Effect.PHYSICIAN_DECIDES: _("the physician decides"),
}

CHANGES: Mapping[ChangeKind, Sentence] = {
    ChangeKind.ADDED: _("added"),
    ChangeKind.REMOVED: _("removed"),
    ChangeKind.CHANGED: _("changed"),
}

TIGHTNESS: Mapping[Tightness, tuple[str, Sentence]] = {
    Tightness.STRICTER: ("▲", _("stricter")),
    Tightness.LOOSER: ("▼", _("looser")),
    Tightness.NEITHER: ("○", _("neither stricter nor looser by itself")),
}

REPORT_RULES: Mapping[ReportRule, Sentence] = {
    ReportRule.MEAN: _("the mean"),
    ReportRule.MEDIAN: _("the median"),
    ReportRule.GEOMETRIC_MEAN: _("the geometric mean"),
    ReportRule.MINIMUM: _("the lowest"),
    ReportRule.MAXIMUM: _("the highest"),
}

REPLICATE_FAULTS: Mapping[ReplicateFault, Sentence] = {
    ReplicateFault.EMPTY: _("This replicate is missing."),
    ReplicateFault.NOT_A_NUMBER: _("Write a number such as 92.4, or a bound such as <0.5 or >95."),
    ReplicateFault.DECIMAL_COMMA: _("Write a point, not a comma, before the decimals."),
    ReplicateFault.WRONG_COUNT: _("These are %(found)s replicates, and not as many as are wanted."),
    ReplicateFault.CENSORED: _("A bound cannot be averaged with other replicates."),
    ReplicateFault.NOT_POSITIVE: _("A geometric mean needs numbers above zero."),
    ReplicateFault.CV_TOO_HIGH: _("The replicates are too far apart: their CV is %(found)s %%."),
    ReplicateFault.CV_OF_ZERO: _("The replicates have a mean of zero: they have no CV."),
}

# What can be wrong with a value at its field.
FIELDS: Mapping[str, Sentence] = {
    "reason_required": _("Choose why it was not tested."),
    "not_components": _("Write every component with its number, such as CD8: 45.1; CD4: 48.0"),
    "other_components": _("Write each component of the specification once, and no other."),
}

# What stands between the numbers of limits (`qc.rules.limit_words`), and units that are words.
_LIMITS: Mapping[str, Sentence] = {
    "report_only": _("report only"),
    "or": _(" or "),
    "at_most": _("%(dose)s, at most %(cap)s in all"),
    "less_than": _("%(dose)s, less than %(cap)s in all"),
    "range": _("%(low)s to %(high)s"),
    "above": _("%(dose)s above"),
    "up_to": _("%(dose)s up to %(kg)s kg"),
    "together": _("together %(dose)s"),
    "ratio": _("%(first)s to %(second)s %(ratio)s"),
    **UNITS,
}


def limits(criterion: Criterion) -> str:
    """A criterion's limits as people read them."""
    return limit_words.limits(criterion, _LIMITS)


def alternatives(specification: Specification, group: Alternatives) -> str:
    """What meets a group: each criterion with its limits, and "or" between them."""
    members = [found for code in group.criteria if (found := specification.criterion(code)) is not None]
    return str(_LIMITS["or"]).join(f"{member.title}: {limits(member)}" for member in members)


def conditions(criterion: Criterion) -> list[str]:
    """What a criterion asks for beside its limits, a sentence each."""
    return [*_of_time(criterion), *_of_measuring(criterion), *_of_failing(criterion)]


def _of_time(criterion: Criterion) -> Iterator[str]:
    days, hours = criterion.weight_max_age_days, criterion.not_before_hours
    if days is not None:
        text = ngettext("The weight is at most %(n)s day old.", "The weight is at most %(n)s days old.", days)
        yield text % {"n": days}
    if hours is not None:
        yield str(_("Counts when read %(n)s hours or more after the start of incubation.")) % {"n": hours}
    if criterion.final:
        yield str(_("The final reading is %(code)s.")) % {"code": criterion.final}


def _of_measuring(criterion: Criterion) -> Iterator[str]:
    if criterion.method_version is not None:
        yield str(_("Version %(n)s of the method, or later.")) % {"n": criterion.method_version}
    plan = criterion.replicates
    if plan is None:
        return
    about = {"n": plan.count, "rule": REPORT_RULES[plan.report]}
    yield str(_("%(n)s replicates, of which %(rule)s is reported.")) % about
    if plan.max_cv_percent is not None:
        yield str(_("Their CV is at most %(cv)s %%.")) % {"cv": f"{plan.max_cv_percent:f}"}


def _of_failing(criterion: Criterion) -> Iterator[str]:
    if criterion.may_be_not_tested:
        about = {"reasons": _listed(NOT_TESTED[reason] for reason in criterion.may_be_not_tested)}
        yield str(_("May stay untested: %(reasons)s.")) % about
    if criterion.effect is not None:
        yield str(_("If it fails: %(effect)s.")) % {"effect": EFFECTS[criterion.effect]}


def _listed(words: Iterable[Sentence]) -> str:
    return ", ".join(str(word) for word in words)


def replicate_text(problem: ReplicateProblem) -> str:
    """What is wrong with a replicate, or with all of them."""
    return str(REPLICATE_FAULTS[problem.code]) % {"found": problem.found}
