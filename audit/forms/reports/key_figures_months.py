"""The figures of each month of a period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from audit.forms.asked import Reach
from coi.events import Event
from coi.rules.windows import Window
from coi.selectors.figures import MonthCount, MonthOfTransfers, Phase, month_counts, months_of_transfers
from coi.selectors.refused import MonthOfScans, months_of_scans
from ledger import selectors as ledger
from qc.selectors.occurrences import MonthOfResults, months_of_results


@dataclass(frozen=True)
class Month:
    """The figures of one month; what was not counted is nothing of nothing."""

    month: datetime
    scans: MonthOfScans
    transfers: MonthOfTransfers
    counts: Mapping[str, int]
    vein_to_vein: Phase | None
    results: MonthOfResults

    @property
    def overrides(self) -> int:
        """STOPs cleared, holds released, labels replaced and codes typed."""
        return (
            sum(self.counts.get(it, 0) for it in ("stop_cleared", "hold_released", "reprint"))
            + self.scans.keyed
        )


def months_of(reach: Reach, phases: Sequence[Phase]) -> tuple[Month, ...]:
    """Every month of the period, also one in which nothing happened."""
    window = Window(reach.codes, reach.since, reach.until)
    scans = {it.month: it for it in months_of_scans(window)}
    transfers = {it.month: it for it in months_of_transfers(reach.codes, reach.since, reach.until)}
    results = {it.month: it for it in months_of_results(reach.codes, reach.since, reach.until)}
    counts = _counted(reach)
    veins = {it.month: it for it in phases if it.phase == "vein_to_vein" and it.month is not None}
    return tuple(
        Month(
            it,
            scans.get(it, MonthOfScans(it, 0, 0, 0, 0, 0)),
            transfers.get(it, MonthOfTransfers(it, 0, 0, 0, 0, 0, 0)),
            {what: n for (what, month), n in counts.items() if month == it},
            veins.get(it),
            results.get(it, MonthOfResults(it, 0, 0)),
        )
        for it in months_between(reach.since, reach.until)
    )


def _counted(reach: Reach) -> dict[tuple[str, datetime], int]:
    """Counts by what and month; labels replaced and late entries are told by the ledger alone."""
    found = list(month_counts(reach.codes, reach.since, reach.until))
    reprints = ledger.entries_between(
        reach.since, reach.until, events=(Event.LABEL_REPRINTED,), sites=reach.codes
    )
    late = ledger.late_entries(reach.since, reach.until, sites=reach.codes, by=timedelta(0))
    found += [MonthCount("reprint", month_of(it.occurred_at), 1) for it in reprints]
    found += [MonthCount("late", month_of(it.occurred_at), 1) for it in late]
    counts: dict[tuple[str, datetime], int] = {}
    for it in found:
        what = "late" if it.what == "late_weight" else it.what
        counts[what, it.month] = counts.get((what, it.month), 0) + it.count
    return counts


def month_of(at: datetime) -> datetime:
    """The beginning of its month (UTC)."""
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def months_between(since: datetime, until: datetime) -> tuple[datetime, ...]:
    """Every month of which a part lies in [since, until)."""
    found, month = [], month_of(since)
    while month < until:
        found.append(month)
        month = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
    return tuple(found)
