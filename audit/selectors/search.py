"""Finding entries by their words and their time, among a million, in a bounded time: three statements at most.

Common words are found among the newest entries; rare ones by the index of words, which holds the sites as well. A word
that is common and long out of use is found as far as `_MOST_MATCHES` reach, and the answer says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from audit.rules.words import query
from audit.selectors.scope import period_at
from people import selectors as people
from people.rules.authority import Person
from people.rules.rights import Right
from people.selectors import TrailLine

MOST = 50
# So many of the newest entries are looked at before the index of words is asked.
_NEWEST = 3_000
# So many matches are put into an order.
_MOST_MATCHES = 20_000
_ALWAYS, _NEVER = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)

# Entries of a time, the newest of each site, then the newest of all.
BY_TIME = """
SELECT found.entry_id
  FROM unnest(%(sites)s::text[]) AS s (site)
 CROSS JOIN LATERAL (
       SELECT entry_id, at FROM audit_searchline
        WHERE site = s.site AND at >= %(since)s AND at < %(until)s
        ORDER BY at DESC, entry_id DESC LIMIT %(most)s) AS found
 ORDER BY found.at DESC, found.entry_id DESC LIMIT %(most)s
"""
AMONG_NEWEST = """
SELECT entry_id
  FROM (SELECT entry_id, at, words FROM audit_searchline
         WHERE at >= %(since)s AND at < %(until)s
         ORDER BY at DESC, entry_id DESC LIMIT %(newest)s) AS newest
 WHERE words @@ %(query)s::tsquery
 ORDER BY at DESC, entry_id DESC LIMIT %(most)s
"""
BY_WORDS = """
SELECT entry_id, count(*) OVER ()
  FROM (SELECT entry_id, at FROM audit_searchline
         WHERE words @@ %(query)s::tsquery AND at >= %(since)s AND at < %(until)s
         LIMIT %(matches)s) AS found
 ORDER BY at DESC, entry_id DESC LIMIT %(most)s
"""
# Walking along the index of time would be reading everything, for a rare word.
BITMAPS_ALONE = "SET LOCAL enable_indexscan = off"


@dataclass(frozen=True)
class Hits:
    """Entries that were found, the newest first. `has_more`: older ones were found too, or may be."""

    entries: tuple[int, ...]
    has_more: bool = False


NOTHING = Hits(())


def find_entries(
    person: Person,
    text: str,
    now: datetime,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    site: str = "",
) -> Hits:
    """Entries with all of these words, or of a time, at the sites whose trail is the person's.

    An entry of no site is for every reader of trails. Who was let in to audit a certain time finds what happened in
    it; at several sites at once, what happened in the time that they may read of at each. Without a word and a time
    nothing is looked for.
    """
    own = person.sites_of(Right.READ_TRAIL, now)
    if not own or (site and site not in own) or (not text.strip() and since is None and until is None):
        return NOTHING
    sites = sorted({site} if site else own | {""})
    period = period_at(person, Right.READ_TRAIL, sites, now)
    params = {
        "sites": sites,
        "since": max(since or _ALWAYS, period.start or _ALWAYS),
        "until": min(until or _NEVER, period.end or _NEVER),
        "query": query(text, sites),
        "most": MOST + 1,
        "newest": _NEWEST,
        "matches": _MOST_MATCHES,
    }
    if not params["query"]:
        return _cut([row[0] for row in _rows(BY_TIME, params)]) if not text.strip() else NOTHING
    newest = [row[0] for row in _rows(AMONG_NEWEST, params)]
    if len(newest) > MOST:
        return _cut(newest)
    found = _rows(BY_WORDS, params, BITMAPS_ALONE)
    is_cut = bool(found) and found[0][1] >= _MOST_MATCHES
    hits = _cut([row[0] for row in found])
    return Hits(hits.entries, hits.has_more or is_cut)


def lines_of(hits: Hits) -> list[TrailLine]:
    """The entries that were found as lines, in their order."""
    lines = {line.id: line for line in people.lines_of(hits.entries)}
    return [lines[entry] for entry in hits.entries]


def _cut(ids: Sequence[int]) -> Hits:
    return Hits(tuple(ids[:MOST]), len(ids) > MOST)


def _rows(statement: str, params: dict[str, Any], more: str = "") -> list[tuple[Any, ...]]:
    """The table is never read from end to end, whatever the planner guesses: so the time is bounded.

    `more`: what else it must not do.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL enable_seqscan = off; {more}")
        cursor.execute(statement, params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
