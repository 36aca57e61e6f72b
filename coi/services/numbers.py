"""Numbers that are given once: COI ids, DINs, containers, label copies, deviations."""

from collections.abc import Callable
from datetime import datetime

from django.db import connection

from coi.models import Alias
from coi.rules import identifiers
from coi.rules.aliases import AliasKind
from people.rules import codes

_NEXT = """/* prepared: next_numbers */
INSERT INTO coi_counter AS c (name, last) VALUES (%(name)s::text, %(count)s::bigint)
ON CONFLICT (name) DO UPDATE SET last = c.last + %(count)s::bigint RETURNING last
"""
_SERIES = {AliasKind.COID: "coi", AliasKind.DIN: "din"}


def next_numbers(name: str, count: int = 1) -> range:
    """The next numbers of a series. A number given to a transaction that rolls back comes again; none is doubled."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"name": name, "count": count})
        row: tuple[int] = cursor.fetchone()
    return range(row[0] - count + 1, row[0] + 1)


def new_coi_id(*, facility: str, now: datetime) -> str:
    """A new COI id of a facility (its FIN) and year."""
    return _free(AliasKind.COID, facility, now, identifiers.coi_id)


def new_din(*, facility: str, now: datetime) -> str:
    """A new donation identification number of a facility and year."""
    return _free(AliasKind.DIN, facility, now, identifiers.din)


def _free(kind: AliasKind, facility: str, now: datetime, write: Callable[..., str]) -> str:
    """The next number that nobody has said to be another journey's.

    The facility may have given numbers by another system before this one, and they came here as aliases.
    """
    while True:
        (number,) = next_numbers(f"{_SERIES[kind]}:{facility}:{now:%y}")
        text = write(facility=facility, year=now.year, number=number)
        lock_value(text)
        if not Alias.objects.filter(kind=kind, value_key=text).exists():
            return text


def lock_value(key: str) -> None:
    """One at a time for each identifier, until the transaction ends: it is looked for in several tables."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"alias:{key}"])


def new_label_codes(count: int) -> list[str]:
    """Codes of label copies, each used for one printed copy ever."""
    return [codes.make("L", f"{number:08d}") for number in next_numbers("label", count)]
