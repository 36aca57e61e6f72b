"""Several statements that read one moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def snapshot() -> Iterator[None]:
    """Whatever is read inside is as it was at one moment, whatever others commit meanwhile; nothing can be written.

    The moment is that of the first statement inside. Raises RuntimeError inside of a transaction, which has a moment of
    its own already; but for the transaction in which a test is rolled back, where there is no other connection.
    """
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        if is_outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
