"""The rows of a validation study, from a table of texts (CSV, spreadsheet, JSON): all of them, or every fault.

| column | what it holds |
|---|---|
| `level` | the nominal value, decimal text, 0 for a blank; may be empty where there is a sample |
| `sample` | the part of a gauge study; may be empty where there is a level |
| `day`, `analyst`, `run` | texts; needed where the plan has the factor, `analyst` for gauge R&R |
| `replicate` | a whole number from 1 |
| `value` | what was measured, decimal text |

Censored values ("<0.5") are a fault here: no mean and no variance can be computed of them, and leaving them out would
make an assay look better than it is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from qc.rules.validation_study.plan import Factor, Plan

MAX_ROWS = 5000
MAX_WORD = 80
COLUMNS = ("level", "sample", "day", "analyst", "run", "replicate", "value")
_DECIMAL = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?", re.ASCII)
_COUNT = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


@dataclass(frozen=True)
class Row:
    """One measurement. `level` None for a part of a gauge study that has no nominal value."""

    number: int
    level: Decimal | None
    replicate: int
    value: Decimal
    sample: str = ""
    day: str = ""
    analyst: str = ""
    run: str = ""

    def at(self, factor: Factor) -> str:
        """The group that the row is in."""
        group: str = getattr(self, factor.value)
        return group

    @property
    def part(self) -> str:
        """What an operator measured, in a gauge study."""
        return self.sample or str(self.level)


class RowCode(StrEnum):
    """What may be wrong with a table, a row or a field."""

    NO_ROWS = "no_rows"
    TOO_MANY_ROWS = "too_many_rows"
    NOT_AN_OBJECT = "not_an_object"
    UNKNOWN_FIELD = "unknown_field"
    REQUIRED = "required"
    NOT_TEXT = "not_text"
    NOT_DECIMAL_TEXT = "not_decimal_text"
    DECIMAL_COMMA = "decimal_comma"
    CENSORED = "censored"
    NEGATIVE = "negative"
    NOT_A_COUNT = "not_a_count"
    REPEATED = "repeated"


@dataclass(frozen=True)
class RowFault:
    """What is wrong in one field: the row (from 1; 0 for the table as a whole), the column, a code, parameters."""

    row: int
    column: str
    code: RowCode
    params: Mapping[str, Any] = field(default_factory=dict)


def read_rows(raw: Sequence[Mapping[str, Any]], plan: Plan) -> tuple[tuple[Row, ...], tuple[RowFault, ...]]:
    """Read a table. Answers (rows, ()) or ((), every fault): nothing is half-read."""
    if not raw:
        return (), (RowFault(0, "", RowCode.NO_ROWS),)
    if len(raw) > MAX_ROWS:
        return (), (RowFault(0, "", RowCode.TOO_MANY_ROWS, {"most": MAX_ROWS}),)
    faults: list[RowFault] = []
    rows = [_Line(number, one, plan.columns, faults).read() for number, one in enumerate(raw, start=1)]
    seen: dict[Any, int] = {}
    for row in rows:
        key = (row.level, row.sample, row.day, row.analyst, row.run, row.replicate)
        if key in seen:
            faults.append(RowFault(row.number, "replicate", RowCode.REPEATED, {"first": seen[key]}))
        seen.setdefault(key, row.number)
    return ((), tuple(faults)) if faults else (tuple(rows), ())


@dataclass(frozen=True)
class _Line:
    """Reads one row and collects every fault."""

    number: int
    data: Any
    needed: frozenset[Factor]
    faults: list[RowFault]

    def read(self) -> Row:
        if not isinstance(self.data, Mapping):
            self.fault("", RowCode.NOT_AN_OBJECT)
            return Row(self.number, None, self.number, Decimal(0))
        for key in sorted(map(str, set(self.data) - set(COLUMNS))):
            self.fault(key, RowCode.UNKNOWN_FIELD)
        words = {key: self.text(key) for key in ("sample", "day", "analyst", "run")}
        for factor in sorted(self.needed):
            if not words[factor.value] and not self.has_fault(factor.value):
                self.fault(factor.value, RowCode.REQUIRED)
        level = self.decimal("level", is_required=not words["sample"])
        if level is not None and level < 0:
            self.fault("level", RowCode.NEGATIVE)
        value = self.decimal("value", is_required=True)
        return Row(self.number, level, self.count("replicate"), value or Decimal(0), **words)

    def fault(self, key: str, code: RowCode, **params: Any) -> None:
        self.faults.append(RowFault(self.number, key, code, params))

    def has_fault(self, key: str) -> bool:
        return any(fault.row == self.number and fault.column == key for fault in self.faults)

    def text(self, key: str) -> str:
        """The field without the blanks around it; empty, with a fault, where it is no text."""
        value = self.data.get(key) or ""
        if not isinstance(value, str) or len(value) > MAX_WORD or not value.isprintable():
            self.fault(key, RowCode.NOT_TEXT, most=MAX_WORD)
            return ""
        return value.strip()

    def decimal(self, key: str, *, is_required: bool) -> Decimal | None:
        text = self.text(key)
        if not text:
            if is_required and not self.has_fault(key):
                self.fault(key, RowCode.REQUIRED)
            return None
        if _DECIMAL.fullmatch(text):
            return Decimal(text)
        code = (
            RowCode.CENSORED
            if text[0] in "<>"
            else RowCode.DECIMAL_COMMA
            if "," in text
            else RowCode.NOT_DECIMAL_TEXT
        )
        self.fault(key, code, given=text)
        return None

    def count(self, key: str) -> int:
        text = self.text(key)
        if _COUNT.fullmatch(text):
            return int(text)
        if not self.has_fault(key):
            self.fault(key, RowCode.NOT_A_COUNT if text else RowCode.REQUIRED)
        return self.number
