"""Numbers that are given once: COI ids, DINs, containers, label copies, deviations."""

from datetime import datetime

from django.db import connection

from coi.rules import identifiers
from people.rules import codes

_NEXT = """/* prepared: next_numbers */
INSERT INTO coi_counter AS c (name, last) VALUES (%(name)s::text, %(count)s::bigint)
ON CONFLICT (name) DO UPDATE SET last = c.last + %(count)s::bigint RETURNING last
"""


def next_numbers(name: str, count: int = 1) -> range:
    """The next numbers of a series. A number given to a transaction that rolls back comes again; none is doubled."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"name": name, "count": count})
        row: tuple[int] = cursor.fetchone()
    return range(row[0] - count + 1, row[0] + 1)


def new_coi_id(*, facility: str, now: datetime) -> str:
    """A new COI id of a facility (its FIN) and year."""
    (number,) = next_numbers(f"coi:{facility}:{now:%y}")
    return identifiers.coi_id(facility=facility, year=now.year, number=number)


def new_din(*, facility: str, now: datetime) -> str:
    """A new donation identification number of a facility and year."""
    (number,) = next_numbers(f"din:{facility}:{now:%y}")
    return identifiers.din(facility=facility, year=now.year, number=number)


def new_label_codes(count: int) -> list[str]:
    """Codes of label copies, each used for one printed copy ever."""
    return [codes.make("L", f"{number:08d}") for number in next_numbers("label", count)]
