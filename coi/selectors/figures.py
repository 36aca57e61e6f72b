"""Key figures of many journeys: counted by the database, a fixed number of statements however many journeys there are.

Months are of UTC. What a figure counts is what the lists in `coi.selectors.overrides` and `coi.selectors.refused` show
one by one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Q

from coi.models import Container, Handover, LabelCopy, Order
from coi.rules.journey import ContainerStatus, CopyStatus, Fate
from coi.rules.labels_reconciliation import GONE
from coi.selectors.occurrences import EXCURSIONS
from coi.selectors.overrides import LATE
from coi.selectors.protocols import infusing_steps
from coi.selectors.visible import of_sites
from people import selectors as people


@dataclass(frozen=True)
class MonthCount:
    """So many of one thing in a month."""

    what: str
    month: datetime
    count: int


@dataclass(frozen=True)
class MonthOfTransfers:
    """Hand-overs of containers in a month, and what they lacked; `whole`: those that lacked nothing."""

    month: datetime
    transfers: int
    whole: int
    broken: int
    without_person: int
    without_shipper: int
    without_condition: int


@dataclass(frozen=True)
class Phase:
    """How long one phase took, in days: the middle, the quartiles, the longest. `month`: None over all of the time.

    It counts in the month in which the phase ended.
    """

    phase: str
    month: datetime | None
    count: int
    low: float
    middle: float
    high: float
    longest: float


@dataclass(frozen=True)
class Standing:
    """How it stands now at these sites: hand-overs nobody received, containers never closed out, copies unaccounted."""

    on_the_way: int
    never_closed: int
    copies_open: int


_COUNTS = """
SELECT 'stop_cleared', date_trunc('month', cleared_at AT TIME ZONE 'UTC'), count(*)
  FROM coi_check WHERE cleared_at >= %(since)s AND cleared_at < %(until)s AND station = ANY(%(stations)s) GROUP BY 2
UNION ALL
SELECT 'hold_released', date_trunc('month', h.released_at AT TIME ZONE 'UTC'), count(*)
  FROM coi_hold h JOIN coi_container c ON c.id = h.container_id AND c.custodian_id = ANY(%(sites)s)
 WHERE h.released_at >= %(since)s AND h.released_at < %(until)s GROUP BY 2
UNION ALL
SELECT 'excursion', date_trunc('month', h.placed_at AT TIME ZONE 'UTC'), count(*)
  FROM coi_hold h JOIN coi_container c ON c.id = h.container_id AND c.custodian_id = ANY(%(sites)s)
 WHERE h.placed_at >= %(since)s AND h.placed_at < %(until)s AND h.reason_code = ANY(%(excursions)s) GROUP BY 2
UNION ALL
SELECT 'late_weight', date_trunc('month', w.recorded_at AT TIME ZONE 'UTC'), count(*)
  FROM coi_weight w JOIN coi_order o ON o.id = w.order_id AND o.treating_site_id = ANY(%(sites)s)
 WHERE w.recorded_at >= %(since)s AND w.recorded_at < %(until)s AND w.measured_at < w.recorded_at - %(late)s GROUP BY 2
UNION ALL
SELECT 'deviation', date_trunc('month', opened_at AT TIME ZONE 'UTC'), count(*)
  FROM coi_deviation WHERE opened_at >= %(since)s AND opened_at < %(until)s AND site = ANY(%(sites)s) GROUP BY 2
UNION ALL
SELECT 'step', date_trunc('month', at AT TIME ZONE 'UTC'), count(*)
  FROM coi_steprecord WHERE at >= %(since)s AND at < %(until)s AND site_id = ANY(%(sites)s) GROUP BY 2
UNION ALL
SELECT 'alone', date_trunc('month', at AT TIME ZONE 'UTC'), count(*) FROM coi_steprecord
 WHERE at >= %(since)s AND at < %(until)s AND site_id = ANY(%(sites)s) AND witness_id IS NULL GROUP BY 2
