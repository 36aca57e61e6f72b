"""The wiring as a Django application: it carries the commands, the system checks and the Celery application."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Loads the Celery application, so that every `shared_task` of the rooms belongs to it, and the checks."""

    name = "config"
    verbose_name = "Veintrace"

    def ready(self) -> None:
        """Import for their side effects: registration."""
        from config import celery, checks  # noqa: F401  (registering is their side effect)
