"""Criteria and facts for the tables of tests, written as people write them."""

import copy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from qc.rules.criteria import Assessment, Criterion, Facts, ValueFault, Verdict, Weight, assess, read_value
from qc.rules.criterion_reading import read_criterion
from qc.rules.specification import Specification, parse

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)
PASS, FAIL, OPEN = Verdict.PASS, Verdict.FAIL, Verdict.NOT_JUDGED


def limit(text: str) -> dict[str, Any]:
    """`>=80`, `>80`, `<=5`, `<5` as a document has it."""
    return {"value": text.lstrip("<>="), "is_inclusive": "=" in text}


def sides(*texts: str) -> dict[str, Any]:
    """Both sides of a window or criterion."""
    return {"low" if text.startswith(">") else "high": limit(text) for text in texts}


def raw(**more: Any) -> dict[str, Any]:
    """A criterion as a document has it."""
    return {
        "code": "X",
        "title": "X",
        "sort": "quantity",
        "timing": "release",
        "method": "m",
        "unit": "%",
        "decimals": 0,
    } | more


def read(content: dict[str, Any]) -> Specification:
    """A sound specification, read from a document."""
    found, faults = parse(content)
    assert faults == ()
    assert found is not None
    return found


def changed(content: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The document with one field, named as `criteria.0.low`, set, or taken away (...)."""
    content = copy.deepcopy(content)
    *way, last = path.split(".")
    here: Any = content
    for part in way:
        here = here[int(part)] if part.isdigit() else here[part]
    if value is ...:
        del here[int(last) if last.isdigit() else last]
    else:
        here[int(last) if last.isdigit() else last] = value
    return content


def criterion(**more: Any) -> Criterion:
    """A sound criterion, read from a document."""
    faults: list[Any] = []
    found = read_criterion(raw(**more), "x", faults)
    assert faults == []
    return found


def dose(window: dict[str, Any], **more: Any) -> Criterion:
    """A dose in millions of cells."""
    about = {"unit": "10*6", "decimals": 1, "dose": window} | more
    needs_weight = window["kind"] in ("per_kg", "capped", "weight_band")
    return criterion(**({"weight_max_age_days": 14} if needs_weight else {}) | about)


def facts(kg: str | None = None, *, age: timedelta = timedelta(days=1), **more: Any) -> Facts:
    """What is known; numbers as texts."""
    weight = None if kg is None else Weight(Decimal(kg), NOW - age)
    numbers = {key: Decimal(value) if isinstance(value, str) else value for key, value in more.items()}
    return Facts(at=NOW, weight=weight, **numbers)


def assessed(it: Criterion, text: str, known: Facts | None = None) -> Assessment:
    """The assessment of a reported text."""
    value = read_value(it, text)
    assert not isinstance(value, ValueFault), value
    return assess(it, value, known)


def verdict(it: Criterion, text: str, known: Facts | None = None) -> Verdict:
    """The verdict on a reported text."""
    return assessed(it, text, known).verdict
