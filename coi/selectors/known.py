"""What the interlocks need to know, gathered in a fixed number of statements.

`resolve` finds what barcodes name, `gather` everything known of the journeys concerned. Each is ONE statement, however
many bags, steps or holds there are, since a scan has a budget of about twelve. Nothing here is cached.
"""

import json
from base64 import b64decode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from coi.rules.acceptance import Acceptance, PlanChange
from coi.rules.aliases import band_text
from coi.rules.identifiers import Identifier, IdentifierKind, missing_elements
from coi.rules.journey import (
    CheckFacts,
    CheckState,
    CollectionFacts,
    ContainerFacts,
    ContainerStatus,
    CopyStatus,
    Disposition,
    DoneStep,
    ItemScan,
    Known,
    OrderFacts,
    OrderKind,
    StationFacts,
    Target,
)
from coi.rules.late import LateClaim, LateReason
from coi.rules.protocol import Party
from coi.rules.requests import index_key
from coi.rules.stock import StockStatus, label_differs, supplier_lot, why_not
from people import selectors as people

# (kind, given key, row, order, container, state, sort, site, good until, more), one SELECT for each kind of identifier.
_FIND = {
    IdentifierKind.LABEL: """
        SELECT 'label', code, id, order_id, container_id, status, carrier, '', NULL::timestamptz, NULL::jsonb
          FROM coi_labelcopy WHERE code = ANY(%s::text[])""",
    IdentifierKind.COI: """
        SELECT 'coi', coi_id, id, id, NULL::uuid, '', '', '', NULL::timestamptz, NULL::jsonb
          FROM coi_order WHERE coi_id = ANY(%s::text[])
         UNION ALL
        SELECT 'coi', value_key, id, order_id, NULL::uuid, '', '', '', NULL::timestamptz, NULL::jsonb
          FROM coi_alias WHERE kind = 'coid' AND retired_at IS NULL AND value_key = ANY(%s::text[])""",
    IdentifierKind.DIN: """
        SELECT 'din', din, id, order_id, NULL::uuid, '', '', '', NULL::timestamptz, NULL::jsonb
          FROM coi_collection WHERE din = ANY(%s::text[])
         UNION ALL
        SELECT 'din', value_key, id, order_id, NULL::uuid, '', '', '', NULL::timestamptz, NULL::jsonb
          FROM coi_alias WHERE kind = 'din' AND retired_at IS NULL AND value_key = ANY(%s::text[])""",
    IdentifierKind.WRISTBAND: """
        SELECT 'wristband', value_key, id, order_id, NULL::uuid, '', '', issuer_id, NULL::timestamptz, NULL::jsonb
          FROM coi_alias WHERE kind = 'wristband' AND retired_at IS NULL AND value_key = ANY(%s::text[])""",
    IdentifierKind.LOT: """
        SELECT 'lot', code, id, NULL::uuid, NULL::uuid, status, material, site_id, expires_at, NULL::jsonb
          FROM coi_materiallot WHERE code = ANY(%s::text[])""",
    IdentifierKind.EQUIPMENT: """
        SELECT 'equipment', code, id, NULL::uuid, NULL::uuid, status, kind, site_id, calibration_due_at, NULL::jsonb
          FROM coi_equipment WHERE kind <> 'shipper' AND code = ANY(%s::text[])""",
    IdentifierKind.SHIPPER: """
        SELECT 'shipper', code, id, NULL::uuid, NULL::uuid, status, kind, '', calibration_due_at, NULL::jsonb
          FROM coi_equipment WHERE kind = 'shipper' AND code = ANY(%s::text[])""",
}
# A supplier's own label: the lot of that GTIN and batch number; and what labels of the GTIN carry at this site, so that
# a batch number into which the next element has run is told from one that is not ours.
_SUPPLIED = """
        SELECT 'product', gtin || ' ' || lot_no, id, NULL::uuid, NULL::uuid, status, material, site_id, expires_at,
               jsonb_build_object('code', code, 'elements', elements)
          FROM coi_materiallot
         WHERE gtin <> '' AND (gtin, lot_no) IN (SELECT g, n FROM unnest(%s::text[], %s::text[]) AS given (g, n))"""
_EXPECTED = """
        SELECT * FROM (SELECT DISTINCT ON (gtin)
               'expected', gtin, id, NULL::uuid, NULL::uuid, status, material, site_id, expires_at,
               jsonb_build_object('code', gtin, 'elements', elements)
          FROM coi_materiallot WHERE gtin <> '' AND gtin = ANY(%s::text[]) AND site_id = %s::text
         ORDER BY gtin, expires_at DESC) AS expected"""
