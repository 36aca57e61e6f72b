"""A plan as people read it: where numbers come from, on which scale, what signals and by which exact definition."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coi.forms.words import unit
from cpv.forms import words
from cpv.rules.arl import Estimate, Ewma, RunLength
from cpv.rules.programme import costs
from cpv.rules.programme.costs import Alternative, Choice, Cost, PlanCost
from cpv.rules.programme.plan import (
    Bounds,
    ElapsedUnit,
    Parameter,
    Plan,
    ScalePlan,
    Source,
    SourceKind,
    Stratum,
)
from cpv.rules.runs import Rule, RuleSet
from cpv.rules.transforms import Scale

# The exact definition of each rule, with its count.
DEFINITIONS: Mapping[Rule, Promise] = {
    Rule.NELSON_1: gettext_lazy("one point beyond a limit; a point on the limit is inside"),
    Rule.NELSON_2: gettext_lazy(
        "{n} points in a row on one side of the center; a point on the center ends the run"
    ),
    Rule.NELSON_3: gettext_lazy(
        "{n} points in a row, each above the one before or each below; a tie ends the run"
    ),
    Rule.NELSON_4: gettext_lazy("{n} points in a row that rise and fall in turn; a tie ends the run"),
    Rule.NELSON_5: gettext_lazy("two of three points in a row beyond 2 sigma on the same side"),
    Rule.NELSON_6: gettext_lazy("four of five points in a row beyond 1 sigma on the same side"),
    Rule.NELSON_7: gettext_lazy("{n} points in a row within 1 sigma; it is drawn, and never becomes work"),
    Rule.NELSON_8: gettext_lazy("{n} points in a row beyond 1 sigma; a point on the line ends the run"),
    Rule.WESTERN_1: gettext_lazy("one point beyond a limit; a point on the limit is inside"),
    Rule.WESTERN_2: gettext_lazy("two of three points in a row beyond 2 sigma on the same side"),
    Rule.WESTERN_3: gettext_lazy("four of five points in a row beyond 1 sigma on the same side"),
    Rule.WESTERN_4: gettext_lazy(
        "{n} points in a row on one side of the center; a point on the center ends the run"
    ),
}

_COUNTS: Mapping[Rule, str] = {
    Rule.NELSON_2: "same_side",
    Rule.NELSON_3: "trend",
    Rule.NELSON_4: "alternating",
    Rule.NELSON_7: "stratified",
    Rule.NELSON_8: "mixture",
    Rule.WESTERN_4: "western_same_side",
}

CHOICES: Mapping[Choice, Promise] = {
    Choice.LIMITS: gettext_lazy("Rule 1 alone: a point beyond the limits"),
    Choice.LIMITS_EWMA: gettext_lazy("Rule 1 with a weighted average (EWMA)"),
    Choice.FOUR_RULES: gettext_lazy("Rules 1, 2, 5 and 6 of Nelson"),
    Choice.EIGHT_RULES: gettext_lazy("All eight rules of Nelson"),
}


@dataclass(frozen=True)
class ParameterShown:
    """One parameter in words. `cost` None: nothing signals on it."""

    parameter: Parameter
    unit: str
    source: str
    scale: str
    strata: str
    estimator: str
    rules: tuple[tuple[str, str], ...]
    bounds: str
    charts: int
    cost: "ParameterCost | None"
    covariates: str = ""


@dataclass(frozen=True)
class ParameterCost:
    """What one parameter costs in a year, and how soon its charts speak, in batches."""

    expected: str
    in_control: str
    shifted: str


@dataclass(frozen=True)
class CostShown:
    """What a plan costs, as people say it. `names`: of parameters on which nothing signals."""

    expected: str
    at_least_one: str
    sentence: str
    silent: tuple[str, ...] = ()


@dataclass(frozen=True)
class AlternativeShown:
    """Other rules: what they are called, what they cost and how soon they speak. `is_own`: all charts have them."""

    name: str
    expected: str
    at_least_one: str
    in_control: str
    shifted: str
    is_simulated: bool
    is_own: bool


def cost_shown(cost: PlanCost, plan: Plan) -> CostShown:
    """What a plan costs."""
    known = {it.code: it.title for it in plan.parameters}
    return CostShown(
        expected=number(cost.expected),
        at_least_one=f"{100 * cost.at_least_one:.0f} %",
        sentence=often(cost.expected),
        silent=tuple(known[code] for code in cost.silent),
    )


def often(expected: float) -> str:
    """So many false signals of a year, as people feel them."""
    if expected <= 0:
        return _("never, by chance alone")
    months = 12 / expected
    if months >= 24:
        return _("about one in %(n)s years") % {"n": number(months / 12)}
    if months >= 2:
        return _("about one in %(n)s months") % {"n": f"{months:.0f}"}
    return _("about %(n)s a month") % {"n": number(expected / 12)}


def alternative_shown(it: Alternative, plan: Plan) -> AlternativeShown:
    """The same plan with other rules."""
    runs = (it.chart.in_control, it.chart.shifted)
    return AlternativeShown(
        name=str(CHOICES[it.choice]),
        expected=number(it.expected),
        at_least_one=f"{100 * it.at_least_one:.0f} %",
        in_control=batches(runs[0]),
        shifted=batches(runs[1]),
        is_simulated=any(one.standard_error is not None for one in runs),
        is_own=all(one.chart == costs.CHOICES[it.choice] for one in plan.parameters),
    )


def parameters_shown(plan: Plan, charts: Mapping[str, int], cost: PlanCost) -> tuple[ParameterShown, ...]:
    """The parameters of a plan, in its order."""
    known, titles = {it.of.code: it for it in cost.each}, {it.code: it.title for it in plan.parameters}
    return tuple(
        ParameterShown(
            parameter=it,
            unit=unit(it.unit),
            source=source(it.source),
            scale=scale(it.scale),
            strata=strata(it.strata),
            estimator=str(words.ESTIMATORS[it.estimator]),
            rules=rules(it),
            bounds=bounds(it.bounds, unit(it.unit)),
            charts=charts.get(it.code, 0),
            cost=_of(known.get(it.code)),
            covariates=", ".join(titles[code] for code in it.covariates),
        )
        for it in plan.parameters
    )


def _of(it: Cost | None) -> ParameterCost | None:
    if it is None:
        return None
    return ParameterCost(estimated(it.expected), batches(it.chart.in_control), batches(it.chart.shifted))


def source(it: Source) -> str:
    """Where a number comes from."""
    if it.kind is SourceKind.RESULT:
        return _("the reviewed result of %(criterion)s") % {"criterion": it.criterion}
    if it.kind is SourceKind.STEP_VALUE:
        return _("%(field)s, as entered at the step %(step)s") % {"field": it.field, "step": it.step}
    if it.kind is SourceKind.ELAPSED:
        text = (
            _("hours from %(step)s to %(until)s")
            if it.unit is ElapsedUnit.HOURS
            else _("days from %(step)s to %(until)s")
        )
        return text % {"step": it.step, "until": it.until}
    if it.kind is SourceKind.REFUSED_SCANS:
        return _("refused scans of a hundred, week by week")
    return _("handed in by another program")


def scale(it: ScalePlan) -> str:
    """On which scale it is charted."""
    name = str(words.SCALES[it.scale])
    if it.scale is not Scale.LOGIT:
        return name
    about = {"name": name, "whole": f"{it.whole:g}", "floor": f"{it.floor:g}"}
    return _("%(name)s of the share of %(whole)s, held at %(floor)s from its ends") % about


def strata(wanted: tuple[Stratum, ...]) -> str:
    """What parts its batches into charts of their own."""
    named = [
        f"{words.STRATA[it.by]} ({it.kind.replace('_', ' ')})" if it.kind else str(words.STRATA[it.by])
        for it in wanted
    ]
    return (
        _("one chart for each %(strata)s") % {"strata": ", ".join(named)}
        if named
        else _("one chart of all batches")
    )


def rules(it: Parameter) -> tuple[tuple[str, str], ...]:
    """What signals: what each rule is called, and its definition with its count."""
    found = [(rule_name(rule), definition(rule, it.rules)) for rule in Rule if rule in it.rules.rules]
    if it.ewma is not None:
        found.append((_("EWMA"), average(it.ewma)))
    return tuple(found)


def average(it: Ewma) -> str:
    """What a weighted average is, and where its limits are."""
    about = {"weight": f"{it.weight:g}", "multiple": f"{it.multiple:g}"}
    return (
        _("the average of all points, the newest weighing %(weight)s, beyond %(multiple)s of its own sigma")
        % about
    )


def rule_name(rule: Rule) -> str:
    """What a rule is called by those who know them."""
    family, _space, number = rule.value.partition("_")
    return (_("Nelson %(n)s") if family == "nelson" else _("Western Electric %(n)s")) % {"n": number}


def definition(rule: Rule, asked: RuleSet) -> str:
    """Its exact definition."""
    count = getattr(asked, _COUNTS[rule]) if rule in _COUNTS else ""
    return str(DEFINITIONS[rule]).format(n=count)


def bounds(it: Bounds, of_unit: str) -> str:
    """The specification that capability is reckoned against; empty where there is none."""
    ends = [
        (_("at least %(value)s"), it.lower),
        (_("at most %(value)s"), it.upper),
        (_("aim %(value)s"), it.target),
    ]
    said = [text % {"value": f"{value:g}"} for text, value in ends if value is not None]
    return f"{', '.join(said)} {of_unit}".strip() if said else ""


def estimated(it: Estimate) -> str:
    """A number of signals, with one decimal; simulated ones say so by their error."""
    return (
        number(it.value) if it.standard_error is None else f"{number(it.value)} ± {2 * it.standard_error:.1g}"
    )


def batches(it: RunLength) -> str:
    """An average run length, in batches."""
    return _("more than can be reckoned") if it.mean is None else number(it.mean)


def number(value: float) -> str:
    """As people say such numbers: 0.03, 1.5, 12, 370."""
    if value >= 10:
        return f"{value:.0f}"
    return f"{value:.1f}".removesuffix(".0") if value >= 1 else f"{value:.2g}"
