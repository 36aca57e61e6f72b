"""Registration of the ledger with Django."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The lowest room. It imports no other room; the others register with `ledger.registry`."""

    name = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the ledger's own projections and what cannot be rebuilt."""
        from ledger import registry
        from ledger.models import Evidence, Installation, SigningKey

        for model in (Installation, Evidence, SigningKey):
            registry.register_table(model)
        registry.register_unrebuildable(
            "ledger.effect", "progress of side effects: only that they were asked for is in the entries"
        )
        registry.register_unrebuildable(
            "ledger.halt", "findings of the verifier, which stand beside the entries"
        )
        registry.register_unrebuildable(
            "ledger.cosignature", "signatures of log witnesses, made elsewhere; each is checked with its key"
        )
        registry.register_unrebuildable(
            "ledger.publication", "how far checkpoints went out; whoever received them knows it too"
        )
        registry.register_unrebuildable(
            "evidence files", "the bytes lie in the evidence folder; entries hold their SHA-256 and size"
        )
