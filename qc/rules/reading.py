"""Reading a controlled document of `qc`: field by field, every fault at its path, nothing repaired.

Numbers are decimal texts ("0.5"), since a float is not what anybody wrote.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from people.rules.documents import Problem

MAX_WORD = 80

_DECIMAL = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?", re.ASCII)
_Choice = TypeVar("_Choice", bound=StrEnum)


class Reader:
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

    def flag(self, key: str) -> bool:
        value = self.data.get(key, False)
        if not isinstance(value, bool):
            self.fault(key, "wrong_type", wanted="yes or no")
        return value is True

    def items(self, key: str, low: int, high: int) -> list[Any]:
        values = self.data.get(key, [])
        if not isinstance(values, list) or not low <= len(values) <= high:
            self.fault(key, "out_of_range", low=low, high=high)
            return []
        return values

    def close(self, known: set[str]) -> None:
        for key in sorted(set(self.data) - known):
            self.fault(key, "unknown_field")


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_WORD and value.strip() == value
