"""What the worker does for `audit` without being asked."""

from celery import shared_task

from audit.services.indexing import follow


@shared_task
def follow_for_search() -> int:
    """Take new entries into the search; beat asks every quarter of a minute."""
    return follow()
