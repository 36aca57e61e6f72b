"""A whole study of a method as data: its plan, made-up rows, and what it comes to."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from qc.rules.validation_study import (
    Characteristic,
    Finding,
    Outcome,
    Plan,
    Report,
    Statistic,
    assess,
    parse,
    read_rows,
)

D = Decimal
C, S, OUT = Characteristic, Statistic, Outcome
CLAIM = {
    "characteristic": "accuracy",
    "statistic": "recovery",
    "low": "90",
    "high": "110",
    "decimals": 1,
    "judged_by": "interval",
}
CONTENT: dict[str, Any] = {
    "method": "IFNG",
    "title": "Validation of IFN-gamma release",
    "unit": "pg/mL",
    "factors": ["day", "run"],
    "claims": [
        CLAIM,
        {"characteristic": "repeatability", "statistic": "cv", "high": "15"},
        {"characteristic": "intermediate_precision", "statistic": "cv", "high": "20"},
        {"characteristic": "linearity", "statistic": "r2", "low": "0.98", "decimals": 2},
        {"characteristic": "linearity", "statistic": "lack_of_fit_p", "low": "0.05", "decimals": 2},
        {"characteristic": "range", "statistic": "span", "low": "50", "high": "200"},
        {"characteristic": "detection_limit", "statistic": "limit", "high": "20", "basis": "blanks"},
        {"characteristic": "quantitation_limit", "statistic": "limit", "high": "50"},
        {"characteristic": "gauge_rr", "statistic": "percent_gauge", "high": "30"},
        {"characteristic": "gauge_rr", "statistic": "categories", "low": "5"},
    ],
}
LEVELS = ("50", "75", "100", "150", "200")


def plan_of(content: Mapping[str, Any]) -> Plan:
    plan, faults = parse(content)
    assert faults == ()
    assert plan is not None
    return plan


def table(seed: int = 1, noise: float = 2.0, levels: Sequence[str] = LEVELS) -> list[dict[str, str]]:
    """Three days of two runs, two replicates at each level by two analysts, and blanks."""
    made = np.random.default_rng(seed)
    found = []
    for day in "123":
        off_day = made.normal(0, 1)
        for run in "ab":
            off = off_day + made.normal(0, 1)
            for level in ("0", *levels):
                for analyst in ("Ann", "Ben"):
                    for replicate in "12":
                        value = float(level) + off + made.normal(0, noise)
                        found.append(
                            {
                                "level": level,
                                "day": day,
                                "analyst": analyst,
                                "run": run,
                                "replicate": replicate,
                                "value": f"{value:.2f}",
                            }
                        )
    return found


def study(content: Mapping[str, Any] = CONTENT, **made: Any) -> Report:
    plan = plan_of(content)
    rows, faults = read_rows(table(**made), plan)
    assert faults == ()
    return assess(plan, rows)


def of(report: Report, characteristic: Characteristic) -> list[Finding]:
    return [one for one in report.findings if one.claim.characteristic is characteristic]
