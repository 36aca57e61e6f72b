"""What stood at the time that a late entry claims: asked for late entries alone, which are few."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from coi.events import Event
from coi.models import Batch
from coi.rules.journey import StationFacts
from coi.rules.late import Then
from coi.rules.outcome import RefusalCode
from ledger import selectors as ledger

# Of one moment each: a hold from when it was placed until it was released, a STOP until it was cleared, and so on.
# A STOP for a date or a state stands against a claim that the step was done before it, until quality has signed that
# what it named may be used as it is.
_THEN = """
SELECT json_build_object(
  'ordered', (SELECT o.ordered_at FROM coi_order o WHERE o.id = %(order)s::uuid),
  'held', (SELECT json_agg(h.container_id) FROM coi_hold h WHERE h.order_id = %(order)s::uuid
            AND h.placed_at <= %(at)s AND (h.released_at IS NULL OR h.released_at > %(at)s)),
  'judged', (SELECT json_agg(c.id) FROM coi_collection c WHERE c.order_id = %(order)s::uuid AND c.judged_at > %(at)s),
  'copies', (SELECT json_agg(l.id) FROM coi_labelcopy l WHERE l.order_id = %(order)s::uuid AND l.issued_at > %(at)s),
  'bands', (SELECT json_agg(a.id) FROM coi_alias a WHERE a.order_id = %(order)s::uuid AND a.added_at > %(at)s),
  'place', (SELECT u.order_id FROM coi_placeuse u WHERE u.place = %(place)s
             AND u.opened_at <= %(at)s AND (u.closed_at IS NULL OR u.closed_at > %(at)s) LIMIT 1),
  'stopped', EXISTS (SELECT 1 FROM coi_check k WHERE k.station = %(station)s AND k.state = 'stopped'
             AND k.opened_at <= %(at)s AND (k.cleared_at IS NULL OR k.cleared_at > %(at)s)),
  'reconciling', EXISTS (SELECT 1 FROM coi_order o JOIN coi_patient p ON p.id = o.patient_id
             JOIN coi_reconciliation r
               ON r.patient_id IN (p.id, p.merged_into_id) OR r.give_up_id IN (p.id, p.merged_into_id)
            WHERE o.id = %(order)s::uuid AND r.asked_at <= %(at)s
              AND (r.decided_at IS NULL OR r.decided_at > %(at)s)),
  'refused', (SELECT j.code FROM coi_scan s CROSS JOIN LATERAL jsonb_array_elements_text(s.codes) AS j (code)
             WHERE s.order_id = %(order)s::uuid AND s.step = %(step)s AND s.is_stop AND s.at >= %(at)s
               AND j.code = ANY(%(dated)s)
               AND NOT EXISTS (SELECT 1 FROM coi_deviation d WHERE d.check_id = s.check_id
                                AND d.state = 'closed' AND d.disposition_code = 'use_as_is')
             ORDER BY s.at LIMIT 1)
)::text
"""
_DATED = tuple(
    str(code)
    for code in (
        RefusalCode.EXPIRED,
        RefusalCode.LABEL_EXPIRED,
        RefusalCode.HOLD_TIME_PASSED,
        RefusalCode.LOT_NOT_USABLE,
        RefusalCode.EQUIPMENT_NOT_USABLE,
    )
)
_STOCK = (Event.LOT_RECEIVED, Event.LOT_STATUS_SET, Event.EQUIPMENT_REGISTERED, Event.EQUIPMENT_STATUS_SET)
_MOMENT = timedelta(microseconds=1)


def stood_then(*, order: str, step: str, station: StationFacts, at: datetime, now: datetime) -> Then:
    """What stood at this moment for a step of a journey at a station (three statements at most)."""
    params: dict[str, Any] = {
        "order": order,
        "step": step,
        "at": at,
        "place": station.place if station.is_single_patient else "",
        "station": station.code,
        "dated": list(_DATED),
    }
    with connection.cursor() as cursor:
        cursor.execute(_THEN, params)
        row: tuple[str] = cursor.fetchone()
    found: dict[str, Any] = json.loads(row[0])
    return Then(
        ordered_at=datetime.fromisoformat(found["ordered"]),
        held=frozenset(found["held"] or ()),
        changed=frozenset(found["judged"] or ()) | _changed(at, now),
        new_copies=frozenset(found["copies"] or ()) | frozenset(found["bands"] or ()),
        place_order=found["place"] or "",
        is_stopped=found["stopped"],
        is_reconciling=found["reconciling"],
        refused=found["refused"] or "",
    )


def _changed(at: datetime, now: datetime) -> frozenset[str]:
    """Codes of lots and devices, and ids of batches, that somebody judged after this moment."""
    entries = ledger.entries_between(
        at + _MOMENT, now + _MOMENT, events=(*_STOCK, Event.DISPOSITION_RECORDED)
    )
    batches = {str(it.facts["batch"]) for it in entries if it.event == Event.DISPOSITION_RECORDED}
    stock = {str(it.facts["code"]) for it in entries if it.event != Event.DISPOSITION_RECORDED}
    ids = Batch.objects.filter(code__in=sorted(batches)).values_list("id", flat=True) if batches else ()
    return frozenset(stock) | {str(id) for id in ids}
