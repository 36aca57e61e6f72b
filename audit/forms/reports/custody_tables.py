"""The tables of a custody report."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from audit.forms.reports.custody_words import BREAKS, CHECKS, EVENTS
from audit.rules.custody import Event, EventKind, Gap, Line, in_order
from audit.rules.report import Cell, Column, ColumnKind, Table
from coi.forms import words
from coi.rules.custody import CustodyRecord, CustodyStep
from coi.rules.journey import CheckState
from coi.rules.units import with_unit
from coi.selectors.details import Journey

Names = Mapping[str, str]


def gaps_table(gaps: Sequence[Gap], names: Names, titles: Names, zone: str) -> Table:
    """Every break, by container and time."""
    columns = (
        Column("container", _("Container"), ColumnKind.CODE),
        Column("mark", _("Mark"), ColumnKind.MARK),
        Column("why", _("What is missing"), ColumnKind.WORD),
        Column("since", _("From"), ColumnKind.TIME),
        Column("until", _("To"), ColumnKind.TIME),
        Column("hours", _("Hours"), ColumnKind.NUMBER),
        Column("had", _("Who had it")),
        Column("has", _("Who had it next")),
        Column("step", _("Step")),
    )
    rows = tuple(_gap(gap, names, titles) for gap in gaps)
    return Table(
        "gaps",
        _("Gaps"),
        columns,
        rows,
        _("There is no gap: it is on record who answered for every container, all the time."),
        _("A gap without an end lasts. ▲: no step of the protocol would have recorded what is missing."),
        zone,
    )


def _gap(gap: Gap, names: Names, titles: Names) -> tuple[Cell, ...]:
    hours = None if gap.until is None else Decimal(f"{(gap.until - gap.since).total_seconds() / 3600:.1f}")
    return (
        gap.container,
        "bad" if gap.is_foreseen else "warn",
        str(BREAKS[gap.why]),
        gap.since,
        gap.until,
        hours,
        names.get(gap.had, gap.had),
        names.get(gap.has, gap.has),
        titles.get(gap.step, words.step(gap.step)),
    )


def aliases_table(found: Journey, names: Names) -> Table:
    """Every other party's identifier; a personal one without its value."""
    columns = (
        Column("kind", _("Kind"), ColumnKind.WORD),
        Column("value", _("Value"), ColumnKind.CODE),
        Column("issuer", _("Given by")),
        Column("added_at", _("Added"), ColumnKind.TIME),
        Column("added_by", _("By")),
        Column("retired_at", _("Retired"), ColumnKind.TIME),
        Column("retired_by", _("Retired by")),
        Column("reason", _("Why"), ColumnKind.WORD),
    )
    rows = tuple(
        (
            words.alias_kind(it.kind),
            it.value,
            names.get(it.issuer, it.issuer),
            it.added_at,
            it.added_by,
            it.retired_at,
            it.retired_by,
            words.retire_reason(it.retire_reason) if it.retire_reason else "",
        )
        for it in found.aliases
    )
    about = _("Identifiers of persons are kept as digests: their values stand nowhere.")
    return Table("aliases", _("Other identifiers"), columns, rows, _("There is none."), about, found.zone)


def containers_table(record: CustodyRecord, names: Names, zones: Names) -> Table:
    """Every container, in the order in which they were made."""
    columns = (
        Column("container", _("Container"), ColumnKind.CODE),
        Column("kind", _("Kind"), ColumnKind.WORD),
        Column("number", _("Number"), ColumnKind.NUMBER),
        Column("total", _("Of"), ColumnKind.NUMBER),
        Column("parents", _("Made from"), ColumnKind.CODE),
        Column("status", _("State"), ColumnKind.WORD),
        Column("held", _("On hold"), ColumnKind.YES),
        Column("batch", _("Batch"), ColumnKind.CODE),
        Column("custodian", _("Who has it")),
        Column("place", _("Place"), ColumnKind.CODE),
        Column("made_at", _("Made"), ColumnKind.TIME),
        Column("expires_at", _("Expires"), ColumnKind.TIME),
        Column("zone", _("Zone")),
    )
    made_in = {code: step.zone for step in record.steps for code in step.made}
    rows = tuple(
        (
            it.code,
            words.step(it.kind),
            it.number,
            it.total,
            ", ".join(it.parents),
            words.container_status(it.status),
            it.is_held,
            it.batch,
            names.get(it.custodian, it.custodian),
            it.place,
            it.made_at,
            it.expires_at,
            made_in.get(it.code) or zones.get(it.custodian, "UTC"),
        )
        for it in record.containers
    )
    empty = _("Nothing was collected yet.")
    return Table("containers", _("Containers"), columns, rows, empty, zone_column="zone")


