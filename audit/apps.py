"""The room `audit` as a Django application."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Tells the ledger which table is a projection, and makes the kinds of reports known."""

    name = "audit"
    verbose_name = "Audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the table and the kinds of reports."""
        from audit import models
        from audit.forms.reports import register_all
        from ledger import registry

        registry.register_table(models.Request)
        register_all()
