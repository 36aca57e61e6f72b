"""The room `fmea` as a Django application."""

from django.apps import AppConfig


class FmeaConfig(AppConfig):
    """Tells the ledger which tables are projections, and `people` how worksheets are judged."""

    name = "fmea"
    verbose_name = "Risk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the tables, the kind of document and the words of entries."""
        from fmea import models
        from fmea.forms.document_words import worksheet_shown
        from fmea.forms.letters import late_action
        from fmea.forms.presenters import presenters
        from fmea.rules.unready import all_problems
        from fmea.rules.worksheet import KIND
        from fmea.services import actions, chasing, printouts, scoring
        from ledger import registry
        from people.registry import (
            register_document_kind,
            register_letter,
            register_self_ending,
            register_withheld,
        )
        from people.rules.rights import Right

        for table in (
            *(models.Sheet, models.SheetItem, models.Action, models.ScoringRound, models.BlindScore),
            *(models.ResidualDecision, models.Printout),
        ):
            registry.register_table(table)
        for event, presenter in presenters().items():
            registry.register_presenter(event, presenter)
        registry.register_effect(printouts.DRAW_PRINTOUT, printouts.carry_out_printout)
        register_withheld(scoring.SCORE, "ratings", "why")
        register_self_ending(scoring.WORK, actions.WORK)
        register_letter(chasing.LATE, late_action)
        register_document_kind(KIND, all_problems, writing=Right.WRITE_WORKSHEET, shown=worksheet_shown())
