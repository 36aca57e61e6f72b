"""What an entry altered, in words: what it is a column of, the old value beside the new one."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from ledger import registry
from ledger.rules.histories import Altered
from people.registry import column_word, is_withheld

MOST_SHOWN = 300
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
# One of few states as programs write it; no code that people write looks so.
_WORD = re.compile(r"[a-z]+([_:][a-z0-9]+)+", re.ASCII)
# Where a list of parts names a person by their number.
_PEOPLE = frozenset({"user", "by"})


@dataclass(frozen=True)
class Known:
    """What stands for ids: codes of things by id, printed names of people by number."""

    things: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """One altered value. `before` is empty where the thing is new; `row` is its id, by which lines are told apart;
    `called`: the code of the thing, where it has one that is known."""

    thing: str
    row: str
    column: str
    before: str
    after: str
    is_new: bool
    called: str = ""


def told(altered: Altered, zone: str, known: Known | None = None) -> Told:
    """In the reader's language, times in a zone; codes and names in place of the ids that are known."""
    known = known or Known()
    thing = str(registry.table(altered.table).model._meta.verbose_name)
    is_hidden = is_withheld(altered.table, altered.column)
    return Told(
        thing=thing,
        row=altered.row,
        column=_column_text(altered),
        before=_("not shown") if is_hidden else _before(altered, zone, known),
        after=_("not shown") if is_hidden else _value(altered, altered.after, zone, known),
        is_new=altered.is_new,
        called=known.things.get(altered.row, ""),
    )


def mentioned(altered: Iterable[Altered]) -> tuple[set[str], set[int]]:
    """The ids of things and the numbers of people that these altered values and their rows name."""
    things: set[str] = set()
    people: set[int] = set()
    for it in altered:
        things.add(it.row)
        is_person = _is_person(it)
        for value in (it.before, it.after):
            people |= {value} if is_person and isinstance(value, int) else set()
            for name, one in _leaves(value):
                things |= {one} if isinstance(one, str) and _ID.fullmatch(one) else set()
                people |= {one} if name in _PEOPLE and isinstance(one, int) else set()
    return things, people


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _leaves(one, key)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one, name)
    else:
        yield name, value


def _column_text(altered: Altered) -> str:
    plain = altered.column.removesuffix("_id").replace("_", " ")
    return column_word(altered.table, altered.column) or plain


def told_on_page(altered: Iterable[Altered], zone: str) -> tuple[Told, ...]:
    """What a person reads: without references to other things (a printed name stands beside that of a person), without
    what is empty in a new thing, and without lists of parts, which the entry's own words tell."""
    return tuple(
        told(it, zone) for it in altered if not it.is_same and not _is_reference(it) and not _is_bare(it)
    )


def _is_reference(it: Altered) -> bool:
    return _refers_to(it) is not None


def _is_person(it: Altered) -> bool:
    return _refers_to(it) is get_user_model()


def _refers_to(it: Altered) -> Any:
    """What the column is a reference to; None where it is none."""
    fields = registry.table(it.table).model._meta.concrete_fields
    return next((one.related_model for one in fields if one.attname == it.column), None)


def _is_bare(it: Altered) -> bool:
    is_empty = it.is_new and it.after in (None, "", [], {}, False)
    is_parts = any(isinstance(one, dict | list) for value in (it.before, it.after) for one in _inner(value))
    return is_empty or is_parts or _is_id(it.after)


def _inner(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _is_id(value: Any) -> bool:
    texts = value if isinstance(value, list) else [value]
    return bool(texts) and all(isinstance(one, str) and bool(_ID.fullmatch(one)) for one in texts)


def _before(altered: Altered, zone: str, known: Known) -> str:
    if altered.is_new:
        return ""
    return _value(altered, altered.before, zone, known) if altered.is_known else _("not known")


def _value(altered: Altered, value: Any, zone: str, known: Known) -> str:
    name = known.people.get(value) if isinstance(value, int) and _is_person(altered) else None
    return value_text(value, zone, known) if name is None else name


def value_text(value: Any, zone: str, known: Known | None = None) -> str:
    """A value of an entry as people read it; what is empty says so, and what is longer than MOST_SHOWN is cut."""
    known = known or Known()
    if value is None or value in ("", [], {}):
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        text = ", ".join(_part(name, it, zone, known) for name, it in value.items())
    elif isinstance(value, list):
        between = "; " if any(isinstance(it, dict) for it in value) else ", "
        text = between.join(value_text(it, zone, known) for it in value)
    else:
        text = _plain(value, zone, known) if isinstance(value, str) else str(value)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]} …"


def _part(name: str, value: Any, zone: str, known: Known) -> str:
    who = known.people.get(value) if name in _PEOPLE and isinstance(value, int) else None
    return f"{name.replace('_', ' ')}: {who or value_text(value, zone, known)}"


def _plain(value: str, zone: str, known: Known) -> str:
    if _WORD.fullmatch(value):
        return value.replace("_", " ").replace(":", " ")
    return known.things.get(value) or _time_text(value, zone)


def _time_text(value: str, zone: str) -> str:
    if len(value) < len("2026-01-01T00:00Z") or value[4:5] != "-" or value[10:11] != "T":
        return value
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    local = at.astimezone(ZoneInfo(zone)) if at.tzinfo is not None else at
    return f"{local:%Y-%m-%d %H:%M:%S} {local.tzname() or ''}".rstrip()
