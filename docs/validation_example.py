"""The part of docs/reference/calculations.md about the validation of assays: one invented study, assessed."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from docs.tables import codes, shown, table
from qc.forms import calculation_texts as texts
from qc.rules.validation import (
    Estimate,
    Gauge,
    GaugeReading,
    Measurement,
    Point,
    accuracy,
    detection_from_blanks,
    detection_from_line,
    fit_line,
    gauge_rr,
    repeatability,
    variance_components,
)
from qc.rules.validation_study import STATISTICS, Characteristic, Report, assess, parse, read_rows, written

# level: three days of two runs of two replicates
_STUDY = {
    "50": ((48.9, 50.1), (49.6, 51.0), (51.8, 52.9), (52.2, 51.1), (49.0, 48.2), (50.3, 49.1)),
    "75": ((73.9, 75.2), (74.1, 76.0), (77.2, 76.4), (78.0, 76.9), (74.4, 73.1), (74.9, 75.8)),
    "100": ((98.2, 99.9), (101.0, 99.5), (103.8, 104.9), (105.6, 103.1), (98.0, 99.1), (100.9, 99.4)),
    "125": ((122.9, 124.8), (125.7, 124.0), (129.3, 127.8), (128.8, 131.0), (123.9, 122.2), (124.6, 126.3)),
    "150": ((146.8, 149.0), (151.1, 149.7), (155.2, 154.0), (154.4, 156.9), (148.1, 146.6), (149.5, 151.2)),
}
_BLANKS = (0.3, -0.4, 0.9, -0.8, 0.1, 0.5)
# part: the readings of two operators, two each
_PARTS = {
    "A": ((10.1, 10.3), (10.4, 10.2)),
    "B": ((14.8, 15.1), (15.2, 15.3)),
    "C": ((19.9, 20.2), (20.1, 20.4)),
    "D": ((12.1, 11.8), (12.2, 12.0)),
    "E": ((17.4, 17.6), (17.9, 17.5)),
}
_PLAN: dict[str, Any] = {
    "method": "EXAMPLE",
    "unit": "ng/mL",
    "confidence": "0.95",
    "factors": ["day", "run"],
    "claims": [
        {
            "characteristic": "accuracy",
            "statistic": "recovery",
            "low": "95",
            "high": "105",
            "decimals": 1,
            "judged_by": "estimate",
        },
        {"characteristic": "intermediate_precision", "statistic": "cv", "high": "3.0", "decimals": 1},
        {"characteristic": "linearity", "statistic": "r2", "low": "0.99", "decimals": 2},
        {"characteristic": "range", "statistic": "span", "low": "50", "high": "150"},
    ],
}


@cache
def _report() -> Report:
    raw = [
        {
            "level": level,
            "day": str(place // 2 + 1),
            "run": str(place % 2 + 1),
            "replicate": str(replicate),
            "value": str(value),
        }
        for level, runs in _STUDY.items()
        for place, values in enumerate(runs)
        for replicate, value in enumerate(values, start=1)
    ]
    plan, problems = parse(_PLAN)
    if plan is None:
        raise ValueError(problems)
    rows, faults = read_rows(raw, plan)
    if faults:
        raise ValueError(faults)
    return assess(plan, rows)


def _at_100() -> list[Measurement]:
    return [
        Measurement((str(place // 2 + 1), str(place % 2 + 1)), value)
        for place, values in enumerate(_STUDY["100"])
        for value in values
    ]


def _limits(it: Estimate, digits: int = 4) -> str:
    return f"**{shown(it.value, digits)}**, limits {_limit(it.low, digits)} to {_limit(it.high, digits)}"


def _limit(value: float | None, digits: int) -> str:
    return "none" if value is None else shown(value, digits)


def section() -> str:
    """Everything about validation."""
    parts = (_INTRODUCTION.format(data=_data()), _by_level(), _line(), _gauge(), _study())
    return "\n".join(part.strip("\n") + "\n" for part in parts)


_INTRODUCTION = """
## Validation of assays

The characteristics are those of ICH Q2(R2), *Validation of Analytical Procedures* (2023). The example is one study: at
five levels, three days of two runs of two replicates, in ng/mL.