"""

# Who had the container before: the receiver of the hand-over before, else the site of the step that made it.
_TRANSFERS = """
WITH line AS (
  SELECT h.*, o.courier_site_id NOT IN (o.treating_site_id, o.manufacturing_site_id)
                AND h.giver_site_id = o.courier_site_id AS came,
         o.courier_site_id NOT IN (o.treating_site_id, o.manufacturing_site_id)
                AND h.receiver_site_id = o.courier_site_id AS went,
         coalesce(lag(h.receiver_site_id) OVER (PARTITION BY h.container_id ORDER BY h.at),
                  (SELECT s.site_id FROM coi_steprecord s
                    WHERE s.order_id = h.order_id AND s.step = c.made_by_step
                      AND coalesce(s.performed_at, s.at) = c.made_at LIMIT 1)) AS had
    FROM coi_handover h JOIN coi_order o ON o.id = h.order_id JOIN coi_container c ON c.id = h.container_id
   WHERE h.at < %(until)s AND (o.treating_site_id = ANY(%(sites)s) OR o.collection_site_id = ANY(%(sites)s)
      OR o.courier_site_id = ANY(%(sites)s) OR o.manufacturing_site_id = ANY(%(sites)s))
), judged AS (
  SELECT l.at, l.giver_site_id IS DISTINCT FROM l.had AS broken, l.giver_name = '' OR l.receiver_name = '' AS nobody,
         (l.came OR l.went) AND l.shipper = '' AS bare,
         l.came AND NOT EXISTS (SELECT FROM coi_steprecord s
           WHERE s.order_id = l.order_id AND s.step = l.step AND s.at = l.at AND s.values <> '{}') AS unseen
    FROM line l
   WHERE l.at >= %(since)s
)
SELECT date_trunc('month', at AT TIME ZONE 'UTC'), count(*),
       count(*) FILTER (WHERE NOT (broken OR nobody OR bare OR unseen)), count(*) FILTER (WHERE broken),
       count(*) FILTER (WHERE nobody), count(*) FILTER (WHERE bare), count(*) FILTER (WHERE unseen)
  FROM judged GROUP BY 1 ORDER BY 1
"""

_PHASES = """
WITH mine AS (
  SELECT o.id, o.ordered_at, o.treating_site_id AS treating, o.manufacturing_site_id AS maker FROM coi_order o
   WHERE o.kind = 'patient' AND (o.treating_site_id = ANY(%(sites)s) OR o.collection_site_id = ANY(%(sites)s)
      OR o.courier_site_id = ANY(%(sites)s) OR o.manufacturing_site_id = ANY(%(sites)s))
), handed AS (
  SELECT m.id, min(h.at) FILTER (WHERE h.receiver_site_id = m.maker) AS received,
         min(h.at) FILTER (WHERE h.giver_site_id = m.maker) AS shipped,
         min(h.at) FILTER (WHERE h.receiver_site_id = m.treating) AS arrived
    FROM mine m JOIN coi_handover h ON h.order_id = m.id GROUP BY m.id
), moments AS (
  SELECT m.id, m.ordered_at, c.at AS collected, h.received, b.at AS begun, h.shipped, h.arrived, i.at AS infused
    FROM mine m LEFT JOIN handed h ON h.id = m.id
    LEFT JOIN (SELECT order_id, min(collected_at) AS at FROM coi_collection GROUP BY 1) c ON c.order_id = m.id
    LEFT JOIN (SELECT order_id, min(started_at) AS at FROM coi_batch GROUP BY 1) b ON b.order_id = m.id
    LEFT JOIN (SELECT order_id, min(at) AS at FROM coi_steprecord WHERE step = ANY(%(infusing)s) GROUP BY 1) i
           ON i.order_id = m.id
), phases AS (
  SELECT p.phase, date_trunc('month', p.until AT TIME ZONE 'UTC') AS month,
         extract(epoch FROM p.until - p.since) / 86400 AS days
    FROM moments m CROSS JOIN LATERAL (VALUES
      ('collection', m.ordered_at, m.collected), ('transport', m.collected, m.received),
      ('waiting', m.received, m.begun), ('making', m.begun, m.shipped), ('delivery', m.shipped, m.arrived),
      ('infusion', m.arrived, m.infused), ('vein_to_vein', m.collected, m.infused)) AS p (phase, since, until)
   WHERE p.until >= %(since)s AND p.until < %(until)s AND p.since <= p.until
)
SELECT phase, month, count(*), (percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY days))::float8[],
       max(days)::float8
  FROM phases GROUP BY GROUPING SETS ((phase), (phase, month)) ORDER BY phase, month NULLS FIRST
