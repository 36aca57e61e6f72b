"""The run rules, each with its exact definition, and a set of them with its counts.

Said once for all rules, and therefore not again below:

* Center and sigma are those of the limits. A line at k sigma is center + k*sigma or center - k*sigma, reckoned in the
  unit of the points; the point is compared with it as it was measured, unrounded.
* A rule speaks at a point: the last of its pattern, which itself belongs to the pattern. One signal per point and rule;
  a run that goes on speaks at every further point, a point that is good again never.
* A missing point is left out, and the next one follows the last before the gap. A pattern never reaches back over the
  beginning of a phase, and an acknowledged signal begins no phase.
* Where sigma is zero nothing speaks.

Sources: L. S. Nelson, "The Shewhart control chart: tests for special causes", J. Quality Technology 16 (1984) 237-239;
Western Electric, Statistical Quality Control Handbook (1956); NIST/SEMATECH e-Handbook 6.3.2.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Self

from cpv.rules.basis import NotComputable, Why


class Side(StrEnum):
    """Where a pattern lies: above the center (or rising), below it (or falling), or on both sides."""

    UPPER = "upper"
    LOWER = "lower"
    BOTH = "both"


class Rule(StrEnum):
    """A run rule. Counts named here are the usual ones; those that can be set are fields of `RuleSet`."""

    NELSON_1 = "nelson_1"
    """One point beyond a limit as stored (usually 3 sigma): x > upper or x < lower. A point on the limit is inside.
    A side without a limit never speaks."""

    NELSON_2 = "nelson_2"
    """9 points in a row on one side of the center (`same_side`; others use 8 or 7). Strict: a point on the center ends
    the run."""

    NELSON_3 = "nelson_3"
    """6 points in a row, each above the one before, or each below (`trend`, counted in points: 6 points are 5 steps;
    others use 7). Strict: a tie ends the run. On which side of the center they lie does not matter."""

    NELSON_4 = "nelson_4"
    """14 points in a row, alternately up and down (`alternating`, counted in points: 13 steps of changing sign; others
    use 15). A tie is no step and ends the run."""

    NELSON_5 = "nelson_5"
    """2 of 3 points in a row beyond 2 sigma on the same side. Strict; the last point is one of the two, the third may
    lie anywhere, on the other side too. At the beginning the first two points suffice."""

    NELSON_6 = "nelson_6"
    """4 of 5 points in a row beyond 1 sigma on the same side. Strict; the last point is one of the four, the fifth may
    lie anywhere. At the beginning the first four points suffice."""

    NELSON_7 = "nelson_7"
    """15 points in a row within 1 sigma (`stratified`), on either side. Inclusive: a point on the line is within. It
    tells of mixed strata in every point, or of limits that are too wide; it is no reason for an alarm."""

    NELSON_8 = "nelson_8"
    """8 points in a row beyond 1 sigma (`mixture`). Strict: a point on the line ends the run. With
    `Mixture.EITHER_SIDE` (Minitab, JMP) all may lie on one side; with `Mixture.BOTH_SIDES` (Nelson's text) at least
    one of the last 8 lies above and one below."""

    WESTERN_1 = "western_1"
    """Western Electric 1: as NELSON_1."""

    WESTERN_2 = "western_2"
    """Western Electric 2: as NELSON_5."""

    WESTERN_3 = "western_3"
    """Western Electric 3: as NELSON_6."""

    WESTERN_4 = "western_4"
    """Western Electric 4: as NELSON_2 with 8 points (`western_same_side`)."""


class Mixture(StrEnum):
    """Which reading of Nelson's eighth rule."""

    EITHER_SIDE = "either_side"
    BOTH_SIDES = "both_sides"


NELSON_RULES = frozenset(rule for rule in Rule if rule.startswith("nelson"))
WESTERN_RULES = frozenset(Rule) - NELSON_RULES

# What is drawn and never made into a task: a mix of patients sits within one sigma for reasons of arithmetic.
INFORM_ONLY = frozenset({Rule.NELSON_7})

# Shares and counts have no zones of equal chance: Minitab offers its tests 1 to 4 alone on p, np, c and u charts.
FOR_ATTRIBUTES = frozenset({Rule.NELSON_1, Rule.NELSON_2, Rule.NELSON_3, Rule.NELSON_4})

# A run of two is a coincidence, and none of fifty was ever asked for.
_SHORTEST, _LONGEST = 3, 50


@dataclass(frozen=True)
class RuleSet:
    """Which rules are on, with their counts (in points). Stored with the chart, for a run of 8 is not a run of 9.

    Raises NotComputable: NOT_A_COUNT, for a count that is not a whole number from 3 to 50.
    """

    rules: frozenset[Rule]
    same_side: int = 9
    trend: int = 6
    alternating: int = 14
    stratified: int = 15
    mixture: int = 8
    mixture_sides: Mixture = Mixture.EITHER_SIDE
    western_same_side: int = 8

    def __post_init__(self) -> None:
        for name in ("same_side", "trend", "alternating", "stratified", "mixture", "western_same_side"):
            count = getattr(self, name)
            if not isinstance(count, int) or not _SHORTEST <= count <= _LONGEST:
                raise NotComputable(Why.NOT_A_COUNT, name)

    @classmethod
    def of(cls, *rules: Rule) -> Self:
        """These rules with their usual counts."""
        return cls(frozenset(rules))

    def restricted_to(self, allowed: Iterable[Rule]) -> Self:
        """The same counts, with those rules that are also in `allowed` (such as FOR_ATTRIBUTES)."""
        return type(self)(**{**_fields_of(self), "rules": self.rules & frozenset(allowed)})

    @property
    def longest(self) -> int:
        """How many points the longest pattern reaches back: nothing before them decides whether a point signals."""
        spans = {
            Rule.NELSON_2: self.same_side,
            Rule.NELSON_3: self.trend,
            Rule.NELSON_4: self.alternating,
            Rule.NELSON_5: 3,
            Rule.NELSON_6: 5,
            Rule.NELSON_7: self.stratified,
            Rule.NELSON_8: self.mixture,
            Rule.WESTERN_2: 3,
            Rule.WESTERN_3: 5,
            Rule.WESTERN_4: self.western_same_side,
        }
        return max((spans.get(rule, 1) for rule in self.rules), default=1)

    def as_dict(self) -> dict[str, Any]:
        """As JSON knows it; rules in the order of their definition."""
        return {**asdict(self), "rules": [str(rule) for rule in Rule if rule in self.rules]}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """Read what `as_dict` wrote."""
        rules = frozenset(Rule(name) for name in kept["rules"])
        return cls(**{**kept, "rules": rules, "mixture_sides": Mixture(kept["mixture_sides"])})


def _fields_of(rules: RuleSet) -> dict[str, Any]:
    return {field.name: getattr(rules, field.name) for field in fields(rules)}


NELSON = RuleSet(NELSON_RULES)
WESTERN_ELECTRIC = RuleSet(WESTERN_RULES)
# What a plan begins with, beside an EWMA: the other rules add more false alarms than speed.
RULE_1 = RuleSet.of(Rule.NELSON_1)
