"""Requests to change who a patient is, and how they were decided."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from coi.models.base import Projection, choices, is_one_of
from coi.models.orders import Patient
from coi.rules.reconciliations import ReconciliationKind, ReconciliationState, Source


class Reconciliation(Projection):
    """A request to change a patient's name, birth date or MRN, or to merge two patients; at most one is open for each.

    `details` and `reason` are ids in the vault; the digests are what the ledger holds of the identities before and
    after. `give_up` is the patient that is merged into `patient`.
    PII: none in clear; printed names of staff.
    """

    code = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=12, choices=choices(ReconciliationKind))
    state = models.CharField(max_length=10, choices=choices(ReconciliationState))
    source = models.CharField(max_length=10, choices=choices(Source))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="reconciliations")
    give_up = models.ForeignKey(Patient, models.PROTECT, null=True, related_name="given_up_in")
    details = models.UUIDField(null=True)
    mrn_index = models.CharField(max_length=64, blank=True, default="")
    old_digest = models.CharField(max_length=64)
    new_digest = models.CharField(max_length=64)
    reason = models.UUIDField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_by_name = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_by_name = models.CharField(max_length=200, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    decision_text = models.UUIDField(null=True)
    signature = models.UUIDField(null=True)

    class Meta:
        constraints = [
            is_one_of("kind", ReconciliationKind, "coi_reconciliation_kind_known"),
            is_one_of("state", ReconciliationState, "coi_reconciliation_state_known"),
            models.UniqueConstraint(
                fields=["patient"], condition=Q(state="open"), name="coi_reconciliation_one_open"
            ),
            models.UniqueConstraint(
                fields=["give_up"], condition=Q(state="open"), name="coi_reconciliation_one_open_merge"
            ),
            models.CheckConstraint(
                condition=Q(kind="merge", give_up__isnull=False, details__isnull=True)
                | (~Q(kind="merge") & Q(give_up__isnull=True, details__isnull=False)),
                name="coi_reconciliation_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | (Q(signature__isnull=False) & ~Q(asked_by=F("decided_by"))),
                name="coi_reconciliation_two_people",
            ),
        ]
