"""Which fields a specification, a criterion and a group of alternatives have, for the forms of its editor.

A criterion shows the fields of its sort, timing and dose. A field that does not belong to it and holds something is
shown too: nothing is thrown away because another sort was chosen, and what is out of place is said at its field.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from qc.rules.criterion import Basis, Effect, NotTestedReason, ReportedAs, Sort, Timing
from qc.rules.dose import DoseKind, WindowBasis
from qc.rules.dose_reading import MOST_BANDS, MOST_COMPONENTS
from qc.rules.editing import Field, FieldKind, Written, changed, shown, value_at, with_value
from qc.rules.replicates import ReportRule
from qc.rules.specification import MAX_GROUPS, Phase, TrailNeed
from qc.rules.subjects import SubjectKind

# A new line begins as what most lines are.
BLANK: Mapping[str, Any] = {"sort": Sort.QUANTITY.value, "timing": Timing.RELEASE.value}
_ROWS = ("any_of", "dose.bands", "dose.components")
_LEAST_ROWS = 2


class SectionCode(StrEnum):
    """What fields that stand together are about."""

    WHAT = "what"
    NUMBER = "number"
    LIMITS = "limits"
    WORDS = "words"
    PATIENT = "patient"
    DOSE = "dose"
    BAND = "band"
    COMPONENT = "component"
    TOTAL = "total"
    RATIO = "ratio"
    CAP = "cap"
    READING = "reading"
    REPLICATES = "replicates"
    MORE = "more"


@dataclass(frozen=True)
class Section:
    """Fields that stand together; `number` tells bands and components apart."""

    code: SectionCode
    fields: tuple[Field, ...]
    number: int = 0


def header_fields() -> tuple[Field, ...]:
    """What is said of a specification as a whole."""
    return (
        Field("name"),
        Field("product"),
        Field("region"),
        Field("phase", FieldKind.ONE, _codes(Phase)),
        Field("subject", FieldKind.ONE, _codes(SubjectKind)),
        Field("trail_review", FieldKind.ONE, _codes(TrailNeed)),
    )


def group_fields(content: Mapping[str, Any]) -> tuple[tuple[Field, ...], ...]:
    """The fields of every group of alternatives, and of one more."""
    criteria = content.get("criteria")
    codes = [str(one["code"]) for one in criteria if _has_code(one)] if isinstance(criteria, list) else []
    rows = min(_length(content, "any_of") + 1, MAX_GROUPS)
    return tuple(_group(content, f"any_of[{n}]", codes) for n in range(rows))


def sections_of(criterion: Mapping[str, Any], content: Mapping[str, Any]) -> tuple[Section, ...]:
    """What the form of a criterion shows, section by section; `content` is the specification's."""
    found = []
    for section in _all_sections(criterion, content):
        fields = tuple(f for f in section.fields if f.belongs or shown(criterion, f) != Written())
        if fields:
            found.append(replace(section, fields=fields))
    return tuple(found)


def fields_in(sections: tuple[Section, ...]) -> tuple[Field, ...]:
    """The fields of all sections."""
    return tuple(field for section in sections for field in section.fields)


def written_into(content: Any, fields: tuple[Field, ...], written: Mapping[str, Written]) -> Any:
    """The content after a form was written. A row of which nothing is left is taken out."""
    before = content
    for field in fields:
        if field.path in written:
            content = changed(content, field, written[field.path])
    for path in _ROWS:
        rows = value_at(content, path)
        if isinstance(rows, list) and rows != value_at(before, path) and {} in rows:
            content = with_value(content, path, [row for row in rows if row != {}])
    if isinstance(content, Mapping) and content.get("any_of") == [] and "any_of" not in before:
        return {key: value for key, value in content.items() if key != "any_of"}
    return content


def _all_sections(criterion: Mapping[str, Any], content: Mapping[str, Any]) -> Iterator[Section]:
    sort, timing = criterion.get("sort"), criterion.get("timing")
    is_quantity, is_quality = sort == Sort.QUANTITY, sort == Sort.QUALITY
    has_dose = isinstance(criterion.get("dose"), Mapping)
    yield Section(SectionCode.WHAT, _what())
    yield Section(SectionCode.NUMBER, _all(not is_quality, *_number()))
    yield Section(SectionCode.LIMITS, _all(is_quantity and not has_dose, *_limits("")))
    words = (Field("choices", FieldKind.LINES), Field("accepted", FieldKind.LINES, belongs=is_quality))
    yield Section(SectionCode.WORDS, (replace(words[0], belongs=not is_quantity), words[1]))
    yield Section(SectionCode.PATIENT, _all(is_quantity, *_patient(has_dose=has_dose)))
    yield from _dose_sections(criterion, is_quantity=is_quantity)
    is_reading = timing in (Timing.INTERIM, Timing.FINAL)
    final = Field("final", FieldKind.ONE, _final_codes(content), belongs=timing == Timing.INTERIM)
    hours = Field("not_before_hours", FieldKind.WHOLE, belongs=is_reading)
    yield Section(SectionCode.READING, (final, hours))
    yield Section(SectionCode.REPLICATES, _all(not is_quality, *_replicates()))
    is_material = content.get("subject") == SubjectKind.COLLECTION
    more = (
        Field("may_be_not_tested", FieldKind.MANY, _codes(NotTestedReason)),
        Field("effect", FieldKind.ONE, _codes(Effect), belongs=is_material),
        Field("source", FieldKind.LONG),
    )
    yield Section(SectionCode.MORE, more)


