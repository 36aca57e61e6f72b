"""What an entry altered, in words: what it is a column of, the old value beside the new one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from ledger import registry
from ledger.rules.histories import Altered
from people.registry import is_withheld

_MOST_SHOWN = 300
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


@dataclass(frozen=True)
class Told:
    """One altered value. `before` is empty where the thing is new; `row` is its id, by which lines are told apart."""

    thing: str
    row: str
    column: str
    before: str
    after: str
    is_new: bool


def told(altered: Altered, zone: str) -> Told:
    """In the reader's language, times in a zone."""
    thing = str(registry.table(altered.table).model._meta.verbose_name)
    is_hidden = is_withheld(altered.table, altered.column)
    return Told(
        thing=thing,
        row=altered.row,
        column=altered.column.removesuffix("_id").replace("_", " "),
        before=_("not shown") if is_hidden else _before(altered, zone),
        after=_("not shown") if is_hidden else value_text(altered.after, zone),
        is_new=altered.is_new,
    )


def told_on_page(altered: Iterable[Altered], zone: str) -> tuple[Told, ...]:
    """What a person reads: without references to other things (a printed name stands beside that of a person), without
    what is empty in a new thing, and without lists of parts, which the entry's own words tell."""
    return tuple(told(it, zone) for it in altered if not _is_reference(it) and not _is_bare(it))


def _is_reference(it: Altered) -> bool:
    columns = {field.attname: field for field in registry.table(it.table).model._meta.concrete_fields}
    field = columns.get(it.column)
    return field is not None and field.is_relation


def _is_bare(it: Altered) -> bool:
    is_empty = it.is_new and it.after in (None, "", [], {}, False)
    is_parts = any(isinstance(one, dict | list) for value in (it.before, it.after) for one in _inner(value))
    return is_empty or is_parts or _is_id(it.after)


def _inner(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _is_id(value: Any) -> bool:
    texts = value if isinstance(value, list) else [value]
    return bool(texts) and all(isinstance(one, str) and bool(_ID.fullmatch(one)) for one in texts)


def _before(altered: Altered, zone: str) -> str:
    if altered.is_new:
        return ""
    return value_text(altered.before, zone) if altered.is_known else _("not known")


def value_text(value: Any, zone: str) -> str:
    """A value of an entry as people read it; what is empty says so."""
    if value is None or value in ("", [], {}):
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        text = ", ".join(f"{name}: {value_text(it, zone)}" for name, it in value.items())
    elif isinstance(value, list):
        text = ", ".join(value_text(it, zone) for it in value)
    else:
        text = _time_text(value, zone) if isinstance(value, str) else str(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]} …"


def _time_text(value: str, zone: str) -> str:
    if len(value) < len("2026-01-01T00:00Z") or value[4:5] != "-" or value[10:11] != "T":
        return value
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    local = at.astimezone(ZoneInfo(zone)) if at.tzinfo is not None else at
    return f"{local:%Y-%m-%d %H:%M:%S} {local.tzname() or ''}".rstrip()
