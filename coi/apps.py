"""The room `coi`: chain of identity and custody."""

from django.apps import AppConfig


class CoiConfig(AppConfig):
    """Tells the ledger which tables are projections, and `people` how a protocol is judged."""

    name = "coi"
    verbose_name = "Chain of identity"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register tables, effects and the kinds of documents: protocols, label templates, retention rules."""
        from coi import models, services
        from ledger import registry

        for table in (
            models.Product,
            models.Patient,
            models.Order,
            models.Alias,
            models.Reconciliation,
            models.Weight,
            models.Collection,
            models.Batch,
            models.Container,
            models.ContainerParent,
            models.LabelCopy,
            models.Printer,
            models.PrintJob,
            models.Handover,
            models.Check,
            models.Scan,
            models.StepRecord,
            models.PlaceUse,
            models.Deviation,
            models.Hold,
            models.MaterialLot,
            models.Equipment,
            models.ScannerQualification,
        ):
            registry.register_table(table)
        registry.register_unrebuildable("coi.vault", "names, raw scans and free text, encrypted and erasable")
        registry.register_unrebuildable("coi.counter", "the last number given in each series")
        registry.register_effect(services.RENDER_LABEL, services.render_label)
        registry.register_effect(services.PRINT_LABEL, services.print_label)
        _register_documents()
        _register_words()


def _register_documents() -> None:
    """How each kind of document is judged and shown; and what is signed of deviations and the like."""
    from coi.forms.document_words import protocol_shown, template_shown
    from coi.forms.retention_words import rules_shown
    from coi.rules import label_templates, protocol, retention
    from coi.services import signed
    from people.registry import register_document_kind, register_signed_record

    register_signed_record("deviation", signed.deviation_digest)
    register_signed_record("reconciliation", signed.reconciliation_digest)
    register_document_kind("protocol", protocol.problems, shown=protocol_shown(), topics=protocol.topics)
    register_document_kind(label_templates.DOCUMENT_KIND, label_templates.problems, shown=template_shown())
    register_document_kind(retention.KIND, retention.problems, shown=rules_shown())


def _register_words() -> None:
    """How entries and columns of this room read, the letters that it mails, and the work that ends by itself."""
    from coi.forms.column_words import COLUMNS
    from coi.forms.letters import stopped_often
    from coi.forms.presenters import presenters
    from coi.services.alerting import STOPPED_OFTEN
    from coi.services.scanners import DUE
    from ledger import registry
    from people.registry import register_columns, register_letter, register_self_ending

    for event, presenter in presenters().items():
        registry.register_presenter(event, presenter)
    register_columns(COLUMNS)
    register_letter(STOPPED_OFTEN, stopped_often)
    register_self_ending(DUE)
