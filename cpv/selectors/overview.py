"""All charts at a glance: how many results, which limits, which signals, in statements that do not grow with charts."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Q

from cpv.models import Observation, Signal
from cpv.rules.programme import limit_set
from cpv.rules.programme.limit_set import LimitSet
from cpv.rules.programme.plan import Parameter
from cpv.rules.programme.points import ChartState, Counted, state_of, urgency
from cpv.selectors.charts import PlanView, effective_plans, is_visible
from cpv.selectors.signals import OPEN
from people import selectors as people
from people.rules.authority import Person

# So many of the newest points are drawn beside a chart's name.
RECENT = 30


@dataclass(frozen=True)
class ChartRow:
    """A chart in a list. `recent`: its newest values, the oldest first, in the unit of the parameter.

    `sites`: where its numbers come from.
    """

    plan: PlanView
    parameter: Parameter
    stratum: tuple[str, ...]
    code: str
    counted: Counted
    last_made_at: datetime
    recent: tuple[float, ...] = ()
    limits: LimitSet | None = None
    sites: frozenset[str] = frozenset()

    @property
    def state(self) -> ChartState:
        """What it asks for."""
        return state_of(self.counted)


def overview(viewer: Person, at: datetime) -> tuple[ChartRow, ...]:
    """Every chart that is the viewer's to see, the most urgent first (six statements)."""
    known = {one.code: one for one in effective_plans(at)}
    groups = _groups(known)
    seen = {
        code: group
        for code, group in groups.items()
        if is_visible(viewer, known[group["plan"]], group["sites"], at)
    }
    limits, proposed = _limits(at), _proposed()
    signals, recent = _signals(at), _recent(seen)
    rows = []
    for code, group in seen.items():
        parameter = known[group["plan"]].plan.parameter(group["parameter"])
        if parameter is None:
            continue
        own = limits.get(code)
        open_ones, overdue = signals.get(code, (0, 0))
        counted = Counted(
            group["results"], own.limits.n if own else None, open_ones, overdue, code in proposed
        )
        rows.append(
            ChartRow(
                plan=known[group["plan"]],
                parameter=parameter,
                stratum=tuple(group["stratum"]),
                code=code,
                counted=counted,
                last_made_at=group["last"],
                recent=tuple(recent[code]),
                limits=own,
                sites=frozenset(group["sites"]),
            )
        )
    return tuple(sorted(rows, key=_place))


def _place(row: ChartRow) -> tuple[Any, ...]:
    return (urgency(row.state), row.plan.code, row.parameter.title, row.stratum)


def _groups(known: Mapping[str, PlanView]) -> dict[str, dict[str, Any]]:
    """By chart: its plan, parameter and stratum, how many results count, its newest, and its sites."""
    counts = ~Q(value="") & Q(excluded_at__isnull=True)
    rows = (
        Observation.objects.filter(plan__in=list(known))
        .values("chart", "plan", "parameter", "stratum", "site")
        .annotate(results=Count("pk", filter=counts), last=Max("made_at"))
    )
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        group = found.setdefault(row["chart"], {**row, "results": 0, "sites": set()})
        group["results"] += row["results"]
        group["last"] = max(group["last"], row["last"])
        group["sites"].add(row["site"])
    return found


def _limits(at: datetime) -> dict[str, LimitSet]:
    read = (
        (one.code, limit_set.parse(one.content)[0]) for one in people.effective_documents(limit_set.KIND, at)
    )
    return {code: limits for code, limits in read if limits is not None}


def _proposed() -> frozenset[str]:
    return frozenset(one.code for one in people.open_versions() if one.kind == limit_set.KIND)


def _signals(at: datetime) -> dict[str, tuple[int, int]]:
    rows = (
        Signal.objects.filter(state__in=OPEN)
        .values("chart")
        .annotate(open=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=at)))
    )
    return {row["chart"]: (row["open"], row["overdue"]) for row in rows}


# One short walk along the index for each chart, however long its history.
_RECENT = """
SELECT asked.chart, newest.value
  FROM unnest(%s::text[]) AS asked (chart), LATERAL (
    SELECT o.value, o.made_at, o.subject FROM cpv_observation o
     WHERE o.chart = asked.chart AND o.value <> '' AND o.excluded_at IS NULL
     ORDER BY o.made_at DESC, o.subject DESC LIMIT %s
  ) AS newest
 ORDER BY asked.chart, newest.made_at, newest.subject
"""


def _recent(charts: Collection[str]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_RECENT, [list(charts), RECENT])
        for code, value in cursor.fetchall():
            found[code].append(float(value))
    return found
