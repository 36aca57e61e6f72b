"""Reading a controlled document of this room: field by field, every fault at its path, nothing repaired.

Numbers with decimals are texts ("0.5"), since a float is not what anybody wrote.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from people.rules.documents import Problem

_Choice = TypeVar("_Choice", bound=StrEnum)


class Reader:
    """Reads fields from one JSON object and collects every fault instead of stopping at the first.

    `path`: where the object stands in the document; empty for the whole of it.
    """

    def __init__(self, data: Any, path: str, faults: list[Problem]) -> None:
        self.path = path
        self.faults = faults
        self.data: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
        self.seen: set[str] = set()
        if not isinstance(data, Mapping):
            self.fault("", "not_an_object")

    def fault(self, key: str, code: str, **params: Any) -> None:
        self.faults.append(Problem(".".join(part for part in (self.path, key) if part), code, params))

    def get(self, key: str, kind: type, default: Any) -> Any:
        self.seen.add(key)
        value = self.data.get(key, default)
        if value is default:
            return default
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.fault(key, "wrong_type", wanted=kind.__name__)
            return default
        return value

    def text(self, key: str, *, required: bool = False) -> str:
        value: str = self.get(key, str, "")
        if required and not value:
            self.fault(key, "required")
        return value

    def count(self, key: str, low: int, high: int) -> int | None:
        value: int | None = self.get(key, int, None)
        if value is not None and not low <= value <= high:
            self.fault(key, "out_of_range", low=low, high=high)
            return None
        return value

    def one(self, key: str, choices: type[_Choice], default: _Choice | None) -> _Choice | None:
        raw = self.text(key, required=default is None and key != "receiver")
        if not raw:
            return default
        return self._choice(key, raw, choices) or default

    def many(self, key: str, choices: type[_Choice]) -> tuple[_Choice, ...]:
        found = (self._choice(f"{key}[{n}]", raw, choices) for n, raw in enumerate(self.texts(key)))
        return tuple(choice for choice in found if choice is not None)

    def texts(self, key: str) -> tuple[str, ...]:
        values: Sequence[Any] = self.get(key, list, [])
        if not all(isinstance(value, str) and value for value in values):
            self.fault(key, "not_texts")
            return ()
        return tuple(values)

    def names(self, key: str) -> Mapping[str, str]:
        values: Mapping[str, Any] = self.get(key, dict, {})
        if not all(isinstance(value, str) and value for value in (*values, *values.values())):
            self.fault(key, "not_texts")
            return {}
        return dict(values)

    def number(self, key: str) -> Decimal | None:
        raw = self.text(key)
        if not raw:
            return None
        try:
            value = Decimal(raw)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite():
            self.fault(key, "not_decimal_text")
            return None
        return value

    def _choice(self, key: str, raw: str, choices: type[_Choice]) -> _Choice | None:
        try:
            return choices(raw)
        except ValueError:
            self.fault(key, "not_choice", given=raw, choices=list(choices))
            return None

    def close(self) -> None:
        for key in sorted(set(self.data) - self.seen):
            self.fault(key, "unknown_field")
