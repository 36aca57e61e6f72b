"""The room `cpv` as a Django application."""

from django.apps import AppConfig


class CpvConfig(AppConfig):
    """Wiring of the room."""

    name = "cpv"
