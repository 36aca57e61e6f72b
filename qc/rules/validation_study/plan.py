"""The plan of a validation study: a controlled document of kind `validation_plan` (schema 1).

    {"method": "IFNG", "title": "...", "unit": "pg/mL", "confidence": "0.95", "factors": ["day", "run"],
     "claims": [{"characteristic": "accuracy", "statistic": "recovery", "low": "80", "high": "120", "decimals": 0,
                 "judged_by": "interval", "levels": ["50", "100"], "source": "protocol VP-7, 4.2"}, ...]}

A claim is one acceptance criterion on one statistic of one characteristic. Its limits are inclusive. What is held
against them is rounded to `decimals` before, half away from zero, as results of batches are (decision 20).
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from typing import Any

from people.rules.documents import Problem
from qc.rules.reading import Reader

KIND = "validation_plan"
SCHEMA = 1
MAX_CLAIMS = 60
MAX_LEVELS = 40
MAX_DECIMALS = 6
_USUAL_CONFIDENCE = Decimal("0.95")
# A limit of confidence on few degrees of freedom may have hundreds of digits before the point.
_WIDE = Context(prec=400)
_FIELDS = {
    *("characteristic", "statistic", "low", "high", "decimals"),
    *("judged_by", "levels", "basis", "source"),
}


class Characteristic(StrEnum):
    """What may be claimed of an assay. The names are those of ICH Q2(R2), and gauge R&R."""

    ACCURACY = "accuracy"
    REPEATABILITY = "repeatability"
    INTERMEDIATE_PRECISION = "intermediate_precision"
    LINEARITY = "linearity"
    RANGE = "range"
    DETECTION_LIMIT = "detection_limit"
    QUANTITATION_LIMIT = "quantitation_limit"
    GAUGE_RR = "gauge_rr"


class Statistic(StrEnum):
    """What a criterion is on."""

    RECOVERY = "recovery"
    BIAS = "bias"
    SD = "sd"
    CV = "cv"
    SLOPE = "slope"
    INTERCEPT = "intercept"
    R2 = "r2"
    RESIDUAL_SD = "residual_sd"
    LACK_OF_FIT_P = "lack_of_fit_p"
    SPAN = "span"
    LIMIT = "limit"
    PERCENT_GAUGE = "percent_gauge"
    PERCENT_CONTRIBUTION = "percent_contribution"
    CATEGORIES = "categories"


class Factor(StrEnum):
    """What may vary between measurements of one level, and in which column it stands."""

    DAY = "day"
    ANALYST = "analyst"
    RUN = "run"


class JudgedBy(StrEnum):
    """What is held against the limits: the estimate, or both of its confidence limits."""

    ESTIMATE = "estimate"
    INTERVAL = "interval"


class Basis(StrEnum):
    """Where the standard deviation of a detection limit comes from: the line's residuals, or blanks (level 0)."""

    RESIDUAL = "residual"
    BLANKS = "blanks"


STATISTICS: dict[Characteristic, frozenset[Statistic]] = {
    Characteristic.ACCURACY: frozenset({Statistic.RECOVERY, Statistic.BIAS}),
    Characteristic.REPEATABILITY: frozenset({Statistic.SD, Statistic.CV}),
    Characteristic.INTERMEDIATE_PRECISION: frozenset({Statistic.SD, Statistic.CV}),
    Characteristic.LINEARITY: frozenset(
        {
            *(Statistic.SLOPE, Statistic.INTERCEPT, Statistic.R2),
            *(Statistic.RESIDUAL_SD, Statistic.LACK_OF_FIT_P),
        }
    ),
    Characteristic.RANGE: frozenset({Statistic.SPAN}),
    Characteristic.DETECTION_LIMIT: frozenset({Statistic.LIMIT}),
    Characteristic.QUANTITATION_LIMIT: frozenset({Statistic.LIMIT}),
    Characteristic.GAUGE_RR: frozenset(
        {Statistic.PERCENT_GAUGE, Statistic.PERCENT_CONTRIBUTION, Statistic.CATEGORIES}
    ),
}
# judged level by level
BY_LEVEL = frozenset(
    {Characteristic.ACCURACY, Characteristic.REPEATABILITY, Characteristic.INTERMEDIATE_PRECISION}
)
LIMITS = frozenset({Characteristic.DETECTION_LIMIT, Characteristic.QUANTITATION_LIMIT})
WITHOUT_INTERVAL = frozenset(
    {
        *(Statistic.R2, Statistic.LACK_OF_FIT_P, Statistic.SPAN),
        *(Statistic.PERCENT_GAUGE, Statistic.PERCENT_CONTRIBUTION, Statistic.CATEGORIES),
    }
)