_CHECK = """
        SELECT 'check', id::text, id, order_id, NULL::uuid, '', '', '', NULL::timestamptz, NULL::jsonb
          FROM coi_check WHERE id = %s::uuid"""
# A patient's identifier of a standard is looked for, and found, as a wristband.
_SOUGHT_AS = {IdentifierKind.PATIENT: IdentifierKind.WRISTBAND}


def secret_index_key() -> bytes:
    """The key of the index over personal identifiers, from outside the database."""
    return b64decode(settings.INDEX_KEY)


def look_up_key(identifier: Identifier) -> str:
    """What the identifier is stored as: itself, or its keyed digest where it is personal."""
    if identifier.kind in (IdentifierKind.WRISTBAND, IdentifierKind.PATIENT):
        return index_key(secret_index_key(), "wristband", band_text(identifier))
    if identifier.kind is IdentifierKind.PRODUCT:
        return " ".join(supplier_lot(identifier) or ())
    return identifier.value


def resolve(
    identifiers: Sequence[Identifier], *, check_id: str, station: StationFacts, now: datetime
) -> tuple[dict[Identifier, Target], str]:
    """What each identifier names, and the order of the check that was named (one statement, or none)."""
    keys: dict[IdentifierKind, dict[str, list[Identifier]]] = {}
    for identifier in identifiers:
        kind = _SOUGHT_AS.get(identifier.kind, identifier.kind)
        if kind in _FIND or (kind is IdentifierKind.PRODUCT and supplier_lot(identifier) is not None):
            keys.setdefault(kind, {}).setdefault(look_up_key(identifier), []).append(identifier)
    parts, params = _sought(keys, station.site)
    if check_id:
        parts.append(_CHECK)
        params.append(check_id)
    places = _places([i for i in identifiers if i.kind is IdentifierKind.PLACE])
    if not parts:
        return places, ""
    with connection.cursor() as cursor:
        cursor.execute("/* prepared: resolve */" + " UNION ALL ".join(parts), params)
        rows = cursor.fetchall()
    check_order = next((str(row[3] or "") for row in rows if row[0] == "check"), "")
    found = [row for row in rows if row[0] not in ("check", "expected")]
    expected = {row[1]: row for row in rows if row[0] == "expected"}
    products = [i for found in keys.get(IdentifierKind.PRODUCT, {}).values() for i in found]
    named = {
        identifier: _target(row, identifier, station, now)
        for row in _unambiguous(found, station.site)
        for identifier in keys[IdentifierKind(row[0])][row[1]]
    }
    return _run_together(products, expected) | named | places, check_order


def _sought(
    keys: Mapping[IdentifierKind, Mapping[str, Sequence[Identifier]]], site: str
) -> tuple[list[str], list[Any]]:
    """The parts of the statement that looks for these keys, and their parameters."""
    parts: list[str] = []
    params: list[Any] = []
    for kind, wanted in keys.items():
        if kind is IdentifierKind.PRODUCT:
            pairs = [key.split(" ", 1) for key in wanted]
            gtins = [gtin for gtin, _ in pairs]
            parts += [_SUPPLIED, _EXPECTED]
            params += [gtins, [batch for _, batch in pairs], sorted(set(gtins)), site]
        else:
            parts.append(_FIND[kind])
            params += [list(wanted)] * _FIND[kind].count("%s")
    return parts, params


def _run_together(
    products: Sequence[Identifier], expected: Mapping[str, tuple[Any, ...]]
) -> dict[Identifier, Target]:
    """Labels of a GTIN that is known here, of no lot that is, and without elements that such labels carry."""
    found: dict[Identifier, Target] = {}
    for identifier in products:
        row = expected.get((supplier_lot(identifier) or ("", ""))[0])
        missing = missing_elements(identifier, _elements(row)) if row is not None else ()
        if row is not None and missing:
            found[identifier] = Target(
                IdentifierKind.LOT, row[1], ref=str(row[2]), sort=row[6], missing=missing
            )
    return found


def _elements(row: tuple[Any, ...]) -> frozenset[str]:
    return frozenset(_more(row)["elements"])


def _more(row: tuple[Any, ...]) -> dict[str, Any]:
    """The last column, which the cursor hands over as text."""
    more: dict[str, Any] = json.loads(row[9]) if isinstance(row[9], str) else row[9]
    return more


