"""Reconciliations as the treating site reads them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet

from coi.models import Order, Reconciliation
from coi.rules.reconciliations import ReconciliationState
from coi.selectors.visible import happened_to
from ledger.rules.errors import NotFound
from people import selectors as people
from people.rules.authority import Person
from people.rules.rights import Right
from people.rules.signatures import SignatureView

MOST = 200


@dataclass(frozen=True)
class ReconciliationRow:
    """One request, without any identity."""

    code: str
    kind: str
    state: str
    site: str
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    journeys: tuple[str, ...]
    may_decide: bool
    signatures: tuple[SignatureView, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.state == ReconciliationState.OPEN


def reconciliations(viewer: Person, now: datetime) -> tuple[ReconciliationRow, ...]:
    """Those of the viewer's own sites, open ones first."""
    rows = list(_rows(viewer, now).order_by(F("decided_at").desc(nulls_first=True), "-asked_at")[:MOST])
    journeys = _journeys(rows)
    return tuple(_row(row, viewer, now, journeys) for row in rows)


def reconciliation(viewer: Person, code: str, now: datetime) -> ReconciliationRow:
    """One of them. NotFound where there is none, or none that is the viewer's to see."""
    row = None if "\x00" in code else _rows(viewer, now).filter(code=code).first()
    if row is None:
        raise NotFound("reconciliation_unknown")
    signatures = tuple(people.signatures("reconciliation", code))
    return _row(row, viewer, now, _journeys([row]), signatures)


def _rows(viewer: Person, now: datetime) -> QuerySet[Reconciliation]:
    mine = happened_to(viewer, now, "patient__treating_site__code", "asked_at")
    return Reconciliation.objects.filter(mine).select_related("patient")


def _journeys(rows: Iterable[Reconciliation]) -> dict[UUID, list[str]]:
    """The COI ids of each patient, by the patient."""
    patients = {p for row in rows for p in (row.patient_id, row.give_up_id) if p is not None}
    found: dict[UUID, list[str]] = {}
    orders = Order.objects.filter(Q(patient__in=patients) | Q(patient__merged_into__in=patients))
    for coi_id, patient, root in orders.order_by("coi_id").values_list(
        "coi_id", "patient", "patient__merged_into"
    ):
        for known in patients.intersection(one for one in (patient, root) if one is not None):
            found.setdefault(known, []).append(coi_id)
    return found


def _row(
    row: Reconciliation,
    viewer: Person,
    now: datetime,
    journeys: dict[UUID, list[str]],
    signatures: tuple[SignatureView, ...] = (),
) -> ReconciliationRow:
    site = row.patient.treating_site_id
    patients = [row.patient_id, *([row.give_up_id] if row.give_up_id else [])]
    named = sorted({coi_id for patient in patients for coi_id in journeys.get(patient, [])})
    may_decide = viewer.may(Right.APPROVE_RECONCILIATION, site, now) and viewer.user_id != row.asked_by_id
    return ReconciliationRow(
        code=row.code,
        kind=row.kind,
        state=row.state,
        site=site,
        asked_by=row.asked_by_name,
        asked_at=row.asked_at,
        decided_by=row.decided_by_name,
        decided_at=row.decided_at,
        journeys=tuple(named),
        may_decide=may_decide,
        signatures=signatures,
    )
