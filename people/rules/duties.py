"""Duties that no one person holds together, judged when a role is granted.

Who sets up the system has no interest in its data (MHRA GxP data integrity guidance, 6.16; EU GMP Annex 11, 12.3;
PIC/S PI 041, 9.3), so that an administrator of any site makes, checks and decides no record at any other. Who audits a
site does none of its work (EU GMP chapter 9.2). What one person may not do to one record is judged with that record.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from people.rules.authority import Grant
from people.rules.rights import LABORATORY_AND_QUALITY, WORK
from people.rules.roles import Role


class Duty(StrEnum):
    """Why two roles are not one person's."""

    ADMINISTERS = "administrator_holds_no_other_authority"
    AUDITS = "auditor_does_no_work"


@dataclass(frozen=True)
class Conflict:
    """A role that is held, or will be, and may not stand beside the one that is asked for."""

    duty: Duty
    held: Grant


def conflict(asked: Grant, held: Iterable[Grant]) -> Conflict | None:
    """The first grant beside which the one asked for may not stand at any moment, and why."""
    for other in held:
        if not _overlap(asked, other):
            continue
        pair = {asked.role, other.role}
        if Role.ADMINISTRATOR in pair and pair & LABORATORY_AND_QUALITY:
            return Conflict(Duty.ADMINISTERS, other)
        if asked.site == other.site and Role.AUDITOR in pair and pair & WORK:
            return Conflict(Duty.AUDITS, other)
    return None


def _overlap(one: Grant, other: Grant) -> bool:
    starts_before = other.valid_until is None or one.valid_from < other.valid_until
    ends_after = one.valid_until is None or other.valid_from < one.valid_until
    return starts_before and ends_after
