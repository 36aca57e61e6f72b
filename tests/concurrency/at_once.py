"""Threads, each with database connections of its own: some that start together, and one that waits for a lock."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from time import monotonic, sleep
from typing import Any

from django.db import connection, connections


def alone(call: Callable[[], Any]) -> Any:
    """What a thread does: the connections that it opened are closed when it ends."""
    try:
        return call()
    finally:
        connections.close_all()


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run the calls in threads that start together; an exception is an answer too."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait(timeout=20)
        try:
            return alone(call)
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def waiting(call: Callable[[], Any]) -> Future[Any]:
    """Begin the call in a thread and come back once it waits for a lock; it goes on when whoever holds that is done."""
    pool = ThreadPoolExecutor(1)
    begun = pool.submit(alone, call)
    pool.shutdown(wait=False)
    until = monotonic() + 20
    while not is_blocked():
        assert not begun.done(), f"it waited for nobody: {begun}"
        assert monotonic() < until, "nobody waits"
        sleep(0.01)
    return begun


def is_blocked() -> bool:
    """Whether another session of this database waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees these once otherwise
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock' AND pid <> pg_backend_pid())"
        )
        return bool(cursor.fetchone()[0])
