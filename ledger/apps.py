"""Registration of the ledger with Django."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The lowest room. It imports no other room; the others register with `ledger.registry`."""

    name = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the ledger's own two projections and what cannot be rebuilt."""
        from ledger import registry
        from ledger.models import Evidence, Installation

        registry.register_table(Installation)
        registry.register_table(Evidence)
        registry.register_unrebuildable(
            "ledger.effect", "progress of side effects: only that they were asked for is in the entries"
        )
        registry.register_unrebuildable(
            "ledger.halt", "findings of the verifier, which stand beside the entries"
        )
        registry.register_unrebuildable(
            "evidence files", "the bytes lie in the evidence folder; entries hold their SHA-256 and size"
        )
