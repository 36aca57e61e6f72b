"""What a question may be answered from: whose sites, which stretch of time, whom it is about.

What is not there and what is not theirs to see is the same answer: NotFound.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.utils.translation import gettext as _

from audit.rules.questions import Question
from coi.selectors.batches import visible_batch
from coi.selectors.details import Journey, journey
from coi.selectors.visible import of_sites, visible_orders
from ledger.rules import Subject
from ledger.rules.errors import Invalid, NotFound
from ledger.selectors.histories import doings_of
from people import selectors as people
from people.rules.authority import Person
from people.rules.rights import Right
from people.rules.sites import SiteView, StationView


def unknown() -> NotFound:
    """There is nothing of this kind, or it is not theirs: the two are not told apart."""
    return NotFound("report_unknown", _("There is nothing of this kind, or it is not yours to see."))


T = TypeVar("T")


@dataclass(frozen=True)
class Here:
    """The sites whose data a report may hold."""

    sites: tuple[SiteView, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Their codes."""
        return tuple(site.code for site in self.sites)

    @property
    def names(self) -> dict[str, str]:
        """What the sites are called, by code."""
        return {site.code: site.name for site in self.sites}

    @property
    def zones(self) -> dict[str, str]:
        """The zones of the sites, by code."""
        return {site.code: site.zone for site in self.sites}

    @property
    def zone(self) -> str:
        """The zone of times that belong to no site: that of the site where there is but one, else UTC."""
        zones = set(self.zones.values())
        return zones.pop() if len(zones) == 1 else "UTC"

    def zone_of(self, site: str) -> str:
        """The zone of a site's times."""
        return self.zones.get(site, self.zone)


@dataclass(frozen=True)
class Reach(Here):
    """The same over a stretch of time [since, until)."""

    since: datetime
    until: datetime


def here(person: Person, question: Question, right: Right, now: datetime) -> Here:
    """The site that was asked about, or all at which the person has the right."""
    held = person.sites_of(right, now)
    found = tuple(it for it in people.sites() if it.code in held and question.site in ("", it.code))
    if not found:
        raise unknown()
    return Here(found)


def reach_of(person: Person, question: Question, right: Right, now: datetime) -> Reach:
    """The sites and the stretch of time asked about. Raises Invalid at the field."""
    since, until = _stretch(question, now)
    return Reach(here(person, question, right, now).sites, since, until)


def _stretch(question: Question, now: datetime) -> tuple[datetime, datetime]:
    """Beginning and end of the time asked about; the end is not later than now. Raises Invalid at the field."""
    missing = {name: "required" for name in ("since", "until") if getattr(question, name) is None}
    if missing or question.since is None or question.until is None:
        raise Invalid("fields_invalid", detail={"fields": missing})
    if question.since >= question.until:
        raise Invalid("fields_invalid", detail={"fields": {"until": "before_since"}})
    if question.since > now:
        raise Invalid("fields_invalid", detail={"fields": {"since": "in_the_future"}})
    return question.since, min(question.until, now)


def moment(question: Question, now: datetime) -> datetime:
    """The moment asked about. Raises Invalid at the field where there is none, or it has not come."""
    if question.moment is None:
        raise Invalid("fields_invalid", detail={"fields": {"moment": "required"}})
    if question.moment > now:
        raise Invalid("fields_invalid", detail={"fields": {"moment": "in_the_future"}})
    return question.moment


def whom(question: Question, where: Here, now: datetime) -> int | None:
    """The person asked about, by their id; None where nobody was. NotFound for one who was never at these sites.

    A courier who hands over at a site was there, though nothing of theirs is kept there.
    """
    if not question.person:
        return None
    user_id = there(people.user_id_by_username(question.person))
    known = {account.user_id for account in people.accounts(where.codes)}
    if user_id not in known and not any(it.site in where.codes for it in doings_of([user_id], now)):
        raise unknown()
    return user_id


def station_of(question: Question, where: Here) -> StationView | None:
    """The station asked about; None where none was. NotFound for one of another site."""
    if not question.station:
        return None
    found = there(people.station_by_code(question.station))
    return there(found if found.site in where.codes else None)


def matter(person: Person, question: Question, where: Here, now: datetime) -> Subject | None:
    """The batch or journey asked about, as entries name it, where one of the sites has a part in it; None where neither
    was asked about."""
    if question.batch:
        batch = there(visible_batch(person, question.batch, now))
        return Subject("batch", there(batch if batch.site in where.codes else None).code)
    if question.journey:
        order = visible_orders(person, now).filter(of_sites(where.codes), coi_id=question.journey).first()
        return Subject("order", there(order).coi_id)
    return None


def journey_for(person: Person, question: Question, right: Right, now: datetime) -> Journey:
    """The journey asked about, if one of its sites is one at which they hold the right."""
    if not question.journey:
        raise Invalid("fields_invalid", detail={"fields": {"journey": "required"}})
    found = journey(person, question.journey, now)
    if person.sites_of(right, now).isdisjoint(found.sites.values()):
        raise unknown()
    return found


def subject_of(found: Journey) -> tuple[tuple[str, str], ...]:
    """What a report about a journey concerns, as entries name it."""
    return (("order", found.coi_id),)


def there(found: T | None) -> T:
    """What was found; NotFound where nothing was."""
    if found is None:
        raise unknown()
    return found
