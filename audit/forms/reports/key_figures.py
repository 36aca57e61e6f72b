"""Key figures of a period with their trends: custody, near misses, what went beside the plain way, turnaround."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.forms.asked import Reach, reach_of
from audit.forms.reports.key_figures_months import Month, months_of
from audit.forms.reports.key_figures_pictures import months_table, pictures
from audit.forms.reports.refusals import by_code
from audit.registry import ReportKind
from audit.rules.custody import ON_THE_WAY
from audit.rules.questions import Ask, Question
from audit.rules.rates import per_thousand, percent
from audit.rules.report import Cell, Column, ColumnKind, Fact, Facts, Found, Report, Severity, Table
from audit.rules.trends import quartiles_of
from coi.forms import words
from coi.rules.windows import Window
from coi.selectors.figures import (
    Phase,
    Standing,
    phases_of,
    standing_of,
)
from coi.selectors.refused import (
    ScanSum,
    sums_of_scans,
    titles_at,
)
from people import selectors as people
from people.rules.authority import Person
from people.rules.rights import Right
from qc.selectors.turnaround import releases_between

RELEASE = "release"
PHASES: Mapping[str, str | Promise] = {
    "collection": gettext_lazy("order to collection"),
    "transport": gettext_lazy("collection to receipt by the manufacturer"),
    "waiting": gettext_lazy("receipt to start of the batch"),
    "making": gettext_lazy("start of the batch to shipment"),
    RELEASE: gettext_lazy("start of the batch to its release"),
    "delivery": gettext_lazy("shipment to receipt by the treating site"),
    "infusion": gettext_lazy("receipt to infusion"),
    "vein_to_vein": gettext_lazy("vein to vein"),
}


def build(person: Person, question: Question, now: datetime) -> Report:
    """The report of a period."""
    reach = reach_of(person, question, Right.READ_AUDIT_REPORTS, now)
    told = phases_of(reach.codes, reach.since, reach.until)
    months, phases = months_of(reach, told), _phases(reach, told)
    window = Window(reach.codes, reach.since, reach.until)
    sums, titles = sums_of_scans(window), titles_at(reach.codes)
    stations = {it.code: it.name for it in people.stations(reach.codes)}
    standing = standing_of(reach.codes, min(now, reach.until), ON_THE_WAY)
    return Report(
        kind=KIND.code,
        title=_("Key figures"),
        about=str(KIND.about),
        question=question.said(),
        as_of=now,
        sites=reach.codes,
        sections=(
            _facts(months, sums, standing),
            *pictures(months),
            by_code(
                "steps", _("By step"), sums, lambda it: it.step, lambda it: titles.get(it, words.step(it))
            ),
            by_code(
                "stations", _("By station"), sums, lambda it: it.station, lambda it: stations.get(it, it)
            ),
            _phases_table(phases),
            months_table(months),
        ),
        found=_found(standing, months),
        left_out=(
            _("Figures of the laboratory, and how quality released, stand in the reports about batches."),
            _(
                "Months are of UTC. A figure counts in the month in which it happened, or a phase in which it ended."
            ),
        ),
    )


# --- in all -----------------------------------------------------------------------------------------------------------


Figure = tuple[str, str, Cell]


def _facts(months: Sequence[Month], sums: Sequence[ScanSum], standing: Standing) -> Facts:
    figures = (*_custody(months, standing), *_scans(sums), *_beside(months, sums))
    facts = tuple(Fact(key, title, value, ColumnKind.NUMBER) for key, title, value in figures)
    about = _(
        "A hand-over is whole with giver, receiver and shipper, from the site that had the container, and with a "
        "record of the condition where it comes from a carrier. Intervals are exact (Clopper and Pearson)."
    )
    return Facts("figures", _("In all"), facts, about)


def _custody(months: Sequence[Month], standing: Standing) -> tuple[Figure, ...]:
    transfers, whole = _of(months, "transfers"), _of(months, "whole")
    return (
        ("transfers", _("Hand-overs of containers"), transfers),
        ("whole_share", _("Custody completeness: hand-overs whole (%)"), share(whole, transfers)),
        ("broken", _("Hand-overs by a site that did not have it"), _of(months, "broken")),
        ("without_person", _("Hand-overs without a giver or a receiver"), _of(months, "without_person")),
        ("without_shipper", _("Shipments without a shipper"), _of(months, "without_shipper")),
        (
            "without_condition",
            _("Receipts without a record of the condition"),
            _of(months, "without_condition"),
        ),
        ("on_the_way", _("On the way for too long now"), standing.on_the_way),
        ("never_closed", _("Containers of ended journeys that were never closed out"), standing.never_closed),
        ("copies_open", _("Label copies that nobody accounted for"), standing.copies_open),
    )


def _scans(sums: Sequence[ScanSum]) -> tuple[Figure, ...]:
    scans, misses = sum(it.scans for it in sums), sum(it.near_misses for it in sums)
    rate = per_thousand(misses, scans)
    return (
        ("scans", _("Scans"), scans),
        ("refused", _("Refused or unreadable"), sum(it.refused for it in sums)),
        ("near_misses", _("Near misses"), misses),
        ("near_miss_rate", _("Near misses per 1,000 scans"), rate.value),
        ("near_miss_low", _("95 % interval from"), rate.low),
        ("near_miss_high", _("95 % interval to"), rate.high),
    )


def _beside(months: Sequence[Month], sums: Sequence[ScanSum]) -> tuple[Figure, ...]:
    """What went beside the plain way, and what one person did alone."""
    scans, overrides = sum(it.scans for it in sums), sum(it.overrides for it in months)

    def counted(what: str) -> int:
        return sum(it.counts.get(what, 0) for it in months)

    return (
        ("steps", _("Steps completed"), counted("step")),
        ("alone_share", _("By one person alone (%)"), share(counted("alone"), counted("step"))),
        ("overrides", _("Overrides"), overrides),
        ("override_rate", _("Overrides per 1,000 scans"), per_thousand(min(overrides, scans), scans).value),
        ("reprints", _("Labels replaced"), counted("reprint")),
        ("typed", _("Codes typed"), sum(it.keyed for it in sums)),
        ("late", _("Late entries"), counted("late")),
        ("deviations", _("Deviations opened"), counted("deviation")),
        ("excursions", _("Containers held for a temperature excursion"), counted("excursion")),
    )


def _of(months: Sequence[Month], name: str) -> int:
    return sum(int(getattr(it.transfers, name)) for it in months)


def share(part: int, whole: int) -> Decimal | None:
    """In per cent; None of nothing."""
    return percent(part / whole if whole else None)


def _found(standing: Standing, months: Sequence[Month]) -> tuple[Found, ...]:
    broken = sum(it.transfers.transfers - it.transfers.whole for it in months)
    told = (
        (broken, _("%s hand-overs are not whole. The custody report of the journey says what is missing.")),
        (standing.on_the_way, _("%s containers were handed to a carrier and received by nobody for days.")),
        (standing.never_closed, _("%s containers of ended journeys were never closed out.")),
        (standing.copies_open, _("%s label copies are not accounted for.")),
    )
    return tuple(Found(Severity.GAP, text % count, "figures") for count, text in told if count)


# --- turnaround -------------------------------------------------------------------------------------------------------


def _phases(reach: Reach, told: Sequence[Phase]) -> tuple[Phase, ...]:
    """All phases over all of the time, the release by quality among them, in the order of the journey."""
    found = {it.phase: it for it in told if it.month is None}
    days = [
        (released - begun).total_seconds() / 86_400
        for begun, released in releases_between(reach.codes, reach.since, reach.until)
    ]
    if (quartiles := quartiles_of(days)) is not None:
        it = quartiles
        found[RELEASE] = Phase(RELEASE, None, it.count, it.low, it.middle, it.high, it.longest)
    return tuple(found[phase] for phase in PHASES if phase in found)


def _phases_table(phases: Sequence[Phase]) -> Table:
    columns = (
        Column("phase", _("Phase")),
        Column("count", _("Journeys or batches"), ColumnKind.NUMBER),
        Column("middle", _("Median (days)"), ColumnKind.NUMBER),
        Column("low", _("First quartile (days)"), ColumnKind.NUMBER),
        Column("high", _("Third quartile (days)"), ColumnKind.NUMBER),
        Column("longest", _("Longest (days)"), ColumnKind.NUMBER),
    )
    rows = tuple(_phase(it) for it in phases)
    about = _("Patients' journeys. A phase counts when it ended in the period.")
    return Table("phases", _("Turnaround"), columns, rows, _("No phase ended in the period."), about)


def _phase(it: Phase) -> tuple[Cell, ...]:
    days = tuple(Decimal(f"{n:.2f}") for n in (it.middle, it.low, it.high, it.longest))
    return (str(PHASES[it.phase]), it.count, *days)


KIND = ReportKind(
    code="key_figures",
    title=gettext_lazy("Key figures"),
    about=gettext_lazy(
        "A period: custody completeness, near misses per 1,000 scans, overrides, late entries and turnaround, by month."
    ),
    asks=frozenset({Ask.PERIOD}),
    right=Right.READ_AUDIT_REPORTS,
    build=build,
    may=frozenset({Ask.SITE}),
)
