"""The key figures over the whole period: each with what it means and of how many it is."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from audit.forms.reports import meaning
from audit.forms.reports.key_figures_months import Month
from audit.forms.reports.key_figures_quality import Figure, Quality, quality_figures
from audit.forms.reports.refusals import near_miss_rate
from audit.rules.custody import ON_THE_WAY
from audit.rules.rates import per_thousand, share_of
from audit.rules.report import ColumnKind, Fact, Facts
from coi.selectors.figures import Standing
from coi.selectors.refused import ScanSum


def figures(
    months: Sequence[Month], sums: Sequence[ScanSum], standing: Standing, quality: Quality
) -> tuple[Facts, ...]:
    """Custody, scans, what went beside the plain way, laboratory and quality."""
    told = (
        ("figures", _("Custody"), (*_custody(months), *_standing(standing))),
        ("scan_figures", _("Scans and near misses"), _scans(sums)),
        ("beside_figures", _("Beside the plain way"), (*_beside(months, sums), *_counted(months))),
        ("quality_figures", _("Laboratory and quality"), quality_figures(months, quality)),
    )
    return tuple(
        Facts(key, title, tuple(Fact(*figure[:3], ColumnKind.NUMBER, figure[3]) for figure in found))
        for key, title, found in told
    )


def _custody(months: Sequence[Month]) -> tuple[Figure, ...]:
    transfers, whole = _of(months, "transfers"), _of(months, "whole")
    part = _("Of the hand-overs of the period.")
    share = _(
        "%(share)s Whole: from the site that had it, with giver and receiver, with a shipper where it is shipped, and "
        "with a record of the condition where it comes from a carrier."
    )
    return (
        (
            "whole_share",
            _("Custody completeness: hand-overs whole (%)"),
            share_of(whole, transfers),
            share % {"share": meaning.share(whole, transfers, _("hand-overs"))},
        ),
        (
            "transfers",
            _("Hand-overs of containers"),
            transfers,
            _("A container that goes from a giver to a receiver counts once each time."),
        ),
        ("broken", _("Hand-overs by a site that did not have it"), _of(months, "broken"), part),
        (
            "without_person",
            _("Hand-overs without a giver or a receiver"),
            _of(months, "without_person"),
            part,
        ),
        ("without_shipper", _("Shipments without a shipper"), _of(months, "without_shipper"), part),
        (
            "without_condition",
            _("Receipts without a record of the condition"),
            _of(months, "without_condition"),
            _("Of the hand-overs by a carrier."),
        ),
    )


def _standing(standing: Standing) -> tuple[Figure, ...]:
    """What is so at the end of the period, whenever it began."""
    at_the_end = _("At the end of the period.")
    hours = ON_THE_WAY.total_seconds() // 3600
    return (
        (
            "on_the_way",
            _("Containers on the way for too long"),
            standing.on_the_way,
            _(
                "At the end of the period: taken over by a carrier more than %.0f hours before, received by nobody."
            )
            % hours,
        ),
        (
            "never_closed",
            _("Containers of ended journeys that were never closed out"),
            standing.never_closed,
            at_the_end,
        ),
        ("copies_open", _("Label copies that nobody accounted for"), standing.copies_open, at_the_end),
    )


def _scans(sums: Sequence[ScanSum]) -> tuple[Figure, ...]:
    scans, misses = sum(it.scans for it in sums), sum(it.near_misses for it in sums)
    return (
        *near_miss_rate(misses, scans),
        ("near_misses", _("Near misses"), misses, meaning.near_misses()),
        ("refused", _("Refused or unreadable"), sum(it.refused for it in sums), meaning.refused()),
        ("scans", _("Scans"), scans, meaning.scans()),
    )


def _beside(months: Sequence[Month], sums: Sequence[ScanSum]) -> tuple[Figure, ...]:
    """What one person did alone, and where people went beside the plain way."""
    scans, overrides = sum(it.scans for it in sums), sum(it.overrides for it in months)
    alone, steps = _sum(months, "alone"), _sum(months, "step")
    by_one = _("%s Some steps ask for one person: where two are asked, the report on overrides counts them.")
    return (
        (
            "alone_share",
            _("By one person alone (%)"),
            share_of(alone, steps),
            by_one % meaning.share(alone, steps, _("steps")),
        ),
        ("steps", _("Steps completed"), steps, _("At these sites.")),
        (
            "overrides",
            _("Overrides"),
            overrides,
            _("STOPs cleared, holds released, labels replaced and codes typed, together."),
        ),
        (
            "override_rate",
            _("Overrides per 1,000 scans"),
            per_thousand(min(overrides, scans), scans).value,
            meaning.share(overrides, scans, _("scans")),
        ),
    )


def _counted(months: Sequence[Month]) -> tuple[Figure, ...]:
    told = (
        ("reprints", "reprint", _("Labels replaced"), _("A new copy in place of one that was made void.")),
        ("late", "late", _("Late entries"), meaning.late()),
        ("deviations", "deviation", _("Deviations opened"), _("At these sites, of every class.")),
        (
            "excursions",
            "excursion",
            _("Containers held for a temperature excursion"),
            _("Each hold of a container counts."),
        ),
    )
    typed = sum(it.scans.keyed for it in months)
    return (
        ("typed", _("Codes typed"), typed, _("Scans in which the code was entered by hand.")),
        *((key, title, _sum(months, what), about) for key, what, title, about in told),
    )


def _of(months: Sequence[Month], name: str) -> int:
    return sum(int(getattr(it.transfers, name)) for it in months)


def _sum(months: Sequence[Month], what: str) -> int:
    return sum(it.counts.get(what, 0) for it in months)
