"""The worker's sign of life, which `/healthz` reads."""

import time

from celery import shared_task

from config import health


@shared_task
def heartbeat() -> None:
    """Leave the present time in Redis. Beat asks for it every few seconds, so both are alive where it is fresh."""
    health.note_heartbeat(time.time())