def events_table(record: CustodyRecord, lines: Sequence[Line], names: Names, zones: Names) -> Table:
    """The line of each container, in the order in which it was recorded."""
    columns = (
        Column("container", _("Container"), ColumnKind.CODE),
        Column("at", _("Time"), ColumnKind.TIME),
        Column("zone", _("Zone")),
        Column("event", _("What"), ColumnKind.WORD),
        Column("step", _("Step")),
        Column("site", _("Site")),
        Column("station", _("Station")),
        Column("place", _("Place"), ColumnKind.CODE),
        Column("giver", _("Giver")),
        Column("receiver", _("Receiver")),
        Column("shipper", _("Shipper"), ColumnKind.CODE),
        Column("condition", _("Condition and values")),
        Column("performer", _("Performed by")),
        Column("witness", _("Second person")),
        Column("performed_at", _("Said to be done at"), ColumnKind.TIME),
    )
    steps = {(step.step, step.at): step for step in record.steps}
    rows = tuple(
        _event(line.container, event, steps.get((event.step, event.at)), names, zones)
        for line in lines
        for event in in_order(line.events)
    )
    empty = _("Nothing was recorded of any container.")
    about = _("A hand-over names two people: the giver scanned first, the receiver after them.")
    return Table("custody", _("Custody"), columns, rows, empty, about, zone_column="zone")


def _event(
    container: str, event: Event, step: CustodyStep | None, names: Names, zones: Names
) -> tuple[Cell, ...]:
    is_over = event.kind is EventKind.HANDED_OVER
    place = (step.place or step.station_place) if step is not None else ""
    return (
        container,
        event.at,
        step.zone if step is not None else zones.get(event.site, "UTC"),
        str(EVENTS[event.kind]),
        step.title if step is not None else event.step,
        names.get(event.site, event.site),
        step.station if step is not None else "",
        place,
        f"{event.giver} ({names.get(event.giver_site, event.giver_site)})" if is_over else "",
        f"{event.receiver} ({names.get(event.site, event.site)})" if is_over else "",
        event.shipper,
        values_of(step),
        step.performer if step is not None else "",
        step.witness if step is not None else "",
        step.performed_at if step is not None else None,
    )


def values_of(step: CustodyStep | None) -> str:
    """What was entered, and the devices that it was put into."""
    if step is None:
        return ""
    entered = [
        f"{it.label}: {with_unit(it.value, it.unit) if it.unit else words.step(it.value)}"
        for it in step.values
    ]
    devices = [_("in device %s") % code for code in step.devices]
    return "; ".join([*entered, *devices])


def identity_table(record: CustodyRecord, names: Names) -> Table:
    """Every check that bound a patient, an order, a label or a cassette to a container, and every near miss."""
    columns = (
        Column("at", _("Time"), ColumnKind.TIME),
        Column("zone", _("Zone")),
        Column("step", _("Step")),
        Column("mark", _("Mark"), ColumnKind.MARK),
        Column("outcome", _("Outcome"), ColumnKind.WORD),
        Column("items", _("What was compared")),
        Column("containers", _("Containers"), ColumnKind.CODE),
        Column("site", _("Site")),
        Column("station", _("Station")),
        Column("performer", _("Performed by")),
        Column("witness", _("Second person")),
        Column("refusals", _("Why it was stopped")),
    )
    rows: list[tuple[datetime, tuple[Cell, ...]]] = []
    for it in record.bindings:
        row = (
            it.at,
            it.zone,
            it.title,
            "bad" if it.state is CheckState.STOPPED else "good",
            str(CHECKS[it.state]),
            ", ".join(words.thing(item) for item in it.items),
            ", ".join(it.containers),
            names.get(it.site, it.site),
            it.station,
            it.performer,
            it.witness,
            ", ".join(words.refusal(code) for code in it.codes),
        )
        rows.append((it.at, row))
    told = tuple(row for _at, row in sorted(rows, key=lambda pair: pair[0]))
    empty = _("No identity was checked yet.")
    return Table("identity", _("Checks of identity"), columns, told, empty, zone_column="zone")


def holds_table(found: Journey) -> Table:
    """Every hold of the journey."""
    columns = (
        Column("container", _("Container"), ColumnKind.CODE),
        Column("reason", _("Why"), ColumnKind.WORD),
        Column("placed_at", _("Held"), ColumnKind.TIME),
        Column("placed_by", _("By")),
        Column("released_at", _("Released"), ColumnKind.TIME),
        Column("released_by", _("Released by")),
        Column("deviation", _("Deviation"), ColumnKind.CODE),
    )
    rows = tuple(
        (
            it.container,
            words.hold_reason(it.reason),
            it.placed_at,
            it.placed_by,
            it.released_at,
            it.released_by,
            it.deviation,
        )
        for it in found.holds
    )
    return Table("holds", _("Holds"), columns, rows, _("Nothing was held."), zone=found.zone)
