"""The room `people`: who, and by what authority."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in

# Tables that no entry could rebuild, and why.
UNREBUILDABLE = {
    "people.user": "names and password hashes are kept out of the ledger",
    "people.credential": "hashes of PINs and counts of wrong attempts",
    "people.pastpassword": "hashes of the last passwords",
    "people.session": "where users are signed in, for themselves to see",
    "mfa.authenticator": "sealed secrets of second factors, and passkeys",
    "people.stationcredential": "hashes of the stations' tokens",
}


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
        from people.forms.letters import letters
        from people.registry import register_letter, register_signed_record
        from people.views import signing

        for table in (
            models.Organisation,
            models.Site,
            models.Place,
            models.Station,
            models.Grant,
            models.Badge,
            models.ProviderLink,
            models.Training,
            models.SiteQualification,
            models.SiteRequirement,
            models.Document,
            models.DocumentVersion,
            models.Signature,
            models.WorkItem,
            models.Notice,
        ):
            registry.register_table(table)
        for name, reason in UNREBUILDABLE.items():
            registry.register_unrebuildable(name, reason)
        user_logged_in.connect(signing.begin_series, dispatch_uid="people.begin_series")
        registry.register_effect(NOTICE_EFFECT, services.deliver_notice)
        registry.register_nudge(tasks.nudge)
        for code, write in letters().items():
            register_letter(code, write)
        for event, presenter in presenters().items():
            registry.register_presenter(event, presenter)
        registry.register_verifier("people.documents", selectors.document_findings)
        register_signed_record("document_version", selectors.current_digest)
