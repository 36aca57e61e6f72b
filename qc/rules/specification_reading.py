"""What the documents of criteria have beside plain fields: limits, choices and numbers that may be left out."""

import re
from enum import StrEnum
from typing import Any, TypeVar

from qc.rules.limits import Limit
from qc.rules.reading import Reader

CODE = re.compile(r"[A-Z][A-Z0-9_]{0,31}", re.ASCII)

_Choice = TypeVar("_Choice", bound=StrEnum)


class SpecificationReader(Reader):
    """Reads fields that may be left out; those are None."""

    def inner(self, key: str) -> "SpecificationReader":
        """A reader of the object at a key."""
        path = ".".join(part for part in (self.path, key) if part)
        return SpecificationReader(self.data[key], path, self.faults)

    def maybe(self, key: str, choices: type[_Choice]) -> _Choice | None:
        """One of a closed list, or nothing."""
        if key not in self.data:
            return None
        known = [choice.value for choice in choices]
        raw = self.data[key]
        if isinstance(raw, str) and raw in known:
            return choices(raw)
        self.fault(key, "not_choice", given=str(raw), choices=known)
        return None

    def whole(self, key: str, low: int, high: int) -> int | None:
        """A whole number, or nothing."""
        if key not in self.data:
            return None
        value = self.data[key]
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.fault(key, "out_of_range", low=low, high=high)
            return None
        return value

    def some(self, key: str, most: int, least: int = 0) -> list[Any]:
        """A list, or nothing."""
        values = self.data.get(key, [])
        if not isinstance(values, list) or not least <= len(values) <= most:
            self.fault(key, "out_of_range", low=least, high=most)
            return []
        return values

    def limit(self, key: str) -> Limit | None:
        """One side of a criterion, or nothing."""
        if key not in self.data:
            return None
        inner = self.inner(key)
        inner.close({"value", "is_inclusive"})
        value = inner.number("value")
        is_inclusive = inner.data.get("is_inclusive", True)
        if not isinstance(is_inclusive, bool):
            inner.fault("is_inclusive", "wrong_type", wanted="yes or no")
        if value is None:
            inner.fault("value", "required")
            return None
        return Limit(value, is_inclusive is True)
