"""The kinds of reports that can be asked for: who may ask, about what, and how one is made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from audit.rules.questions import Ask, Question
from audit.rules.report import Report
from people.rules.authority import Person
from people.rules.rights import Right

# Makes a report for a person about a question at a moment. Raises ledger.rules.errors.NotFound for what is not there
# or not theirs to see: the two are not told apart.
Build = Callable[[Person, Question, datetime], Report]


@dataclass(frozen=True)
class ReportKind:
    """A kind of report. `asks`: what must be told; `may`: what may be told beside; `right`: whose it is, at the
    sites whose data are in it."""

    code: str
    title: str | Promise
    about: str | Promise
    asks: frozenset[Ask]
    right: Right
    build: Build
    may: frozenset[Ask] = frozenset()


_kinds: dict[str, ReportKind] = {}


def register_report(kind: ReportKind) -> None:
    """Make a kind known, once."""
    if kind.code in _kinds and _kinds[kind.code] != kind:
        raise ValueError(f"the report {kind.code!r} is registered already")
    _kinds[kind.code] = kind


def report_kind(code: str) -> ReportKind | None:
    """The kind, or None."""
    return _kinds.get(code)


def report_kinds() -> tuple[ReportKind, ...]:
    """All kinds in the order in which they were registered."""
    return tuple(_kinds.values())
