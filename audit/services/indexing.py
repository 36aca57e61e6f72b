"""What the search looks through is made from the ledger afterwards, by the worker: no scan waits for it.

Nothing is lost when the worker was away: it reads on from where it was. Reading an entry twice writes nothing.
"""

from collections.abc import Sequence

from django.db import connection, transaction

from audit.models import Position, SearchLine
from audit.rules.words import lexemes, texts_in
from ledger import registry
from ledger import selectors as ledger
from ledger.rules import Subject
from ledger.selectors import EntryView

READER = "search"
# Entries of one portion, and portions of one errand: a worker that begins from nothing lets others work between.
PORTION, PORTIONS = 500, 40
# No sign of a word: it keeps the words of an entry apart on their way to PostgreSQL.
_APART = "\x1f"
_INSERT = """
INSERT INTO audit_searchline (entry_id, site, at, words)
SELECT it.id, it.site, it.at, array_to_tsvector(string_to_array(it.words, chr(31)))
  FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::text[]) AS it (id, site, at, words)
    ON CONFLICT (entry_id) DO NOTHING
"""


def follow() -> int:
    """Take in the entries that were recorded since the last time. Answers with how many were read."""
    row = Position.objects.filter(name=READER).first()
    position = 0 if row is None else row.upto
    upto, count = ledger.settled(position), 0
    for _number in range(PORTIONS):
        entries = ledger.entries_after(position, upto, PORTION)
        if not entries:
            break
        position, count = entries[-1].id, count + len(entries)
        with transaction.atomic():
            take_in(entries)
            Position.objects.update_or_create(name=READER, defaults={"upto": position})
    return count


def forget() -> None:
    """Empty the search; whoever follows fills it again."""
    with transaction.atomic():
        SearchLine.objects.all().delete()
        Position.objects.filter(name=READER).delete()


def take_in(entries: Sequence[EntryView]) -> None:
    """Write the lines of entries (two statements)."""
    subjects = ledger.subjects_of([entry.id for entry in entries])
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                [entry.id for entry in entries],
                [entry.site for entry in entries],
                [entry.occurred_at for entry in entries],
                [_APART.join(_lexemes(entry, subjects[entry.id])) for entry in entries],
            ],
        )


def _lexemes(entry: EntryView, subjects: Sequence[Subject]) -> list[str]:
    """What people may remember of an entry: its words, its facts, its reason, who, at which station, about what."""
    presenter = registry.presenter(entry.event)
    texts = [
        presenter(entry) if presenter else "",
        entry.event,
        entry.reason,
        entry.actor_name,
        entry.station,
    ]
    return lexemes([*texts, *texts_in(entry.facts), *(subject.key for subject in subjects)], entry.site)