def _dose_sections(criterion: Mapping[str, Any], *, is_quantity: bool) -> Iterator[Section]:
    kind = value_at(criterion, "dose.kind") if is_quantity else None
    is_one_window = kind in (DoseKind.FLAT, DoseKind.PER_KG, DoseKind.CAPPED)
    choose = Field("dose.kind", FieldKind.ONE, _codes(DoseKind), belongs=is_quantity)
    yield Section(SectionCode.DOSE, (choose, *_all(is_one_window, *_window("dose."))))
    cap = (Field("dose.cap.high", FieldKind.LIMIT), *_unit_and_decimals("dose.cap."))
    leftovers = _all(False, Field("dose.cap.low", FieldKind.LIMIT), *_aim("dose.cap."))
    yield Section(SectionCode.CAP, (*_all(kind == DoseKind.CAPPED, *cap), *leftovers))
    for n, belongs in _rows(criterion, "dose.bands", MOST_BANDS, is_open=kind == DoseKind.WEIGHT_BAND):
        row = f"dose.bands[{n}]."
        fields = (Field(f"{row}upto_kg", FieldKind.NUMBER), _basis(row), *_window(row))
        yield Section(SectionCode.BAND, _all(belongs, *fields), n + 1)
    is_parts = kind == DoseKind.COMPONENTS
    for n, belongs in _rows(criterion, "dose.components", MOST_COMPONENTS, is_open=is_parts):
        row = f"dose.components[{n}]."
        fields = (Field(f"{row}code"), Field(f"{row}title"), _basis(row), *_window(row))
        yield Section(SectionCode.COMPONENT, _all(belongs, *fields), n + 1)
    yield Section(SectionCode.TOTAL, _all(is_parts, *_window("dose.total.")))
    yield Section(SectionCode.RATIO, _all(is_parts, *_window("dose.ratio.")))


def _rows(criterion: Mapping[str, Any], path: str, most: int, *, is_open: bool) -> Iterator[tuple[int, bool]]:
    """The rows that there are, and where they belong one more, up to as many as there may be."""
    there = _length(criterion, path)
    rows = max(there, min(max(there + 1, _LEAST_ROWS), most)) if is_open else there
    return ((n, is_open) for n in range(rows))


def _what() -> tuple[Field, ...]:
    return (
        Field("code"),
        Field("title"),
        Field("sort", FieldKind.ONE, _codes(Sort)),
        Field("timing", FieldKind.ONE, _codes(Timing)),
        Field("method"),
        Field("method_version", FieldKind.WHOLE),
    )


def _number() -> tuple[Field, ...]:
    return (
        Field("unit"),
        Field("decimals", FieldKind.WHOLE),
        Field("possible_low", FieldKind.NUMBER),
        Field("possible_high", FieldKind.NUMBER),
    )


def _patient(*, has_dose: bool) -> tuple[Field, ...]:
    return (
        Field("basis", FieldKind.ONE, _codes(Basis), belongs=not has_dose),
        Field("reported_as", FieldKind.ONE, _codes(ReportedAs)),
        Field("weight_max_age_days", FieldKind.WHOLE),
    )


def _replicates() -> tuple[Field, ...]:
    return (
        Field("replicates.count", FieldKind.WHOLE),
        Field("replicates.report", FieldKind.ONE, _codes(ReportRule)),
        Field("replicates.max_cv_percent", FieldKind.NUMBER),
    )


def _limits(prefix: str) -> tuple[Field, ...]:
    return Field(f"{prefix}low", FieldKind.LIMIT), Field(f"{prefix}high", FieldKind.LIMIT)


def _aim(prefix: str) -> tuple[Field, ...]:
    names = (f"{prefix}target", f"{prefix}tolerance_percent")
    return tuple(Field(name, FieldKind.NUMBER) for name in names)


def _unit_and_decimals(prefix: str) -> tuple[Field, ...]:
    return Field(f"{prefix}unit"), Field(f"{prefix}decimals", FieldKind.WHOLE)


def _window(prefix: str) -> tuple[Field, ...]:
    return (*_limits(prefix), *_aim(prefix), *_unit_and_decimals(prefix))


def _basis(prefix: str) -> Field:
    return Field(f"{prefix}basis", FieldKind.ONE, _codes(WindowBasis))


def _group(content: Mapping[str, Any], row: str, codes: list[str]) -> tuple[Field, ...]:
    members = Field(f"{row}.criteria", FieldKind.MANY)
    unknown = [code for code in shown(content, members).chosen if code not in codes]
    choices = tuple(dict.fromkeys((*codes, *unknown)))
    return Field(f"{row}.code"), Field(f"{row}.title"), replace(members, choices=choices)


def _final_codes(content: Mapping[str, Any]) -> tuple[str, ...]:
    criteria = content.get("criteria")
    found = criteria if isinstance(criteria, list) else []
    return tuple(str(one["code"]) for one in found if _has_code(one) and one.get("timing") == Timing.FINAL)


def _has_code(criterion: Any) -> bool:
    return (
        isinstance(criterion, Mapping) and isinstance(criterion.get("code"), str) and bool(criterion["code"])
    )


def _length(content: Any, path: str) -> int:
    found = value_at(content, path)
    return len(found) if isinstance(found, list) else 0


def _all(belongs: bool, *fields: Field) -> tuple[Field, ...]:
    return tuple(replace(field, belongs=field.belongs and belongs) for field in fields)


def _codes(choices: type[StrEnum]) -> tuple[str, ...]:
    return tuple(choice.value for choice in choices)
