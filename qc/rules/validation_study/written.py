"""The report of a validation study as JSON: decimal texts, no floats, so that it has one canonical form.

Numbers that were computed are rounded to six significant digits, half away from zero, written without an exponent.
What was held against a limit stands beside it (`judged`), rounded to the claim's decimals. None stands for a limit that
does not exist (a component that was set to 0, a bound beyond all reckoning).
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from qc.rules.validation import Components, Estimate, Gauge, Line
from qc.rules.validation_study.assessing import Finding, Report, plain
from qc.rules.validation_study.plan import Claim

SIGNIFICANT = 6


def written(report: Report) -> dict[str, Any]:
    """The report, ready for JSON."""
    plan = report.plan
    return {
        "method": plan.method,
        "title": plan.title,
        "unit": plan.unit,
        "confidence": str(plan.confidence),
        "factors": [factor.value for factor in plan.factors],
        "rows": report.rows,
        "outcome": report.outcome.value,
        "findings": [_finding(finding) for finding in report.findings],
        "components": [
            {"level": _level(level), **_components(one)} for level, one in report.components.items()
        ],
        "line": None if report.line is None else _line(report.line),
        "gauge": None if report.gauge is None else _gauge(report.gauge),
    }


def number(value: float | None) -> str | None:
    """Six significant digits, half away from zero, without an exponent."""
    if value is None:
        return None
    exact = plain(value)
    if not exact:
        return "0"
    last = Decimal(1).scaleb(exact.adjusted() - SIGNIFICANT + 1)
    return _text(exact.quantize(last, rounding=ROUND_HALF_UP))


def _text(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _level(level: Decimal | None) -> str | None:
    return None if level is None else format(level, "f")


def _estimate(it: Estimate | None) -> dict[str, str | None] | None:
    if it is None:
        return None
    return {"value": number(it.value), "low": number(it.low), "high": number(it.high), "df": number(it.df)}


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "characteristic": claim.characteristic.value,
        "statistic": claim.statistic.value,
        "low": _level(claim.low),
        "high": _level(claim.high),
        "decimals": claim.decimals,
        "judged_by": claim.judged_by.value,
        "levels": [_level(level) for level in claim.levels],
        "basis": claim.basis.value,
        "source": claim.source,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "claim": _claim(finding.claim),
        "level": _level(finding.level),
        "n": finding.n,
        "estimate": _estimate(finding.estimate),
        "judged": [format(value, "f") for value in finding.judged],
        "outcome": finding.outcome.value,
        "reason": "" if finding.reason is None else finding.reason.value,
        "params": _params(finding.params),
        "notes": [{"code": note.code.value, "params": _params(note.params)} for note in finding.notes],
    }


def _params(params: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value if isinstance(value, int | list) else str(value) for key, value in params.items()}


def _components(it: Components) -> dict[str, Any]:
    return {
        "n": it.n,
        "is_balanced": it.is_balanced,
        "mean": _estimate(it.mean),
        "repeatability_sd": _estimate(it.repeatability),
        "intermediate_sd": _estimate(it.intermediate),
        "parts": [
            {
                "factor": part.factor,
                "df": part.df,
                "sum_of_squares": number(part.sum_of_squares),
                "mean_square": number(part.mean_square),
                "variance": _estimate(part.variance),
                "is_set_to_zero": part.is_set_to_zero,
            }
            for part in it.parts
        ],
    }


def _line(it: Line) -> dict[str, Any]:
    test = it.lack_of_fit
    return {
        "n": it.n,
        "levels": it.levels,
        "slope": _estimate(it.slope),
        "intercept": _estimate(it.intercept),
        "r2": number(it.r2),
        "residual_sd": _estimate(it.residual_sd),
        "residuals": [number(value) for value in it.residuals],
        "lack_of_fit": None
        if test is None
        else {"f": number(test.f), "df": list(test.df), "p": number(test.p)},
    }


def _gauge(it: Gauge) -> dict[str, Any]:
    variances = ("repeatability", "operator", "interaction", "part", "reproducibility", "gauge", "total")
    return {
        "parts": it.parts,
        "operators": it.operators,
        "replicates": it.replicates,
        "table": [
            {
                "source": row.source,
                "df": row.df,
                "sum_of_squares": number(row.sum_of_squares),
                "mean_square": number(row.mean_square),
                "f": number(row.f),
                "p": number(row.p),
            }
            for row in it.table
        ],
        "interaction_p": number(it.interaction_p),
        "is_interaction_pooled": it.is_interaction_pooled,
        "variances": {name: _estimate(getattr(it, name)) for name in variances},
        "set_to_zero": list(it.set_to_zero),
        "percent_gauge": number(it.percent_gauge),
        "percent_contribution": number(it.percent_contribution),
        "categories": it.categories,
    }
