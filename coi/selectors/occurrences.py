"""What went wrong at the stations, counted: attempts at steps with what was refused, shipments, lost labels.

Note [One attempt]
~~~~~~~~~~~~~~~~~~
An attempt at a step is one check, however many scans it took. A STOP ends the check in which it is met and has a row of
its own: both are one attempt. A refusal that came before any check was opened belongs to the check that this journey
opens next at this step; where none follows, all of them together are one attempt, which never came to a check. A
deviation belongs to the attempt of its check; one that nobody scanned for (a time ran out), as such a refusal does. So
there are never more events than attempts. An attempt counts in the month (UTC) in which it began. What found no journey
is of no product and counts nowhere.

Counts alone leave: no journey, container or person is named.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef
from django.db.models.functions import TruncMonth

from coi.models import Deviation, Order, Product
from coi.rules.deviations import Trigger
from coi.rules.journey import CheckState
from coi.rules.occurrences import Occasions, Tally
from people import selectors as people

# The reason of a hold by which people say that a shipment was out of its range.
EXCURSIONS = ("excursion",)

# Times have no end, where none is asked for: one form of each statement.
_FIRST = datetime(1, 1, 1, tzinfo=UTC)
_NONE: frozenset[str] = frozenset()
_MARKED, _TAKEN_OVER = "marked", "taken_over"
# Step, month, site, refusals, triggers, and how the check stands.
_Alike = tuple[str, datetime, str, frozenset[str], frozenset[str], CheckState | None]

# What was refused is little beside all that was done: all checks are counted from an index alone, and those few of
# which something was said are looked up one by one (LIMIT keeps PostgreSQL, which expects many, from reading all).
_ATTEMPTS = """
WITH taken_over AS MATERIALIZED (
  SELECT DISTINCT ON (stop.id) stop.id AS stop, ended.id AS attempt
    FROM coi_check stop JOIN coi_order o ON o.id = stop.order_id AND o.product_id = %(product)s
    JOIN coi_check ended ON ended.order_id = stop.order_id AND ended.step = stop.step
     AND ended.state = 'abandoned' AND ended.closed_at = stop.opened_at
   WHERE stop.state = 'stopped' AND stop.opened_at < %(until)s ORDER BY stop.id, ended.opened_at
), said AS (
  SELECT s.check_id, s.order_id, s.step, s.at, s.site_id AS site, spoken.code AS refusal, NULL::text AS trigger
    FROM coi_scan s JOIN coi_order o ON o.id = s.order_id AND o.product_id = %(product)s
    CROSS JOIN LATERAL jsonb_array_elements_text(s.codes) AS spoken(code)
   WHERE s.outcome IN ('refused', 'unreadable') AND s.at < %(until)s
  UNION ALL
  SELECT d.check_id, o.id, coalesce(c.step, d.step), d.opened_at, d.site, NULL, d.trigger
    FROM coi_deviation d LEFT JOIN coi_check c ON c.id = d.check_id
    JOIN coi_order o ON o.id = CASE WHEN c.id IS NULL THEN d.order_id ELSE c.order_id END
   WHERE o.product_id = %(product)s AND d.opened_at < %(until)s AND d.trigger = ANY(%(triggers)s)
     AND (d.check_id IS NOT NULL OR d.step <> '')
), placed AS (
  SELECT coalesce(t.attempt, met.id) AS attempt, s.order_id, s.step, s.at, s.site, s.refusal, s.trigger
    FROM said s
    LEFT JOIN LATERAL (
      SELECT c.id FROM coi_check c WHERE s.check_id IS NULL AND c.order_id = s.order_id AND c.step = s.step
         AND c.opened_at >= s.at AND c.opened_at < %(until)s ORDER BY c.opened_at, c.id LIMIT 1
    ) next ON true
    CROSS JOIN LATERAL (SELECT coalesce(s.check_id, next.id) AS id) met
    LEFT JOIN taken_over t ON t.stop = met.id
), marked AS MATERIALIZED (
  SELECT attempt, min(step) AS step, min(at) AS at, min(site) AS site,
         array_agg(DISTINCT refusal ORDER BY refusal) FILTER (WHERE refusal = ANY(%(refusals)s)) AS refusals,
         array_agg(DISTINCT trigger ORDER BY trigger) FILTER (WHERE trigger IS NOT NULL) AS triggers
    FROM placed
   GROUP BY attempt, CASE WHEN attempt IS NULL THEN order_id END, CASE WHEN attempt IS NULL THEN step END
)
SELECT 'check', c.step, date_trunc('month', c.opened_at AT TIME ZONE 'UTC'), c.station, NULL, NULL::text[],
       NULL::text[], c.state, count(*)
  FROM coi_check c JOIN coi_order o ON o.id = c.order_id AND o.product_id = %(product)s
 WHERE c.opened_at >= %(since)s AND c.opened_at < %(until)s
 GROUP BY 2, 3, 4, 8
