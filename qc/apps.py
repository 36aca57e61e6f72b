"""The room `qc` as a Django application."""

from django.apps import AppConfig


class QcConfig(AppConfig):
    """Tells the ledger which tables are projections, and `people` how a specification is judged."""

    name = "qc"
    verbose_name = "Quality control"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the table and the kind of document called specification."""
        from ledger import registry  # noqa: PLC0415  (models load before this)
        from people.registry import register_document_kind  # noqa: PLC0415
        from qc import models  # noqa: PLC0415
        from qc.forms.document_words import specification_shown  # noqa: PLC0415
        from qc.forms.presenters import presenters  # noqa: PLC0415
        from qc.rules.specification import KIND, problems  # noqa: PLC0415

        registry.register_table(models.Result)
        register_document_kind(KIND, problems, shown=specification_shown())
        for event, presenter in presenters().items():
            registry.register_presenter(event, presenter)
