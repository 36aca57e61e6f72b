"""Finding entries by their words and their time, among a million, in a bounded time: five statements at most.

Common words are found among the newest entries; rare ones by the index of words, which holds the sites as well. For a
word that is common and long out of use, a page looks through so many entries and says how far back it came. Each page
begins where the one before it ended, so that paging through misses nothing and shows nothing twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from audit.rules.edges import Edge
from audit.rules.words import query
from audit.selectors.scope import period_at
from people import selectors as people
from people.rules.authority import Person
from people.rules.rights import Right
from people.selectors import TrailLine

MOST = 50
# So many of the newest entries are looked at before the index of words is asked.
_NEWEST = 3_000
# So many matches are put into an order; where there are more, so many entries are looked through.
_MOST_MATCHES = 10_000
_LOOKED_THROUGH = 20_000
_ALWAYS, _NEVER = datetime(1900, 1, 1, tzinfo=UTC), Edge(datetime(9000, 1, 1, tzinfo=UTC), 0)

# In each: what is not before a time and stands behind an edge, in the order of the indexes.
# Entries of a time, the newest of each site, then the newest of all.
BY_TIME = """
SELECT found.entry_id, found.at
  FROM unnest(%(sites)s::text[]) AS s (site)
 CROSS JOIN LATERAL (
       SELECT entry_id, at FROM audit_searchline
        WHERE site = s.site AND at >= %(since)s AND (at, entry_id) < (%(at)s, %(entry)s)
        ORDER BY at DESC, entry_id DESC LIMIT %(most)s) AS found
 ORDER BY found.at DESC, found.entry_id DESC LIMIT %(most)s
"""
AMONG_NEWEST = """
SELECT entry_id, at
  FROM (SELECT entry_id, at, words FROM audit_searchline
         WHERE at >= %(since)s AND (at, entry_id) < (%(at)s, %(entry)s)
         ORDER BY at DESC, entry_id DESC LIMIT %(newest)s) AS newest
 WHERE words @@ %(query)s::tsquery
 ORDER BY at DESC, entry_id DESC LIMIT %(most)s
"""
BY_WORDS = """
SELECT entry_id, at, count(*) OVER ()
  FROM (SELECT entry_id, at FROM audit_searchline
         WHERE words @@ %(query)s::tsquery AND at >= %(since)s AND (at, entry_id) < (%(at)s, %(entry)s)
         LIMIT %(matches)s) AS found
 ORDER BY at DESC, entry_id DESC LIMIT %(most)s
"""
# The last of so many entries.
LOOKED_TO = """
SELECT entry_id, at FROM audit_searchline
 WHERE at >= %(since)s AND (at, entry_id) < (%(at)s, %(entry)s)
 ORDER BY at DESC, entry_id DESC OFFSET %(newest)s - 1 LIMIT 1
"""
# Walking along the index of time would be reading everything, for a rare word.
BITMAPS_ALONE = "SET LOCAL enable_indexscan = off"


@dataclass(frozen=True)
class Hits:
    """Entries that were found, the newest first. `older`: where the next page begins, if there are more or may be."""

    entries: tuple[int, ...]
    older: Edge | None = None

    @property
    def has_more(self) -> bool:
        """Whether older ones were found too, or may be."""
        return self.older is not None

    @property
    def looked_to(self) -> datetime | None:
        """How far back it was looked, where that ended the page and not the number of what was found."""
        return self.older.at if self.older is not None and len(self.entries) < MOST else None


NOTHING = Hits(())


def find_entries(
    person: Person,
    text: str,
    now: datetime,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    site: str = "",
    before: Edge | None = None,
) -> Hits:
    """Entries with all of these words, or of a time, at the sites whose trail is the person's; `before`: older alone.

    An entry of no site is for every reader of trails. Who was let in to audit a certain time finds what happened in
    it; at several sites at once, what happened in the time that they may read of at each. Without a word and a time
    nothing is looked for.
    """
    own = person.sites_of(Right.READ_TRAIL, now)
    if not own or (site and site not in own) or (not text.strip() and since is None and until is None):
        return NOTHING
    sites = sorted({site} if site else own | {""})
    period = period_at(person, Right.READ_TRAIL, sites, now)
    ends = [Edge(end, 0) for end in (until, period.end) if end is not None]
    edge = min([*ends, *([before] if before else [])], default=_NEVER)
    params = {
        "sites": sites,
        "since": max(since or _ALWAYS, period.start or _ALWAYS),
        "at": edge.at,
        "entry": edge.entry,
        "query": query(text, sites),
        "most": MOST + 1,
        "newest": _NEWEST,
        "matches": _MOST_MATCHES,
    }
    if not params["query"]:
        return _page(_rows(BY_TIME, params)) if not text.strip() else NOTHING
    return _with_words(params)


def _with_words(params: dict[str, Any]) -> Hits:
    newest = _rows(AMONG_NEWEST, params)
    if len(newest) > MOST:
        return _page(newest)
    found = _rows(BY_WORDS, params, BITMAPS_ALONE)
    if not found or found[0][2] < _MOST_MATCHES:
        return _page(found)
    further = params | {"newest": _LOOKED_THROUGH}
    last = _rows(LOOKED_TO, further)
    hits = _page(_rows(AMONG_NEWEST, further))
    return hits if hits.older or not last else Hits(hits.entries, _edge(last[0]))


def lines_of(hits: Hits) -> list[TrailLine]:
    """The entries that were found as lines, in their order."""
    lines = {line.id: line for line in people.lines_of(hits.entries)}
    return [lines[entry] for entry in hits.entries]


def _page(rows: Sequence[tuple[Any, ...]]) -> Hits:
    """The first of these rows; they are one more than a page holds where there are older ones."""
    older = _edge(rows[MOST - 1]) if len(rows) > MOST else None
    return Hits(tuple(row[0] for row in rows[:MOST]), older)


def _edge(row: tuple[Any, ...]) -> Edge:
    return Edge(row[1], row[0])


def _rows(statement: str, params: dict[str, Any], more: str = "") -> list[tuple[Any, ...]]:
    """The table is never read from end to end, whatever the planner guesses: so the time is bounded.

    `more`: what else it must not do.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL enable_seqscan = off; {more}")
        cursor.execute(statement, params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