UNION ALL
SELECT 'taken_over', c.step, date_trunc('month', c.opened_at AT TIME ZONE 'UTC'), c.station, NULL, NULL, NULL, c.state,
       count(*)
  FROM taken_over t JOIN coi_check c ON c.id = t.stop WHERE c.opened_at >= %(since)s
 GROUP BY 2, 3, 4, 8
UNION ALL
SELECT 'marked', c.step, date_trunc('month', c.opened_at AT TIME ZONE 'UTC'), c.station, NULL, m.refusals, m.triggers,
       c.state, count(*)
  FROM marked m CROSS JOIN LATERAL (SELECT * FROM coi_check WHERE id = m.attempt LIMIT 1) c
 WHERE c.opened_at >= %(since)s
 GROUP BY 2, 3, 4, 6, 7, 8
UNION ALL
SELECT 'alone', m.step, date_trunc('month', m.at AT TIME ZONE 'UTC'), NULL, m.site, m.refusals, m.triggers, NULL,
       count(*)
  FROM marked m WHERE m.attempt IS NULL AND m.at >= %(since)s
 GROUP BY 2, 3, 5, 6, 7
"""

_SHIPMENTS = """
WITH shipment AS (
  SELECT h.order_id, h.step, h.at, min(h.receiver_site_id) AS site
    FROM coi_handover h JOIN coi_order o ON o.id = h.order_id AND o.product_id = %(product)s
   WHERE h.at >= %(since)s AND h.at < %(until)s
   GROUP BY h.order_id, h.step, h.at
), marked AS (
  SELECT last.order_id, last.step, last.at, array_agg(DISTINCT held.reason_code ORDER BY held.reason_code) AS holds
    FROM coi_hold held JOIN coi_order o ON o.id = held.order_id AND o.product_id = %(product)s
    CROSS JOIN LATERAL (
      SELECT h.order_id, h.step, h.at FROM coi_handover h
       WHERE h.container_id = held.container_id AND h.at <= held.placed_at ORDER BY h.at DESC LIMIT 1
    ) last
   WHERE held.reason_code = ANY(%(codes)s) AND held.placed_at < %(until)s
   GROUP BY last.order_id, last.step, last.at
)
SELECT s.step, date_trunc('month', s.at AT TIME ZONE 'UTC'), s.site, m.holds, count(*)
  FROM shipment s LEFT JOIN marked m ON m.order_id = s.order_id AND m.step = s.step AND m.at = s.at
 GROUP BY 1, 2, 3, 4
"""


_SPOKEN = """
SELECT coalesce(p.code, ''), spoken.code, s.step, count(DISTINCT s.id), max(s.at)
  FROM coi_scan s CROSS JOIN LATERAL jsonb_array_elements_text(s.codes) AS spoken(code)
  LEFT JOIN coi_order o ON o.id = s.order_id LEFT JOIN coi_product p ON p.id = o.product_id
 WHERE s.outcome IN ('refused', 'unreadable') AND s.at >= %(since)s AND s.at < %(until)s
   AND (p.code IS NULL OR p.code = ANY(%(products)s))
 GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3