{data}
"""


def _data() -> str:
    days = [f"day {n // 2 + 1}, run {n % 2 + 1}" for n in range(6)]
    return table(
        ("level", *days),
        ((level, *("; ".join(map(str, values)) for values in runs)) for level, runs in _STUDY.items()),
    )


def _by_level() -> str:
    found = accuracy(_at_100(), 100.0, 2)
    parts = variance_components(_at_100(), ("day", "run"))
    rows = (
        (
            part.factor,
            part.df,
            shown(part.sum_of_squares),
            shown(part.mean_square),
            shown(part.variance.value),
            "set to 0"
            if part.is_set_to_zero
            else f"{_limit(part.variance.low, 3)} to {_limit(part.variance.high, 3)}",
        )
        for part in parts.parts
    )
    return f"""
### Accuracy

- **Formula**: recovery = 100 mean / nominal per cent; bias = mean - nominal. The nominal value counts as exact.
- **Source**: ICH Q2(R2), accuracy, as recovery or difference with a confidence interval.
- **Uncertainty**: the variance of the mean is that of the nested design, sum over components of
  s_m^2 sum(n_g^2)/N^2, with Student's t on Satterthwaite's degrees of freedom. Twelve values of six runs do not pass
  for twelve independent ones.
- **Example**, level 100: recovery {_limits(found.recovery)} per cent, on {shown(found.recovery.df, 3)} degrees of
  freedom.

### Repeatability and intermediate precision

- **Formula**: y = mean + day + run in day + e with random effects. Each sum of squares is set equal to what is expected
  of it, E SS_l = sum over m >= l of s_m^2 (k(l,m) - k(l-1,m)) with k(l,m) = sum over measurements of n_m/n_l (N where
  m <= l), and solved, for equal and unequal numbers alike. An estimate below 0 is set to 0, and that is said.
  Repeatability is the root of the last component, intermediate precision that of the sum of all.
- **Source**: ICH Q2(R2), precision; Searle, Casella and McCulloch, Variance Components, 1992, chapters 3 and 5.
- **Uncertainty**: limits of repeatability by chi-squared, exact. Of the others by Satterthwaite (1946): a combination
  sum(a M) of mean squares has (sum aM)^2 / sum((aM)^2/df) degrees of freedom. It is poor for a component that is small
  beside its own error. A coefficient of variation takes the mean as known.
- **Example**, level 100:

{table(("source", "df", "sum of squares", "mean square", "variance", "limits"), rows)}

  Repeatability {_limits(repeatability(_at_100()))} ng/mL; intermediate precision
  {_limits(parts.intermediate)} ng/mL.
"""


def _line() -> str:
    line = fit_line([Point(float(level), y) for level, runs in _STUDY.items() for pair in runs for y in pair])
    test = line.lack_of_fit
    if test is None:
        raise ValueError("the example has replicates")
    from_line, from_blanks = detection_from_line(line), detection_from_blanks(_BLANKS, line)
    return f"""
### Linearity

- **Formula**: ordinary least squares, y = intercept + slope x; r2 = 1 - SSE/Syy; s^2 = SSE/(n - 2). Lack of fit:
  F = ((SSE - pure error)/(c - 2)) / (pure error/(n - c)) for c levels; a small p says that the means of the levels do
  not lie on a line.
- **Source**: ICH Q2(R2), response; Draper and Smith, Applied Regression Analysis, 3rd ed. 1998, chapters 1 and 2.
- **Uncertainty**: standard errors s/sqrt(Sxx) and s sqrt(1/n + mean x^2/Sxx) with Student's t on n - 2. Points are
  taken as independent: values of one run are less so, and limits are then too narrow.
- **Example**: slope {_limits(line.slope)}; intercept {_limits(line.intercept, 3)}; r2 = **{shown(line.r2)}**;
  s = {shown(line.residual_sd.value)}; lack of fit F = {shown(test.f, 3)} on {test.df[0]} and {test.df[1]},
  p = {shown(test.p, 2)}.

### Limits of detection and quantitation

- **Formula**: 3.3 s / slope and 10 s / slope, with s the residual standard deviation of the line, or that of blanks.
- **Source**: ICH Q2(R2), lower range limits.
- **Uncertainty**: limits of s by chi-squared; the slope is taken as known. Where the slope's own limits hold 0 there is
  no limit of detection. Residuals of a line over a wide range make the limit too high.
- **Example**: from the line {_limits(from_line.detection, 3)} and {_limits(from_line.quantitation, 3)}
  ng/mL; from the blanks {", ".join(map(str, _BLANKS))}: {_limits(from_blanks.detection, 3)}
  and {_limits(from_blanks.quantitation, 3)} ng/mL.

### Range

- **Formula**: the longest row of neighbouring levels at which everything that is claimed level by level is met. A level
  that fails breaks it. It is met where the claimed range lies within; not if a claim about linearity is not met.