"""


def month_counts(sites: Collection[str], since: datetime, until: datetime) -> tuple[MonthCount, ...]:
    """What the months count: stop_cleared, hold_released, excursion, late_weight, deviation, step, alone (three
    statements).
    """
    stations = [station.code for station in people.stations(sites)]
    asked = _asked(sites, since, until) | {
        "stations": stations,
        "excursions": list(EXCURSIONS),
        "late": LATE,
    }
    return tuple(
        MonthCount(what, month.replace(tzinfo=UTC), n) for what, month, n in _fetched(_COUNTS, asked)
    )


def months_of_transfers(
    sites: Collection[str], since: datetime, until: datetime
) -> tuple[MonthOfTransfers, ...]:
    """Hand-overs in journeys in which these sites take part, by month, the earliest first (one statement)."""
    rows = _fetched(_TRANSFERS, _asked(sites, since, until))
    return tuple(MonthOfTransfers(month.replace(tzinfo=UTC), *counts) for month, *counts in rows)


def phases_of(sites: Collection[str], since: datetime, until: datetime) -> tuple[Phase, ...]:
    """Phases of patients' journeys that ended in the period (two statements, and one for each protocol)."""
    asked = _asked(sites, since, until) | {"infusing": _infusing(sites)}
    return tuple(
        Phase(phase, month.replace(tzinfo=UTC) if month else None, count, low, middle, high, longest)
        for phase, month, count, (low, middle, high), longest in _fetched(_PHASES, asked)
    )


def standing_of(sites: Collection[str], at: datetime, longest: timedelta) -> Standing:
    """How it stands. `longest`: how long anything may be on its way (three statements)."""
    mine, over = of_sites(sites, "order__"), [*GONE, ContainerStatus.INFUSED]
    received_later = Handover.objects.filter(at__gte=at - longest).values("container")
    sent = Container.objects.filter(mine, custodian=F("order__courier_site")).exclude(status__in=over)
    left = Container.objects.filter(mine, order__closed_at__isnull=False).exclude(status__in=list(GONE))
    copies = LabelCopy.objects.filter(mine, fate=Fate.UNKNOWN).exclude(status=CopyStatus.APPLIED)
    is_over = Q(status=CopyStatus.VOID) | Q(container__status__in=list(GONE))
    is_printed = ~Q(file="") | Q(applied_at__isnull=False)
    return Standing(
        on_the_way=sent.exclude(id__in=received_later).count(),
        never_closed=left.count(),
        copies_open=copies.filter(is_over, is_printed).count(),
    )


def _infusing(sites: Collection[str]) -> list[str]:
    """The steps that infuse, in the protocols of the journeys of these sites."""
    versions = (
        Order.objects.filter(of_sites(sites)).order_by().values_list("protocol_id", flat=True).distinct()
    )
    return infusing_steps(map(str, versions))


def _asked(sites: Collection[str], since: datetime, until: datetime) -> dict[str, Any]:
    return {"sites": sorted(sites), "since": since, "until": until}


def _fetched(statement: str, asked: dict[str, Any]) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return list(cursor.fetchall())
