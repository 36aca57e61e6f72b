"""Whether a site is qualified for its part: programmes asked of it by the kind of work, and qualifications with an end.

A programme is what a site is accredited by or enrolled in (a qualification for apheresis, FACT, a REMS-like programme).
What is asked of a site is data; what it holds is dated and ends. Work of a kind is refused while a programme that it
asks for is missing or overdue.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

_PROGRAMME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]{0,39}", re.ASCII)


class Work(StrEnum):
    """The kinds of work that a programme may be asked for."""

    ORDERS = "orders"
    COLLECTION = "collection"
    INFUSION = "infusion"


@dataclass(frozen=True)
class Held:
    """From when until when a qualification counts; the end is not part of it."""

    valid_from: datetime
    valid_until: datetime

    def is_in_force(self, at: datetime) -> bool:
        """Whether it counts at this moment."""
        return self.valid_from <= at < self.valid_until


@dataclass(frozen=True)
class Required:
    """A programme that a site needs for a kind of work, since when, and what the site holds of it."""

    programme: str
    work: Work
    since: datetime
    held: tuple[Held, ...] = ()

    def is_met(self, at: datetime) -> bool:
        """Whether the site is qualified at this moment, or was not yet asked to be."""
        return at < self.since or any(one.is_in_force(at) for one in self.held)


def unmet(required: Iterable[Required], work: Work, at: datetime) -> tuple[str, ...]:
    """The programmes that this work needs here and that are missing or overdue at this moment, by name."""
    return tuple(sorted({it.programme for it in required if it.work is work and not it.is_met(at)}))


def programme_problem(programme: str) -> str | None:
    """The code of what is wrong with the name of a programme, or None: 1 to 40 plain characters."""
    return None if _PROGRAMME.fullmatch(programme) else "programme_shape"
