"""What the upper rooms tell the ledger about themselves, in their `AppConfig.ready()`.

The ledger applies the changes that entries carry, rebuilds tables, renders entries and runs effects without
ever importing the rooms that own them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django.db import models

from ledger.rules import Finding
from ledger.rules.canonical import plain

if TYPE_CHECKING:
    from ledger.selectors import EffectView


class Told(Protocol):
    """As much of an entry as the words for it need: whoever shows a part of one has no more at hand."""

    @property
    def event(self) -> str:
        """What happened."""
        ...

    @property
    def facts(self) -> Mapping[str, Any]:
        """What is known of it."""
        ...


EffectHandler = Callable[["EffectView"], None]
Nudge = Callable[[int], None]
Verifier = Callable[[], Iterable[Finding]]
Presenter = Callable[[Told], str]


class UnknownTable(LookupError):
    """A change names a table that no room registered."""


class UnknownColumn(ValueError):
    """A change names a column that its table does not have."""


@dataclass(frozen=True)
class Table:
    """A projection: a table whose rows only the ledger writes."""

    label: str
    db_table: str
    columns: Mapping[str, str]
    defaults: Mapping[str, Any]
    model: type[models.Model]

    def column_names(self, attributes: Iterable[str]) -> list[str]:
        """The database columns of the attributes, or UnknownColumn naming those that do not exist."""
        names = list(attributes)
        strange = [name for name in names if name not in self.columns]
        if strange:
            raise UnknownColumn(f"{self.label} has no {', '.join(sorted(strange))}")
        return [self.columns[name] for name in names]

    def completed(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a new row with the model's constant defaults for what was left out."""
        return {**self.defaults, **values}


_tables: dict[str, Table] = {}
_effects: dict[str, EffectHandler] = {}
_nudges: list[Nudge] = []
_verifiers: dict[str, Verifier] = {}
_presenters: dict[str, Presenter] = {}
_unrebuildable: dict[str, str] = {}


def register_table(model: type[models.Model]) -> None:
    """Make a model's table a projection. Rows come from entries alone: nothing in it may invent a value."""
    meta = model._meta
    key = meta.pk
    if not isinstance(key, models.UUIDField) or key.attname != "id":
        raise TypeError(f"{meta.label}: a projection's primary key is `id`, a UUID given by the service")
    columns: dict[str, str] = {}
    defaults: dict[str, Any] = {}
    for field in meta.concrete_fields:
        if field.generated:  # the database derives it from the row's other columns
            continue
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            raise TypeError(f"{meta.label}.{field.name}: a projection takes no time from a clock")
        columns[field.attname] = str(field.column)
        if field.primary_key or not field.has_default():
            if not field.primary_key and not field.null and field.empty_strings_allowed:
                defaults[field.attname] = _empty(field)
            continue
        defaults[field.attname] = _constant(meta.label, field)
    defaults = {name: value for name, value in defaults.items() if value is not _NOTHING}
    _tables[meta.label_lower] = Table(meta.label_lower, meta.db_table, columns, defaults, model)


_NOTHING = object()


def _empty(field: models.Field[Any, Any]) -> Any:
    # Django fills a text column without a value with "" when `blank` allows it; so does a new row here.
    is_text = isinstance(field, models.CharField | models.TextField)
    return "" if is_text and field.blank else _NOTHING


def _constant(label: str, field: models.Field[Any, Any]) -> Any:
    if callable(field.default) and field.default not in (dict, list):
        raise TypeError(f"{label}.{field.name}: a projection's defaults are constants")
    value = field.get_default()
    return None if value is None else plain(value)


def table(label: str) -> Table:
    """The projection registered under "app_label.model_name"."""
    try:
        return _tables[label]
    except KeyError:
        raise UnknownTable(f"no projection is registered as {label}") from None


def tables() -> list[Table]:
    """All projections, by name."""
    return [_tables[label] for label in sorted(_tables)]


def register_effect(kind: str, handler: EffectHandler) -> None:
    """Run `handler` for effects of this kind. It must be idempotent: after a crash it is called again."""
    _effects[kind] = handler


def effect_handler(kind: str) -> EffectHandler:
    """The handler of a kind of effect. Raises LookupError when no room has one."""
    try:
        return _effects[kind]
    except KeyError:
        raise LookupError(f"no handler is registered for {kind}") from None


def register_nudge(nudge: Nudge) -> None:
    """Call `nudge` with an effect's id after the commit that wrote it. There is one; the last one wins."""
    _nudges[:] = [nudge]


def nudge() -> Nudge | None:
    """How to wake the worker, when somebody has said so."""
    return _nudges[0] if _nudges else None


def register_verifier(name: str, verifier: Verifier) -> None:
    """Let a room check its own records (signatures, say) whenever the ledger is verified."""
    _verifiers[name] = verifier


def verifiers() -> list[tuple[str, Verifier]]:
    """All registered verifiers, by name."""
    return sorted(_verifiers.items())


def register_presenter(event: str, presenter: Presenter) -> None:
    """Let a room say in words what an entry of this event means."""
    _presenters[str(event)] = presenter


def presenter(event: str) -> Presenter | None:
    """The presenter of an event."""
    return _presenters.get(event)


def register_unrebuildable(what: str, why: str) -> None:
    """Name something that the entries cannot bring back, so that the verifier says so."""
    _unrebuildable[what] = why


def unrebuildable() -> list[tuple[str, str]]:
    """What cannot be rebuilt from entries, and why."""
    return sorted(_unrebuildable.items())
