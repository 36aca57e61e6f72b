"""The chain of identity and custody of one journey: every container, place, hand-over, person, time, condition, gap."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.forms.asked import journey_for, subject_of
from audit.forms.reports.custody_tables import (
    aliases_table,
    containers_table,
    events_table,
    gaps_table,
    holds_table,
    identity_table,
)
from audit.forms.reports.custody_words import SENTENCES
from audit.registry import ReportKind
from audit.rules.custody import (
    Coverage,
    Event,
    EventKind,
    Gap,
    Journeyed,
    Line,
    coverage_of,
    gaps_of,
)
from audit.rules.questions import Ask, Question
from audit.rules.rates import percent
from audit.rules.report import ColumnKind, Fact, Facts, Found, Report, Severity
from coi.forms import words
from coi.rules.custody import CustodyContainer, CustodyRecord, CustodyStep
from coi.rules.journey import CheckState, ContainerStatus
from coi.rules.labels_reconciliation import GONE
from coi.rules.protocol import Does
from coi.selectors.custody import custody_of
from coi.selectors.details import Journey
from people.rules.authority import Person
from people.rules.rights import Right


def build(person: Person, question: Question, now: datetime) -> Report:
    """The report of a journey."""
    found = journey_for(person, question, Right.READ_AUDIT_REPORTS, now)
    record = custody_of(person, found.coi_id, now)
    within, lines = judged(record, now)
    gaps = tuple(gap for line in lines for gap in gaps_of(line, within))
    names = {party.code: party.name for party in found.parties}
    zones = {party.code: party.zone for party in found.parties}
    return Report(
        kind=KIND.code,
        title=_("Chain of identity and custody of %s") % found.coi_id,
        about=str(KIND.about),
        question=question.said(),
        as_of=now,
        sites=tuple(sorted(set(found.sites.values()))),
        sections=(
            _coverage(coverage_of(lines, gaps, within)),
            _facts(found),
            gaps_table(gaps, names, {step.step: step.title for step in record.steps}, found.zone),
            aliases_table(found, names),
            containers_table(record, names, zones),
            events_table(record, lines, names, zones),
            identity_table(record, names),
            holds_table(found),
        ),
        found=(*_found(gaps, record, names, found.zone), *_refused(record), *_held(found)),
        subjects=subject_of(found),
        left_out=(
            _("Names, birth dates and hospital numbers of patients stay in the vault of the treating site."),
            _(
                "Files of temperature loggers are not kept here: what the receiver read off the logger and the "
                "seal stands under “Condition and values”."
            ),
        ),
    )


# --- from what was recorded to what is judged -------------------------------------------------------------------------


def judged(record: CustodyRecord, now: datetime) -> tuple[Journeyed, tuple[Line, ...]]:
    """The lines of all containers of a journey, as the rule of custody reads them."""
    within = Journeyed(now, record.closed_at, record.carriers, record.kept)
    return within, tuple(_line(container, record) for container in record.containers)


def _line(container: CustodyContainer, record: CustodyRecord) -> Line:
    events = [
        *(_made(step) for step in record.steps if container.code in step.made),
        *(_used(step, container) for step in record.steps if _is_work(step, container.code)),
        *_handed_over(container.code, record),
    ]
    is_over = container.status in GONE
    return Line(container.code, container.kind, container.made_at, is_over, tuple(events))


def _made(step: CustodyStep) -> Event:
    return Event(step.at, EventKind.MADE, step.site, step.step, step.number)


def _is_work(step: CustodyStep, code: str) -> bool:
    return code in step.containers and step.does is not Does.TRANSFER


def _used(step: CustodyStep, container: CustodyContainer) -> Event:
    is_end = step.does is Does.CLOSE or (step.is_consuming and container.status is ContainerStatus.CONSUMED)
    kind = EventKind.USED
    if is_end:
        kind = EventKind.ENDED
    elif step.does is Does.PUT_AWAY or step.devices:
        kind = EventKind.KEPT
    return Event(step.at, kind, step.site, step.step, step.number)


def _handed_over(code: str, record: CustodyRecord) -> Iterable[Event]:
    steps = {(step.step, step.at): step for step in record.steps if code in step.containers}
    for transfer in record.transfers:
        if transfer.container != code:
            continue
        step = steps.get((transfer.step, transfer.at))
        yield Event(
            transfer.at,
            EventKind.HANDED_OVER,
            transfer.receiver_site,
            transfer.step,
            step.number if step is not None else 0,
            transfer.giver_site,
            transfer.giver,
            transfer.receiver,
            transfer.shipper,
            has_condition=step is not None and bool(step.values),
        )


# --- what the reader must not miss ------------------------------------------------------------------------------------


def _found(
    gaps: Sequence[Gap], record: CustodyRecord, names: Mapping[str, str], zone: str
) -> tuple[Found, ...]:
    """Every gap by itself; what no step of the protocol would have recorded, once for a kind and a site."""
    told = [Found(Severity.GAP, sentence(gap, names, zone), "gaps") for gap in gaps if gap.is_foreseen]
    kinds = {container.code: container.kind for container in record.containers}
    unforeseen: dict[tuple[str, str], int] = {}
    for gap in gaps:
        if not gap.is_foreseen:
            key = kinds[gap.container], gap.had
            unforeseen[key] = unforeseen.get(key, 0) + 1
    told += [
        Found(
            Severity.NOTE,
            _(
                "The protocol has no step that records where “%(kind)s” is kept at %(site)s. Stretches "
                "of more than 48 hours without a place on record: %(count)s."
            )
            % {"kind": words.step(kind), "site": names.get(site, site), "count": count},
            "gaps",
        )
        for (kind, site), count in sorted(unforeseen.items())
    ]
    return tuple(told)


def sentence(gap: Gap, names: Mapping[str, str], zone: str) -> str:
    """One gap in a sentence, times in a zone."""

    def told(at: datetime | None) -> str:
        return _("now") if at is None else f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"

    parts = {
        "container": gap.container,
        "had": names.get(gap.had, gap.had),
        "has": names.get(gap.has, gap.has),
        "since": told(gap.since),
        "until": told(gap.until),
    }
    return str(SENTENCES[gap.why]).format(**parts)


def _refused(record: CustodyRecord) -> tuple[Found, ...]:
    """Checks of identity that were stopped."""
    stopped = [check for check in record.bindings if check.state is CheckState.STOPPED]
    if not stopped:
        return ()
    text = _("Checks of identity that were stopped: %(count)s. What was stopped did not go on.")
    return (Found(Severity.NOTE, text % {"count": len(stopped)}, "identity"),)


def _held(found: Journey) -> tuple[Found, ...]:
    """What is on hold now, and how often something was held before."""
    now = [hold for hold in found.holds if hold.released_at is None]
    text = _("%(container)s is on hold: %(why)s.")
    told = [text % {"container": hold.container, "why": words.hold_reason(hold.reason)} for hold in now]
    if over := len(found.holds) - len(now):
        told.append(_("Holds that were released: %s.") % over)
    return tuple(Found(Severity.NOTE, one, "holds") for one in told)


# --- figures ----------------------------------------------------------------------------------------------------------


def _facts(found: Journey) -> Facts:
    parties = [
        Fact(party.party, words.party(party.party), f"{party.name} ({party.code})") for party in found.parties
    ]
    facts = (
        Fact("coi_id", _("COI id"), found.coi_id, ColumnKind.CODE),
        Fact("order_kind", _("Kind of order"), words.order_kind(found.kind)),
        Fact("product", _("Therapy"), found.product),
        Fact("protocol", _("Protocol"), found.protocol, ColumnKind.CODE),
        Fact("specification", _("Specification"), found.specification, ColumnKind.CODE),
        Fact("ordered_at", _("Ordered"), found.ordered_at, ColumnKind.TIME),
        Fact("closed_at", _("Closed"), found.closed_at, ColumnKind.TIME),
        *parties,
    )
    return Facts("journey", _("The journey"), facts, zone=found.zone)


def _coverage(coverage: Coverage) -> Facts:
    """How much of the chain is on record."""
    told = (
        (
            "custody_share",
            _("Custody covered (%)"),
            percent(coverage.custody),
            _(
                "Of the time of all containers, each from its making until it is used up or closed out: the share in "
                "which it is on record which site answers for it."
            ),
        ),
        (
            "place_share",
            _("Place known (%)"),
            percent(coverage.place),
            _("Of the same time: the share in which it is on record where the container was kept."),
        ),
        (
            "transfer_share",
            _("Hand-overs whole (%)"),
            percent(coverage.transfer),
            _(
                "Of the hand-overs beside. Whole: with giver, receiver and shipper, and with a record of the condition "
                "where it comes from a carrier."
            ),
        ),
        (
            "transfers",
            _("Hand-overs of containers"),
            coverage.transfers,
            _("A container that goes from a giver to a receiver counts once each time."),
        ),
    )
    facts = tuple(Fact(key, title, value, ColumnKind.NUMBER, about) for key, title, value, about in told)
    return Facts("coverage", _("How much is on record"), facts)


KIND = ReportKind(
    code="custody",
    title=gettext_lazy("Chain of identity and custody"),
    about=gettext_lazy(
        "One journey: every container with its places, hand-overs, people, times, condition, checks and gaps."
    ),
    asks=frozenset({Ask.JOURNEY}),
    right=Right.READ_AUDIT_REPORTS,
    build=build,
)
