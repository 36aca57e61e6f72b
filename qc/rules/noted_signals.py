"""A signal of a control chart as it is noted on a batch: information beside a result, which decides nothing.

The room above judges charts and answers signals; what it knows of one is told here, by the signal's own id.
"""

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

MOST_TITLE, MOST_CODE = 200, 40


class NotedState(StrEnum):
    """Where the signal stands."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Noted:
    """What is known of a signal. `parameter` is its title, `criterion` the code of the result that it is about, empty
    for other numbers; `by` the rule that spoke, `side` where the chart left its limits (codes; empty: not told)."""

    parameter: str
    criterion: str
    by: str
    side: str
    state: NotedState


@dataclass(frozen=True)
class NotedSignal(Noted):
    """The same as it is kept: with the signal's id and when this was noted."""

    id: str
    noted_at: datetime

    @property
    def noted(self) -> Noted:
        """What is known of it, without where it is kept."""
        return Noted(**{it.name: getattr(self, it.name) for it in fields(Noted)})


def faults(noted: Noted) -> dict[str, str]:
    """What is wrong with what is told, by field; nothing where all is sound."""
    found = {} if noted.parameter.strip() else {"parameter": "empty"}
    lengths = {"parameter": MOST_TITLE, "criterion": MOST_CODE, "by": MOST_CODE, "side": MOST_CODE}
    for name, most in lengths.items():
        text: str = getattr(noted, name)
        if len(text) > most or not text.isprintable():
            found[name] = "too_long" if len(text) > most else "not_printable"
    return found
