"""What a report is asked about: one thing by its code, or a stretch of time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from people.rules.authority import Period

# A report over a longer period would be one that nobody reads, and that no paper holds.
LONGEST = timedelta(days=10 * 366)


class Ask(StrEnum):
    """What a kind of report wants to be told. Codes are as people and labels write them."""

    JOURNEY = "journey"  # a COI id; pages take any alias and find it
    BATCH = "batch"  # a batch's code
    PERSON = "person"  # a username
    STATION = "station"  # a station's code
    LOT = "lot"  # the id of a lot of material
    SITE = "site"  # a site's code; empty for all that one may see
    PERIOD = "period"  # since and until, [since, until)
    MOMENT = "moment"  # a moment at which something held


@dataclass(frozen=True)
class Question:
    """What was asked; what a kind does not ask for is empty or None."""

    journey: str = ""
    batch: str = ""
    person: str = ""
    station: str = ""
    lot: str = ""
    site: str = ""
    since: datetime | None = None
    until: datetime | None = None
    moment: datetime | None = None

    def said(self) -> Mapping[str, str]:
        """What was asked, by name, as it is kept and printed."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        texts = {name: it.isoformat() if isinstance(it, datetime) else it for name, it in values.items()}
        return {name: text for name, text in texts.items() if text}

    def given(self) -> frozenset[Ask]:
        """What is told."""
        named = {Ask(name) for name in self.__dataclass_fields__ if name in _BY_NAME and getattr(self, name)}
        period = {Ask.PERIOD} if self.since is not None or self.until is not None else set()
        return frozenset(named | period)

    def until_now(self, now: datetime) -> "Question":
        """The same without what has not happened yet: a report says no more than it can know."""
        if self.until is None or self.until <= now:
            return self
        return replace(self, until=now.astimezone(self.until.tzinfo))

    def within(self, open: Period) -> "Question":
        """The same without the time of which the asker may not read; nothing may be left of a stretch of time."""
        since, until = self.since, self.until
        if since is not None and open.start is not None:
            since = max(since, open.start)
        if until is not None and open.end is not None:
            until = min(until, open.end)
        return replace(self, since=since, until=until)

    def is_within(self, open: Period) -> bool:
        """Whether all of the time that it is asked about may be read of."""
        return self.within(open) == self and (self.moment is None or open.holds(self.moment))


_BY_NAME = frozenset(Ask) - {Ask.PERIOD}


def asked(said: Mapping[str, str]) -> Question:
    """The question that was said so; what is kept beside it, such as a checkpoint, is no part of it.

    What is no time raises ValueError.
    """
    times = ("since", "until", "moment")
    values: dict[str, Any] = {
        name: datetime.fromisoformat(text) if name in times else text
        for name, text in said.items()
        if name in Question.__dataclass_fields__
    }
    return Question(**values)


def problems(
    question: Question, asks: Collection[Ask], may: Collection[Ask], now: datetime
) -> dict[str, str]:
    """What is wrong with a question, by field: `required`, `not_asked`, `before_since`, `too_long`, `in_the_future`."""
    given = question.given()
    wrong = {str(ask): "required" for ask in asks if ask not in given}
    wrong |= {str(ask): "not_asked" for ask in given - set(asks) - set(may)}
    if period := wrong.pop(Ask.PERIOD, ""):
        wrong |= {"since": period, "until": period} if period == "required" else {"since": period}
    if not wrong:
        wrong |= _of_times(question, now)
    return wrong


def closed(question: Question, open: Period) -> dict[str, str]:
    """What is wrong with a question of which nothing may be read, by field: `not_open`."""
    if question.moment is not None and not open.holds(question.moment):
        return {"moment": "not_open"}
    left = question.within(open)
    if left.since is not None and left.until is not None and left.until <= left.since:
        return {"since": "not_open"}
    return {}


def _of_times(question: Question, now: datetime) -> dict[str, str]:
    since, until, moment = question.since, question.until, question.moment
    if moment is not None and moment > now:
        return {"moment": "in_the_future"}
    if since is None and until is None:
        return {}
    if since is None or until is None:
        return {"since" if since is None else "until": "required"}
    if since > now:
        return {"since": "in_the_future"}
    if until <= since:
        return {"until": "before_since"}
    return {"until": "too_long"} if until - since > LONGEST else {}
