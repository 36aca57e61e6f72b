"""A written report of a validation (`written`) as tables of words: the same for the page and for the paper."""

from collections.abc import Mapping
from typing import Any

from qc.rules.validation import ValidationFault
from qc.rules.validation_study.assessing import ClaimFault, NoteCode, Outcome
from qc.rules.validation_study.plan import Characteristic, Factor, JudgedBy, Statistic
from qc.rules.validation_study.printed_words import Words

_DASH = "\N{EN DASH}"
_COMPONENTS = ("mean", "repeatability_sd", "intermediate_sd")
_LINE = ("slope", "intercept", "residual_sd")


def in_words(report: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """The report with every code in words and every estimate with its interval, as texts."""
    outcome = Outcome(report["outcome"])
    return {
        "method": report["method"],
        "title": report["title"],
        "unit": report["unit"],
        "confidence": _per_cent(report["confidence"]),
        "factors": [str(words.factors[Factor(name)]) for name in report["factors"]],
        "rows": report["rows"],
        "outcome": outcome.value,
        "mark": words.outcomes[outcome][0],
        "outcome_words": str(words.outcomes[outcome][1]),
        "findings": [_finding(one, words) for one in report["findings"]],
        "components": [_components(one, words) for one in report["components"]],
        "line": None if report["line"] is None else _line(report["line"]),
        "gauge": None if report["gauge"] is None else _gauge(report["gauge"]),
    }


def _finding(it: Mapping[str, Any], words: Words) -> dict[str, Any]:
    claim, outcome = it["claim"], Outcome(it["outcome"])
    return {
        "characteristic": str(words.characteristics[Characteristic(claim["characteristic"])]),
        "statistic": str(words.statistics[Statistic(claim["statistic"])]),
        "level": it["level"] or "",
        "n": it["n"],
        "value": _DASH if it["estimate"] is None else it["estimate"]["value"] or _DASH,
        "interval": _interval(it["estimate"]),
        "limits": limits_text(claim["low"], claim["high"]),
        "judged": " ; ".join(it["judged"]),
        "judged_by": str(words.judged_by[JudgedBy(claim["judged_by"])]),
        "outcome": outcome.value,
        "mark": words.outcomes[outcome][0],
        "outcome_words": str(words.outcomes[outcome][1]),
        "reason": _reason(it["reason"], it["params"], words),
        "notes": [_filled(words.notes[NoteCode(n["code"])], n["params"], words) for n in it["notes"]],
        "source": claim["source"],
    }


def _reason(code: str, params: Mapping[str, Any], words: Words) -> str:
    if not code:
        return ""
    known = {one.value: one for one in (*ValidationFault, *ClaimFault)}
    return _filled(words.reasons[known[code]], params, words)


def _filled(sentence: Any, params: Mapping[str, Any], words: Words) -> str:
    """The sentence with its parameters; factors are named by their words."""
    names = {factor.value: str(text) for factor, text in words.factors.items()}

    def said(value: Any) -> str:
        return ", ".join(map(said, value)) if isinstance(value, list) else names.get(str(value), str(value))

    return str(sentence) % {key: said(value) for key, value in params.items()}


def limits_text(low: Any, high: Any) -> str:
    """The limits of a claim: from and to, or the one that there is."""
    if low is not None and high is not None:
        return f"{low} {_DASH} {high}"
    return f"≥ {low}" if low is not None else f"≤ {high}"


def _interval(estimate: Mapping[str, str | None] | None) -> str:
    """Empty where there is none; a side that does not exist is a dash."""
    if estimate is None or (estimate["low"] is None and estimate["high"] is None):
        return ""
    return f"{estimate['low'] or _DASH} to {estimate['high'] or _DASH}"


def _estimate(name: str, it: Mapping[str, Any]) -> dict[str, str]:
    found = it[name]
    return {"name": name, "value": (found or {}).get("value") or _DASH, "interval": _interval(found)}


def _components(it: Mapping[str, Any], words: Words) -> dict[str, Any]:
    return {
        "level": it["level"],
        "n": it["n"],
        "is_balanced": it["is_balanced"],
        "estimates": [_estimate(name, it) for name in _COMPONENTS],
        "parts": [
            {
                "factor": _factor(part["factor"], words),
                "df": part["df"],
                "sum_of_squares": part["sum_of_squares"] or _DASH,
                "mean_square": part["mean_square"] or _DASH,
                "variance": part["variance"]["value"] or _DASH,
                "interval": _interval(part["variance"]),
                "is_set_to_zero": part["is_set_to_zero"],
            }
            for part in it["parts"]
        ],
    }


def _factor(name: str, words: Words) -> str:
    known = {factor.value: str(text) for factor, text in words.factors.items()}
    return known.get(name, name)


def _line(it: Mapping[str, Any]) -> dict[str, Any]:
    test = it["lack_of_fit"]
    return {
        "n": it["n"],
        "levels": it["levels"],
        "r2": it["r2"],
        "estimates": [_estimate(name, it) for name in _LINE],
        "lack_of_fit_p": _DASH if test is None else test["p"],
    }


def _gauge(it: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "parts": it["parts"],
        "operators": it["operators"],
        "replicates": it["replicates"],
        "percent_gauge": it["percent_gauge"],
        "percent_contribution": it["percent_contribution"],
        "categories": it["categories"],
        "table": [{key: _DASH if row[key] is None else str(row[key]) for key in row} for row in it["table"]],
    }


def _per_cent(confidence: str) -> str:
    return f"{(float(confidence) * 100):.4g} %"
