"""The room `cpv` as a Django application."""

from django.apps import AppConfig


class CpvConfig(AppConfig):
    """Tells the ledger which tables are projections, and `people` how its kinds of documents are judged."""

    name = "cpv"
    verbose_name = "Continued process verification"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the tables, the kinds of documents, and work that ends by itself."""
        from cpv import models
        from cpv.forms.letters import signal
        from cpv.forms.presenters import presenters
        from cpv.services.judging import WORK
        from cpv.services.reports import DRAW_REPORT, carry_out_report
        from ledger import registry
        from people.registry import register_letter, register_self_ending

        for table in (models.Observation, models.Signal, models.Report, models.ComparisonLook):
            registry.register_table(table)
        registry.register_unrebuildable(
            "cpv_position", "how far the worker has read; it reads again from the beginning"
        )
        registry.register_effect(DRAW_REPORT, carry_out_report)
        for event, presenter in presenters().items():
            registry.register_presenter(event, presenter)
        _register_documents()
        register_self_ending(WORK)
        register_letter(WORK, signal)


def _register_documents() -> None:
    """How the kinds of documents of this room are judged and shown."""
    from cpv.forms import comparison_words, document_words
    from cpv.rules.programme import comparison_plan, limit_set, plan
    from people.registry import register_document_kind
    from people.rules.rights import Right

    for kind, shown in (
        (plan, document_words.plan_shown()),
        (limit_set, document_words.limits_shown()),
        (comparison_plan, comparison_words.comparison_shown()),
    ):
        register_document_kind(kind.KIND, kind.problems, writing=Right.WRITE_PLAN, shown=shown)
