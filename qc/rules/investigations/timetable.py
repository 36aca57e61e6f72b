"""When an investigation is due, in working days."""

from dataclasses import dataclass
from datetime import date, timedelta

from qc.rules.investigations.values import Investigation, InvestigationState


@dataclass(frozen=True)
class Timetable:
    """Within how many working days the first phase and the whole are done.

    The guidance asks for timely work and names 20 business days for the whole; five for the laboratory are usual.
    """

    phase_1_days: int = 5
    total_days: int = 20


def working_day(start: date, days: int) -> date:
    """The day so many working days after `start`, which is not counted itself.

    A working day is Monday to Friday: public holidays differ by site and year, and counting them as working days makes
    the date an earlier one.
    """
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day


@dataclass(frozen=True)
class Due:
    """The last day of the first phase, and of the whole investigation."""

    phase_1: date
    total: date


def due(opened_on: date, timetable: Timetable) -> Due:
    """When an investigation that was opened on this day, by the site's calendar, is due."""
    first = working_day(opened_on, timetable.phase_1_days)
    return Due(first, working_day(opened_on, timetable.total_days))


def is_overdue(investigation: Investigation, dates: Due, today: date) -> bool:
    """Whether its next date has passed: that of the phase it is in. The day itself is still in time."""
    if not investigation.is_open:
        return False
    is_late_in_laboratory = investigation.state is not InvestigationState.PHASE_2 and today > dates.phase_1
    return is_late_in_laboratory or today > dates.total
