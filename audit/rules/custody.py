"""Where a chain of custody is broken, and how much of it is covered; a pure function of what was recorded.

Every container is somewhere, and one site answers for it, from the moment it is made until it is used up, or closed
out as empty, destroyed or retained (21 CFR 1271.290: tracking to the final disposition; the Society's and Foundation's
definition of custody: all points of transfer and control). What a record cannot show counts as not covered; nothing is
filled in.

Two limits are this product's own, for want of a standard: a container that was seen at a station and put away nowhere
is of unknown place after `LAST_SEEN`; what was given to a carrier and received by nobody is missing after `ON_THE_WAY`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LAST_SEEN = timedelta(hours=48)
ON_THE_WAY = timedelta(hours=96)


class EventKind(StrEnum):
    """What a record says of a container."""

    MADE = "made"
    USED = "used"  # a step was done with it
    KEPT = "kept"  # put away, or put into a device
    HANDED_OVER = "handed_over"
    ENDED = "ended"  # used up, or closed out


class Why(StrEnum):
    """How custody is broken."""

    NO_BEGINNING = "no_beginning"
    NOT_SENT = "not_sent"  # it arrived, or was used, where nobody had given it
    NOT_RECEIVED = "not_received"  # it was sent, and nobody received it
    GIVER_MISSING = "giver_missing"
    RECEIVER_MISSING = "receiver_missing"
    SHIPPER_MISSING = "shipper_missing"
    NO_CONDITION = "no_condition"
    PLACE_UNKNOWN = "place_unknown"
    TIME_BACKWARDS = "time_backwards"
    AFTER_THE_END = "after_the_end"
    NEVER_CLOSED = "never_closed"


# While one of these lasts, nobody can say which site answers for the container.
_UNCOVERED = frozenset({Why.NO_BEGINNING, Why.NOT_SENT, Why.NOT_RECEIVED, Why.NEVER_CLOSED})
# These are about one hand-over, which then is not whole.
_OF_TRANSFER = frozenset(
    {
        Why.NOT_SENT,
        Why.NOT_RECEIVED,
        Why.GIVER_MISSING,
        Why.RECEIVER_MISSING,
        Why.SHIPPER_MISSING,
        Why.NO_CONDITION,
    }
)


@dataclass(frozen=True)
class Event:
    """One thing recorded of a container. `site`: where; of a hand-over, who has it afterwards.

    `number` gives the order of recording; 0 where it is not known. `has_condition`: whether the receiver recorded in
    which state it came.
    """

    at: datetime
    kind: EventKind
    site: str
    step: str = ""
    number: int = 0
    giver_site: str = ""
    giver: str = ""
    receiver: str = ""
    shipper: str = ""
    has_condition: bool = False


@dataclass(frozen=True)
class Line:
    """All that was recorded of one container, in any order. `is_over`: used up or closed out."""

    container: str
    kind: str
    made_at: datetime
    is_over: bool
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Gap:
    """One break. `until` is None while it lasts. `had`, `has`: the sites between which it lies, where there are two.

    `is_foreseen`: the protocol has a step that would have recorded what is missing.
    """

    container: str
    why: Why
    since: datetime
    until: datetime | None
    step: str = ""
    had: str = ""
    has: str = ""
    is_foreseen: bool = True


@dataclass(frozen=True)
class Journeyed:
    """What the lines of one journey are judged against. `closed_at`: when it ended; `until`: the moment told of."""

    until: datetime
    closed_at: datetime | None = None
    carriers: frozenset[str] = frozenset()
    kept: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Coverage:
    """How much is covered. Hours of all containers together; hand-overs, and those that were whole."""

    hours: float
    custody_hours: float
    place_hours: float
    transfers: int
    whole_transfers: int

    @property
    def custody(self) -> float | None:
        """The share of the containers' time in which it is known which site answered; None without any time."""
        return self.custody_hours / self.hours if self.hours else None

    @property
    def place(self) -> float | None:
        """The share of the containers' time in which it is known where they were."""
        return self.place_hours / self.hours if self.hours else None

    @property
    def transfer(self) -> float | None:
        """The share of hand-overs that were whole; None where there was none."""
        return self.whole_transfers / self.transfers if self.transfers else None


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """As recorded where that is known of all of them, else by their times."""
    found = tuple(events)
    if all(event.number for event in found):
        return tuple(sorted(found, key=lambda it: (it.number, it.at)))
    return tuple(sorted(found, key=lambda it: it.at))


def gaps_of(line: Line, within: Journeyed) -> tuple[Gap, ...]:
    """Every break in the custody of one container, in the order of its record."""
    events = in_order(line.events)
    if not events:
        return (Gap(line.container, Why.NO_BEGINNING, line.made_at, None),)
    found: list[Gap] = []
    if events[0].kind is not EventKind.MADE:
        found.append(Gap(line.container, Why.NO_BEGINNING, line.made_at, events[0].at, events[0].step))
    had = events[0].giver_site or events[0].site
    for last, event in zip((None, *events), events, strict=False):
        if last is not None:
            found += _between(line, last, event, had, within)
        if event.kind is EventKind.HANDED_OVER:
            found += _hand_over(line, event, within)
        had = event.site
    return (*found, *_at_the_end(line, events[-1], within))


