"""`/healthz`: whether the database, Redis, the worker and the ledger do their work.

`ok` and `degraded` answer 200: a dead Redis or worker loses nothing and stops no scan. `broken` answers 503: without
its database, or with a ledger that does not verify, the house must be looked at by people.
"""

import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import redis
import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ledger.selectors import ledger_state, publication_state

log = structlog.get_logger(__name__)

HEARTBEAT = "veintrace:heartbeat"
HEARTBEAT_FRESH = 30  # seconds
CHECKPOINT_LATE = timedelta(minutes=15)


def _redis() -> "redis.Redis":
    timeout = settings.REDIS_TIMEOUT
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=timeout, socket_connect_timeout=timeout)


def note_heartbeat(at: float) -> None:
    """Write the worker's sign of life."""
    with _redis() as client:
        client.set(f"{HEARTBEAT}:{settings.CELERY_TASK_DEFAULT_QUEUE}", repr(at), ex=HEARTBEAT_FRESH * 4)


def _database() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {"state": "ok"}


def _broker() -> dict[str, Any]:
    with _redis() as client:
        client.ping()
    return {"state": "ok"}


def _worker() -> dict[str, Any]:
    with _redis() as client:
        seen = client.get(f"{HEARTBEAT}:{settings.CELERY_TASK_DEFAULT_QUEUE}")
    if seen is None:
        return {"state": "degraded", "detail": "no sign of life"}
    age = max(0.0, time.time() - float(seen))
    return {"state": "ok" if age <= HEARTBEAT_FRESH else "degraded", "seconds_since_heartbeat": round(age, 1)}


def _ledger() -> dict[str, Any]:
    state = ledger_state()
    return {"state": "broken" if state.is_broken else "ok"} | asdict(state)


def _checkpoints_elsewhere() -> dict[str, Any]:
    """How far checkpoints went out. No addresses here: whoever asks need not know where they go."""
    states = publication_state()
    ages = [state.waiting_for for state in states if state.waiting_for is not None]
    oldest = max(ages, default=timedelta())
    is_late = oldest > CHECKPOINT_LATE or any(state.is_refused for state in states)
    return {
        "state": "degraded" if is_late else "ok",
        "destinations": len(states),
        "waiting": len(ages),
        "refused": sum(state.is_refused for state in states),
        "oldest_waiting_seconds": round(oldest.total_seconds(), 1),
    }


PARTS: tuple[tuple[str, Callable[[], dict[str, Any]], str], ...] = (
    ("database", _database, "broken"),
    ("redis", _broker, "degraded"),
    ("worker", _worker, "degraded"),
    ("ledger", _ledger, "broken"),
    ("checkpoints_elsewhere", _checkpoints_elsewhere, "degraded"),
)


def examine() -> dict[str, Any]:
    """Ask every part, none of them for longer than a moment. A part that raises is as bad as its absence is."""
    parts: dict[str, Any] = {}
    for name, ask, when_failing in PARTS:
        try:
            parts[name] = ask()
        except (DatabaseError, redis.RedisError, OSError, ValueError) as error:
            log.warning("health.part_failed", part=name, error=str(error))
            parts[name] = {"state": when_failing, "detail": type(error).__name__}
    states = {part["state"] for part in parts.values()}
    overall = next((state for state in ("broken", "degraded") if state in states), "ok")
    return {"state": overall, "version": settings.SOFTWARE_VERSION, "parts": parts}


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The state as JSON, for a person or an orchestrator; no sign-in, no personal data."""
    found = examine()
    return JsonResponse(found, status=503 if found["state"] == "broken" else 200)
