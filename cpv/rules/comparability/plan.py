"""The plan of a comparability exercise as a value: what is compared, how, within which margins, with which power.

It is made and signed before the first result after the change (ICH Q5E, 2.2; FDA-2023-D-2436): a margin that was
chosen with the data in sight proves nothing. Attributes are ranked by criticality, and the rank says how much
statistics an attribute gets: an equivalence test (high), a quality range (moderate), a look (low); more is allowed,
less is a fault.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import isfinite, prod

from cpv.rules.basis import NotComputable, Why
from cpv.rules.comparability.basis import FEWEST_LOTS, Design, Margin, Scale
from cpv.rules.comparability.power import (
    Expected,
    SampleSize,
    groups_for_power,
    pairs_for_power,
    power_of_groups,
    power_of_pairs,
)


class Rank(StrEnum):
    """How critical an attribute is to safety and efficacy."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"


class Method(StrEnum):
    """How an attribute is compared."""

    EQUIVALENCE_TEST = "equivalence_test"
    QUALITY_RANGE = "quality_range"
    VISUAL = "visual"


METHOD_OF = {
    Rank.HIGH: Method.EQUIVALENCE_TEST,
    Rank.MODERATE: Method.QUALITY_RANGE,
    Rank.LOW: Method.VISUAL,
}
_STRENGTH = {Method.EQUIVALENCE_TEST: 2, Method.QUALITY_RANGE: 1, Method.VISUAL: 0}


class Fault(StrEnum):
    """What is wrong with a plan."""

    NO_ATTRIBUTES = "no_attributes"
    NO_HIGH_RANK = "no_high_rank"
    ALPHA_OUT_OF_RANGE = "alpha_out_of_range"
    POWER_OUT_OF_RANGE = "power_out_of_range"
    CHANGE_WITHOUT_ZONE = "change_without_zone"
    CODE_MISSING = "code_missing"
    DUPLICATE_CODE = "duplicate_code"
    METHOD_TOO_WEAK = "method_too_weak"
    JUSTIFICATION_MISSING = "justification_missing"
    FACTOR_NOT_POSITIVE = "factor_not_positive"
    TOO_FEW_LOTS = "too_few_lots"
    PAIRS_UNEQUAL = "pairs_unequal"
    MARGIN_MISSING = "margin_missing"
    MARGIN_NOT_POSITIVE = "margin_not_positive"
    UNIT_MISSING = "unit_missing"
    SPREAD_MISSING = "spread_missing"
    SPREAD_NOT_POSITIVE = "spread_not_positive"
    EXPECTED_OUTSIDE_MARGIN = "expected_outside_margin"
    POWER_BELOW_WANTED = "power_below_wanted"


class Lock(StrEnum):
    """Whether a plan was fixed in time."""

    LOCKED = "locked"
    NOT_SIGNED = "not_signed"
    SIGNED_TOO_LATE = "signed_too_late"


@dataclass(frozen=True)
class Sizes:
    """How many lots are compared. For PAIRED both numbers are the pairs."""

    n_reference: int
    n_test: int
    design: Design = Design.WELCH


@dataclass(frozen=True)
class Attribute:
    """One attribute of the plan. `margin` carries its scale; `unit` is that of a RAW margin, a ratio has none.

    `justification`: why the margin (or the factor `k` of a quality range) is what it is. `expected`: spreads and true
    difference on the scale of analysis; for PAIRED the spread is `sd_difference`, with `expected.difference` or 0.
    """

    code: str
    rank: Rank
    method: Method
    sizes: Sizes
    margin: Margin | None = None
    unit: str = ""
    justification: str = ""
    expected: Expected | None = None
    sd_difference: float | None = None
    k: float = 3.0


@dataclass(frozen=True)
class Plan:
    """The whole plan: `change_at` is the moment of the change, `alpha` that of each side of each test."""

    change_at: datetime
    attributes: tuple[Attribute, ...]
    alpha: float = 0.05
    wanted_power: float = 0.8


