"""What the worker does for `coi` without being asked."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from coi import services


@shared_task
def watch_hold_times() -> int:
    """Open deviations for containers whose hold time ran out; beat calls it every minute."""
    return services.open_overdue_deviations(now=timezone.now())


@shared_task
def watch_scanners() -> int:
    """Tell supervisors of scanners whose qualification runs out; beat asks every hour."""
    return services.open_due_scanner_work(now=timezone.now())


@shared_task
def close_untouched_checks() -> int:
    """Abandon checks that nobody went on with; beat calls it every minute."""
    untouched_for = timedelta(hours=settings.CHECKS_LAPSE_AFTER_HOURS)
    return services.close_untouched_checks(untouched_for=untouched_for, now=timezone.now())


@shared_task
def alert_on_stops() -> int:
    """Tell administrators and quality where one kind of stop comes again and again; beat asks every minute."""
    return services.alert_on_stops(now=timezone.now())


@shared_task
def contain_broken_ledger() -> int:
    """Tell quality and administrators of a broken ledger and hold the journeys concerned; beat asks every minute."""
    return services.contain_broken_ledger(now=timezone.now())
