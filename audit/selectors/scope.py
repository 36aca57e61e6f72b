"""Who may ask for what here: the one place where a report is opened, and its question cut to what is theirs."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from audit.registry import ReportKind, report_kind, report_kinds
from audit.rules.bundles import KIND as BUNDLE
from audit.rules.questions import Question, closed, problems
from audit.rules.report import Report
from coi.selectors.batches import batch_by_code
from coi.selectors.visible import hidden_coi_ids, sites_of
from cpv.rules.programme.report import LedgerPoint
from ledger import selectors as ledger
from ledger.rules import Where
from ledger.rules.errors import Invalid, NotFound
from ledger.selectors.snapshots import snapshot
from people import selectors as people
from people.rules.authority import Period, Person
from people.rules.rights import Right


def kinds_open_to(person: Person, now: datetime) -> tuple[ReportKind, ...]:
    """The kinds that the person may read at some site."""
    return tuple(kind for kind in report_kinds() if _is_open(person, kind, now))


def _is_open(person: Person, kind: ReportKind, now: datetime) -> bool:
    """Whether the kind is theirs at some site. One that asks for nothing tells of this moment, and of no other."""
    periods = person.periods(kind.right, now).values()
    return any(kind.asks or period.holds(now) for period in periods)


def kind_open_to(person: Person, code: str, now: datetime) -> ReportKind:
    """The kind; NotFound where there is none, or none for them."""
    kind = report_kind(code)
    if kind is None or not _is_open(person, kind, now):
        raise NotFound("report_unknown")
    return kind


def desk_of(person: Person, now: datetime) -> Where:
    """Where somebody at a desk stands, as entries name it: at the first of their sites."""
    site = min(sites_of(person, now), default="")
    return Where(site=site, zone=people.zone_of(site)) if site else Where()


def period_at(person: Person, right: Right, sites: Collection[str], now: datetime) -> Period:
    """The time of which the person may read by this right at each of these sites: what their periods have in common.

    Raises NotFound where the right is theirs at none of them: no period would leave out nothing.
    """
    found = [period for site, period in person.periods(right, now).items() if site in sites]
    if not found:
        raise NotFound("report_unknown")
    return Period(
        max((it.start for it in found if it.start is not None), default=None),
        min((it.end for it in found if it.end is not None), default=None),
    )


def is_open_to(
    person: Person, right: Right, question: Question, sites: Collection[str], now: datetime
) -> bool:
    """Whether what was made of this question for anybody may be read by somebody who audits a certain time.

    What a lot went into is not bounded by a question: whoever audits a certain time asks for it themselves.
    """
    period = period_at(person, right, sites, now)
    if period.is_all:
        return True
    batch = batch_by_code(question.batch) if question.batch else None
    journeys = {question.journey, batch.coi_id if batch else question.batch} - {""}
    return (
        question.is_within(period) and not question.lot and not hidden_coi_ids(person, now, sorted(journeys))
    )


def right_to(kind: str) -> Right | None:
    """The right to read what was made: a bundle, or a report of a kind; None where there is no such kind."""
    if kind == BUNDLE:
        return Right.ASK_BUNDLE
    known = report_kind(kind)
    return None if known is None else known.right


def may_read(person: Person, kind: str, sites: Collection[str], now: datetime) -> bool:
    """Whether what was made of these sites is theirs to read now: readers of the kind at every one of them;
    of a bundle at one."""
    if kind == BUNDLE:  # a part in it is enough: what a bundle holds cannot be cut without breaking its proof
        return bool(person.sites_of(Right.ASK_BUNDLE, now) & set(sites))
    known = report_kind(kind)
    return known is not None and bool(sites) and set(sites) <= person.sites_of(known.right, now)


def opened(person: Person, kind: ReportKind, question: Question, now: datetime) -> Question:
    """The question as the person may ask it, cut to the time that they may read of.

    Raises Invalid by field; a site that is not theirs is one that there is not.
    """
    held = person.sites_of(kind.right, now)
    wrong = problems(question, kind.asks, kind.may, now)
    if question.site and question.site not in held:
        wrong["site"] = "unknown"
    period = period_at(person, kind.right, held & {question.site} or held, now)
    if wrong := wrong or closed(question, period):
        raise Invalid("fields_invalid", detail={"fields": wrong})
    if not kind.asks and not period.holds(now):  # at one of several sites that they asked about together
        raise NotFound("report_unknown")
    return question.within(period).until_now(now)


def report_for(person: Person, code: str, question: Question, now: datetime) -> Report:
    """The report that answers a question, made now for this person and with what they may see now, read at one moment.

    Raises NotFound (kind, or what it is about, unless it is theirs to see), Invalid (by field).
    """
    with snapshot():
        return report_within(person, code, question, now)


def report_within(person: Person, code: str, question: Question, now: datetime) -> Report:
    """The same for whoever reads more at that moment, in one `snapshot` with it."""
    kind = kind_open_to(person, code, now)
    made, point = kind.build(person, opened(person, kind, question, now), now), ledger.latest_checkpoint()
    if point is None:
        return made
    return replace(made, checkpoint=LedgerPoint(point.size, point.root.hex(), point.signed_at))
