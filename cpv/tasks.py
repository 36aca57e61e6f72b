"""What the worker does for `cpv` without being asked."""

from uuid import uuid4

from celery import group, shared_task
from django.utils import timezone

from cpv import selectors, services

# So many charts are judged by one worker before the next portion may go to another.
PORTION = 50


@shared_task
def follow() -> int:
    """Observe what was recorded since the last time, and judge it; beat asks every half minute."""
    return len(services.follow(now=timezone.now(), request_id=uuid4()))


@shared_task
def gather() -> int:
    """Observe what new plans ask for, and finished weeks; beat asks every few minutes."""
    return len(services.gather(now=timezone.now(), request_id=uuid4()))


@shared_task
def evaluate_all() -> int:
    """Judge every chart, in portions that several workers share; beat asks every night."""
    charts = selectors.all_charts(timezone.now())
    portions = [charts[start : start + PORTION] for start in range(0, len(charts), PORTION)]
    group(evaluate.s(list(portion)) for portion in portions).apply_async()
    return len(charts)


@shared_task
def evaluate(charts: list[str]) -> int:
    """Judge a portion of charts. Answers with how many could not be judged."""
    failed = services.judge_charts(charts=charts, now=timezone.now(), request_id=uuid4(), is_whole=True)
    return len(failed)
