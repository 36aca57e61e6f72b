"""What records of this room say now, as the digest that their signatures are over."""

from uuid import UUID

from coi.models import Deviation, Reconciliation
from coi.rules.vault import VaultKind
from coi.services import vault
from coi.services.recording import digest_of


def deviation_digest(code: str) -> str | None:
    """A closed deviation with its texts; None while it is open, and once a text was erased by law."""
    row = Deviation.objects.filter(code=code, closed_at__isnull=False).first()
    texts = {} if row is None else {"cause": row.cause_text, "disposition": row.disposition_text}
    kept = {name: _kept(id) for name, id in texts.items()}
    if row is None or not all(kept.values()):
        return None
    return digest_of(
        {
            "deviation": row.code,
            "cause": row.cause_code,
            "disposition": row.disposition_code,
            "texts_sha256": kept,
        }
    )


def _kept(id: UUID | None) -> str:
    return "" if id is None else vault.kept_digest(kind=VaultKind.TEXT, id=id)


def reconciliation_digest(code: str) -> str | None:
    """A reconciliation with the digests of both identities."""
    row = Reconciliation.objects.filter(code=code).first()
    return None if row is None else digest_of(as_signed(row))


def as_signed(row: Reconciliation) -> dict[str, str]:
    """What whoever decides on a reconciliation signs."""
    return {
        "reconciliation": row.code,
        "kind": row.kind,
        "old_sha256": row.old_digest,
        "new_sha256": row.new_digest,
    }