@dataclass(frozen=True)
class Found:
    """A fault, the code of its attribute ("" for the plan's own), and for POWER_BELOW_WANTED the power that it has."""

    fault: Fault
    attribute: str = ""
    power: float | None = None


@dataclass(frozen=True)
class PlanPower:
    """The power of each equivalence test, and of showing all of them.

    `all_independent`: the product, for independent attributes; `all_at_least`: 1 - sum of (1 - power), or 0, whatever
    hangs together.
    """

    each: tuple[tuple[str, float], ...]
    all_independent: float
    all_at_least: float


def faults(plan: Plan) -> tuple[Found, ...]:
    """Everything that keeps a plan from being signed, the plan's own faults first, then by attribute; () is sound."""
    return (*_of_plan(plan), *(found for one in plan.attributes for found in _of_attribute(one, plan)))


def locked_before(first_result_at: datetime | None, signed_at: datetime | None) -> Lock:
    """Whether the plan was signed before the first result after the change; at the same moment is too late.

    None: no result yet, or no signature. Raises NotComputable: NO_ZONE (a moment without a time zone).
    """
    for moment in (first_result_at, signed_at):
        if moment is not None and moment.utcoffset() is None:
            raise NotComputable(Why.NO_ZONE, "moment")
    if signed_at is None:
        return Lock.NOT_SIGNED
    if first_result_at is None or signed_at < first_result_at:
        return Lock.LOCKED
    return Lock.SIGNED_TOO_LATE


def power_of(attribute: Attribute, alpha: float) -> float:
    """The power of an attribute's equivalence test as planned.

    Raises NotComputable: NO_LIMITS (no margin), EMPTY (no spread expected), and as `power_of_groups` and
    `power_of_pairs`.
    """
    margin, sizes = _margin_of(attribute), attribute.sizes
    if sizes.design is Design.PAIRED:
        sd, difference = _pairs_expected(attribute)
        return power_of_pairs(
            min(sizes.n_reference, sizes.n_test), margin, sd, difference=difference, alpha=alpha
        )
    n = (sizes.n_reference, sizes.n_test)
    return power_of_groups(n, margin, _groups_expected(attribute), design=sizes.design, alpha=alpha)


def sizes_wanted(attribute: Attribute, alpha: float, power: float) -> SampleSize:
    """The fewest lots, as many before as after, or pairs, that give an attribute's test the power.

    Raises NotComputable: as `power_of`, OUTSIDE_MARGIN, NOT_CONVERGED.
    """
    margin, design = _margin_of(attribute), attribute.sizes.design
    if design is Design.PAIRED:
        sd, difference = _pairs_expected(attribute)
        return pairs_for_power(power, margin, sd, difference=difference, alpha=alpha)
    return groups_for_power(power, margin, _groups_expected(attribute), design=design, alpha=alpha)


def power_of_plan(plan: Plan) -> PlanPower:
    """With what probability all equivalence tests of a plan succeed. Raises NotComputable: EMPTY (no such test)."""
    tested = [one for one in plan.attributes if one.method is Method.EQUIVALENCE_TEST]
    if not tested:
        raise NotComputable(Why.EMPTY, "attributes")
    each = tuple((one.code, power_of(one, plan.alpha)) for one in tested)
    powers = [power for _, power in each]
    return PlanPower(each, prod(powers), max(0.0, 1 - sum(1 - power for power in powers)))


def _of_plan(plan: Plan) -> Iterator[Found]:
    found = (
        (not plan.attributes, Fault.NO_ATTRIBUTES),
        (all(one.rank is not Rank.HIGH for one in plan.attributes), Fault.NO_HIGH_RANK),
        (not 0 < plan.alpha < 0.5, Fault.ALPHA_OUT_OF_RANGE),
        (not 0 < plan.wanted_power < 1, Fault.POWER_OUT_OF_RANGE),
        (plan.change_at.utcoffset() is None, Fault.CHANGE_WITHOUT_ZONE),
        (any(not one.code.strip() for one in plan.attributes), Fault.CODE_MISSING),
    )
    yield from (Found(fault) for is_so, fault in found if is_so)
    # two codes that a reader cannot tell apart are one
    times = Counter(one.code.strip().casefold() for one in plan.attributes)
    for code, number in times.items():
        if code and number > 1:
            yield Found(Fault.DUPLICATE_CODE, code)


