"""The same parameter in other strata: beside a chart, those of other sites, lots and devices."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from cpv.models import Observation
from cpv.selectors.charts import ChartView, is_visible
from people.rules.authority import Person


@dataclass(frozen=True)
class OtherStratum:
    """A chart of the same parameter."""

    code: str
    stratum: tuple[str, ...]


def other_strata(viewer: Person, view: ChartView, at: datetime) -> tuple[OtherStratum, ...]:
    """The other charts of this parameter that are the viewer's to see, by their strata (one statement)."""
    rows = (
        Observation.objects.filter(plan=view.plan.code, parameter=view.parameter.code)
        .exclude(chart=view.code)
        .values_list("chart", "stratum", "site")
        .distinct()
    )
    sites: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    for code, stratum, site in rows:
        sites[code, tuple(stratum)].add(str(site))
    seen = (
        OtherStratum(code, stratum)
        for (code, stratum), own in sites.items()
        if is_visible(viewer, view.plan, own, at)
    )
    return tuple(sorted(seen, key=lambda one: one.stratum))
