"""What may not stand in the ledger: personal data and raw scans, encrypted; and the counters of numbers."""

import pgtrigger
from django.db import models

from coi.models.base import choices
from coi.rules.vault import VaultKind


class Vault(models.Model):
    """One sealed piece of personal data: a patient's identity, the raw bytes of a scan, or free text.

    Insert-only. The ledger holds SHA-256(salt + plain); salt and plain are inside the ciphertext, whose key is not in
    the database. Erasing (one signed service) blanks the ciphertext and leaves the ledger valid.
    PII: encrypted (AES-256-GCM).
    """

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=12, choices=choices(VaultKind))
    key_id = models.CharField(max_length=16)
    ciphertext = models.BinaryField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="erase_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=(
                    "IF NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.key_id <> OLD.key_id"
                    " OR NEW.erased_at IS NULL OR length(NEW.ciphertext) <> 0 THEN"
                    " RAISE EXCEPTION 'the vault can be added to or erased, never changed'; END IF; RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"coi.vault:{self.pk}"


class Counter(models.Model):
    """The last number given in a series (COI ids of a facility and year, DINs, label copies ...).

    A number is used once; one given to a request that then failed is skipped, and never given again.
    PII: none.
    """

    name = models.CharField(max_length=60, primary_key=True)
    last = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(last__gte=1), name="coi_counter_positive")]

    def __str__(self) -> str:
        return f"{self.name}:{self.last}"
