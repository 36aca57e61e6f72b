"""Key figures of a period and their trends: custody, near misses, beside the plain way, quality, turnaround."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.forms.asked import Reach, reach_of
from audit.forms.reports.key_figures_in_all import figures
from audit.forms.reports.key_figures_months import Month, months_of
from audit.forms.reports.key_figures_pictures import months_table, pictures
from audit.forms.reports.key_figures_quality import quality_found, quality_of
from audit.forms.reports.refusals import by_code
from audit.registry import ReportKind
from audit.rules.custody import ON_THE_WAY
from audit.rules.questions import Ask, Question
from audit.rules.report import Cell, Column, ColumnKind, Found, Report, Severity, Table
from audit.rules.trends import quartiles_of
from coi.forms import words
from coi.rules.windows import Window
from coi.selectors.figures import Phase, Standing, phases_of, standing_of
from coi.selectors.refused import sums_of_scans, titles_at
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
    quality = quality_of(question, reach, now)
    return Report(
        kind=KIND.code,
        title=_("Key figures"),
        about=str(KIND.about),
        question=question.said(),
        as_of=now,
        sites=reach.codes,
        sections=(
            *figures(months, sums, standing, quality),
            *pictures(months),
            _phases_table(phases),
            by_code(
                "steps", _("By step"), sums, lambda it: it.step, lambda it: titles.get(it, words.step(it))
            ),
            by_code(
                "stations", _("By station"), sums, lambda it: it.station, lambda it: stations.get(it, it)
            ),
            months_table(months),
        ),
        found=(*_found(standing, months), *quality_found(quality)),
        left_out=(
            _(
                "Months are of UTC. A figure counts in the month in which it happened, or a phase in which it ended."
            ),
        ),
    )


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
        "A period: custody completeness, near misses per 1,000 scans, overrides, late entries, results out of "
        "specification, invalid signatures, reviews of trails and turnaround, by month."
    ),
    asks=frozenset({Ask.PERIOD}),
    right=Right.READ_AUDIT_REPORTS,
    build=build,
    may=frozenset({Ask.SITE}),
)