def _unambiguous(rows: Sequence[tuple[Any, ...]], site: str) -> list[tuple[Any, ...]]:
    """What is found once. Two sites may give the same wristband code: then the one of this site is meant.

    A number that stands in a journey twice, as its own and as an alias, names that journey.
    """
    groups: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for row in rows:
        group = groups.setdefault(row[:2], [])
        if row[3] is None or all(row[3] != other[3] for other in group):
            group.append(row)
    narrowed = (group if len(group) == 1 else [r for r in group if r[7] == site] for group in groups.values())
    return [group[0] for group in narrowed if len(group) == 1]


def _places(identifiers: Sequence[Identifier]) -> dict[Identifier, Target]:
    """Places belong to `people`; only putting away asks for one, and then it is one statement more."""
    found = ((identifier, people.place_by_code(identifier.value)) for identifier in identifiers)
    return {i: Target(IdentifierKind.PLACE, i.value, ref=place.id) for i, place in found if place is not None}


def _target(row: tuple[Any, ...], identifier: Identifier, station: StationFacts, now: datetime) -> Target:
    kind, key, ref, order_id, container_id, state, sort, site, good_until, more = row
    reason, missing = "", tuple[str, ...]()
    if more is not None:  # a supplier's own label: the lot goes by our code for it
        about = _more(row)
        kind, key = IdentifierKind.LOT, about["code"]
        missing = missing_elements(identifier, _elements(row))
        reason = label_differs(identifier, about["elements"])
    if good_until is not None:
        at_site = site or station.site  # a shipper travels: it is nobody's
        reason = reason or why_not(
            status=StockStatus(state), good_until=good_until, site=at_site, station_site=station.site, now=now
        )
    return Target(
        kind=IdentifierKind(kind),
        key=key,
        order_id=str(order_id or ""),
        container_id=str(container_id or ""),
        copy_status=CopyStatus(state) if kind == "label" else None,
        ref=str(ref),
        sort=sort,
        is_usable=not reason,
        why_not=reason,
        missing=missing,
    )


_GATHER = """/* prepared: gather */
WITH given AS (SELECT %(orders)s::text[]::uuid[] AS ids)
SELECT json_build_object(
  'orders', (SELECT json_agg(json_build_array(o.id, o.coi_id, o.kind, o.closed_at IS NULL, o.treating_site_id,
               o.collection_site_id, o.courier_site_id, o.manufacturing_site_id, o.protocol_id,
               EXISTS (SELECT 1 FROM coi_patient p JOIN coi_reconciliation r
                         ON r.patient_id IN (p.id, p.merged_into_id) OR r.give_up_id IN (p.id, p.merged_into_id)
                        WHERE p.id = o.patient_id AND r.state = 'open')))
             FROM coi_order o WHERE o.id = ANY(given.ids)),
  'containers', (SELECT json_agg(json_build_array(c.id, c.order_id, c.code, c.kind, c.status, c.custodian_id,
               c.batch_id, c.expires_at, c.hold_until, c.hold_step, c.collection_id))
             FROM coi_container c WHERE c.order_id = ANY(given.ids)),
  'parents', (SELECT json_agg(json_build_array(p.child_id, p.parent_id))
             FROM coi_containerparent p WHERE p.order_id = ANY(given.ids)),
  'held', (SELECT json_agg(h.container_id)
             FROM coi_hold h WHERE h.order_id = ANY(given.ids) AND h.released_at IS NULL),
  'collections', (SELECT json_agg(json_build_array(a.id, a.acceptance, a.plan_changes))
             FROM coi_collection a WHERE a.order_id = ANY(given.ids)),
  'batches', (SELECT json_agg(json_build_array(b.id, b.disposition, b.component))
             FROM coi_batch b WHERE b.order_id = ANY(given.ids)),
  'done', (SELECT json_agg(json_build_array(s.step, s.subject, s.at, s.performer_name, s.containers,
               s.performed_at)
               ORDER BY s.at)
             FROM coi_steprecord s WHERE s.order_id = ANY(given.ids)),
  'checks', (SELECT json_agg(json_build_array(k.id, k.order_id, k.step, k.station, k.state, k.performer_id,
               k.performer_name, k.subjects, k.batch, k.scans, k.values, k.performed_at, k.witness_id,
               k.late)
               ORDER BY k.opened_at)
             FROM coi_check k WHERE k.id = ANY(ARRAY(
               SELECT %(check)s::uuid UNION ALL
               SELECT o.id FROM coi_check o WHERE o.state = 'open' AND o.order_id = ANY(given.ids)))),
  'void', (SELECT json_agg(l.id)
             FROM coi_labelcopy l WHERE l.order_id = ANY(given.ids) AND l.status = 'void'),
  'uncased', (SELECT json_agg(l.container_id)
             FROM coi_labelcopy l WHERE l.order_id = ANY(given.ids) AND l.carrier <> ''
              AND l.status IN ('issued', 'printed')),
  'place', (SELECT u.order_id FROM coi_placeuse u WHERE u.place = %(place)s::text AND u.closed_at IS NULL),
  'stop', (SELECT k.id FROM coi_check k
             WHERE k.station = %(station)s::text AND k.state = 'stopped' AND k.cleared_at IS NULL
             ORDER BY k.opened_at LIMIT 1),
  'scanner', (SELECT q.until FROM coi_scannerqualification q WHERE q.station = %(station)s::text
             ORDER BY q.at DESC LIMIT 1)
)::text FROM given
"""


