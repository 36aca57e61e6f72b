"""The room `fmea` as a Django application."""

from django.apps import AppConfig


class FmeaConfig(AppConfig):
    """Wiring of the room."""

    name = "fmea"
