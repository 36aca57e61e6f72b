"""All charts at a glance: how many results, which limits, which signals, in statements that do not grow with charts."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, Q, Window
from django.db.models.functions import RowNumber

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
    signals, recent = _signals(at), _recent(known)
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


def _recent(known: Mapping[str, PlanView]) -> dict[str, list[float]]:
    place = Window(RowNumber(), partition_by=F("chart"), order_by=[F("made_at").desc(), F("subject").desc()])
    rows = (
        Observation.objects.filter(plan__in=list(known), excluded_at__isnull=True)
        .exclude(value="")
        .annotate(place=place)
        .filter(place__lte=RECENT)
        .order_by("chart", "made_at", "subject")
        .values_list("chart", "value")
    )
    found: dict[str, list[float]] = defaultdict(list)
    for code, value in rows:
        found[code].append(float(value))
    return found