def _of_attribute(one: Attribute, plan: Plan) -> Iterator[Found]:
    sizes = one.sizes
    is_tested = one.method is Method.EQUIVALENCE_TEST
    has_criterion = one.method is not Method.VISUAL
    is_ranged = one.method is Method.QUALITY_RANGE
    least_after = FEWEST_LOTS if is_tested else 1
    few = sizes.n_reference < FEWEST_LOTS or sizes.n_test < least_after
    is_paired = sizes.design is Design.PAIRED
    found = (
        (_STRENGTH[one.method] < _STRENGTH[METHOD_OF[one.rank]], Fault.METHOD_TOO_WEAK),
        (has_criterion and not one.justification.strip(), Fault.JUSTIFICATION_MISSING),
        (is_ranged and not (isfinite(one.k) and one.k > 0), Fault.FACTOR_NOT_POSITIVE),
        (has_criterion and few, Fault.TOO_FEW_LOTS),
        (is_tested and is_paired and sizes.n_reference != sizes.n_test, Fault.PAIRS_UNEQUAL),
    )
    yield from (Found(fault, one.code) for is_so, fault in found if is_so)
    if is_tested:
        yield from _of_test(one, plan, is_judged=not few)


def _of_test(one: Attribute, plan: Plan, *, is_judged: bool) -> Iterator[Found]:
    """Margin, spread and power; a power that cannot be known has its reason among the faults already."""
    margin = one.margin
    if margin is None:
        yield Found(Fault.MARGIN_MISSING, one.code)
    elif margin.scale is Scale.RAW and not one.unit.strip():
        yield Found(Fault.UNIT_MISSING, one.code)
    ground = _ground(one)
    if ground is not None:
        yield Found(ground, one.code)
    if margin is None or ground is not None or not is_judged:
        return
    if not (0 < plan.alpha < 0.5 and 0 < plan.wanted_power < 1):
        return
    power = power_of(one, plan.alpha)
    if power < plan.wanted_power:
        yield Found(Fault.POWER_BELOW_WANTED, one.code, power)


def _ground(one: Attribute) -> Fault | None:
    """Why margin and spread that are there cannot be reckoned with; None: they can."""
    is_paired = one.sizes.design is Design.PAIRED
    spreads = [one.sd_difference] if is_paired else []
    if not is_paired and one.expected is not None:
        spreads = [one.expected.sd_reference, one.expected.sd_test]
    difference = one.expected.difference if one.expected is not None else 0.0
    low = high = None
    if one.margin is not None:
        try:
            low, high = one.margin.bounds()
        except NotComputable as reason:
            missing = reason.why is Why.NO_LIMITS
            return Fault.MARGIN_MISSING if missing else Fault.MARGIN_NOT_POSITIVE
    if not spreads or None in spreads:
        return Fault.SPREAD_MISSING
    if not all(isfinite(sd) and sd > 0 for sd in spreads if sd is not None):
        return Fault.SPREAD_NOT_POSITIVE
    if low is not None and high is not None and not low < difference < high:
        return Fault.EXPECTED_OUTSIDE_MARGIN
    return None


def _margin_of(attribute: Attribute) -> Margin:
    if attribute.margin is None:
        raise NotComputable(Why.NO_LIMITS, "margin")
    return attribute.margin


def _groups_expected(attribute: Attribute) -> Expected:
    if attribute.expected is None:
        raise NotComputable(Why.EMPTY, "expected")
    return attribute.expected


def _pairs_expected(attribute: Attribute) -> tuple[float, float]:
    if attribute.sd_difference is None:
        raise NotComputable(Why.EMPTY, "sd_difference")
    difference = 0.0 if attribute.expected is None else attribute.expected.difference
    return attribute.sd_difference, difference