def gather(*, orders: Sequence[str], check_id: str, station: StationFacts) -> Known:
    """Everything known of these journeys, of the named check and of the station's place (one statement)."""
    params = {
        "orders": list(orders),
        "check": check_id or None,
        "place": station.place if station.is_single_patient else "",
        "station": station.code,
    }
    with connection.cursor() as cursor:
        cursor.execute(_GATHER, params)
        row: tuple[str] = cursor.fetchone()
    return _known(json.loads(row[0]))


def _known(found: Mapping[str, Any]) -> Known:
    return Known(
        orders={row[0]: _order(row) for row in found["orders"] or ()},
        containers={row[0]: _container(row) for row in found["containers"] or ()},
        parents=tuple((child, parent) for child, parent in found["parents"] or ()),
        held=frozenset(found["held"] or ()),
        dispositions={batch: Disposition(state) for batch, state, _ in found["batches"] or ()},
        components={batch: component for batch, _, component in found["batches"] or () if component},
        collections={row[0]: _collection(row) for row in found["collections"] or ()},
        done=tuple(
            DoneStep(step, subject, _time(at), by, tuple(containers), _time_or_none(performed))
            for step, subject, at, by, containers, performed in found["done"] or ()
        ),
        checks={row[0]: _check(row) for row in found["checks"] or ()},
        void_copies=frozenset(found["void"] or ()),
        uncased=frozenset(found["uncased"] or ()),
        place_order=found["place"] or "",
        open_stop=found["stop"] or "",
        scanner_until=_time_or_none(found["scanner"]),
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _time_or_none(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _late(found: Mapping[str, str]) -> LateClaim | None:
    if not found:
        return None
    performed = _time(found["performed_at"])
    return LateClaim(performed, LateReason(found["reason"]), found["paper"], found["text"])


def _order(row: Sequence[Any]) -> OrderFacts:
    order_id, coi_id, kind, is_open, treating, collection, courier, manufacturer, protocol_id, is_asked = row
    sites = {
        Party.TREATING: treating,
        Party.COLLECTION: collection,
        Party.COURIER: courier,
        Party.MANUFACTURER: manufacturer,
    }
    return OrderFacts(order_id, coi_id, OrderKind(kind), is_open, sites, protocol_id, is_asked)


def _container(row: Sequence[Any]) -> ContainerFacts:
    container_id, order_id, code, kind, status, custodian, batch, expires_at, hold_until, step, collection = (
        row
    )
    return ContainerFacts(
        id=container_id,
        order_id=order_id,
        code=code,
        kind=kind,
        status=ContainerStatus(status),
        custodian=custodian,
        batch_id=batch or "",
        expires_at=_time_or_none(expires_at),
        hold_until=_time_or_none(hold_until),
        hold_step=step,
        collection_id=collection or "",
    )


def _collection(row: Sequence[Any]) -> CollectionFacts:
    collection_id, acceptance, changes = row
    return CollectionFacts(collection_id, Acceptance(acceptance), tuple(map(PlanChange, changes)))


def _check(row: Sequence[Any]) -> CheckFacts:
    (
        check_id,
        order_id,
        step,
        station,
        state,
        performer,
        name,
        subjects,
        batch,
        scans,
        values,
        performed,
        witness,
        late,
    ) = row
    return CheckFacts(
        id=check_id,
        order_id=order_id or "",
        step=step,
        station=station,
        state=CheckState(state),
        performer_id=performer or 0,
        performer_name=name,
        subjects=tuple(subjects),
        batch_id=batch or "",
        scans=tuple(ItemScan(s["user"], s["item"], s["target"], _time(s["at"]), s["ref"]) for s in scans),
        values=values,
        performed_at=_time_or_none(performed),
        witness_id=witness,
        late=_late(late),
    )
