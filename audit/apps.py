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
        from audit.forms.presenters import presenters
        from audit.forms.reports import register_all
        from audit.services.bundles import MAKE_BUNDLE, carry_out_bundle
        from audit.services.requests import MAKE, carry_out_request
        from ledger import registry

        registry.register_table(models.Request)
        registry.register_unrebuildable("audit_position", "how far the worker is; it begins again")
        registry.register_unrebuildable(
            "audit_searchline", "what the search looks through; `manage.py rebuild_search` fills it again"
        )
        registry.register_effect(MAKE, carry_out_request)
        registry.register_effect(MAKE_BUNDLE, carry_out_bundle)
        for event, presenter in presenters().items():
            registry.register_presenter(event, presenter)
        register_all()
