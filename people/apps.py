"""The room `people`: who, and by what authority."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Tells the ledger which tables are projections, and which cannot be rebuilt and why."""

    name = "people"
    verbose_name = "People"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register tables, the effect of a notice, words, and the check of documents and signatures."""
        from ledger import registry
        from people import models, selectors, services, tasks
        from people.events import NOTICE_EFFECT
        from people.forms import presenters

        for table in (
            models.Organisation,
            models.Site,
            models.Place,
            models.Station,
            models.Grant,
            models.Badge,
            models.Training,
            models.Document,
            models.DocumentVersion,
            models.Signature,
            models.WorkItem,
            models.Notice,
        ):
            registry.register_table(table)
        registry.register_unrebuildable("people.user", "names and password hashes are kept out of the ledger")
        registry.register_unrebuildable("people.credential", "hashes of PINs and counts of wrong attempts")
        registry.register_unrebuildable("people.stationcredential", "hashes of the stations' tokens")
        registry.register_effect(NOTICE_EFFECT, services.deliver_notice)
        registry.register_nudge(tasks.nudge)
        for event, presenter in presenters().items():
            registry.register_presenter(event, presenter)
        registry.register_verifier("people.documents", selectors.document_findings)
