"""Reading a document of the kind `import_mapping` (schema 1): the mapping, or every fault at its path."""

import re
from collections.abc import Mapping as Lookup
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Any, TypeVar

from ledger.rules.canonical import canonical
from people.rules.documents import Problem, content_problems
from qc.rules.imports.mapping import (
    Acceptance,
    ControlRule,
    CurveSource,
    DecimalSign,
    Delimiter,
    Dilution,
    Encoding,
    Growth,
    ImportKind,
    ImportMapping,
    Measure,
    Part,
    Role,
)
from qc.rules.imports.mapping_checks import faults_of
from qc.rules.imports.preview import ControlSort, Sense
from qc.rules.imports.units import UNITS
from qc.rules.reading import Reader

KIND = "import_mapping"
SCHEMA = 1
MAX_MEASURES = 40
MAX_LIST = 100
MAX_DAYS = 60

CODE = re.compile(r"[A-Z][A-Z0-9_]{0,31}", re.ASCII)
WORD_SENSES = (Sense.NOT_DETECTED, Sense.UNDETERMINED, Sense.NOT_MEASURED)
FIELDS = {
    *("kind", "title", "encoding", "delimiter", "decimal", "header", "footer", "needs_final_line_end"),
    *("trims_spaces", "columns", "ignored", "measures", "units", "words", "controls", "replicates"),
    *("reference_copies", "acceptance", "growth"),
}
_MEASURE = {
    *("criterion", "unit", "report_unit", "factor", "column", "target", "part", "ratio", "dilution"),
    *("possible_low", "possible_high", "says_detected", "says_not_detected"),
}
_COUNTS = {"standards_least": 20, "droplets_least": 100_000}
_NUMBERS = (
    *("slope_low", "slope_high", "efficiency_low", "efficiency_high", "r_squared_low", "blank_cq_low"),
    *("blank_high", "recovery_low", "recovery_high", "cv_high", "correlation_low"),
)
_GROWTH_WORDS = ("growth", "ongoing", "negative")
_GROWTH_TEXTS = ("says_growth", "says_ongoing", "says_negative")
_GROWTH_CODES = ("interim_criterion", "final_criterion")
_Choice = TypeVar("_Choice", bound=StrEnum)


def parse(content: Any) -> tuple[ImportMapping | None, tuple[Problem, ...]]:
    """Read a mapping document. Answers (mapping, ()) or (None, every fault). Never raises."""
    found = content_problems(content)
    if found:
        return None, found
    faults: list[Problem] = []
    mapping = _read(content, Reader(content, "", faults))
    if not faults:
        faults = [Problem(path, code, params) for path, code, params in faults_of(mapping)]
    return (None, tuple(faults)) if faults else (mapping, ())


def problems(content: Any) -> tuple[Problem, ...]:
    """What is wrong with a mapping document; the check that `people` runs before it takes one."""
    return parse(content)[1]


def _read(content: Any, reader: Reader) -> ImportMapping:
    reader.close(FIELDS)
    return ImportMapping(
        kind=reader.one("kind", ImportKind, ImportKind.CSV),
        title=reader.text("title", is_required=True),
        header=reader.text("header", is_required=True),
        columns=_columns(reader),
        encoding=_choice(reader, "encoding", Encoding, Encoding.UTF_8),
        delimiter=_choice(reader, "delimiter", Delimiter, Delimiter.COMMA),
        decimal=_choice(reader, "decimal", DecimalSign, DecimalSign.POINT),
        footer=reader.text("footer"),
        needs_final_line_end=_switch(reader, "needs_final_line_end", default=True),
        trims_spaces=_switch(reader, "trims_spaces", default=False),
        ignored=reader.texts("ignored"),
        measures=_measures(reader),
        units=_units(reader),
        words=_words(reader),
        controls=_controls(reader),
        replicates=reader.count("replicates", 0, 99),
        reference_copies=reader.count("reference_copies", 1, 99) if "reference_copies" in reader.data else 2,
        acceptance=_acceptance(reader),
        growth=_growth(reader),
        digest=sha256(canonical(content)).hexdigest(),
    )


def _choice(reader: Reader, key: str, choices: type[_Choice], default: _Choice) -> _Choice:
    return reader.one(key, choices, default) if key in reader.data else default


def _switch(reader: Reader, key: str, *, default: bool) -> bool:
    value = reader.data.get(key, default)
    if not isinstance(value, bool):
        reader.fault(key, "wrong_type", wanted="yes or no")
        return default
    return value


def _inner(reader: Reader, key: str) -> Reader:
    """The reader of an object that may be left out."""
    return Reader(reader.data.get(key, {}), f"{reader.path}.{key}".lstrip("."), reader.faults)


