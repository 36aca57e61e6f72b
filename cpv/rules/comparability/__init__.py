"""Comparability after a change of the process: the plan first, the data after (ICH Q5E; FDA-2023-D-2436).

`plan` says what is compared and is signed before the first result after the change; `power` how many lots that takes.
Then `equivalence` tests, `paired_model` for split apheresis beside history, `posterior` for how probable equivalence
is, `ranges` for single lots, and `monitoring` for the looks that follow.
"""

from cpv.rules.comparability.basis import Design, Margin, Scale
from cpv.rules.comparability.equivalence import Equivalence, Verdict, tost, tost_paired
from cpv.rules.comparability.monitoring import (
    FalseAlarms,
    Sequential,
    Shape,
    Sides,
    boundaries,
    crossing,
    false_alarms,
    first_alarm,
    normal_of,
)
from cpv.rules.comparability.paired_model import SplitApheresis, split_apheresis
from cpv.rules.comparability.plan import (
    Attribute,
    Fault,
    Found,
    Lock,
    Method,
    Plan,
    PlanPower,
    Rank,
    Sizes,
    faults,
    locked_before,
    power_of,
    power_of_plan,
    sizes_wanted,
)
from cpv.rules.comparability.posterior import (
    Posterior,
    Prior,
    posterior_of_groups,
    posterior_of_pairs,
    prior_from,
)
from cpv.rules.comparability.power import (
    Expected,
    SampleSize,
    groups_for_power,
    lots_after_for_power,
    pairs_for_power,
    power_of_groups,
    power_of_pairs,
    sd_of_differences,
)
from cpv.rules.comparability.ranges import (
    QualityRange,
    Range,
    ToleranceComparison,
    chance_inside,
    min_max,
    quality_range,
    tolerance_comparison,
)

__all__ = [
    "Attribute",
    "Design",
    "Equivalence",
    "Expected",
    "FalseAlarms",
    "Fault",
    "Found",
    "Lock",
    "Margin",
    "Method",
    "Plan",
    "PlanPower",
    "Posterior",
    "Prior",
    "QualityRange",
    "Range",
    "Rank",
    "SampleSize",
    "Scale",
    "Sequential",
    "Shape",
    "Sides",
    "Sizes",
    "SplitApheresis",
    "ToleranceComparison",
    "Verdict",
    "boundaries",
    "chance_inside",
    "crossing",
    "false_alarms",
    "faults",
    "first_alarm",
    "groups_for_power",
    "locked_before",
    "lots_after_for_power",
    "min_max",
    "normal_of",
    "pairs_for_power",
    "posterior_of_groups",
    "posterior_of_pairs",
    "power_of",
    "power_of_groups",
    "power_of_pairs",
    "power_of_plan",
    "prior_from",
    "quality_range",
    "sd_of_differences",
    "sizes_wanted",
    "split_apheresis",
    "tolerance_comparison",
    "tost",
    "tost_paired",
]
