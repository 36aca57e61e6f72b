"""The content of a document changed place by place, as a form with one field a place changes it.

A place is a path as faults name it: `dose.bands[0].low`. What a form shows of a place is a text; a place whose text
came back as it was shown is not touched, whatever stands there. So a document that is opened and saved is the same
document, with all that no form knows of. What was typed and cannot be read is kept as typed: the reader of the document
says what is wrong with it, and nobody types it twice.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Step = str | int

_STEP = re.compile(r"([^.\[\]]+)|\[([0-9]{1,4})\]", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)


class FieldKind(StrEnum):
    """What stands at a place, and so how it is written."""

    TEXT = "text"
    LONG = "long"
    WHOLE = "whole"
    NUMBER = "number"
    ONE = "one"
    MANY = "many"
    LINES = "lines"
    LIMIT = "limit"


@dataclass(frozen=True)
class Field:
    """One place of a document and what is written there; `choices` are codes, for `one` and `many`."""

    path: str
    kind: FieldKind = FieldKind.TEXT
    choices: tuple[str, ...] = ()
    belongs: bool = True


@dataclass(frozen=True)
class Written:
    """What a form holds for a place: a text, the chosen of many, and for a limit whether it is within itself."""

    text: str = ""
    chosen: tuple[str, ...] = ()
    is_inclusive: bool = True


def steps(path: str) -> tuple[Step, ...]:
    """The steps of a path: `bands[0].low` is ("bands", 0, "low")."""
    return tuple(name or int(index) for name, index in _STEP.findall(path))


def value_at(content: Any, path: str) -> Any:
    """What stands at a place; None where nothing does."""
    for step in steps(path):
        if isinstance(step, str):
            content = content.get(step) if isinstance(content, Mapping) else None
        else:
            is_there = isinstance(content, list) and step < len(content)
            content = content[step] if is_there else None
    return content


def with_value(content: Any, path: str, value: Any) -> Any:
    """The content with a value at a place; objects and lists on the way there are made."""
    return _put(content, steps(path), value)


def without(content: Any, path: str) -> Any:
    """The content with nothing at a place; an object that is empty then goes with it."""
    way = steps(path)
    return _drop(content, way) if way else content


def shown(content: Any, field: Field) -> Written:
    """What a form shows of a place."""
    value = value_at(content, field.path)
    if field.kind is FieldKind.MANY:
        return Written(
            chosen=tuple(x for x in value if isinstance(x, str)) if isinstance(value, list) else ()
        )
    if field.kind is FieldKind.LIMIT and isinstance(value, Mapping):
        return Written(_text(value.get("value")), is_inclusive=value.get("is_inclusive", True) is not False)
    if field.kind is FieldKind.LINES and isinstance(value, list):
        return Written("\n".join(map(_text, value)))
    return Written(_text(value))


def changed(content: Any, field: Field, written: Written) -> Any:
    """The content after a form was written: untouched where it says what was shown."""
    before = shown(content, field)
    if field.kind is FieldKind.MANY:
        return _with_chosen(content, field, before.chosen, written.chosen)
    text = _plain(written.text, field.kind)
    is_same = text == _plain(before.text, field.kind)
    if is_same and (
        not text or field.kind is not FieldKind.LIMIT or written.is_inclusive is before.is_inclusive
    ):
        return content
    if not text:
        return without(content, field.path)
    if field.kind is FieldKind.LIMIT:
        old = value_at(content, field.path)
        known = dict(old) if isinstance(old, Mapping) else {}
        return with_value(content, field.path, known | {"value": text, "is_inclusive": written.is_inclusive})
    return with_value(content, field.path, _read(text, field.kind))


def moved(items: Sequence[Any], index: int, by: int) -> list[Any]:
    """The list with one item so many places further on; as it was where there is no such place."""
    found, to = list(items), index + by
    if 0 <= index < len(found) and 0 <= to < len(found):
        found.insert(to, found.pop(index))
    return found


def field_of(path: str, fields: Sequence[Field]) -> Field | None:
    """The field at which a fault is shown: that of its place, of a part of it, or of what it is a part of."""
    here = [field for field in fields if field.path == path]
    inside = [field for field in fields if field.path.startswith((f"{path}.", f"{path}["))] if path else []
    around = [field for field in fields if path.startswith((f"{field.path}.", f"{field.path}["))]
    return next(iter((*here, *inside, *around)), None)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else str(value)


def _plain(text: str, kind: FieldKind) -> str:
    """As a browser sends it back: no spaces around, line ends of one kind, and none where there is one line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if kind is FieldKind.LINES:
        return "\n".join(line.strip() for line in text.split("\n") if line.strip())
    return (text if kind is FieldKind.LONG else text.replace("\n", "")).strip()


def _read(text: str, kind: FieldKind) -> Any:
    if kind is FieldKind.LINES:
        return text.split("\n")
    if kind is FieldKind.WHOLE and _WHOLE.fullmatch(text):
        return int(text)
    return text


def _with_chosen(content: Any, field: Field, before: Sequence[str], now: Sequence[str]) -> Any:
    if set(before) == set(now):
        return content
    order = [*before, *field.choices]
    chosen = sorted(set(now), key=lambda one: order.index(one) if one in order else len(order))
    return with_value(content, field.path, chosen) if chosen else without(content, field.path)


def _put(content: Any, way: tuple[Step, ...], value: Any) -> Any:
    if not way:
        return value
    step, rest = way[0], way[1:]
    if isinstance(step, str):
        known = dict(content) if isinstance(content, Mapping) else {}
        return known | {step: _put(known.get(step), rest, value)}
    items = list(content) if isinstance(content, list) else []
    items += [{} for _n in range(step + 1 - len(items))]
    items[step] = _put(items[step], rest, value)
    return items


def _drop(content: Any, way: tuple[Step, ...]) -> Any:
    step, rest = way[0], way[1:]
    if isinstance(step, str):
        if not isinstance(content, Mapping) or step not in content:
            return content
        inner = _drop(content[step], rest) if rest else None
        is_gone = not rest or inner in ({}, [])
        return {
            key: inner if key == step else kept for key, kept in content.items() if key != step or not is_gone
        }
    if not isinstance(content, list) or step >= len(content):
        return content
    if not rest:
        return content[:step] + content[step + 1 :]
    return [*content[:step], _drop(content[step], rest), *content[step + 1 :]]