def _between(line: Line, last: Event, event: Event, had: str, within: Journeyed) -> list[Gap]:
    """What is missing from one record to the next."""
    found = []
    if event.at < last.at:
        found.append(Gap(line.container, Why.TIME_BACKWARDS, event.at, last.at, event.step))
    if last.kind is EventKind.ENDED:
        found.append(Gap(line.container, Why.AFTER_THE_END, last.at, event.at, event.step))
    gave = event.giver_site if event.kind is EventKind.HANDED_OVER else event.site
    since, until = sorted((last.at, event.at))
    if gave != had:
        why = Why.NOT_RECEIVED if had in within.carriers else Why.NOT_SENT
        found.append(Gap(line.container, why, since, until, event.step, had, gave))
    elif _is_lost_from_sight(last, had, until, within):
        is_foreseen = (line.kind, had) in within.kept
        gap = Gap(line.container, Why.PLACE_UNKNOWN, since, until, event.step, had, is_foreseen=is_foreseen)
        found.append(gap)
    return found


def _is_lost_from_sight(last: Event, had: str, until: datetime, within: Journeyed) -> bool:
    """It was put away nowhere, and was not seen for long. A carrier has it on the way."""
    is_watched = last.kind in (EventKind.KEPT, EventKind.ENDED) or had in within.carriers
    return not is_watched and until - last.at > LAST_SEEN


def _hand_over(line: Line, event: Event, within: Journeyed) -> list[Gap]:
    """What one hand-over lacks. What comes from a carrier is looked at: its condition belongs to the record."""
    came = event.giver_site in within.carriers
    went = event.site in within.carriers
    lacks = (
        (Why.GIVER_MISSING, not event.giver),
        (Why.RECEIVER_MISSING, not event.receiver),
        (Why.SHIPPER_MISSING, (came or went) and not event.shipper),
        (Why.NO_CONDITION, came and not event.has_condition),
    )
    return [
        Gap(line.container, why, event.at, event.at, event.step, event.giver_site, event.site)
        for why, is_lacking in lacks
        if is_lacking
    ]


def _at_the_end(line: Line, last: Event, within: Journeyed) -> list[Gap]:
    """What became of it, or of where it is now."""
    if line.is_over:
        return []
    if within.closed_at is not None:
        return [Gap(line.container, Why.NEVER_CLOSED, within.closed_at, None, last.step, last.site)]
    if last.site in within.carriers and within.until - last.at > ON_THE_WAY:
        return [Gap(line.container, Why.NOT_RECEIVED, last.at, None, last.step, last.site)]
    if _is_lost_from_sight(last, last.site, within.until, within):
        is_foreseen = (line.kind, last.site) in within.kept
        gap = Gap(
            line.container, Why.PLACE_UNKNOWN, last.at, None, last.step, last.site, is_foreseen=is_foreseen
        )
        return [gap]
    return []


# --- how much is covered ----------------------------------------------------------------------------------------------


def coverage_of(lines: Sequence[Line], gaps: Collection[Gap], within: Journeyed) -> Coverage:
    """The shares of the containers' time and of hand-overs that are covered."""
    hours = custody = place = 0.0
    transfers = whole = 0
    for line in lines:
        own = [gap for gap in gaps if gap.container == line.container]
        start, end = _span(line, within)
        whole_time = _hours(start, end)
        hours += whole_time
        custody += whole_time - _lost([g for g in own if g.why in _UNCOVERED], start, end)
        lost_place = [g for g in own if g.why in _UNCOVERED or g.why is Why.PLACE_UNKNOWN]
        place += whole_time - _lost(lost_place, start, end)
        broken = {gap.until for gap in own if gap.why in _OF_TRANSFER}
        handed = [event for event in line.events if event.kind is EventKind.HANDED_OVER]
        transfers += len(handed)
        whole += sum(1 for event in handed if event.at not in broken)
    return Coverage(hours, custody, place, transfers, whole)


def _span(line: Line, within: Journeyed) -> tuple[datetime, datetime]:
    """From its making to its end, or to the moment told of."""
    ended = [event.at for event in line.events if event.kind is EventKind.ENDED]
    end = max(ended) if line.is_over and ended else within.until
    return line.made_at, max(line.made_at, end)


def _lost(gaps: Iterable[Gap], start: datetime, end: datetime) -> float:
    """Hours of the gaps within the span, each moment counted once."""
    spans = sorted((max(gap.since, start), min(gap.until or end, end)) for gap in gaps)
    lost, reached = 0.0, start
    for since, until in spans:
        if until > max(since, reached):
            lost += _hours(max(since, reached), until)
            reached = until
    return lost


def _hours(since: datetime, until: datetime) -> float:
    return (until - since) / timedelta(hours=1)
