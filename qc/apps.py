"""The room `qc` as a Django application."""

from django.apps import AppConfig


class QcConfig(AppConfig):
    """Wiring of the room."""

    name = "qc"
