"""The room `qc` as a Django application."""

from django.apps import AppConfig


class QcConfig(AppConfig):
    """Tells the ledger which tables are projections, and `people` how its kinds of documents are judged."""

    name = "qc"
    verbose_name = "Quality control"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the tables and the kinds of documents."""
        from ledger import registry
        from qc import models
        from qc.forms.presenters import presenters

        for table in (
            models.Study,
            models.Run,
            models.RunThing,
            models.ControlReading,
            models.Import,
            models.Result,
            models.Plate,
            models.IssuedDocument,
            models.Release,
            models.TrailReview,
            models.LateFailure,
            models.NotedSignal,
            models.Investigation,
            models.Dossier,
        ):
            registry.register_table(table)
        _register_documents()
        _register_work()
        for event, presenter in presenters().items():
            registry.register_presenter(event, presenter)


def _register_documents() -> None:
    """How the kinds of documents of this room are judged and shown."""
    from people.registry import register_document_kind
    from qc.forms import calculation_texts, document_words, import_words, study_words
    from qc.rules import (
        certificate_texts,
        imports,
        methods,
        specification,
        targets,
        validation_study,
    )
    from qc.rules.stability import reading as study_plans

    for kind, shown in (
        (specification, document_words.specification_shown()),
        (targets, document_words.targets_shown()),
        (imports, import_words.mapping_shown()),
        (validation_study, calculation_texts.plan_shown()),
        (study_plans, study_words.plan_shown()),
        (certificate_texts, document_words.certificate_texts_shown()),
    ):
        register_document_kind(kind.KIND, kind.problems, shown=shown)
    shown = document_words.method_shown()
    register_document_kind(methods.KIND, methods.problems, shown=shown, topics=methods.topics)


def _register_work() -> None:
    """What is due by law or by its own page is not ended by a click on a list."""
    from people.registry import register_self_ending
    from qc.rules.late_failures import Duty
    from qc.services import exceptional_deciding, failures, investigations, trails

    register_self_ending(*(f"late_{duty}" for duty in Duty), failures.TO_OPEN, exceptional_deciding.WORK)
    register_self_ending(investigations.PHASE_1, investigations.WHOLE, trails.WORK)
