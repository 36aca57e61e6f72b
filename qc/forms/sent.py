"""Fields of what other programs send, by their shape: each that is wrong is named with a code, and all are told."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime

from ledger.rules.errors import Invalid
from people.rules.days import can_be_told

_MOST_OF_A_NAME = 40
_NO_ID, _NEVER = UUID(int=0), datetime.max.replace(tzinfo=UTC)


class Sent:
    """The fields of one object. `wrong`: what is wrong with them, by name; what is wrong reads as nothing."""

    def __init__(self, data: Any, known: Collection[str]) -> None:
        self.data: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
        self.wrong = {readable(name): "unknown_field" for name in self.data if name not in known}

    def text(self, name: str, most: int, *, is_required: bool = False, is_prose: bool = False) -> str:
        """A text of so many characters that can be shown; prose may have several lines."""
        value = self.data.get(name, "")
        if not isinstance(value, str):
            self.wrong[name] = "not_a_text"
            return ""
        if is_required and not value.strip():
            self.wrong[name] = "empty"
        elif len(value) > most:
            self.wrong[name] = "too_long"
        elif not (value.replace("\n", " ") if is_prose else value).isprintable():
            self.wrong[name] = "not_printable"
        return value

    def id(self, name: str) -> UUID:
        """An id that a client made."""
        try:
            return UUID(str(self.data[name]))
        except (KeyError, ValueError):
            self.wrong[name] = "not_a_uuid" if name in self.data else "empty"
            return _NO_ID

    def moment(self, name: str) -> datetime:
        """A moment that a record can be about, said with its offset from UTC: no zone is guessed."""
        try:
            found = parse_datetime(str(self.data.get(name, "")))
        except ValueError:
            found = None
        if found is None or found.tzinfo is None or not can_be_told(found):
            self.wrong[name] = "not_a_moment" if name in self.data else "empty"
            return _NEVER
        return found

    def texts(self, name: str, most: int, longest: int) -> tuple[str, ...]:
        """A list of so many short texts."""
        found = self.data.get(name, [])
        if (
            not isinstance(found, list)
            or len(found) > most
            or not all(is_short(one, longest) for one in found)
        ):
            self.wrong[name] = "not_texts"
            return ()
        return tuple(found)

    def check(self) -> None:
        """Raises Invalid: `fields_invalid`, with every field that is wrong."""
        if self.wrong:
            raise Invalid("fields_invalid", detail={"fields": self.wrong})


def readable(name: object) -> str:
    """A name that somebody sent, so that an answer can hold it."""
    return str(name).encode("ascii", "backslashreplace").decode()[:_MOST_OF_A_NAME]


def is_short(value: Any, longest: int) -> bool:
    """Whether it is a text of so many characters that can be shown."""
    return isinstance(value, str) and len(value) <= longest and value.isprintable()
