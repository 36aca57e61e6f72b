"""What the worker does for `fmea` without being asked."""

from celery import shared_task
from django.utils import timezone

from fmea import services


@shared_task
def chase_actions() -> int:
    """Remind the owners of late actions; beat asks every morning."""
    return services.chase_actions(now=timezone.now())
