"""What a plan costs and what it finds: false signals of a year, how soon a shift shows, and the same of other rules.

Stated before anything is switched on, and for a draft as for a plan in effect.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from numpy.random import Generator

from cpv.rules.arl import Chart, Estimate, RunLength, average_run_length
from cpv.rules.programme.false_signals import OfParameter, in_a_year
from cpv.rules.programme.plan import EWMA, Parameter, Plan
from cpv.rules.runs import NELSON, RULE_1, Rule, RuleSet

# In sigma: the shift that a chart is asked to find, a small one that matters.
SHIFT = 1.0
# Enough for one decimal of a number of batches: the error of a mean of 10 is about 0.1.
DRAWS = 4_000


class Choice(StrEnum):
    """Rules that a plan could have."""

    LIMITS = "limits"
    LIMITS_EWMA = "limits_ewma"
    FOUR_RULES = "four_rules"
    EIGHT_RULES = "eight_rules"


_FOUR = RuleSet.of(Rule.NELSON_1, Rule.NELSON_2, Rule.NELSON_5, Rule.NELSON_6)
CHOICES: Mapping[Choice, Chart] = {
    Choice.LIMITS: Chart(RULE_1),
    Choice.LIMITS_EWMA: Chart(RULE_1, ewma=EWMA),
    Choice.FOUR_RULES: Chart(_FOUR),
    Choice.EIGHT_RULES: Chart(NELSON),
}


@dataclass(frozen=True)
class OfChart:
    """How many batches until a signal, on the average: of a process in control, and of one shifted by `SHIFT`."""

    in_control: RunLength
    shifted: RunLength


@dataclass(frozen=True)
class Cost:
    """What one parameter costs in a year, over all its strata, and how soon its charts speak."""

    of: OfParameter
    chart: OfChart

    @property
    def expected(self) -> Estimate:
        """False signals of a year."""
        return self.of.alarms.expected


@dataclass(frozen=True)
class PlanCost:
    """What a plan costs in a year in which nothing changes. `silent`: parameters on which nothing signals."""

    expected: float
    at_least_one: float
    each: tuple[Cost, ...]
    silent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Alternative:
    """The same plan with other rules on every parameter."""

    choice: Choice
    expected: float
    at_least_one: float
    chart: OfChart


def cost_of(plan: Plan, strata: Mapping[str, int], rng: Generator) -> PlanCost:
    """What a plan costs. `strata`: into how many charts each parameter parts (one if absent).

    As `in_a_year`: independent normal points, limits as known. `rng` is used where a number has to be simulated.
    """
    speaking = tuple(it for it in plan.parameters if _speaks(it))
    silent = tuple(it.code for it in plan.parameters if not _speaks(it))
    year = in_a_year(replace(plan, parameters=speaking), strata, rng)
    known = {chart: of_chart(chart, rng) for chart in dict.fromkeys(it.chart for it in speaking)}
    each = tuple(Cost(of, known[it.chart]) for of, it in zip(year.each, speaking, strict=True))
    return PlanCost(year.expected, year.at_least_one, each, silent)


def alternatives(plan: Plan, strata: Mapping[str, int], rng: Generator) -> tuple[Alternative, ...]:
    """What the same parameters would cost with other rules, in the order of `Choice`."""
    found = []
    for choice, chart in CHOICES.items():
        parameters = tuple(replace(it, rules=chart.rules, ewma=chart.ewma) for it in plan.parameters)
        year = in_a_year(replace(plan, parameters=parameters), strata, rng)
        found.append(Alternative(choice, year.expected, year.at_least_one, of_chart(chart, rng)))
    return tuple(found)


def of_chart(chart: Chart, rng: Generator) -> OfChart:
    """How soon a chart speaks. Raises NotComputable: EMPTY (nothing signals)."""
    in_control, shifted = (average_run_length(chart, shift, rng=rng, draws=DRAWS) for shift in (0.0, SHIFT))
    return OfChart(in_control, shifted)


def _speaks(it: Parameter) -> bool:
    """Whether anything signals on it."""
    return bool(it.rules.rules) or it.ewma is not None
