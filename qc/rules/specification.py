"""A specification: the versioned list of criteria of one product, read from a controlled document (schema 1).

Numbers are decimal texts ("0.5"), since a float is not what anybody wrote. `parse` answers with the specification or
with every fault found, each at its path.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from people.rules.documents import Problem
from qc.rules.criteria import MAX_DECIMALS, MAX_WORD, Criterion, Limit, Sort, Timing, rounded

KIND = "specification"
SCHEMA = 1
MAX_CRITERIA = 100

_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,31}", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?", re.ASCII)
_FIELDS = {
    *("code", "title", "sort", "timing", "method", "unit", "decimals", "low", "high"),
    *("possible_low", "possible_high", "choices", "accepted", "source"),
}
_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True)
class Specification:
    """A whole specification, criteria in the order in which they are reported."""

    name: str
    criteria: tuple[Criterion, ...]

    def criterion(self, code: str) -> Criterion | None:
        """The criterion of that code, or None."""
        return next((criterion for criterion in self.criteria if criterion.code == code), None)


class _Reader:
    """Reads fields of one object and collects every fault instead of stopping at the first."""

    def __init__(self, data: Any, path: str, faults: list[Problem]) -> None:
        self.path, self.faults = path, faults
        self.data: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
        if not isinstance(data, Mapping):
            self.fault("", "not_an_object")

    def fault(self, key: str, code: str, **params: Any) -> None:
        self.faults.append(Problem(".".join(part for part in (self.path, key) if part), code, params))

    def text(self, key: str, *, is_required: bool = False, most: int = 200) -> str:
        value = self.data.get(key, "")
        if not isinstance(value, str):
            self.fault(key, "wrong_type", wanted="text")
            return ""
        if len(value) > most:
            self.fault(key, "too_long", most=most)
        if is_required and not value.strip():
            self.fault(key, "required")
        return value

    def one(self, key: str, choices: type[_Choice], default: _Choice) -> _Choice:
        raw = self.text(key, is_required=True)
        if raw in {choice.value for choice in choices}:
            return choices(raw)
        if raw:
            self.fault(key, "not_choice", given=raw, choices=[choice.value for choice in choices])
        return default

    def count(self, key: str, low: int, high: int) -> int:
        value = self.data.get(key, 0)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.fault(key, "out_of_range", low=low, high=high)
            return 0
        return value

    def number(self, key: str) -> Decimal | None:
        if key not in self.data:
            return None
        raw = self.data[key]
        if not isinstance(raw, str) or not _DECIMAL.fullmatch(raw):
            self.fault(key, "not_decimal_text")
            return None
        return Decimal(raw)

    def texts(self, key: str) -> tuple[str, ...]:
        values = self.data.get(key, [])
        if not isinstance(values, list) or not all(_is_word(value) for value in values):
            self.fault(key, "not_texts")
            return ()
        if len(set(values)) < len(values):
            self.fault(key, "repeated")
        return tuple(values)

    def limit(self, key: str) -> Limit | None:
        if key not in self.data:
            return None
        inner = _Reader(self.data[key], f"{self.path}.{key}", self.faults)
        inner.close({"value", "is_inclusive"})
        value = inner.number("value")
        is_inclusive = inner.data.get("is_inclusive", True)
        if not isinstance(is_inclusive, bool):
            inner.fault("is_inclusive", "wrong_type", wanted="yes or no")
        if value is None:
            inner.fault("value", "required")
            return None
        return Limit(value, is_inclusive is True)

    def close(self, known: set[str]) -> None:
        for key in sorted(set(self.data) - known):
            self.fault(key, "unknown_field")


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_WORD and value.strip() == value


def parse(content: Any) -> tuple[Specification | None, tuple[Problem, ...]]:
    """Read a specification document. Answers (specification, ()) or (None, every fault)."""
    faults: list[Problem] = []
    reader = _Reader(content, "", faults)
    reader.close({"name", "criteria"})
    name = reader.text("name", is_required=True)
    raw: Sequence[Any] = reader.data.get("criteria", [])
    if not isinstance(raw, list) or not 1 <= len(raw) <= MAX_CRITERIA:
        reader.fault("criteria", "out_of_range", low=1, high=MAX_CRITERIA)
        raw = []
    criteria = tuple(_read_criterion(item, f"criteria[{n}]", faults) for n, item in enumerate(raw))
    seen: set[str] = set()
    for n, criterion in enumerate(criteria):
        if criterion.code in seen:
            faults.append(Problem(f"criteria[{n}].code", "repeated", {"code": criterion.code}))
        seen.add(criterion.code)
    if criteria and not any(criterion.is_needed_for_release for criterion in criteria):
        reader.fault("criteria", "nothing_for_release")
    if faults:
        return None, tuple(faults)
    return Specification(name, criteria), ()


def problems(content: Any) -> tuple[Problem, ...]:
    """What is wrong with a specification document; the check that `people` runs before it takes one."""
    return parse(content)[1]


def _read_criterion(raw: Any, path: str, faults: list[Problem]) -> Criterion:
    reader = _Reader(raw, path, faults)
    reader.close(_FIELDS)
    criterion = Criterion(
        code=reader.text("code", is_required=True),
        title=reader.text("title", is_required=True),
        sort=reader.one("sort", Sort, Sort.REPORT),
        timing=reader.one("timing", Timing, Timing.RELEASE),
        method=reader.text("method", is_required=True, most=100),
        unit=reader.text("unit", most=40),
        decimals=reader.count("decimals", 0, MAX_DECIMALS),
        low=reader.limit("low"),
        high=reader.limit("high"),
        possible_low=reader.number("possible_low"),
        possible_high=reader.number("possible_high"),
        choices=reader.texts("choices"),
        accepted=reader.texts("accepted"),
        source=reader.text("source", most=500),
    )
    if not _CODE.fullmatch(criterion.code):
        reader.fault("code", "code_shape")
    for key, code in _faults_of(criterion):
        reader.fault(key, code)
    return criterion


def _faults_of(it: Criterion) -> list[tuple[str, str]]:
    """What one criterion needs to make sense."""
    limits = [limit for limit in (it.low, it.high) if limit is not None]
    is_quantity, is_quality = it.sort is Sort.QUANTITY, it.sort is Sort.QUALITY
    checks = (
        ("low", is_quantity and not limits, "limit_required"),
        ("unit", is_quantity and not it.unit, "required"),
        ("low", not is_quantity and bool(limits), "only_for_quantity"),
        # A limit finer than the rounding could never be met as it is written.
        (
            "decimals",
            any(rounded(x.value, it.decimals) != x.value for x in limits),
            "limit_finer_than_decimals",
        ),
        ("high", _is_empty(it), "nothing_can_pass"),
        ("choices", is_quantity and bool(it.choices), "only_for_words"),
        ("choices", is_quality and len(it.choices) < 2, "two_required"),
        ("accepted", is_quality and not it.accepted, "required"),
        ("accepted", not set(it.accepted) <= set(it.choices), "not_among_choices"),
        ("accepted", not is_quality and bool(it.accepted), "only_for_quality"),
    )
    return [(key, code) for key, is_wrong, code in checks if is_wrong]


def _is_empty(it: Criterion) -> bool:
    if it.low is None or it.high is None:
        return False
    if it.low.value == it.high.value:
        return not (it.low.is_inclusive and it.high.is_inclusive)
    return it.low.value > it.high.value
