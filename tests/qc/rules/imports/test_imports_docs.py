"""The page about files of results says all that the code knows."""

import dataclasses
import re
from enum import StrEnum
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from qc.forms.import_words import FAULTS
from qc.rules.imports import ControlSort, ImportKind, ImportMapping, Role
from qc.rules.imports.mapping import (
    Acceptance,
    CurveSource,
    DecimalSign,
    Delimiter,
    Dilution,
    Encoding,
    Growth,
    Measure,
    Part,
)
from qc.rules.imports.units import CONVERSIONS, UNITS

DOCS = Path(settings.BASE_DIR) / "docs"


def page() -> str:
    return (DOCS / "reference" / "imports.md").read_text(encoding="utf-8")


def fault_lines() -> list[str]:
    """The table of faults, in the order of the code."""
    with translation.override("en"):
        rows = [(code, *(_shown(str(text)) for text in FAULTS[code])) for code in FAULTS]
    return [f"| `{code}` | {text} | {todo} |" for code, text, todo in rows]


def _shown(text: str) -> str:
    return re.sub(r"%\((\w+)\)s", r"{\1}", text).replace("%%", "%")


def conversion_lines() -> list[str]:
    return [f"| `{unit}` | `{to}` | {format(times, 'f')} |" for (unit, to), times in CONVERSIONS.items()]


def test_every_fault_and_conversion_stands_in_its_table():
    written = [line for line in page().splitlines() if line.startswith("| `")]
    assert [line for line in written if line in fault_lines()] == fault_lines()
    assert [line for line in written if line in conversion_lines()] == conversion_lines()


@pytest.mark.parametrize("part", [ImportMapping, Measure, Acceptance, Growth], ids=lambda part: part.__name__)
def test_every_field_is_documented(part: type):
    fields = [field.name for field in dataclasses.fields(part) if field.name != "digest"]
    assert [name for name in fields if f"`{name}`" not in page()] == []


@pytest.mark.parametrize(
    "closed",
    [*(ImportKind, Role, ControlSort, Encoding, Delimiter, DecimalSign, Part, Dilution, CurveSource)],
    ids=lambda closed: closed.__name__,
)
def test_every_choice_is_documented(closed: type[StrEnum]):
    assert [member.value for member in closed if f"`{member.value}`" not in page()] == []


def test_every_unit_is_documented():
    assert [unit for unit in UNITS if f"`{unit}`" not in page()] == []


def test_the_page_is_found():
    assert "(reference/imports.md)" in (DOCS / "index.md").read_text(encoding="utf-8")