- **Source**: ICH Q2(R2), range.
- **Uncertainty**: that of the claims it rests on. Between two levels nothing was measured.
- **Example**: in the report below.
"""


def _gauge() -> str:
    found = gauge_rr(
        [
            GaugeReading(part, f"operator {place + 1}", value)
            for part, several in _PARTS.items()
            for place, values in enumerate(several)
            for value in values
        ]
    )
    readings = table(
        ("part", "operator 1", "operator 2"),
        ((part, *("; ".join(map(str, values)) for values in several)) for part, several in _PARTS.items()),
    )
    return f"""
### Gauge R&R

- **Formula**: p parts, o operators, r replicates, all random and crossed, mean squares P, O, PO, E: repeatability E,
  interaction (PO - E)/r, operator (O - PO)/(p r), part (P - PO)/(o r). An interaction with p > 0.25 is pooled with E,
  and that is said, as is a component set to 0. The gauge is repeatability + operator + interaction; %GRR is
  100 sd(gauge)/sd(total); the number of distinct categories is the whole part of sqrt(2) sd(parts)/sd(gauge).
- **Source**: AIAG, Measurement Systems Analysis, 4th ed. 2010; Burdick, Borror and Montgomery, Journal of Quality
  Technology 35 (2003) 342-354.
- **Uncertainty**: limits of variances by Satterthwaite. With two operators the operator's has one degree of freedom,
  and its upper limit is without use.
- **Example**:

{readings}

{_gauge_table(found)}

  Interaction p = {shown(found.interaction_p, 3)}, {"pooled" if found.is_interaction_pooled else "kept"}. Gauge variance
  {_limits(found.gauge, 3)}; %GRR **{shown(found.percent_gauge, 3)} %** of the variation,
  {shown(found.percent_contribution, 3)} % of the variance; **{found.categories}** distinct categories.
"""


def _gauge_table(found: Gauge) -> str:
    return table(
        ("source", "df", "sum of squares", "mean square", "F", "p"),
        (
            (
                row.source,
                row.df,
                shown(row.sum_of_squares),
                shown(row.mean_square),
                "" if row.f is None else shown(row.f, 3),
                "" if row.p is None else shown(row.p, 2),
            )
            for row in found.table
        ),
    )


def _study() -> str:
    report = _report()
    as_json = written(report)
    rows = (
        (
            texts.CHARACTERISTICS[Characteristic(one["claim"]["characteristic"])],
            one["level"] or "",
            (one["estimate"] or {}).get("value", ""),
            _reach(one["estimate"]),
            " to ".join(filter(None, (one["claim"]["low"], one["claim"]["high"]))),
            " to ".join(one["judged"]),
            one["outcome"],
        )
        for one in as_json["findings"]
    )
    return f"""
### A study and its report

The plan is a controlled document of the kind `validation_plan`: `method`, `title`, `unit`, `confidence`, `factors`
(nested, outermost first: `day`, `analyst`, `run`), and `claims`. A claim has a `characteristic`, a `statistic` of it,
`low` and `high` (inclusive), `decimals`, `judged_by` (`estimate`, or `interval`: both confidence limits), `levels`
(all that were measured above 0, if none are named), a `basis` for limits of detection (`residual` or `blanks`) and a
`source`.

{_characteristics()}

Rows have the columns `level`, `sample`, `day`, `analyst`, `run`, `replicate`, `value`. A table with a fault in any row
is not read, and every fault is told at its row and column.

{codes(texts.ROW_FAULTS)}

A claim is `met`, `not_met` or `not_assessable` with a reason; a study is as its worst claim. The study above, of the
plan that recovery lies within 95 to 105 %, the coefficient of variation is at most 3.0 %, r2 is at least 0.99, over 50
to 150:

{table(("characteristic", "level", "estimate", "limits", "criterion", "held against it", "outcome"), rows)}

The study is `{as_json["outcome"]}`. Reasons, and notes beside an estimate:

{codes(texts.VALIDATION_REASONS)}

{codes(texts.NOTES)}
"""


def _characteristics() -> str:
    return table(
        ("characteristic", "statistics"),
        (
            (f"`{kind}`", ", ".join(f"`{one}`" for one in sorted(several)))
            for kind, several in STATISTICS.items()
        ),
    )


def _reach(estimate: dict[str, str | None] | None) -> str:
    ends: Sequence[str | None] = () if estimate is None else (estimate["low"], estimate["high"])
    return " to ".join(end for end in ends if end)