def _columns(reader: Reader) -> Lookup[Role, str]:
    inner = _inner(reader, "columns")
    inner.close({role.value for role in Role})
    return {role: inner.text(role, is_required=True) for role in Role if role in inner.data}


def _list(reader: Reader, key: str, most: int) -> list[Reader]:
    values = reader.data.get(key, [])
    if not isinstance(values, list) or len(values) > most:
        reader.fault(key, "out_of_range", low=0, high=most)
        return []
    return [Reader(value, f"{key}[{n}]", reader.faults) for n, value in enumerate(values)]


def _measures(reader: Reader) -> tuple[Measure, ...]:
    return tuple(_measure(inner) for inner in _list(reader, "measures", MAX_MEASURES))


def _measure(reader: Reader) -> Measure:
    reader.close(_MEASURE)
    unit = _unit(reader, "unit")
    criterion, ratio = reader.text("criterion", is_required=True), reader.text("ratio")
    for key, code in (("criterion", criterion), ("ratio", ratio)):
        if code and not CODE.fullmatch(code):
            reader.fault(key, "code_shape")
    return Measure(
        criterion=criterion,
        unit=unit,
        report_unit=_unit(reader, "report_unit") if "report_unit" in reader.data else unit,
        factor=_number_or(reader, "factor", Decimal(1)),
        column=reader.text("column"),
        target=reader.text("target"),
        part=_choice(reader, "part", Part, Part.RESULT),
        ratio=ratio,
        dilution=_choice(reader, "dilution", Dilution, Dilution.NONE),
        possible_low=reader.number("possible_low"),
        possible_high=reader.number("possible_high"),
        says_detected=reader.text("says_detected", most=80),
        says_not_detected=reader.text("says_not_detected", most=80),
    )


def _number_or(reader: Reader, key: str, default: Decimal) -> Decimal:
    found = reader.number(key)
    return default if found is None else found


def _unit(reader: Reader, key: str) -> str:
    """A unit of the closed list: a unit is never left to be guessed."""
    raw = reader.text(key, is_required=True, most=40)
    if raw and raw not in UNITS:
        reader.fault(key, "unit_unknown", given=raw)
    return raw


def _units(reader: Reader) -> Lookup[str, str]:
    inner = _inner(reader, "units")
    return {str(text): _unit(inner, str(text)) for text in inner.data}


def _words(reader: Reader) -> Lookup[Sense, tuple[str, ...]]:
    inner = _inner(reader, "words")
    inner.close({sense.value for sense in WORD_SENSES})
    return {sense: inner.texts(sense) for sense in WORD_SENSES if sense in inner.data}


def _controls(reader: Reader) -> tuple[ControlRule, ...]:
    rules = []
    for inner in _list(reader, "controls", MAX_LIST):
        inner.close({"role", "text", "sort", "level"})
        rules.append(
            ControlRule(
                role=inner.one("role", Role, Role.SAMPLE),
                text=inner.text("text", is_required=True, most=80),
                sort=inner.one("sort", ControlSort, ControlSort.CONTROL),
                level=inner.text("level", most=40),
            )
        )
    return tuple(rules)


def _acceptance(reader: Reader) -> Acceptance:
    inner = _inner(reader, "acceptance")
    inner.close({"curve", "needs_blank", *_COUNTS, *_NUMBERS})
    asked: dict[str, Any] = {key: inner.number(key) for key in _NUMBERS}
    asked |= {key: inner.count(key, 0, most) for key, most in _COUNTS.items()}
    return Acceptance(
        curve=_choice(inner, "curve", CurveSource, CurveSource.NONE),
        needs_blank=_switch(inner, "needs_blank", default=False),
        **asked,
    )


def _growth(reader: Reader) -> Growth:
    if "growth" not in reader.data:
        return Growth()
    inner = _inner(reader, "growth")
    inner.close(
        {*_GROWTH_WORDS, *_GROWTH_TEXTS, *_GROWTH_CODES, "interim_days", "final_days", "positive_unit"}
    )
    for key in _GROWTH_WORDS:
        if not inner.data.get(key):
            inner.fault(key, "required")
    for key in _GROWTH_CODES:
        if not CODE.fullmatch(inner.text(key)):
            inner.fault(key, "code_shape")
    said: dict[str, Any] = {key: inner.texts(key) for key in _GROWTH_WORDS}
    said |= {key: inner.text(key) for key in _GROWTH_CODES}
    said |= {key: inner.text(key, is_required=True, most=80) for key in _GROWTH_TEXTS}
    return Growth(
        interim_days=inner.count("interim_days", 0, MAX_DAYS),
        final_days=inner.count("final_days", 1, MAX_DAYS),
        positive_unit=inner.text("positive_unit"),
        **said,
    )