"""


def attempts_seen(
    product: str,
    *,
    refusals: Collection[str],
    triggers: Collection[str],
    until: datetime,
    since: datetime | None = None,
) -> tuple[Occasions, ...]:
    """All attempts at the steps of a product's journeys that began in [since, until), by step, month and site.

    Told apart by which of these refusals were spoken at them and by which of these triggers they opened a deviation: an
    attempt at which two were spoken is one with both (Note [One attempt]). Four statements, whatever there is.
    """
    asked = {
        "product": _product(product),
        "refusals": sorted(refusals),
        "triggers": sorted(triggers),
        "since": since or _FIRST,
        "until": until,
    }
    sites, counts = _sites_of_stations(), Counter[_Alike]()
    for sort, step, month, station, site, spoken, opened, state, count in _fetched(_ATTEMPTS, asked):
        at = (step, month.replace(tzinfo=UTC), sites.get(station, "") if site is None else site)
        plain = (*at, _NONE, _NONE, CheckState(state) if state else None)
        if sort in (_MARKED, _TAKEN_OVER):  # counted among the checks already
            counts[plain] -= count
        if sort != _TAKEN_OVER:
            counts[*at, frozenset(spoken or ()), frozenset(opened or ()), plain[-1]] += count
    return tuple(
        Occasions(step, month, site, count, refusals=spoken, deviations=opened, state=state)
        for (step, month, site, spoken, opened, state), count in counts.items()
        if count
    )


def shipments_seen(
    product: str, *, codes: Collection[str], until: datetime, since: datetime | None = None
) -> tuple[Occasions, ...]:
    """Shipments of a product whose receiver took them over in [since, until), by step, month and receiving site.

    A shipment is one hand-over, however many containers it brought. Files of loggers are not kept: that a shipment was
    out of its range is said by a hold of what it brought, and `codes` are the reasons of such holds. A hold is of the
    last hand-over of its container before it. Two statements.
    """
    asked = {"product": _product(product), "codes": sorted(codes), "since": since or _FIRST, "until": until}
    return tuple(
        Occasions(step, month.replace(tzinfo=UTC), site, count, holds=frozenset(holds or ()))
        for step, month, site, holds, count in _fetched(_SHIPMENTS, asked)
    )


def lost_labels_seen(product: str, *, until: datetime, since: datetime | None = None) -> tuple[Tally, ...]:
    """Journeys of a product ordered in [since, until), and those of which a label was lost, by month and manufacturer.

    A lost label is found missing at no step, so that the journey is what it counts against. One statement.
    """
    lost = Deviation.objects.filter(order=OuterRef("pk"), trigger=Trigger.LABEL_LOST, opened_at__lt=until)
    orders = Order.objects.filter(
        product__code=product, ordered_at__gte=since or _FIRST, ordered_at__lt=until
    )
    found = (
        orders.annotate(is_lost=Exists(lost))
        .values(month=TruncMonth("ordered_at", tzinfo=UTC), site=F("manufacturing_site"), lost=F("is_lost"))
        .annotate(journeys=Count("pk"))
        .order_by("month", "site", "lost")
    )
    return tuple(
        Tally(Trigger.LABEL_LOST, it["month"], it["site"], it["journeys"], it["journeys"] * it["lost"])
        for it in found
    )


@dataclass(frozen=True)
class Spoken:
    """A refusal as it was spoken at a step, in so many scans, the last time at `last_at`.

    `product` and `step` are empty where no journey was found.
    """

    product: str
    code: str
    step: str
    scans: int
    last_at: datetime


def refusals_spoken(
    products: Collection[str], *, until: datetime, since: datetime | None = None
) -> tuple[Spoken, ...]:
    """Every refusal in [since, until) in journeys of these products, or in none, by code and step (one statement)."""
    asked = {"products": sorted(products), "since": since or _FIRST, "until": until}
    return tuple(Spoken(*row) for row in _fetched(_SPOKEN, asked))


def _fetched(statement: str, asked: dict[str, Any]) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return list(cursor.fetchall())


def _product(code: str) -> UUID | None:
    """Asked for before, so that PostgreSQL knows how many journeys are of it (one statement)."""
    return Product.objects.filter(code=code).values_list("pk", flat=True).first()


def _sites_of_stations() -> dict[str, str]:
    """The site of each station, also of one that is no longer used (two statements)."""
    sites = [site.code for site in people.sites()]
    return {station.code: station.site for station in people.stations(sites)}
