"""The room `people`: who, and by what authority."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Tells the ledger which tables are projections, and which cannot be rebuilt and why."""

    name = "people"
    verbose_name = "People"
    default_auto_field = "django.db.models.BigAutoField"