@dataclass(frozen=True)
class Claim:
    """One acceptance criterion. Without `levels`: all that were measured above 0.

    Of a range, `low` and `high` are what it has to reach.
    """

    characteristic: Characteristic
    statistic: Statistic
    low: Decimal | None = None
    high: Decimal | None = None
    decimals: int = 0
    judged_by: JudgedBy = JudgedBy.ESTIMATE
    levels: tuple[Decimal, ...] = ()
    basis: Basis = Basis.RESIDUAL
    source: str = ""

    def holds(self, value: Decimal) -> bool:
        """Whether a value lies within the limits."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True)
class Plan:
    """What is claimed of a method. `factors` are nested, outermost first; `unit` is that of levels and values."""

    method: str
    unit: str
    claims: tuple[Claim, ...]
    factors: tuple[Factor, ...] = ()
    title: str = ""
    confidence: Decimal = _USUAL_CONFIDENCE

    @property
    def columns(self) -> frozenset[Factor]:
        """The columns of factors that a row has to fill."""
        is_gauge = any(claim.characteristic is Characteristic.GAUGE_RR for claim in self.claims)
        return frozenset(self.factors) | ({Factor.ANALYST} if is_gauge else frozenset())


def parse(content: Any) -> tuple[Plan | None, tuple[Problem, ...]]:
    """Read the document. Answers (plan, ()) or (None, every fault)."""
    faults: list[Problem] = []
    reader = Reader(content, "", faults)
    reader.close({"method", "title", "unit", "confidence", "factors", "claims"})
    raw = reader.items("claims", 1, MAX_CLAIMS)
    claims = tuple(_claim(item, f"claims[{n}]", faults) for n, item in enumerate(raw))
    factors = reader.texts("factors")
    known = {factor.value for factor in Factor}
    for name in factors:
        if name not in known:
            reader.fault("factors", "not_choice", given=name, choices=sorted(known))
    confidence = reader.number("confidence")
    if confidence is not None and not Decimal("0.5") <= confidence < 1:
        reader.fault("confidence", "out_of_range", low="0.5", high="0.999")
    plan = Plan(
        method=reader.text("method", is_required=True, most=40),
        title=reader.text("title"),
        unit=reader.text("unit", is_required=True, most=40),
        confidence=confidence or _USUAL_CONFIDENCE,
        factors=tuple(Factor(name) for name in factors if name in known),
        claims=claims,
    )
    for key, code in _plan_faults(plan):
        reader.fault(key, code)
    return (None, tuple(faults)) if faults else (plan, ())


def problems(content: Any) -> tuple[Problem, ...]:
    """What is wrong with the document; the check that `people` runs before it takes one."""
    return parse(content)[1]


def _plan_faults(plan: Plan) -> list[tuple[str, str]]:
    """What claims need of each other."""
    claimed = {claim.characteristic for claim in plan.claims}
    is_of_runs = Characteristic.INTERMEDIATE_PRECISION in claimed
    checks = (
        ("factors", is_of_runs and not plan.factors, "required"),
        ("claims", Characteristic.RANGE in claimed and not claimed & BY_LEVEL, "range_of_nothing"),
        ("claims", len(set(plan.claims)) < len(plan.claims), "repeated"),
    )
    return [(key, code) for key, is_wrong, code in checks if is_wrong]


def _claim(raw: Any, path: str, faults: list[Problem]) -> Claim:
    reader = Reader(raw, path, faults)
    reader.close(_FIELDS)
    claim = Claim(
        characteristic=reader.one("characteristic", Characteristic, Characteristic.ACCURACY),
        statistic=reader.one("statistic", Statistic, Statistic.RECOVERY),
        low=reader.number("low"),
        high=reader.number("high"),
        decimals=reader.count("decimals", 0, MAX_DECIMALS),
        judged_by=_choice(reader, "judged_by", JudgedBy, JudgedBy.ESTIMATE),
        levels=_levels(reader),
        basis=_choice(reader, "basis", Basis, Basis.RESIDUAL),
        source=reader.text("source", most=500),
    )
    for key, code in _claim_faults(claim, reader.data):
        reader.fault(key, code)
    return claim


_Choice = JudgedBy | Basis


def _choice(reader: Reader, key: str, choices: Any, default: Any) -> Any:
    """One of a set of words where the field is there, else the default."""
    return reader.one(key, choices, default) if key in reader.data else default


def _levels(reader: Reader) -> tuple[Decimal, ...]:
    levels = []
    for n, _ in enumerate(reader.items("levels", 0, MAX_LEVELS)):
        one = Reader({"": reader.data["levels"][n]}, f"{reader.path}.levels[{n}]", reader.faults)
        number = one.number("")
        if number is not None and number <= 0:
            one.fault("", "not_positive")
        levels += [number] if number is not None else []
    if len(set(levels)) < len(levels):
        reader.fault("levels", "repeated")
    return tuple(sorted(levels))


def _claim_faults(it: Claim, data: Any) -> list[tuple[str, str]]:
    """What one claim needs to make sense."""
    limits = [limit for limit in (it.low, it.high) if limit is not None]
    is_range = it.characteristic is Characteristic.RANGE
    checks = (
        ("statistic", it.statistic not in STATISTICS[it.characteristic], "not_of_characteristic"),
        ("low", not limits, "limit_required"),
        ("low", is_range and len(limits) == 1, "both_limits_required"),
        ("high", len(limits) == 2 and limits[0] > limits[1], "nothing_can_pass"),
        # A limit finer than the rounding could never be met as it is written.
        (
            "decimals",
            not is_range and any(rounded(x, it.decimals) != x for x in limits),
            "limit_finer_than_decimals",
        ),
        (
            "judged_by",
            it.statistic in WITHOUT_INTERVAL and it.judged_by is JudgedBy.INTERVAL,
            "no_interval",
        ),
        ("basis", "basis" in data and it.characteristic not in LIMITS, "only_for_limits"),
        ("levels", bool(it.levels) and it.characteristic is Characteristic.GAUGE_RR, "only_for_levels"),
        ("levels", bool(it.levels) and is_range, "only_for_levels"),
    )
    return [(key, code) for key, is_wrong, code in checks if is_wrong]


def rounded(value: Decimal, decimals: int) -> Decimal:
    """To so many decimals, half away from zero, however large the number is."""
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP, context=_WIDE)
