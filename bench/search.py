"""What the search takes at its full size, beside a plain look-up by primary key in the same table.

    python -m bench.inside search < plan.json > search.json

The first entries are taken in by the service, which says how many it takes in a second. The others get the words of
one of those, with a code and the site of their own, by one statement: a million by the service would measure that.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from uuid import uuid4

import psycopg2
from django.db import connection

from audit.models import SearchLine
from audit.selectors.search import lines_of
from audit.services import Wanted, follow, search
from bench.report import percentile
from config.demonstration.site import PLANT
from ledger.rules import Actor, ActorKind, AuthMethod, Where
from people import selectors as people

# The entries of one errand of the worker are moulds enough.
_INDEX = "audit_search_words"
_FILL = """
INSERT INTO audit_searchline (entry_id, site, at, words)
SELECT e.id, e.site, e.occurred_at,
       array_to_tsvector(array_remove(tsvector_to_array(m.words), 's:' || m.site)
                         || ARRAY['s:' || e.site, 'n:c' || e.id, 'n:rare' || e.id / 200])
  FROM ledger_entry e
  JOIN (SELECT row_number() OVER (ORDER BY entry_id) AS n, site, words FROM audit_searchline) AS m
    ON m.n = 1 + e.id %% (SELECT count(*) FROM audit_searchline)
 WHERE e.id > %s
"""
_ENTRY = "SELECT entry_id FROM audit_searchline WHERE entry_id >= %s AND site = %s ORDER BY 1 LIMIT 1"
READER = "iris"  # the auditor of the demonstration's plant


def fill(superuser: Mapping[str, str]) -> dict[str, Any]:
    """Every entry of the database in the search."""
    began = time.perf_counter()
    count = follow()
    rate = count / (time.perf_counter() - began)
    with closing(psycopg2.connect(**superuser)) as other, other.cursor() as cursor:
        other.autocommit = True
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [_INDEX])
        (definition,) = cursor.fetchone()
        cursor.execute(f"DROP INDEX {_INDEX}")
        cursor.execute("SELECT max(entry_id) FROM audit_searchline")
        cursor.execute(_FILL, [cursor.fetchone()[0]])
        cursor.execute(definition)
        cursor.execute("VACUUM (ANALYZE) audit_searchline")
        cursor.execute("SELECT count(*), pg_total_relation_size('audit_searchline') FROM audit_searchline")
        lines, size = cursor.fetchone()
    return {"lines": lines, "bytes": size, "taken_in_per_second": round(rate)}


def measure(superuser: Mapping[str, str], rounds: int) -> dict[str, Any]:
    """Each kind of question, so many times, in turns with the look-up."""
    filled = fill(superuser)
    entry, coi_id, newest = _known()
    user = people.user_id_by_username(READER)
    person = people.person(user or 0, datetime.now(UTC))
    if person is None:
        raise ValueError(f"there is no {READER}")
    actor = Actor(ActorKind.PERSON, person.printed_name, person.user_id, AuthMethod.PASSWORD)
    asked = {
        "an identifier": Wanted(coi_id),
        "a code in one entry": Wanted(f"c{entry}"),
        "a code in 200 entries": Wanted(f"rare{entry // 200}"),
        "a common word": Wanted("completed"),
        "a name and a word": Wanted("oskar completed"),
        "two words that no entry has both": Wanted("completed granted"),
        "a word that no entry has": Wanted("nosuchword"),
        "a week": Wanted("", newest - timedelta(days=7), newest),
    }
    found = {}
    for name, wanted in asked.items():
        found[name] = _timed(lambda wanted=wanted: _search(wanted, actor), entry, rounds)
    return {**filled, "questions": found}


def _search(wanted: Wanted, actor: Actor) -> int:
    now = datetime.now(UTC)
    found = search(wanted=wanted, actor=actor, where=Where(), now=now, request_id=uuid4())
    return len(lines_of(found.hits)) + len(found.places)


def _timed(ask: Callable[[], int], entry: int, rounds: int) -> dict[str, float]:
    took, plain, hits = [], [], ask()
    for _number in range(rounds):
        began = time.perf_counter()
        ask()
        took.append(time.perf_counter() - began)
        began = time.perf_counter()
        SearchLine.objects.values_list("at").get(pk=entry)
        plain.append(time.perf_counter() - began)
    return {
        "hits": hits,
        "p50_ms": round(median(took) * 1000, 1),
        "p95_ms": round(percentile(sorted(took), 0.95) * 1000, 1),
        "lookup_ms": round(median(plain) * 1000, 2),
        "ratio": round(median(one / other for one, other in zip(took, plain, strict=True)), 1),
    }


def _known() -> tuple[int, str, datetime]:
    """An entry in the middle, a COI id, and when the newest entry of the reader's site was made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(entry_id) / 2 FROM audit_searchline")
        (middle,) = cursor.fetchone()
        cursor.execute(_ENTRY, [middle, PLANT])
        (entry,) = cursor.fetchone()
        cursor.execute("SELECT coi_id FROM coi_order ORDER BY id LIMIT 1")
        (coi_id,) = cursor.fetchone()
        cursor.execute("SELECT max(at) FROM audit_searchline WHERE site = %s", [PLANT])
        (newest,) = cursor.fetchone()
    return entry, coi_id, newest


def main() -> None:
    """The command line."""
    json.dump(measure(**json.load(sys.stdin)), sys.stdout)
